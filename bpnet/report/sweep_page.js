"use strict";
// The page as a whole: what is chosen on it is shown everywhere.

const CROWD = 300;  // runs, of which each has thinner marks

function showCharts() {
  showSettings();
  showAllCurves();
  document.body.classList.toggle("crowded", runs.length > CROWD);
}

// Return the marks of points in the colours of their trials: the chosen ones above the others, which are pale.
function layers(points, path, name) {
  const shapes = {[`${name} pale`]: new Map(), [name]: new Map()};
  for (const point of points) {
    const trial = numbered.get(point.run.trial), isPale = view.chosen && !view.chosen.includes(trial);
    const some = shapes[isPale ? `${name} pale` : name];
    if (!some.has(trial.colour)) some.set(trial.colour, []);
    some.get(trial.colour).push(path(point));
  }
  return Object.entries(shapes).flatMap(([kind, some]) => Array.from(some, ([colour, parts]) => {
    const made = drawn("path", {d: parts.join(""), class: kind});
    made.style.color = colour;
    return made;
  }));
}

// Show some trials before all others; null for none.
function choose(chosen) {
  view.chosen = chosen;
  for (const trial of trials) trial.body?.classList.toggle("chosen", Boolean(chosen?.includes(trial)));
  for (const {button, trials: own} of view.groups) button?.setAttribute("aria-pressed", own === chosen);
  if (chosen?.length === 1) bringIntoView(chosen[0]);
  showCharts();
}

// Take the colours of a key, or of the trials, and say which is which.
function colour(key) {
  view.groups = groupsOf(trials, key, axes);
  const {groups} = view, isLong = groups.length > FEW;
  for (const {colour, trials: own} of groups) for (const trial of own) trial.colour = colour;
  for (const group of isLong ? [] : groups) group.button = legendButton(group);
  place("legend").replaceChildren(...(isLong ? rainbow(groups) : groups.map(({button}) => button)));
  choose(null);
}

function legendButton({text, colour, trials: own}) {
  const button = element("button", text);
  button.type = "button";
  button.style.setProperty("--colour", colour);
  button.onclick = () => choose(view.chosen === own ? null : own);
  return button;
}

// Return the first and the last of many colours, with all of them in between.
function rainbow(groups) {
  const bar = element("i"), some = Array.from({length: 13}, (_, i) => groups[Math.round(i * (groups.length - 1) / 12)]);
  bar.style.background = `linear-gradient(to right, ${some.map(({colour}) => colour).join(", ")})`;
  return [element("span", groups[0].text), bar, element("span", groups.at(-1).text)];
}

function showControls() {
  const names = ["trial", ...keys];
  place("colour").append(...names.map((name, i) => Object.assign(element("option", name), {value: i - 1})));
  place("colour").value = trials.length > MOST_HUES && keys.length ? 0 : -1;
  place("colour").onchange = take;
  place("far").onchange = () => { view.far = place("far").checked; showCharts(); };
  place("cut").hidden = !runs.some(run => run.curve.length) || lowestCurve(false) === lowestCurve(true) &&
    (!finished.length || lowestDot(false) === lowestDot(true));
  take();
}

function take() {
  const key = Number(place("colour").value);
  colour(key < 0 ? null : key);
}

function showSame() {
  place("same").append(...Object.entries(report.same).map(([key, value]) =>
    element("div", undefined, element("dt", key), element("dd", said(value)))));
}

showHead();
showTrials();
showControls();
showSame();
addEventListener("keydown", event => { if (event.key === "Escape") { choose(null); showTip(null); } });
document.querySelectorAll(".scroll").forEach(showMore);
