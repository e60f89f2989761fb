"use strict";
// What speaks against an answer: the words of bpnet predict, and the measure of bpnet/evaluation/doubt.py.

const UNSURE = "unsure", TOUCHING = "digits that touch", STRANGE = "not like a digit", SMALL = "too small";

// Return what speaks against the answer to a piece of the drawing, or null. What is lower than `lowest`
// pixels of the paper is a dot or, if it is wide, a line. Without a measure, `strangeness` is null.
function doubtOf({touching, height, shares, strangeness}, lowest, {improbable, no_digit, limits}) {
  if (height < lowest) return touching ? STRANGE : SMALL;
  if (touching) return TOUCHING;
  if (strangeness === null) return Math.max(...shares) < improbable ? UNSURE : null;
  if (strangeness > no_digit) return STRANGE;
  return strangeness > 1 || Math.max(...shares) < limits[0] ? UNSURE : null;
}

// Return how strange an image of bytes is to the network that gives it these shares: how far its strokes
// are from the nearest plane of the digit it is taken for, as a multiple of the limit.
function strangenessOf(image, shares, {middles, axes, limits}) {
  const x = strokesOf(image), D = x.length, planes = middles.length / D, K = axes.length / middles.length;
  const digit = shares.indexOf(Math.max(...shares)), first = digit * planes / shares.length;
  const squares = Array.from({length: planes / shares.length}, (_, plane) => {
    const at = first + plane, z = x.map((value, d) => value - middles[at * D + d]);
    let square = product(z, z, 0);
    for (let k = at * K; k < (at + 1) * K; k++) square -= product(z, axes, k * D) ** 2;
    return square;
  });
  return Math.sqrt(Math.max(Math.min(...squares), 0)) / limits[1];
}

// Return the product of z with the numbers of W from a place on.
function product(z, W, place) {
  return z.reduce((sum, value, d) => sum + value * W[place + d], 0);
}

// Return how much edge of each of four directions is in each tile of an image, as bpnet/evaluation/strokes.py.
function strokesOf(image, tile = 4) {
  const side = Math.sqrt(image.length), tiles = side / tile, parts = new Float64Array(4 * tiles * tiles);
  const soft = blurred(image, side), wide = side + 2;
  for (let y = 0; y < side; y++) for (let x = 0; x < side; x++) {
    const at = (y + 1) * wide + x + 1;
    const across = soft[at + 1] - soft[at - 1], down = soft[at + wide] - soft[at - wide];
    const steep = Math.hypot(across, down) + 1e-6;
    const upright = (across ** 2 - down ** 2) / steep, slanted = 2 * across * down / steep;
    const place = Math.floor(y / tile) * tiles + Math.floor(x / tile);
    [upright, -upright, slanted, -slanted].forEach((edge, direction) => {
      parts[direction * tiles * tiles + place] += Math.max(edge, 0);
    });
  }
  const length = Math.sqrt(parts.reduce((sum, value) => sum + value, 0));
  return parts.map(value => Math.sqrt(value) / Math.max(length, 1e-6));
}

// Return the image with a border of one pixel, each pixel a sum of its neighbours, weighted (1, 2, 1) twice.
function blurred(image, side) {
  const wide = side + 2, sums = new Float64Array(wide * wide);
  for (let y = 0; y < side; y++) for (let x = 0; x < side; x++) {
    for (let i = -1; i < 2; i++) for (let j = -1; j < 2; j++) {
      sums[(y + 1 + i) * wide + x + 1 + j] += image[y * side + x] / 255 * (2 - Math.abs(i)) * (2 - Math.abs(j));
    }
  }
  return sums;
}
