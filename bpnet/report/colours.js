"use strict";
// The colours of trials: by a key, or by the trial itself; a group is what has one colour.

const MOST_HUES = 8;  // that are told apart; above it they go from cold to warm

// Return the groups of trials by a key, or each alone, as {text, colour, trials}, in their order.
function groupsOf(trials, key, axes) {
  if (key === null) {
    return trials.map((trial, i) =>
      ({text: `${trial.number}`, colour: trials.length > MOST_HUES ? warmth(1 - i / trials.length) : hue(i), trials: [trial]}));
  }
  const {kind, values, at} = axes[key];
  return values.map((value, i) => ({
    text: said(value),
    colour: kind === "words" && values.length <= MOST_HUES ? hue(i) : warmth(at(value)),
    trials: trials.filter(trial => JSON.stringify(trial.values[key]) === JSON.stringify(value)),
  }));
}

function hue(place) {
  return `var(--hue${place})`;
}

// Return a colour between cold, 0, and warm, 1.
function warmth(share) {
  return `color-mix(in oklch, var(--warm) ${(100 * share).toFixed(1)}%, var(--cold))`;
}
