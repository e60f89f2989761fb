"use strict";
// How all runs have learned: a curve each.

const learned = runs.filter(run => run.curve.length).reverse();  // the best is drawn last, above all others

// Show the curves of all runs that have learned at all.
function showAllCurves() {
  if (!learned.length) return void (place("curves").textContent = `No epoch has ended${yet}.`);
  place("thinned").hidden = !learned.some(isThinned);
  place("thinned").textContent = "There are many epochs: of several, a curve has only the lowest and the highest.";
  place("curves").replaceChildren(curvesChart());
}

function isThinned({curve, epochs}) {
  return curve.length < epochs;
}

function curvesChart() {
  const wide = Math.max(320, Math.min(1100, place("curves").clientWidth - 42)), high = Math.max(260, 0.38 * wide);
  const frame = {left: 62, right: wide - 16, top: 18, bottom: high - 34};
  const last = learned.reduce((most, {curve}) => Math.max(most, curve.at(-1)[0]), 1);
  const top = learned.flatMap(({curve}) => curve).reduce((most, [, share]) => Math.max(most, share), 0);
  const levels = ticks(lowestCurve(view.far), top, 5), x = scale(last > 1 ? [1, last] : [0, 2], [frame.left, frame.right]);
  const y = scale([levels[0], levels.at(-1)], [frame.bottom, frame.top]);
  const svg = drawn("svg", {viewBox: `0 0 ${wide} ${high}`, role: "img", "aria-label": `${accuracy} by epoch`});
  const points = learned.flatMap(run => run.curve.map(([epoch, share]) => ({run, epoch, share, x: x(epoch), y: y(share)})));
  svg.append(...levels.flatMap(level => grid(level, y, share, frame)), ...numbersOfEpochs(last, x, frame), inside(frame, points));
  pointed(svg, points.filter(({y}) => y <= frame.bottom));
  return element("figure", undefined, element("figcaption", undefined, element("b", accuracy), element("span", "by epoch")), svg);
}

// Return from where on the curves are shown: from near their ends on, or from all that they have gone through.
function lowestCurve(far) {
  const all = learned.flatMap(({curve}) => curve.map(([, share]) => share));
  const low = all.reduce((a, b) => Math.min(a, b)), high = all.reduce((a, b) => Math.max(a, b));
  const near = fence(learned.map(({curve}) => curve.at(-1)[1]));
  return far ? low : Math.max(low, near - (high - near));
}

// Return the curves, cut off at the foot of the frame; a curve of one point is a dot.
function inside({left, right, top, bottom}, points) {
  const [x, y, width, height] = [left - 4, top - 4, right - left + 12, bottom - top + 4];
  const inner = drawn("svg", {x, y, width, height, viewBox: `${x} ${y} ${width} ${height}`});
  const isAlone = ({run}) => run.curve.length === 1;
  inner.append(...layers(points.filter(point => !isAlone(point)), stroke, "curve"), ...layers(points.filter(isAlone), stroke, "dot"));
  return inner;
}

// Return the part of a curve that ends in a point.
function stroke({run, epoch, x, y}) {
  return run.curve[0][0] === epoch ? `M${x.toFixed(1)} ${y.toFixed(1)}h0` : `L${x.toFixed(1)} ${y.toFixed(1)}`;
}

function numbersOfEpochs(last, x, {left, right, bottom}) {
  const step = Math.max(1, ticks(0, last, Math.min(10, (right - left) / 70))[1]);
  const shown = Array.from({length: Math.floor(last / step)}, (_, i) => (i + 1) * step);
  return [label("epoch", left - 8, bottom + 24, "end"), ...shown.map(epoch => label(epoch, x(epoch), bottom + 24, "middle"))];
}
