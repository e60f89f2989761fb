"use strict";
// The table of the trials: sorted by any column, each with its runs.

const COLUMNS = [
  {name: "#", value: trial => trial.number, text: trial => trial.number},
  ...keys.map((key, i) => ({name: key, value: trial => trial.which[i], text: trial => said(trial.values[i])})),
  {name: accuracy, value: trial => trial.mean, text: trial => spread(trial.shares), falls: true},
  {name: "wrong", value: trial => trial.wrong, text: trial => trial.wrong === null ? "-" : rounded(trial.wrong, 0), only: scored.includes("validation")},
  {name: "against the best", value: trial => trial.is_best ? 2 : trial.p, text: against, falls: true, only: Boolean(best)},
  {name: "test accuracy", value: trial => mean(trial.tests), text: trial => spread(trial.tests), falls: true, only: scored.includes("validation")},
  {name: "seconds", value: trial => trial.seconds, text: trial => trial.seconds?.toFixed(1) ?? "-"},
  {name: "runs", value: trial => trial.shares.length, text: runsText},
].filter(({only = true}) => only);
const table = {order: trials, most: 200, column: null, turned: false};  // rows take time to lay out: at first some

// Return how a trial stands to the best.
function against({is_best, is_within_chance, p}) {
  if (is_best) return "best";
  if (p === null) return "-";
  return `${is_within_chance ? "not distinguishable" : "worse"}, p ${p < 0.0001 ? "< 0.0001" : `= ${+p.toPrecision(2)}`}`;
}

function runsText({runs: all}) {
  const finished = all.filter(run => run.status === "finished").length;
  return finished === all.length ? `${all.length}` : `${finished} of ${all.length}; ${others(all).join(", ")}`;
}

function showTrials() {
  place("trials").append(element("thead", undefined, element("tr", undefined, ...COLUMNS.map(heading))));
  place("order").textContent = `${best ? "The best is first." : "They are in their order."} ` +
    "A column's name sorts by it; a trial's number shows its runs.";
  place("all").textContent = `Show all ${whole(trials.length)} trials`;
  place("all").onclick = () => { table.most = Infinity; showRows(); };
  showRows();
}

// Show the first trials, as many as are wanted.
function showRows() {
  const {order, most} = table;
  for (const body of Array.from(place("trials").tBodies)) body.remove();
  place("trials").append(...order.slice(0, most).map(rowOf));
  place("all").hidden = order.length <= most;
}

// Return the row of a trial, which is made when it is first shown.
function rowOf(trial) {
  return trial.body ??= bodyOf(trial);
}

function heading(column) {
  const button = element("button", undefined, ...breakable(column.name)), cell = element("th", undefined, button);
  cell.scope = "col";
  button.type = "button";
  button.onclick = () => sortBy(column);
  column.cell = cell;
  return cell;
}

// Return a name that may go on in another line after a dot, as those of keys are long.
function breakable(name) {
  return name.split(/(?<=\.)/).flatMap(part => [part, element("wbr")]);
}

// Sort by a column, what is most wanted first; again, the other way round. What is not known stays last.
function sortBy(column) {
  table.turned = table.column === column && !table.turned;
  table.column = column;
  const sign = Boolean(column.falls) === table.turned ? 1 : -1;
  for (const {cell} of COLUMNS) cell.removeAttribute("aria-sort");
  column.cell.setAttribute("aria-sort", sign > 0 ? "ascending" : "descending");
  table.order = sorted(trials, column.value, sign);
  showRows();
}

function sorted(all, value, sign) {
  const known = all.filter(one => value(one) !== null), unknown = all.filter(one => value(one) === null);
  return [...known.sort((a, b) => sign * (value(a) - value(b))), ...unknown];
}

// Return the row of a trial, which its number opens.
function bodyOf(trial) {
  const row = element("tr", undefined, ...COLUMNS.map(({text}) => {
    const cell = element("td", text(trial));
    cell.title = cell.textContent;
    return cell;
  }));
  const button = element("button", trial.number), body = element("tbody", undefined, row);
  button.type = "button";
  button.setAttribute("aria-expanded", false);
  button.onclick = () => unfold(trial, button);
  row.firstChild.replaceChildren(button);
  body.classList.toggle("best", trial.is_best);
  body.classList.toggle("chosen", Boolean(view.chosen?.includes(trial)));
  return body;
}

// Let the table show a trial, which may be far down, or not in it yet; the page stays where it is.
function bringIntoView(trial) {
  const box = place("box"), body = rowOf(trial);
  if (!body.isConnected) place("trials").append(body);
  const top = body.offsetTop - place("trials").tHead.offsetHeight;
  if (top < box.scrollTop || body.offsetTop + body.offsetHeight > box.scrollTop + box.clientHeight) box.scrollTop = top;
}

// Show the runs of a trial below its row, or hide them again.
function unfold(trial, button) {
  const isOpen = button.getAttribute("aria-expanded") === "true";
  button.setAttribute("aria-expanded", !isOpen);
  if (isOpen) trial.body.lastChild.remove();
  else trial.body.append(runsOf(trial));
  choose(isOpen ? null : [trial]);
}

function runsOf(trial) {
  const lines = trial.runs.map(run => [run.path, run.status, run.epochs, run.best_epoch, run.validation_accuracy,
    run.test_accuracy, run.seconds]);
  const texts = [["run", "status", "epochs", "best epoch", "validation", "test", "seconds"],
    ...lines.map(([path, status, epochs, best, validation, test, seconds]) => [path, status, epochs ?? "-", best ?? "-",
      ...[validation, test].map(share => share === null ? "-" : percent(share)), seconds?.toFixed(1) ?? "-"])];
  const table = element("table", undefined, ...texts.map((cells, i) =>
    element("tr", undefined, ...cells.map(text => element(i ? "td" : "th", text)))));
  const cell = Object.assign(element("td", undefined, table), {colSpan: COLUMNS.length});
  return Object.assign(element("tr", undefined, cell), {className: "runs"});
}
