"use strict";
// What speaks against an answer: the words of bpnet predict, and the measure of bpnet/evaluation/doubt.py.

const UNSURE = "unsure", TOUCHING = "digits that touch", STRANGE = "not like a digit", SMALL = "too small";

// Return what speaks against the answer to a piece of the drawing, or null. What is lower than `lowest`
// pixels of the paper is a dot or, if it is wide, a line. Without a measure, `strangeness` is null.
function doubtOf({touching, height, shares, strangeness}, lowest, {improbable, limits}) {
  if (height < lowest) return touching ? STRANGE : SMALL;
  if (touching) return TOUCHING;
  if (strangeness === null) return Math.max(...shares) < improbable ? UNSURE : null;
  return strangeness > limits[1] ? STRANGE : strangeness > limits[0] ? UNSURE : null;
}

// Return how strange an image of bytes is to a network that has just classified it, by its measure.
function strangenessOf(image, network, shares, measure) {
  const share = Math.max(...shares), digit = shares.indexOf(share);
  return further("pixels", fromAfar(image, measure.smaller), digit, measure)
    + further("hidden", network.inputs.at(-1), digit, measure) - Math.log(Math.max(share, 1e-3));
}

// Return by how many standard deviations x is further from the plane of a digit than is usual in a space.
function further(space, x, digit, measure) {
  const [middle, axes, usual, spread] =
    ["middle", "axes", "usual", "spread"].map(name => measure[`${space}_${name}`]);
  const D = x.length, K = axes.length / middle.length;
  const z = Float64Array.from(x, (value, d) => value - middle[digit * D + d]), rest = z.slice();
  for (let k = digit * K; k < (digit + 1) * K; k++) {
    let along = 0;
    for (let d = 0; d < D; d++) along += z[d] * axes[k * D + d];
    for (let d = 0; d < D; d++) rest[d] -= along * axes[k * D + d];
  }
  const distance = Math.sqrt(rest.reduce((sum, value) => sum + value * value, 0));
  return (distance - usual[digit]) / spread[digit];
}

// Return S x S^T of a square image x of bytes, as numbers from 0 to 1.
function fromAfar(image, S) {
  const side = Math.sqrt(image.length);
  const x = {D: side, M: side, W: Float64Array.from(image, level => level / 255), b: new Float64Array(side)};
  const rows = Array.from({length: S.length / side}, (_, i) => S.subarray(i * side, (i + 1) * side));
  const blurred = rows.map(row => forward(x, row));
  return blurred.flatMap(columns => rows.map(row => columns.reduce((sum, value, j) => sum + value * row[j], 0)));
}
