"use strict";
// How all runs have learned: a curve each.

const TALL = {wide: 920, high: 380};  // the chart
const FRAME = {left: 58, right: 904, top: 18, bottom: 346};  // of what is drawn in it

// Show the curves of all runs that have learned at all.
function showAllCurves() {
  const learned = runs.filter(run => run.curve.length);
  if (!learned.length) return void (place("curves").textContent = "No epoch has ended yet.");
  place("thinned").hidden = !learned.some(isThinned);
  place("thinned").textContent = "There are many epochs: of some curves, the lowest and the highest of several are shown.";
  place("curves").replaceChildren(curvesChart(learned));
}

function isThinned({curve, epochs}) {
  return curve.length < epochs;
}

function curvesChart(learned) {
  const last = learned.reduce((most, {curve}) => Math.max(most, curve.at(-1)[0]), 2);
  const levels = curveLevels(learned), x = scale([1, last], [FRAME.left, FRAME.right]);
  const y = scale([levels[0], levels.at(-1)], [FRAME.bottom, FRAME.top]);
  const svg = drawn("svg", {viewBox: `0 0 ${TALL.wide} ${TALL.high}`, role: "img", "aria-label": `${accuracy} by epoch`});
  const points = learned.flatMap(run => run.curve.map(([epoch, share]) => ({run, epoch, share, x: x(epoch), y: y(share)})));
  svg.append(...levels.flatMap(level => grid(level, y, share, FRAME)), ...numbersOfEpochs(last, x));
  const {left, top} = FRAME, width = FRAME.right - left + 8, height = FRAME.bottom - top;
  const inner = drawn("svg", {x: left, y: top, width, height, viewBox: `${left} ${top} ${width} ${height}`});
  inner.append(...layers(points, stroke, "curve"));
  svg.append(inner);
  pointed(svg, points.filter(({y}) => y <= FRAME.bottom));
  return element("figure", undefined, element("figcaption", undefined, element("b", accuracy), element("span", "by epoch")), svg);
}

// Return the levels of the chart: near the end of the curves, or all that they have gone through.
function curveLevels(learned) {
  const all = learned.flatMap(({curve}) => curve.map(([, share]) => share));
  const low = all.reduce((a, b) => Math.min(a, b)), high = all.reduce((a, b) => Math.max(a, b));
  const near = fence(learned.map(({curve}) => curve.at(-1)[1]));
  return ticks(view.far ? low : Math.max(low, near - (high - near)), high, 5);
}

// Return the part of a curve that ends in a point; one that stands alone is a dot.
function stroke({run, epoch, x, y}) {
  return run.curve[0][0] === epoch ? `M${x.toFixed(1)} ${y.toFixed(1)}h0` : `L${x.toFixed(1)} ${y.toFixed(1)}`;
}

function numbersOfEpochs(last, x) {
  const step = Math.max(1, ticks(0, last, 10)[1]);
  const shown = Array.from({length: Math.floor(last / step)}, (_, i) => (i + 1) * step);
  return [label("epoch", FRAME.left - 8, FRAME.bottom + 24, "end"),
    ...shown.map(epoch => label(epoch, x(epoch), FRAME.bottom + 24, "middle"))];
}
