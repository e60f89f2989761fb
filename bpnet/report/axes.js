"use strict";
// The values of a key as places from 0 to 1 along an axis: numbers by their size, all else in order.

const FEW = 12;  // values that have a mark each, and colours that have a name each

// Return the axis of these values: its kind, its values in their order, the place of each, its marks,
// and `of`, which gives the number of a value among them.
function axisOf(values) {
  const known = new Map(values.map(value => [JSON.stringify(value), value]));
  const areNumbers = values.every(value => typeof value === "number");
  const order = Array.from(known.values());
  const axis = areNumbers ? axisOfNumbers(order.sort((a, b) => a - b)) : axisOfWords(order);
  const numbers = new Map(order.map((value, i) => [JSON.stringify(value), i]));
  return {...axis, values: order, of: value => numbers.get(JSON.stringify(value))};
}

function axisOfWords(words) {
  const places = words.map((_, i) => (i + 0.5) / words.length);
  return {kind: "words", places, marks: words.map((word, i) => ({text: said(word), at: places[i]}))};
}

function axisOfNumbers(numbers) {
  const kind = isSpread(numbers) ? "logarithmic" : "linear";
  const power = kind === "linear" ? Number : powers(numbers);
  const ends = [power(numbers[0]), power(numbers.at(-1))];
  const place = scale(ends[0] < ends[1] ? ends : [ends[0] - 1, ends[0] + 1], [0.08, 0.92]);
  const marked = numbers.length <= FEW ? numbers : (kind === "linear" ? ticks(numbers[0], numbers.at(-1), 6) : decades(numbers))
    .filter(number => number >= numbers[0] && number <= numbers.at(-1));
  return {kind, places: numbers.map(number => place(power(number))),
    marks: marked.map(number => ({text: said(number), at: place(power(number))}))};
}

// Whether numbers lie more evenly by their logarithms than by their size; a zero among them may be.
function isSpread(numbers) {
  const some = numbers.filter(number => number > 0);
  if (some.length < numbers.length - (numbers[0] === 0) || some.length < 3 || some.at(-1) < 5 * some[0]) return false;
  const askew = values => Math.abs((median(values) - values[0]) / (values.at(-1) - values[0]) - 0.5);
  return askew(some.map(Math.log)) < askew(some);
}

function median(sorted) {
  return (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2;
}

// Return the logarithm as a function. A zero, which has none, is as far below the others as these lie apart.
function powers(numbers) {
  const some = numbers.filter(number => number > 0).map(Math.log10);
  const step = Math.max((some.at(-1) - some[0]) / Math.min(some.length - 1, 6), 0.3);
  return number => number > 0 ? Math.log10(number) : some[0] - step;
}

// Return round numbers on an axis of logarithms: the fewer, the longer it is.
function decades(numbers) {
  const lowest = Math.log10(numbers.find(number => number > 0)), highest = Math.log10(numbers.at(-1));
  const digits = highest - lowest > 3 ? [1] : highest - lowest > 1.5 ? [1, 3] : [1, 2, 3, 5];
  const exponents = Array.from({length: Math.ceil(highest) - Math.floor(lowest) + 1}, (_, i) => Math.floor(lowest) + i);
  return [0, ...exponents.flatMap(exponent => digits.map(digit => +(digit * 10 ** exponent).toPrecision(3)))];
}

// Return the middles of labels side by side, as near as there is room to where they are wanted; null, if there is
// not room for all. A label is {at, half}: where it is wanted, and half its width.
function apart(labels, [left, right], gap) {
  const offsets = [0];  // from the first label, if all touch
  for (const [i, {half}] of labels.slice(1).entries()) offsets.push(offsets[i] + labels[i].half + gap + half);
  const free = labels.map(({at}, i) => at - offsets[i]);  // labels are apart where these do not fall
  const low = left + labels[0].half, high = right - labels.at(-1).half - offsets.at(-1);
  if (low > high) return null;
  return offsets.map((offset, i) => {
    const middle = (Math.max(...free.slice(0, i + 1)) + Math.min(...free.slice(i))) / 2;
    return offset + Math.min(Math.max(middle, low), high);
  });
}

// Return the text of a value, as --set takes it.
function said(value) {
  return Array.isArray(value) ? `[${value.join(", ")}]` : String(value);
}

// Return the lowest of some shares, but for those that lie far below the others, if these would be flat then.
function fence(shares) {
  const sorted = shares.toSorted((a, b) => a - b), middle = median(sorted), top = sorted.at(-1);
  const low = sorted.find(share => share >= middle - 3 * (top - middle));
  return top > low && top - sorted[0] > 3 * (top - low) ? low : sorted[0];
}
