"use strict";
// What every chart is made with: round numbers, scales, lines and texts.

const WIDE = 440, HIGH = 250;  // of a chart
const EDGE = {left: 52, right: 424, top: 18, bottom: 216};  // of what is drawn in it

// Return round numbers, so many or fewer steps apart, from below the lowest value to above the highest.
function ticks(low, high, steps) {
  const rough = (high - low) / steps || 0.1, power = 10 ** Math.floor(Math.log10(rough));
  const step = power * [1, 2, 5, 10].find(digit => digit * power >= rough * (1 - 1e-9));
  const first = Math.floor(low / step + 1e-9), last = Math.max(Math.ceil(high / step - 1e-9), first + 1);
  return Array.from({length: last - first + 1}, (_, i) => +((first + i) * step).toPrecision(12));
}

function scale([low, high], [from, to]) {
  return value => from + (to - from) * (value - low) / (high - low);
}

// Return a line across a chart, and its text at the left.
function grid(level, y, tick, {left, right} = EDGE) {
  return [drawn("line", {x1: left, x2: right, y1: y(level), y2: y(level), class: "grid"}),
    label(tick(level), left - 8, y(level) + 4, "end")];
}

function label(text, x, y, anchor) {
  return Object.assign(drawn("text", {x, y, "text-anchor": anchor}), {textContent: text});
}

// Return the text of a share at an axis: so many digits as it has.
function share(value) {
  return `${+(100 * value).toFixed(4)} %`;
}

// Return a number with so many digits after the point as Python rounds it: a half to the even digit.
function rounded(number, digits) {
  const exact = number.toFixed(digits + 50), down = exact.slice(0, -50).replace(/\.$/, "");
  return /50{49}$/.test(exact) && "02468".includes(down.at(-1)) ? down : number.toFixed(digits);
}

function drawn(name, attributes) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}
