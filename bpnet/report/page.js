"use strict";
// The page of a report: all but the drawing is made here, from the data in the page.

const report = JSON.parse(document.getElementById("report").textContent);
const place = id => document.getElementById(id);
const bytes = text => Uint8Array.from(atob(text), letter => letter.charCodeAt(0));  // of base64
const percent = share => `${(100 * share).toFixed(2)} %`;

const {widths, activation, parameters} = report.network;
const affines = affineLayers(widths, new Float32Array(bytes(parameters).buffer));
const SIDE = report.form.side;

function element(name, text, ...children) {
  const made = document.createElement(name);
  if (text !== undefined) made.textContent = text;
  made.append(...children);
  return made;
}

function paintGrey(canvas, image) {
  paint(canvas, Array.from(image, level => [level, level, level]));
}

// Paint what argues for in one colour, what argues against in another, the strongest brightest.
function paintSigned(canvas, values) {
  const most = values.reduce((a, b) => Math.max(a, Math.abs(b)), 1e-12);
  paint(canvas, Array.from(values, value => {
    const light = Math.abs(value) / most;
    return value > 0 ? [251 * light, 146 * light, 60 * light] : [122 * light, 162 * light, 255 * light];
  }));
}

function paint(canvas, colours) {
  const context = canvas.getContext("2d"), pixels = context.createImageData(SIDE, SIDE);
  colours.forEach((colour, i) => pixels.data.set([...colour, 255], 4 * i));
  context.putImageData(pixels, 0, 0);
}

function figure(paintIt, caption) {
  const canvas = element("canvas");
  canvas.width = canvas.height = SIDE;
  paintIt(canvas);
  return element("figure", undefined, canvas, element("figcaption", caption));
}

function showScore() {
  const {accuracy, correct, total, interval, loss} = report.scores;
  place("score").textContent =
    `${report.split} accuracy ${percent(accuracy)} (${correct}/${total}), 95 % interval ` +
    `${percent(interval[0])} to ${percent(interval[1])}, loss ${loss.toFixed(4)}`;
}

function showCurves() {
  if (!report.log.length) return void (place("curves").textContent = "No epoch has ended yet.");
  const scored = report.log.some(row => row.validation_loss !== null) ? "validation" : "test";
  place("curves").append(
    curves("loss", ["train_loss", `${scored}_loss`]),
    curves("accuracy", ["train_accuracy", `${scored}_accuracy`]));
}

// Return a drawing of columns of the log, an epoch a point: the first for, the second against.
function curves(title, columns) {
  const values = columns.flatMap(column => report.log.map(row => row[column]));
  const low = Math.min(...values), high = Math.max(...values, low + 1e-9), last = report.log.length;
  const x = epoch => 50 + 400 * (last > 1 ? (epoch - 1) / (last - 1) : 0.5);
  const y = value => 190 - 160 * (value - low) / (high - low);
  const svg = drawn("svg", {viewBox: "0 0 470 230", role: "img", "aria-label": title});
  const label = (text, at, down, colour) =>
    svg.append(Object.assign(drawn("text", {x: at, y: down, ...colour}), {textContent: text}));
  label(high.toPrecision(4), 4, 34);
  label(low.toPrecision(4), 4, 194);
  label(`epoch 1 to ${last}`, 200, 220);
  columns.forEach((column, i) => {
    const stroke = i ? "var(--against)" : "var(--for)";
    const points = report.log.map((row, n) => `${n ? "L" : "M"}${x(row.epoch)} ${y(row[column])}`);
    svg.append(drawn("path", {d: points.join(""), style: `stroke: ${stroke}`}));
    label(column.replace("_", " "), 50 + 150 * i, 16, {style: `fill: ${stroke}`});
  });
  return svg;
}

function drawn(name, attributes) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}

function showConfusion() {
  const head = element("tr", undefined, element("th"), ...report.scores.confusion.map((_, i) => element("th", i)),
    element("th", "recognised"));
  const rows = report.scores.confusion.map((counts, digit) => {
    const share = report.scores.per_class[digit];
    return element("tr", undefined, element("th", digit),
      ...counts.map((count, answer) => confusionCell(digit, answer, count)),
      element("td", share === null ? "-" : percent(share)));
  });
  place("confusion").append(head, ...rows);
}

function confusionCell(digit, answer, count) {
  const cell = element("td", count && digit === answer ? count : undefined);
  if (digit === answer) cell.className = "right";
  else if (count) {
    const button = element("button", count);
    button.title = `${count} times ${digit} was taken for ${answer}`;
    button.onclick = () => showMistakes("cell",
      report.mistakes.filter(wrong => wrong.digit === digit && wrong.answer === answer));
    cell.append(button);
  }
  return cell;
}

function showMistakes(id, mistakes) {
  place(id).replaceChildren(...mistakes.map(wrong => figure(
    canvas => paintGrey(canvas, bytes(wrong.image)),
    `${wrong.digit} taken for ${wrong.answer}, ${percent(wrong.share)}; image ${wrong.number}`)));
}

// Show the weights of the first hidden units whose own weights towards the next layer are largest.
function showUnits() {
  const [first, next] = affines;
  if (!next) return void place("hidden").remove();
  const strength = Array.from({length: first.M}, (_, m) =>
    next.W.subarray(m * next.M, (m + 1) * next.M).reduce((sum, w) => sum + w * w, 0));
  const order = strength.map((_, m) => m).sort((a, b) => strength[b] - strength[a]).slice(0, 30);
  place("units").append(...order.map(m => {
    const towards = Array.from(next.W.subarray(m * next.M, (m + 1) * next.M));
    const speaksFor = affines.length === 2 ? `, for ${towards.indexOf(Math.max(...towards))}` : "";
    const weights = Array.from({length: first.D}, (_, d) => first.W[d * first.M + m]);
    return figure(canvas => paintSigned(canvas, weights), `unit ${m}${speaksFor}`);
  }));
}

function showFacts(id, facts) {
  const text = value => typeof value === "object" ? JSON.stringify(value) : String(value);
  place(id).append(...Object.entries(facts).map(([key, value]) =>
    element("tr", undefined, element("th", key), element("td", text(value)))));
}

showScore();
showCurves();
showConfusion();
showMistakes("mistakes", report.mistakes.slice(0, 40));
showUnits();
showFacts("settings", report.settings);
showFacts("facts", report.facts);
