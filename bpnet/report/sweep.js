"use strict";
// The trials and their runs, what is shown of them, and what is said at the head of the page.

const {keys, trials, runs, scored} = report;
const numbered = new Map(trials.map(trial => [trial.number, trial]));
const inOrder = trials.toSorted((a, b) => a.number - b.number);  // the trials are sorted from the best on
const axes = keys.map((_, key) => axisOf(inOrder.map(trial => trial.values[key])));
for (const trial of trials) Object.assign(trial, {which: trial.values.map((value, key) => axes[key].of(value)), runs: [], mean: mean(trial.shares)});
for (const run of runs) numbered.get(run.trial).runs.push(run);
const best = trials.find(trial => trial.is_best);
const accuracy = `${scored.join(" or ")} accuracy`;
const OVER = ["finished", "failed", "diverged", "changed"];  // how a run ends that is not to go on
const yet = runs.every(({status}) => OVER.includes(status)) ? "" : " yet";  // what has not come may still come
const view = {groups: [], far: false, chosen: null};  // chosen: the trials that are shown before all others

function mean(values) {
  return values.length ? values.reduce((sum, value) => sum + value, 0) / values.length : null;
}

// Return the mean of shares in per cent, of several with their standard deviation.
function spread(shares) {
  if (shares.length < 2) return shares.length ? percent(shares[0]) : "-";
  const middle = mean(shares);
  const deviation = Math.sqrt(shares.reduce((sum, share) => sum + (share - middle) ** 2, 0) / (shares.length - 1));
  return `${rounded(100 * middle, 2)} \u00b1 ${percent(deviation)}`;
}

// Return the settings of a trial in which it differs from others.
function settingsOf(trial) {
  return keys.map((key, i) => `${key}=${said(trial.values[i])}`);
}

// Return how many runs have each status, but for those that have finished.
function others(all) {
  const counts = new Map();
  for (const {status} of all) if (status !== "finished") counts.set(status, (counts.get(status) ?? 0) + 1);
  return Array.from(counts, ([status, count]) => `${whole(count)} ${status}`);
}

function showHead() {
  const finished = runs.filter(run => run.status === "finished").length;
  place("status").textContent = finished === runs.length ? `All ${whole(runs.length)} runs have finished.`
    : `${whole(finished)} of ${whole(runs.length)} runs have finished: ${others(runs).join(", ")}.`;
  const told = {
    ...best?.tests.length && {"test accuracy of the best": spread(best.tests)},
    ...best && {[`${accuracy} of the best`]: spread(best.shares)},
    runs: whole(runs.length),
    trials: whole(trials.length),
  };
  place("score").append(...Object.entries(told).map(([term, value]) =>
    element("div", undefined, element("dd", value), element("dt", term))));
  place("findings").append(...verdict().map(text => element("p", text)));
}

// Return what can be said of the best trial, and of those that may be as good.
function verdict() {
  if (!best) return [`Nothing is ranked: ${report.why_not}.`];
  const near = trials.filter(trial => trial.is_within_chance), compared = trials.filter(trial => trial.p !== null);
  const left = trials.filter(trial => !trial.is_best && trial.p === null);
  return [
    `Best: trial ${best.number}, ${settingsOf(best).join(", ")}.`,
    !near.length ? "All others are distinguishable from it."
      : `Not distinguishable from it: ${near.length === compared.length ? "all others" : numbers(near)}.`,
    ...report.seeds === 1 ? ["With one seed each, networks are compared, not settings."] : [],
    ...left.length ? [`Not ranked, as not all their runs have finished: ${numbers(left)}.`] : [],
    "Its validation accuracy is optimistic, as it was chosen by that. " +
      (best.tests.length ? "Its test accuracy is not." : "It has no test accuracy yet."),
  ];
}

// Return the numbers of trials, of very many the first ones.
function numbers(some) {
  const more = some.length > 30 ? ` and ${whole(some.length - 30)} more` : "";
  return some.slice(0, 30).map(trial => trial.number).join(", ") + more;
}
