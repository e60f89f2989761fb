"use strict";
// How the run learned: loss and accuracy, an epoch a point, with the best epoch marked.

function showCurves() {
  const {log} = report;
  if (!log.length) return void (place("curves").textContent = "No epoch has ended yet.");
  const scored = log[0].validation_loss === null ? "test" : "validation";
  place("curves").append(
    chart("Loss", ["train_loss", `${scored}_loss`], String, loss => loss.toFixed(4)),
    chart("Accuracy", ["train_accuracy", `${scored}_accuracy`], share, percent));
}

// Return a chart of two columns of the log: of training, and of what is scored. `tick` gives the text of a
// round number at the axis, `text` that of a value.
function chart(title, columns, tick, text) {
  const {log} = report, values = columns.flatMap(column => log.map(row => row[column]));
  const levels = ticks(Math.min(...values), Math.max(...values), 4);
  const x = scale(log.length > 1 ? [1, log.length] : [0, 2], [EDGE.left, EDGE.right]);
  const y = scale([levels[0], levels.at(-1)], [EDGE.bottom, EDGE.top]);
  const svg = drawn("svg", {viewBox: `0 0 ${WIDE} ${HIGH}`, role: "img", "aria-label": title});
  svg.append(...levels.flatMap(level => grid(level, y, tick)), ...epochs(x), ...best(x));
  const lines = columns.map((column, i) => line(column, i ? "for" : "training", x, y, text));
  svg.append(...lines);
  return element("figure", undefined, legend(title, columns, text), svg);
}

// Return the numbers of the epochs below a chart: some of them, if they are many.
function epochs(x) {
  const last = report.log.length, step = Math.max(1, ticks(0, last, 10)[1]);
  return [label("epoch", EDGE.left - 8, EDGE.bottom + 22, "end"),
    ...report.log.map(row => row.epoch).filter(epoch => epoch % step === 0)
      .map(epoch => label(epoch, x(epoch), EDGE.bottom + 22, "middle"))];
}

// Return the mark of the epoch whose weights the run keeps, if it was chosen by validation.
function best(x) {
  const rank = (a, b) => b.validation_accuracy - a.validation_accuracy || a.validation_loss - b.validation_loss;
  const [{epoch, validation_loss}] = report.log.toSorted(rank);
  if (validation_loss === null) return [];
  const at = x(epoch), anchor = at > WIDE / 2 ? "end" : "start";
  return [drawn("line", {x1: at, x2: at, y1: EDGE.top - 8, y2: EDGE.bottom, class: "best"}),
    label(`best: epoch ${epoch}`, at + (anchor === "end" ? -6 : 6), EDGE.top - 4, anchor)];
}

// Return the line of a column, with a point for each epoch that tells its value.
function line(column, name, x, y, text) {
  const {log} = report, group = drawn("g", {class: name});
  const points = log.map(row => `${x(row.epoch)} ${y(row[column])}`);
  group.append(drawn("path", {d: `M${points.join("L")}`, class: "line"}), ...log.map(row => {
    const point = drawn("circle", {cx: x(row.epoch), cy: y(row[column]), r: log.length > 30 ? 1.5 : 3});
    point.append(Object.assign(drawn("title", {}), {textContent: `epoch ${row.epoch}: ${text(row[column])}`}));
    return point;
  }));
  return group;
}

function legend(title, columns, text) {
  return element("figcaption", undefined, element("b", title), ...columns.map((column, i) => {
    const value = report.log.at(-1)[column];
    const made = element("span", `${column.split("_")[0]} ${text(value)}`);
    made.className = i ? "for" : "training";
    return made;
  }));
}

showCurves();
