"use strict";
// The colours of trials: by a key, or by the trial itself. A group is what has one colour.

const MOST_HUES = 8;  // that are told apart; above it they go from cold to warm
const SHADES = 32;  // between cold and warm

// Return the groups of trials by a key, or each alone, as {text, colour, trials}, in their order.
function groupsOf(trials, key, axes) {
  if (key === null) {
    return trials.map((trial, i) => ({text: `trial ${trial.number}`, trials: [trial],
      colour: trials.length > MOST_HUES ? warmth(1 - i / trials.length) : hue(i)}));
  }
  const {kind, values, places} = axes[key], few = kind === "words" && values.length <= MOST_HUES;
  const groups = values.map((value, i) => ({text: said(value), trials: [], colour: few ? hue(i) : warmth(places[i])}));
  for (const trial of trials) groups[trial.which[key]].trials.push(trial);
  return groups;
}

function hue(place) {
  return `var(--hue${place})`;
}

// Return a colour between cold, 0, and warm, 1.
function warmth(share) {
  return `color-mix(in oklch, var(--warm) ${Math.round(SHADES * share) * 100 / SHADES}%, var(--cold))`;
}
