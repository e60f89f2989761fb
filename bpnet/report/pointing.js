"use strict";
// What is told of the point of a chart next to the pointer, and what a click there chooses.

const REACH = 24;  // in the units of a chart

// Return the point that is nearest to a place, within reach.
function nearest(points, x, y) {
  let found = null, least = REACH ** 2;
  for (const point of points) {
    const distance = (point.x - x) ** 2 + (point.y - y) ** 2;
    if (distance < least) [found, least] = [point, distance];
  }
  return found;
}

// Let a chart tell of its points, each of which has a run, and choose the trial of one that is clicked.
function pointed(svg, points) {
  const under = event => {
    const {left, top, width} = svg.getBoundingClientRect(), unit = svg.viewBox.baseVal.width / width;
    return nearest(points, (event.clientX - left) * unit, (event.clientY - top) * unit);
  };
  svg.onpointermove = event => showTip(under(event), event);
  svg.onpointerleave = () => showTip(null);
  svg.onclick = event => {
    const found = under(event);
    choose(found && [numbered.get(found.run.trial)]);
    showTip(found, event);
  };
}

// Show what a point is, beside the pointer.
function showTip(point, event) {
  const tip = place("tip");
  tip.hidden = !point;
  if (!point) return;
  const {run, share, epoch} = point, trial = numbered.get(run.trial);
  const lines = [...settingsOf(trial), `${percent(share)}${epoch ? ` in epoch ${epoch}` : ""}`];
  tip.replaceChildren(element("b", run.path), ...lines.map(line => element("div", line)));
  tip.style.left = `${Math.max(8, Math.min(event.clientX + 14, innerWidth - tip.offsetWidth - 8))}px`;
  const below = event.clientY + 18;
  tip.style.top = `${below + tip.offsetHeight < innerHeight ? below : event.clientY - tip.offsetHeight - 12}px`;
}
