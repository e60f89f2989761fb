"use strict";
// The ink of a drawing -> its digits, as bpnet/pictures/normalizing/separating.py tells them apart.
// A box has the rows and columns from its top and left to before its bottom and right.

// Return the lines of digits that the ink holds, each digit {ink, touching, box}.
function separated(ink, form) {
  const labels = labelled(ink, form.weak * largest(ink.data));
  const {parts, height} = measured(labels, form);
  return lines(digits(parts, height, form), form).map(line => line.map(({members, box}) => (
    {ink: cut(ink, labels, members, box), touching: touching(box, form), box})));
}

// Return the number of its part for each pixel, from 1 and as they are met row by row; 0 for weak ink.
function labelled({height, width, data}, weak) {
  const labels = new Int32Array(height * width), open = [];
  let count = 0;
  const take = place => { labels[place] = count; open.push(place); };
  for (let first = 0; first < labels.length; first++) {
    if (labels[first] || !(data[first] > weak)) continue;
    count++;
    take(first);
    while (open.length) {
      const place = open.pop(), y = Math.floor(place / width), x = place % width;
      for (let i = Math.max(0, y - 1); i <= Math.min(height - 1, y + 1); i++)
        for (let j = Math.max(0, x - 1); j <= Math.min(width - 1, x + 1); j++)
          if (!labels[i * width + j] && data[i * width + j] > weak) take(i * width + j);
    }
  }
  return {height, width, data: labels};
}

// Return the parts that are no specks, and the height of the digits: half of the ink is in parts as high.
function measured({width, data}, form) {
  const parts = [];
  data.forEach((label, place) => {
    if (!label) return;
    const y = Math.floor(place / width), x = place % width, box = {top: y, left: x, bottom: y + 1, right: x + 1};
    const part = parts[label - 1] ??= {label, box, area: 0};
    part.box = around(part.box, box);
    part.area++;
  });
  let half = parts.reduce((sum, {area}) => sum + area, 0) / 2;
  const {box} = parts.toSorted((a, b) => high(a.box) - high(b.box)).find(({area}) => (half -= area) <= 0);
  return {parts: parts.filter(({box: own}) => size(own) > form.speck * high(box)), height: high(box)};
}

const high = ({top, bottom}) => bottom - top;
const wide = ({left, right}) => right - left;
const size = box => Math.max(high(box), wide(box));

function around(a, b) {
  return {top: Math.min(a.top, b.top), left: Math.min(a.left, b.left),
    bottom: Math.max(a.bottom, b.bottom), right: Math.max(a.right, b.right)};
}

// Return how many rows, or columns, two boxes have in common; below 0, how far apart they are.
const commonRows = (a, b) => Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
const commonColumns = (a, b) => Math.min(a.right, b.right) - Math.max(a.left, b.left);
const gap = (a, b) => -Math.min(commonRows(a, b), commonColumns(a, b));

// Return the digits: each part joins the nearest one that is higher, if they belong together.
function digits(parts, height, form) {
  const found = [];
  for (const {label, box} of parts.toSorted((a, b) => high(b.box) - high(a.box))) {
    const near = found.filter(digit => together(digit.box, box, height, form));
    if (near.length) {
      const digit = near.reduce((best, other) => gap(other.box, box) < gap(best.box, box) ? other : best);
      digit.members.add(label);
      digit.box = around(digit.box, box);
    } else found.push({members: new Set([label]), box});
  }
  return found.filter(({box}) => size(box) > form.dirt * height);
}

function together(digit, part, height, form) {
  if (high(part) < form.small * height) return gap(digit, part) <= form.reach * height;
  const narrower = Math.min(wide(digit), wide(part));
  return gap(digit, part) <= 0 && commonColumns(digit, part) > form.above * narrower;
}

// Return the digits line by line: from left to right, each goes on with the line beside it.
function lines(digits, form) {
  const found = [];
  const level = (line, {box}) => commonRows(line.at(-1).box, box) / Math.min(high(line.at(-1).box), high(box));
  const middle = ({box}) => box.left + box.right;
  for (const digit of digits.toSorted((a, b) => middle(a) - middle(b))) {
    const beside = found.filter(line => level(line, digit) > form.level);
    if (beside.length) beside.reduce((a, b) => level(b, digit) > level(a, digit) ? b : a).push(digit);
    else found.push([digit]);
  }
  const down = line => line.reduce((sum, {box}) => sum + box.top + box.bottom, 0) / line.length;
  return found.toSorted((a, b) => down(a) - down(b));
}

function touching(box, form) {
  return wide(box) > form.wide * high(box);
}

// Return the ink of a digit, with the weak ink round it, and without the ink of others.
function cut({height, width, data}, labels, members, box) {
  const margin = 1 + Math.floor(size(box) / 18);
  const top = Math.max(0, box.top - margin), bottom = Math.min(height, box.bottom + margin);
  const left = Math.max(0, box.left - margin), right = Math.min(width, box.right + margin);
  const part = new Float64Array((bottom - top) * (right - left));
  for (let y = top, i = 0; y < bottom; y++)
    for (let x = left; x < right; x++, i++) {
      const label = labels.data[y * width + x];
      if (!label || members.has(label)) part[i] = data[y * width + x];
    }
  return {height: bottom - top, width: right - left, data: part};
}
