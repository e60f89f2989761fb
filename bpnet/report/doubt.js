"use strict";
// What speaks against an answer: the words of bpnet predict, and the measure of bpnet/evaluation/doubt.py.

const UNSURE = "unsure", TOUCHING = "digits that touch", STRANGE = "not like a digit", SMALL = "too small";

// Return what speaks against the answer to a piece of the drawing, or null. What is smaller than `smallest`
// pixels of the paper is a dot.
function doubtOf({seen, touching, height, width, shares}, smallest, measure) {
  const share = Math.max(...shares), digit = shares.indexOf(share);
  if (Math.max(height, width) < smallest) return SMALL;
  if (touching) return TOUCHING;
  if (!measure.limits) return share < measure.improbable ? UNSURE : null;
  const strangeness = strangenessOf(seen, digit, measure);
  return strangeness > measure.unlike ? STRANGE : strangeness > 1 || share < measure.limits[0] ? UNSURE : null;
}

// Return how strange an image of bytes is as that digit: at most 1 is sure.
function strangenessOf(image, digit, measure) {
  const [, near, thin] = measure.limits;
  return Math.max(distanceOf(strokesOf(image, measure), digit, measure) / near, thicknessOf(image) / thin);
}

// Return how thick the strokes of an image of bytes are, in pixels: twice the ink, by its outline.
function thicknessOf(image) {
  const side = Math.sqrt(image.length), ink = image.reduce((sum, level) => sum + level, 0);
  const at = (y, x) => y < 0 || x < 0 || y >= side || x >= side ? 0 : image[y * side + x];
  return 2 * ink / Math.max(outline(side, side, at), 255);
}

// Return how far strokes x are from the nearest of the planes of a digit.
function distanceOf(x, digit, {planes, middles, axes}) {
  const K = axes.length / middles.length, row = (table, i) => table.subarray(i * x.length, (i + 1) * x.length);
  const squares = Array.from({length: planes}, (_, plane) => {
    const place = digit * planes + plane, middle = row(middles, place), z = x.map((value, d) => value - middle[d]);
    const along = Array.from({length: K}, (_, k) => dot(z, row(axes, place * K + k)));
    return dot(z, z) - dot(along, along);
  });
  return Math.sqrt(Math.max(Math.min(...squares), 0));
}

function dot(x, y) {
  return x.reduce((sum, value, d) => sum + value * y[d], 0);
}

// Return the strokes of an image of bytes: how much edge of each direction is in each of its tiles.
function strokesOf(image, {tile}) {
  const side = Math.sqrt(image.length), tiles = side / tile, found = new Float64Array(4 * tiles ** 2);
  const blurred = blur(image, side), at = (y, x) => blurred[(y + 1) * (side + 2) + x + 1];
  for (let y = 0; y < side; y++)
    for (let x = 0; x < side; x++) {
      const across = at(y, x + 1) - at(y, x - 1), down = at(y + 1, x) - at(y - 1, x);
      const steep = Math.hypot(across, down) + 1e-6, place = Math.floor(y / tile) * tiles + Math.floor(x / tile);
      const upright = (across ** 2 - down ** 2) / steep, slanted = 2 * across * down / steep;
      [upright, -upright, slanted, -slanted].forEach((edge, i) => found[i * tiles ** 2 + place] += Math.max(edge, 0));
    }
  const roots = found.map(Math.sqrt), length = Math.max(Math.sqrt(dot(roots, roots)), 1e-6);
  return roots.map(root => root / length);
}

// Return the image as numbers, a little blurred, with a pixel more on each side.
function blur(image, side) {
  const wide = side + 2, found = new Float64Array(wide * wide);
  image.forEach((level, place) => {
    const y = Math.floor(place / side), x = place % side;
    [1, 2, 1].forEach((down, i) => [1, 2, 1].forEach((across, j) => {
      found[(y + i) * wide + x + j] += down * across * level / 255;
    }));
  });
  return found;
}

// Return numbers of half precision, given as bytes.
function halves(bytes) {
  return Float32Array.from(new Uint16Array(bytes.buffer), bits => {
    const exponent = bits >> 10 & 31, rest = (bits & 1023) / 1024;
    const size = exponent ? (1 + rest) * 2 ** (exponent - 15) : rest * 2 ** -14;
    return bits >> 15 ? -size : size;
  });
}
