"use strict";
// A drawing's digits in MNIST's own form, as bpnet/pictures/normalizing/ makes them. In a photograph the
// paper has to be found first; that of a canvas is pure white, so what a pixel lacks of white is ink.
// A picture is {height, width, data}, row by row; `form` holds the constants of those modules.

// Return the digits of a canvas's ImageData, line by line, from left to right; none if there is no ink
// in it. A digit is {image, touching, height, width}: its side x side bytes in MNIST's form, whether it is
// several digits that touch, and how many pixels of the canvas it is high and wide.
function normalized(drawing, form) {
  const ink = inkOf(drawing);
  const scale = Math.min(1, form.largest / Math.max(ink.height, ink.width));
  const small = scaled(ink, scale);
  if (largest(small.data) < form.faintest) return [];
  return separated(small, form).map(line => line.map(({ink, touching, box}) => (
    {image: fitted(ink, form), touching, height: (box.bottom - box.top) / scale,
      width: (box.right - box.left) / scale})));
}

// Return how far each pixel is from white. The pen is black, so red stands for all three colours.
function inkOf({height, width, data}) {
  const ink = new Float64Array(height * width);
  for (let i = 0; i < ink.length; i++) ink[i] = 255 - data[4 * i];
  return {height, width, data: ink};
}

// Return the picture at another size: each new pixel is the mean of what it covers.
function scaled({height, width, data}, scale) {
  const high = Math.max(1, Math.floor(height * scale + 0.5));
  const wide = Math.max(1, Math.floor(width * scale + 0.5));
  const half = new Float64Array(high * width);
  for (const [y, old, share] of shares(height, high))
    for (let x = 0; x < width; x++) half[y * width + x] += share * data[old * width + x];
  const whole = new Float64Array(high * wide);
  for (const [x, old, share] of shares(width, wide))
    for (let y = 0; y < high; y++) whole[y * wide + x] += share * half[y * width + old];
  return {height: high, width: wide, data: whole};
}

// Return [new, old, share] for each old pixel that a new one covers, and with what share of itself.
// The division comes last, so that edges that meet do so exactly: white stays white, to the last bit.
function shares(old, fresh) {
  const found = [];
  for (let i = 0; i < fresh; i++) {
    const from = i * old / fresh, to = (i + 1) * old / fresh;
    for (let pixel = Math.floor(from); pixel < Math.min(old, to); pixel++) {
      const part = Math.min(to, pixel + 1) - Math.max(from, pixel);
      found.push([i, pixel, part * (fresh / old)]);
    }
  }
  return found;
}

// Return the ink of one digit as side x side bytes: strong ink, and an edge of weak ink round it. The
// edge is no wider than a pixel of MNIST.
function fitted(ink, form) {
  const levels = [strongest(ink, true), strongest(ink, false)];
  const most = largest(ink.data);
  const ends = levels.map(some => strong(some, form.weak * most));
  const longer = Math.max(...ends.map(([start, end]) => end - start));
  const edge = Math.max(1, Math.floor(longer / (form.box - 2)));
  const box = inside(ink, ...ends.map((pair, i) => widened(pair, levels[i], edge, form.trace * most)));
  const digit = scaled(box, form.box / Math.max(box.height, box.width));
  const brighter = 255 / largest(digit.data);
  return centred(thickened({...digit, data: digit.data.map(level => level * brighter)}, form), form);
}

// Return the largest level of each row, or of each column.
function strongest({height, width, data}, along) {
  const found = new Float64Array(along ? height : width);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const place = along ? y : x;
      found[place] = Math.max(found[place], data[y * width + x]);
    }
  return found;
}

function strong(levels, weak) {
  return [levels.findIndex(level => level > weak), levels.findLastIndex(level => level > weak) + 1];
}

function widened([start, end], levels, edge, trace) {
  for (; edge > 0; edge--) {
    if (start > 0 && levels[start - 1] > trace) start--;
    if (end < levels.length && levels[end] > trace) end++;
  }
  return [start, end];
}

function inside({width, data}, [top, bottom], [left, right]) {
  const part = new Float64Array((bottom - top) * (right - left));
  for (let y = top; y < bottom; y++)
    part.set(data.subarray(y * width + left, y * width + right), (y - top) * (right - left));
  return {height: bottom - top, width: right - left, data: part};
}

// Return the digit; if its strokes are thinner than MNIST's, brighter and thicker ones.
function thickened({height, width, data}, {thin, full, weak}) {
  const at = (y, x) => y < 0 || x < 0 || y >= height || x >= width ? 0 : data[y * width + x];
  const missing = thin - 2 * data.reduce((sum, level) => sum + level, 0) / outline(height, width, at);
  if (missing <= 0) return {height, width, data};
  const inked = data.filter(level => level > weak * 255).sort();
  const brighter = 255 / inked[Math.floor(full * inked.length)];
  const wider = data.map((level, i) => {
    const y = Math.floor(i / width), x = i % width;
    const beside = Math.max(at(y - 1, x), at(y + 1, x), at(y, x - 1), at(y, x + 1));
    return Math.min(255, brighter * Math.max(level, Math.min(1, missing) * beside));
  });
  return {height, width, data: wider};
}

// Return how long the outline of the ink is, its steps counted down and across.
function outline(height, width, at) {
  let sum = 0;
  for (let y = 0; y <= height; y++)
    for (let x = 0; x <= width; x++)
      sum += Math.abs(at(y, x) - at(y - 1, x)) + Math.abs(at(y, x) - at(y, x - 1));
  return sum;
}

// Return the image with the digit in it, its centre of mass at the centre.
function centred(digit, {side, centre}) {
  const [top, left] = starts(digit, side, centre);
  const image = new Uint8Array(side * side);
  digit.data.forEach((level, i) => {
    const y = top + Math.floor(i / digit.width), x = left + i % digit.width;
    image[y * side + x] = Math.floor(level + 0.5);
  });
  return image;
}

// Return where the digit begins, down and across, so that its centre of mass is at the centre, if it fits.
function starts({height, width, data}, side, centre) {
  let mass = 0, down = 0, across = 0;
  data.forEach((level, i) => {
    mass += level;
    down += level * Math.floor(i / width);
    across += level * (i % width);
  });
  const begin = (moment, length) =>
    Math.min(Math.max(Math.floor(centre - moment / mass + 0.5), 0), side - length);
  return [begin(down, height), begin(across, width)];
}

function largest(levels) {
  let most = 0;
  for (const level of levels) if (level > most) most = level;
  return most;
}
