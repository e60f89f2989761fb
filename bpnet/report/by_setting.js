"use strict";
// The accuracy of the runs against each key that varies.

const APART = 7;  // of the dots of one value, which would lie on one another
const MOST_MEANS = 40;  // values that have a bar of their mean

// Show a chart for each key.
function showSettings() {
  if (!dotted.length) return void (place("settings_charts").textContent = "No run has finished yet.");
  const low = view.far ? Math.min(...scores()) : fence(scores());
  place("settings_charts").replaceChildren(...keys.map((key, i) => settingChart(key, i, low)));
}

function scores() {
  return dotted.map(run => run.score);
}

function settingChart(key, i, low) {
  const levels = ticks(low, Math.max(...scores()), 4), y = scale([levels[0], levels.at(-1)], [EDGE.bottom, EDGE.top]);
  const x = scale([0, 1], [EDGE.left, EDGE.right]);
  const points = pointsOf(axes[i], i, x, y), fits = points.filter(point => point.share >= levels[0]);
  const svg = drawn("svg", {viewBox: `0 0 ${WIDE} ${HIGH}`, role: "img", "aria-label": `${accuracy} by ${key}`});
  svg.append(...levels.flatMap(level => grid(level, y, share)), ...marks(axes[i], x),
    ...layers(points, ({x, y, share}) => share < levels[0] ? `M${x - 3} ${EDGE.bottom - 5}h6l-3 5z` : `M${x} ${y}h0`, "dots"),
    ...means(axes[i], i, x, y, levels[0]), ...fits.filter(({run}) => run.trial === best?.number)
      .map(({x, y}) => drawn("circle", {cx: x, cy: y, r: 6, class: "ring"})));
  pointed(svg, points.map(point => ({...point, y: Math.min(point.y, EDGE.bottom - 3)})));
  const below = points.length - fits.length;
  return element("figure", undefined, element("figcaption", undefined, element("b", key),
    element("span", `${accuracy}${below ? `; ${whole(below)} far below, at the foot` : ""}`)), svg);
}

// Return a point for each finished run. Those of one value stand side by side, if there are not too many.
function pointsOf(axis, key, x, y) {
  const seen = new Map(), room = Math.min(APART, 0.7 * (EDGE.right - EDGE.left) / axis.values.length / mostAt(key));
  const counts = countsAt(key);
  return dotted.map(run => {
    const value = numbered.get(run.trial).values[key], name = JSON.stringify(value), place = seen.get(name) ?? 0;
    seen.set(name, place + 1);
    const aside = axis.values.length > MOST_MEANS ? 0 : (place - (counts.get(name) - 1) / 2) * room;
    return {run, share: run.score, x: x(axis.at(value)) + aside, y: y(run.score)};
  });
}

// Return how many finished runs have each value of a key.
function countsAt(key) {
  const counts = new Map();
  for (const run of dotted) {
    const name = JSON.stringify(numbered.get(run.trial).values[key]);
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return counts;
}

function mostAt(key) {
  return Math.max(...countsAt(key).values());
}

// Return the values below a chart, as many as there is room for.
function marks({marks}, x) {
  let end = -Infinity;
  const most = Math.max(6, Math.floor((EDGE.right - EDGE.left) / marks.length / 7) - 1);
  return marks.flatMap(({text, at}) => {
    const shown = columns(text) > most ? `${Array.from(text).slice(0, most).join("")}\u2026` : text;
    const half = 3.6 * columns(shown), middle = Math.min(x(at), WIDE - half);
    if (middle - half < end) return [];
    end = middle + half + 6;
    const made = label(shown, middle, EDGE.bottom + 22, "middle");
    made.append(Object.assign(drawn("title", {}), {textContent: text}));
    return [made];
  });
}

// Return a bar at the mean of each value's runs.
function means(axis, key, x, y, low) {
  if (axis.values.length > MOST_MEANS) return [];
  const half = Math.min(16, 0.4 * (EDGE.right - EDGE.left) / axis.values.length);
  return axis.values.flatMap(value => {
    const name = JSON.stringify(value), middle = x(axis.at(value));
    const share = mean(dotted.filter(run => JSON.stringify(numbered.get(run.trial).values[key]) === name).map(run => run.score));
    if (share === null || share < low) return [];
    const bar = drawn("path", {d: `M${middle - half} ${y(share)}h${2 * half}`, class: "mean"});
    bar.append(Object.assign(drawn("title", {}), {textContent: `mean ${percent(share)}`}));
    return [bar];
  });
}

// Return the marks of points in the colours of their groups; those that are chosen above the others, which are pale.
function layers(points, path, name) {
  const byTrial = new Map(trials.map(({number}) => [number, []]));
  for (const point of points) byTrial.get(point.run.trial).push(path(point));
  const isPale = trial => view.chosen && !view.chosen.includes(trial);
  return [true, false].flatMap(pale => view.groups.map(({colour, trials: own}) => {
    const d = own.filter(trial => Boolean(isPale(trial)) === pale).flatMap(({number}) => byTrial.get(number)).join("");
    const made = drawn("path", {d, class: pale ? `${name} pale` : name});
    made.style.color = colour;
    return made;
  }));
}
