"use strict";
// The ink of a drawing -> its digits, as bpnet/pictures/normalizing/separating.py tells them apart.
// A box has the rows and columns from its top and left to before its bottom and right.

// Return the lines of digits that the ink holds, each digit {ink, touching, box}; none if there are too
// many parts for digits.
function separated(ink, form) {
  const labels = labelled(ink, form.weak * largest(ink.data));
  const {parts, height} = measured(labels, form);
  if (parts.length > form.most) return [];
  const piece = ({members, box}) => {
    const margin = 1 + Math.floor(size(box) / 18);
    return {box, ink: cut(ink, labels, members, widenedBox(box, margin, ink)),
      touching: touching(cut(ink, labels, members, box), form)};
  };
  return lines(digits(parts, height, form), form).map(line => line.map(piece));
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
    const y = Math.floor(place / width), x = place % width;
    const part = parts[label - 1] ??= {label, area: 0, box: {top: y, left: x, bottom: y + 1, right: x + 1}};
    part.area++;
    part.box.left = Math.min(part.box.left, x);
    part.box.right = Math.max(part.box.right, x + 1);
    part.box.bottom = y + 1;
  });
  let half = parts.reduce((sum, {area}) => sum + area, 0) / 2;
  const {box} = parts.toSorted((a, b) => high(b.box) - high(a.box)).find(({area}) => (half -= area) <= 0);
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

// Say whether the part belongs to the digit: it is small and near, or both are halves of one.
function together(digit, part, height, form) {
  if (high(part) < form.small * height)
    return gap(digit, part) <= (commonColumns(digit, part) <= 0 ? form.beside : form.reach) * height;
  const both = around(digit, part);
  return gap(digit, part) <= form.reach * high(both)
    && commonColumns(digit, part) > form.above * Math.min(wide(digit), wide(part))
    && level(digit, part) < form.level
    && high(both) < form.slim * wide(both);
}

// Return how much of the lower one's height both boxes have in common.
function level(a, b) {
  return commonRows(a, b) / Math.min(high(a), high(b));
}

// Return the digits line by line: from left to right, each goes on with the line beside it.
function lines(digits, form) {
  const found = [];
  const beside = (line, {box}) => level(line.at(-1).box, box);
  const middle = ({box}) => box.left + box.right;
  for (const digit of digits.toSorted((a, b) => middle(a) - middle(b))) {
    const open = found.filter(line => beside(line, digit) > form.level);
    if (open.length) open.reduce((a, b) => beside(b, digit) > beside(a, digit) ? b : a).push(digit);
    else found.push([digit]);
  }
  const down = line => line.reduce((sum, {box}) => sum + box.top + box.bottom, 0) / line.length;
  return found.toSorted((a, b) => down(a) - down(b));
}

function widenedBox({top, left, bottom, right}, margin, {height, width}) {
  return {top: Math.max(0, top - margin), left: Math.max(0, left - margin),
    bottom: Math.min(height, bottom + margin), right: Math.min(width, right + margin)};
}

// Return the ink of a digit inside a box, with the weak ink there, and without the ink of others.
function cut({width, data}, labels, members, box) {
  const part = new Float64Array(high(box) * wide(box));
  for (let y = box.top, i = 0; y < box.bottom; y++)
    for (let x = box.left; x < box.right; x++, i++) {
      const label = labels.data[y * width + x];
      if (!label || members.has(label)) part[i] = data[y * width + x];
    }
  return {height: high(box), width: wide(box), data: part};
}

// Return whether a box of ink holds several digits that touch: they have more strokes across than one,
// are wider, fill more of their box, and in their middle is a column that meets hardly a stroke.
function touching({height, width, data}, form) {
  const strong = form.stroke * largest(data);
  const across = new Int32Array(height), down = new Int32Array(width);
  let filled = 0;
  for (let y = 0, i = 0; y < height; y++)
    for (let x = 0; x < width; x++, i++) {
      if (!(data[i] > strong)) continue;
      filled++;
      if (!x || !(data[i - 1] > strong)) across[y]++;
      if (!y || !(data[i - width] > strong)) down[x]++;
    }
  const strokes = across.reduce((sum, met) => sum + met, 0) / height;
  if (strokes < form.fewest) return false;
  const quarter = Math.floor(width / 4);
  const neck = Math.min(...down.subarray(quarter, width - quarter));
  return strokes + form.width * width / height + form.filled * filled / (height * width)
    - form.neck * neck > form.several;
}
