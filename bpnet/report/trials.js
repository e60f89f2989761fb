"use strict";
// The table of the trials: sorted by any column, each with its runs.

const COLUMNS = [
  {name: "#", value: trial => trial.number, text: trial => trial.number},
  ...keys.map((key, i) => ({name: key, value: trial => trial.which[i], text: trial => said(trial.values[i])})),
  {name: accuracy, value: trial => trial.mean, text: trial => spread(trial.shares), falls: true},
  {name: "wrong", value: wrong, text: trial => wrong(trial) === null ? "-" : wrong(trial).toFixed(0), only: trials.some(trial => trial.images)},
  {name: "against the best", value: trial => trial.is_best ? 2 : trial.p, text: against, falls: true, only: Boolean(best)},
  {name: "test accuracy", value: trial => mean(trial.tests), text: trial => spread(trial.tests), falls: true, only: scored.includes("validation")},
  {name: "seconds", value: trial => trial.seconds, text: trial => trial.seconds === null ? "-" : trial.seconds.toFixed(1)},
  {name: "runs", value: trial => trial.shares.length, text: runsText},
].filter(({only = true}) => only);
const sorting = {column: null, turned: false};

// Return how many of the images to choose by one of a trial's runs has wrong, in the mean.
function wrong({images, mean}) {
  return images && mean !== null ? images * (1 - mean) : null;
}

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
  for (const trial of trials) trial.body = bodyOf(trial);
  place("trials").append(...trials.map(({body}) => body));
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
  sorting.turned = sorting.column === column && !sorting.turned;
  sorting.column = column;
  const sign = Boolean(column.falls) === sorting.turned ? 1 : -1;
  for (const {cell} of COLUMNS) cell.removeAttribute("aria-sort");
  column.cell.setAttribute("aria-sort", sign > 0 ? "ascending" : "descending");
  place("trials").append(...sorted(trials, column.value, sign).map(({body}) => body));
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
  body.classList.toggle("near", trial.is_within_chance);
  return body;
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
      ...[validation, test].map(share => share === null ? "-" : percent(share)), seconds === null ? "-" : seconds.toFixed(1)])];
  const table = element("table", undefined, ...texts.map((cells, i) =>
    element("tr", undefined, ...cells.map(text => element(i ? "td" : "th", text)))));
  const cell = Object.assign(element("td", undefined, table), {colSpan: COLUMNS.length});
  return Object.assign(element("tr", undefined, cell), {className: "runs"});
}
