"use strict";
// The accuracy of the runs against each key that varies.

const SMALL = {...EDGE, left: 62};  // a chart of a key
const APART = 7;  // of the dots of one value, which would lie on one another
const ALL_LABELS = 8;  // values that all have a label, where it must be beside its place too
const MOST_MEANS = 40;  // values that have a bar of their mean, and their dots side by side
const finished = inOrder.flatMap(trial => trial.runs).filter(run => run.score !== null);

// Return from where on the charts show the finished runs.
function lowestDot(far) {
  const scores = finished.map(run => run.score);
  return far ? scores.reduce((a, b) => Math.min(a, b)) : fence(scores);
}

// Show a chart for each key.
function showSettings() {
  if (!finished.length) return void (place("settings_charts").textContent = `No run has finished${yet}.`);
  const high = finished.reduce((most, run) => Math.max(most, run.score), 0);
  const levels = ticks(lowestDot(view.far), high, 4);
  place("settings_charts").replaceChildren(...keys.map((key, i) => settingChart(key, i, levels)));
}

function settingChart(key, i, levels) {
  const y = scale([levels[0], levels.at(-1)], [SMALL.bottom, SMALL.top]), x = scale([0, 1], [SMALL.left, SMALL.right]);
  const svg = drawn("svg", {viewBox: `0 0 ${WIDE} ${HIGH}`, role: "img", "aria-label": `${accuracy} by ${key}`});
  const points = pointsOf(i, x, y), fits = points.filter(({share}) => share >= levels[0]);
  const low = points.filter(({share}) => share < levels[0]).map(point => ({...point, y: SMALL.bottom - 4}));
  svg.append(...levels.flatMap(level => grid(level, y, share, SMALL)), ...marks(axes[i], x),
    ...layers(low, ({x, y}) => `M${x - 3} ${y - 1}h6l-3 5z`, "low"), ...layers(fits, ({x, y}) => `M${x} ${y}h0`, "dot"),
    ...means(i, x, y, levels[0]), ...rings(fits));
  pointed(svg, [...fits, ...low]);
  const told = low.length ? `${accuracy}; ${whole(low.length)} far below, at the foot` : accuracy;
  return element("figure", undefined, element("figcaption", undefined, element("b", key), element("span", told)), svg);
}

// Return a point for each finished run; those of one value stand side by side.
function pointsOf(key, x, y) {
  const {places} = axes[key], counts = places.map(() => 0), seen = places.map(() => 0);
  for (const run of finished) counts[valueOf(run, key)] += 1;
  const room = widthOf(places) * (x(1) - x(0)), apart = Math.min(APART, room / Math.max(...counts));
  return finished.map(run => {
    const value = valueOf(run, key), aside = seen[value]++ - (counts[value] - 1) / 2;
    return {run, share: run.score, x: x(places[value]) + apart * aside, y: y(run.score)};
  });
}

function valueOf(run, key) {
  return numbered.get(run.trial).which[key];
}

// Return how wide the dots of a value may spread, so that they stay apart from the next ones, and inside.
function widthOf(places) {
  if (places.length > MOST_MEANS) return 0;
  const gaps = places.slice(1).map((place, i) => place - places[i]);
  return 0.8 * Math.min(...gaps, 2 * places[0], 2 * (1 - places.at(-1)));
}

// Return the values below a chart, as many as there is room for; a line leads to one that is beside its place.
function marks({kind, marks}, x) {
  const most = kind === "words" ? Math.max(6, Math.floor((x(1) - x(0)) / marks.length / 7) - 1) : Infinity;
  const labels = marks.map(({text, at}) => {
    const shown = columns(text) > most ? `${Array.from(text).slice(0, most).join("")}\u2026` : text;
    return {text, shown, at: x(at), half: 3.6 * columns(shown)};
  });
  const middles = labels.length <= ALL_LABELS && apart(labels, [0, WIDE], 6);
  return middles ? labels.flatMap((one, i) => [markAt(one, middles[i]), ...leader(one.at, middles[i])]) : thinnedOut(labels);
}

// Return those labels that have room at their places, from the first on.
function thinnedOut(labels) {
  let end = -Infinity;
  return labels.flatMap(one => {
    const middle = Math.min(one.at, WIDE - one.half);
    if (middle - one.half < end) return [];
    end = middle + one.half + 6;
    return [markAt(one, middle)];
  });
}

function markAt({text, shown}, middle) {
  return titled(label(shown, middle, SMALL.bottom + 22, "middle"), text);
}

function leader(at, middle) {
  if (Math.abs(at - middle) < 3) return [];
  return [drawn("line", {x1: at, x2: middle, y1: SMALL.bottom, y2: SMALL.bottom + 10, class: "grid"})];
}

// Return a bar at the mean of each value's runs, if it has several; one that lies below is a wedge at the foot.
function means(key, x, y, low) {
  const {places, values} = axes[key], shares = values.map(() => []);
  if (values.length > MOST_MEANS) return [];
  for (const run of finished) shares[valueOf(run, key)].push(run.score);
  const half = Math.min(16, 0.4 * (x(1) - x(0)) / values.length);
  return shares.map(mean).flatMap((share, i) => {
    if (shares[i].length < 2) return [];
    const left = x(places[i]) - half;
    const d = share < low ? `M${left} ${SMALL.bottom - 5}h${2 * half}l${-half} 5z` : `M${left} ${y(share)}h${2 * half}`;
    return [titled(drawn("path", {d, class: "mean"}), `mean ${percent(share)}`)];
  });
}

function titled(shape, text) {
  shape.append(Object.assign(drawn("title", {}), {textContent: text}));
  return shape;
}

// Return a ring round each run of the best trial.
function rings(points) {
  return points.filter(({run}) => run.trial === best?.number).map(({x, y}) => drawn("circle", {cx: x, cy: y, r: 6, class: "ring"}));
}
