"use strict";
// A drawing in MNIST's own form, as bpnet/pictures.py makes it, and this run's network on it.
// A picture is {height, width, data}, its levels row by row from 0, black, to 255, white.

const SIDE = 28, BOX = 20, CENTRE = 14;
const LARGEST = 200, ROUNDS = 8, FAINTEST = 12, STRONG = 0.4, NOISE = 4;

// Return the 784 levels of a picture in MNIST's form, or null if there is no ink in it.
function normalized(picture) {
  const small = scaled(picture, Math.min(1, LARGEST / Math.max(picture.height, picture.width)));
  if (!isDark(small)) small.data = small.data.map(level => 255 - level);
  const ink = {...small, data: inkOf(small)};
  if (!ink.data.some(level => level > 0)) return null;
  const box = cut(ink, extent(ink, true), extent(ink, false));
  const digit = scaled(box, BOX / Math.max(box.height, box.width));
  const most = Math.max(...digit.data);
  digit.data = digit.data.map(level => level * (255 / most));
  const top = start(digit, true), left = start(digit, false);
  const image = new Uint8Array(SIDE * SIDE);
  for (let y = 0; y < digit.height; y++)
    for (let x = 0; x < digit.width; x++)
      image[(top + y) * SIDE + left + x] = Math.floor(digit.data[y * digit.width + x] + 0.5);
  return image;
}

// Return the picture at another size: each new pixel is the mean of what it covers.
function scaled({height, width, data}, scale) {
  const high = Math.max(1, Math.floor(height * scale + 0.5));
  const wide = Math.max(1, Math.floor(width * scale + 0.5));
  const rows = shares(height, high), columns = shares(width, wide);
  const half = new Float64Array(high * width);
  rows.forEach((row, y) => row.forEach(([old, share]) => {
    for (let x = 0; x < width; x++) half[y * width + x] += share * data[old * width + x];
  }));
  const whole = new Float64Array(high * wide);
  columns.forEach((column, x) => column.forEach(([old, share]) => {
    for (let y = 0; y < high; y++) whole[y * wide + x] += share * half[y * width + old];
  }));
  return {height: high, width: wide, data: whole};
}

// Return for each new pixel of a row which old ones it covers, and with what share of itself.
function shares(old, fresh) {
  return Array.from({length: fresh}, (_, i) => {
    const from = i * (old / fresh), to = (i + 1) * (old / fresh), covered = [];
    for (let pixel = Math.floor(from); pixel < Math.min(old, to); pixel++) {
      const part = Math.min(to, pixel + 1) - Math.max(from, pixel);
      if (part > 0) covered.push([pixel, part * (fresh / old)]);
    }
    return covered;
  });
}

// Whether the border is nearer to the darkest than to the lightest there is.
function isDark({height, width, data}) {
  let sum = 0, count = 0, least = Infinity, most = -Infinity;
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const level = data[y * width + x];
      least = Math.min(least, level);
      most = Math.max(most, level);
      if (y === 0 || x === 0 || y === height - 1 || x === width - 1) { sum += level; count++; }
    }
  return sum / count * 2 < least + most;
}

// Return how far each level rises above the background, a quadratic surface, and 0 where that may
// be noise. What is not ink, and so background, is found in rounds, from the frame.
function inkOf({height, width, data}) {
  const depth = Math.floor(height / 8), breadth = Math.floor(width / 8);
  const surfaces = [];
  const paper = new Uint8Array(data.length);
  for (let row = 0; row < height; row++)
    for (let column = 0; column < width; column++) {
      const x = -1 + 2 * column / (width - 1), y = -1 + 2 * row / (height - 1);
      surfaces.push([1, x, y, x * x, x * y, y * y]);
      const inside = row >= depth && row < height - depth && column >= breadth && column < width - breadth;
      paper[row * width + column] = inside ? 0 : 1;
    }
  let rise, noise;
  for (let round = 0; round < ROUNDS; round++) {
    const weights = fitted(surfaces, data, paper);
    rise = data.map((level, i) => level - surfaces[i].reduce((sum, s, k) => sum + s * weights[k], 0));
    let squares = 0, count = 0;
    rise.forEach((r, i) => { if (paper[i]) { squares += r * r; count++; } });
    noise = Math.sqrt(squares / count);
    rise.forEach((r, i) => { paper[i] = r <= 2 * noise + 1e-6 ? 1 : 0; });
  }
  const ink = rise.map(r => r > Math.max(NOISE * noise, 1e-3) ? r : 0);
  const most = ink.reduce((a, b) => Math.max(a, b), 0);
  return most < Math.max(FAINTEST, 2 * NOISE * noise) ? ink.fill(0) : ink;
}

// Return the weights of the surfaces whose sum is nearest to the levels of the paper.
function fitted(surfaces, levels, paper) {
  const squares = Array.from({length: 6}, () => new Float64Array(7));
  let count = 0;
  surfaces.forEach((surface, i) => {
    if (!paper[i]) return;
    count++;
    for (let a = 0; a < 6; a++) {
      for (let b = 0; b < 6; b++) squares[a][b] += surface[a] * surface[b];
      squares[a][6] += surface[a] * levels[i];
    }
  });
  for (let a = 0; a < 6; a++) squares[a][a] += 1e-9 * count;
  for (let a = 0; a < 6; a++) {  // Gauss; the matrix is positive definite: no pivot is needed
    for (let b = a + 1; b < 6; b++) {
      const factor = squares[b][a] / squares[a][a];
      for (let c = a; c < 7; c++) squares[b][c] -= factor * squares[a][c];
    }
  }
  const weights = new Float64Array(6);
  for (let a = 5; a >= 0; a--) {
    let rest = squares[a][6];
    for (let b = a + 1; b < 6; b++) rest -= squares[a][b] * weights[b];
    weights[a] = rest / squares[a][a];
  }
  return weights;
}

// Return [from, to): strong ink, and what of the weak adjoins it, along rows or columns.
function extent({height, width, data}, along) {
  const strongest = new Float64Array(along ? height : width);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const place = along ? y : x;
      strongest[place] = Math.max(strongest[place], data[y * width + x]);
    }
  const most = Math.max(...strongest);
  let from = strongest.findIndex(ink => ink > STRONG * most);
  let to = strongest.findLastIndex(ink => ink > STRONG * most) + 1;
  while (from > 0 && strongest[from - 1] > 0) from--;
  while (to < strongest.length && strongest[to] > 0) to++;
  return [from, to];
}

function cut({width, data}, [top, bottom], [left, right]) {
  const part = new Float64Array((bottom - top) * (right - left));
  for (let y = top; y < bottom; y++)
    part.set(data.subarray(y * width + left, y * width + right), (y - top) * (right - left));
  return {height: bottom - top, width: right - left, data: part};
}

// Return where the digit begins, so that its centre of mass is at the centre, if it fits.
function start({height, width, data}, along) {
  let moment = 0, mass = 0;
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      moment += (along ? y : x) * data[y * width + x];
      mass += data[y * width + x];
    }
  const begin = Math.floor(CENTRE - moment / mass + 0.5);
  return Math.min(Math.max(begin, 0), SIDE - (along ? height : width));
}

// Return the bytes of an array that the page has as base64.
const bytes = text => Uint8Array.from(atob(text), letter => letter.charCodeAt(0));

// Affine, activation, Affine, ..., as in bpnet/network.py; one image at a time.
class Network {
  constructor({widths, activation, parameters}) {
    const flat = new Float32Array(bytes(parameters).buffer);
    this.activation = activation;
    this.affines = [];
    let place = 0;
    for (let i = 0; i + 1 < widths.length; i++) {
      const [D, M] = [widths[i], widths[i + 1]];
      this.affines.push({D, M, W: flat.subarray(place, place += D * M)});
    }
    for (const affine of this.affines) affine.b = flat.subarray(place, place += affine.M);
  }

  // Return the scores of an image x, and keep what the layers have passed on.
  predict(x) {
    this.passed = [x];
    this.affines.forEach((affine, i) => {
      let out = forward(affine, this.passed[i]);
      if (i + 1 < this.affines.length) out = out.map(a => this.activated(a));
      this.passed.push(out);
    });
    return this.passed.at(-1);
  }

  activated(a) {
    return this.activation === "relu" ? Math.max(a, 0) : 1 / (1 + Math.exp(-a));
  }

  // Return the gradient of one digit's score with respect to the pixels of the last image.
  gradient(digit) {
    let dout = new Float64Array(10);
    dout[digit] = 1;
    for (let i = this.affines.length - 1; i >= 0; i--) {
      const {D, M, W} = this.affines[i], dx = new Float64Array(D);
      for (let d = 0; d < D; d++)
        for (let m = 0; m < M; m++) dx[d] += dout[m] * W[d * M + m];
      const y = this.passed[i];
      if (i > 0) dx.forEach((g, d) => { dx[d] = g * this.slope(y[d]); });
      dout = dx;
    }
    return dout;
  }

  slope(y) {
    return this.activation === "relu" ? (y > 0 ? 1 : 0) : y * (1 - y);
  }
}

function forward({D, M, W, b}, x) {
  const out = Float64Array.from(b);
  for (let d = 0; d < D; d++)
    if (x[d]) for (let m = 0; m < M; m++) out[m] += x[d] * W[d * M + m];
  return out;
}

function softmax(scores) {
  const most = Math.max(...scores);
  const powers = scores.map(score => Math.exp(score - most));
  const sum = powers.reduce((a, b) => a + b);
  return powers.map(power => power / sum);
}
