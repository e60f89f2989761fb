"use strict";
// The values of a key as places from 0 to 1 along an axis: numbers by their size, all else in order.

const FEW = 12;  // values that have a mark each

// Return the axis of these values: its kind, its values in their order, where each is, and its marks.
function axisOf(values) {
  const known = new Map(values.map(value => [JSON.stringify(value), value]));
  if (values.some(value => typeof value !== "number")) return axisOfWords(Array.from(known.values()));
  const numbers = Array.from(known.values()).sort((a, b) => a - b);
  return isSpread(numbers) ? logarithmic(numbers) : linear(numbers);
}

function axisOfWords(words) {
  const keys = words.map(word => JSON.stringify(word));
  const at = value => (keys.indexOf(JSON.stringify(value)) + 0.5) / words.length;
  return {kind: "words", values: words, at, marks: words.map(word => ({text: said(word), at: at(word)}))};
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

function linear(numbers) {
  return axis("linear", numbers, value => value, ticks(numbers[0], numbers.at(-1), 6));
}

// Return an axis of logarithms. A zero, which has none, is as far below the others as these lie apart.
function logarithmic(numbers) {
  const some = numbers.filter(number => number > 0).map(Math.log10);
  const step = Math.max((some.at(-1) - some[0]) / Math.min(some.length - 1, 6), 0.3);
  const power = value => value > 0 ? Math.log10(value) : some[0] - step;
  const round = ticks(Math.floor(some[0]), Math.ceil(some.at(-1)), 12).filter(Number.isInteger)
    .flatMap(exponent => [1, 2, 5].map(digit => +(digit * 10 ** exponent).toPrecision(3)));
  return axis("logarithmic", numbers, power, some.length < numbers.length ? [0, ...round] : round);
}

// Return an axis along which `power` is even; many values have marks at round numbers only.
function axis(kind, numbers, power, round) {
  const ends = [power(numbers[0]), power(numbers.at(-1))];
  const at = scale(ends[0] < ends[1] ? ends : [ends[0] - 1, ends[0] + 1], [0.08, 0.92]);
  const marked = numbers.length > FEW ? round.filter(n => n >= numbers[0] && n <= numbers.at(-1)) : numbers;
  return {kind, values: numbers, at: value => at(power(value)),
    marks: marked.map(value => ({text: said(value), at: at(power(value))}))};
}

// Return the text of a value, as --set takes it.
function said(value) {
  return Array.isArray(value) ? `[${value.join(", ")}]` : String(value);
}

// Return below what share runs lie far below the others: as many times as the better half is wide.
function fence(shares) {
  const sorted = shares.toSorted((a, b) => a - b), middle = median(sorted), top = sorted.at(-1);
  const low = sorted.find(share => share >= middle - 3 * (top - middle));
  return middle < top ? low : sorted[0];
}
