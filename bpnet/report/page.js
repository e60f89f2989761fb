"use strict";
// The network and the measure of the run, how images are shown, and the simple parts: scores, hidden units, facts.

const bytes = text => Uint8Array.from(atob(text), letter => letter.charCodeAt(0));  // of base64
const {widths, parameters} = report.network;
const affines = affineLayers(widths, new Float32Array(bytes(parameters).buffer));
const measure = measureOf(report.doubt);
const SIDE = report.form.side;
const {classes: names, words} = report;
const ARE_MANY = names.length > 20;  // then what is likely or confused comes first, in place of all at once
document.body.classList.toggle("many", ARE_MANY);
document.body.classList.toggle("named", names.some(name => columns(name) > 2));

// Return what doubt.js measures with: planes, if the run has them, and limits.
function measureOf({middles, axes, ...limits}) {
  return middles ? {middles: halves(bytes(middles)), axes: halves(bytes(axes)), ...limits} : limits;
}

// Return an element with the name of a class, which may be too long to be seen whole.
function named(kind, number) {
  return Object.assign(element(kind, names[number]), {title: columns(names[number]) > 2 ? names[number] : ""});
}

// Show nothing.
function blank(canvas) {
  canvas.getContext("2d").clearRect(0, 0, SIDE, SIDE);
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

// Return an image, or a canvas, with a heading and lines of text below it.
function figure(image, heading, ...lines) {
  return element("figure", undefined, image,
    element("figcaption", undefined, element("b", heading), ...lines.flatMap(line => [element("br"), line])));
}

function showScore() {
  const {accuracy, correct, total, interval, loss} = report.scores;
  const [from, to] = interval.map(share => (100 * share).toFixed(2));
  const told = {
    [`${report.split} accuracy`]: percent(accuracy),
    "95 % interval": `${from}\u2013${to} %`,
    [`wrong of ${whole(total)}`]: whole(total - correct),
    loss: loss.toFixed(4),
  };
  place("score").append(...Object.entries(told).map(([term, value]) =>
    element("div", undefined, element("dd", value), element("dt", term))));
  if (report.facts.status === "finished") return;
  place("status").hidden = false;
  place("status").textContent = `The run is ${report.facts.status}: these are its weights so far.`;
}

// Show the weights of the first hidden units whose own weights towards the next layer are largest.
function showUnits() {
  const [first, next] = affines;
  if (!next) return void place("hidden").remove();
  const last = affines.length === 2;
  if (last) place("towards").textContent = ` Below: the ${words.class} that it speaks for most.`;
  const strength = Array.from({length: first.M}, (_, m) =>
    next.W.subarray(m * next.M, (m + 1) * next.M).reduce((sum, w) => sum + w * w, 0));
  const order = strength.map((_, m) => m).sort((a, b) => strength[b] - strength[a]).slice(0, 30);
  place("units").append(...order.map(m => {
    const towards = Array.from(next.W.subarray(m * next.M, (m + 1) * next.M));
    const weights = Array.from({length: first.D}, (_, d) => first.W[d * first.M + m]);
    const heading = last ? `for ${names[towards.indexOf(Math.max(...towards))]}` : "";
    const canvas = Object.assign(element("canvas"), {width: SIDE, height: SIDE});
    paintSigned(canvas, weights);
    return figure(canvas, heading, `unit ${m}`);
  }));
}

function showFacts(id, facts) {
  place(id).append(...Object.entries(facts).map(([key, value]) =>
    element("tr", undefined, element("th", key), element("td", readable(key, value)))));
}

// Return the text of a fact: shares as percent, losses rounded, dates as they are spoken.
function readable(key, value) {
  if (value === null) return "-";
  if (key.endsWith("_accuracy")) return percent(value);
  if (key.endsWith("_loss")) return value.toFixed(4);
  if (key === "started" || key === "ended") return date(value);
  if (Array.isArray(value)) return value.join(", ") || "none";
  if (typeof value === "object") return Object.entries(value).map(pair => pair.join(": ")).join("\n");
  return String(value);
}

function date(text) {
  return new Date(text).toLocaleString("en-GB", {
    day: "numeric", month: "long", year: "numeric", hour: "2-digit", minute: "2-digit", timeZoneName: "short",
  });
}

showScore();
showUnits();
showFacts("settings", report.settings);
showFacts("facts", {...report.facts, doubt: measure.limits ? "by the measure of this run, doubt.npz" :
  `no measure, as this run is old or not finished: an answer below ${100 * measure.improbable} % is unsure`});
document.querySelectorAll(".scroll").forEach(showMore);
