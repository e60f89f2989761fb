"use strict";
// The run's network, as in bpnet/network.py: Affine, activation, Affine, ...; one image at a time.

// The activations that this script runs: y = apply(x), and dy/dx = slope(y).
const ACTIVATIONS = {
  relu: {apply: x => Math.max(x, 0), slope: y => y > 0 ? 1 : 0},
  sigmoid: {apply: x => 1 / (1 + Math.exp(-x)), slope: y => y * (1 - y)},
};

// Return the layers {D, M, W, b} in one array of parameters: first every W (D x M), then every b.
function affineLayers(widths, parameters) {
  let end = 0;
  const next = length => parameters.subarray(end, end += length);
  const layers = widths.slice(1).map((M, i) => ({D: widths[i], M, W: next(widths[i] * M)}));
  for (const layer of layers) layer.b = next(layer.M);
  return layers;
}

// Return what of a network the scripts do not know, such as "activation is tanh"; nothing if they can run it.
function unknownOf({activation, view}) {
  if (!Object.hasOwn(ACTIVATIONS, activation)) return `activation is ${activation}`;
  return viewOf(view) ? "" : `view is ${view}`;
}

class Network {
  constructor(affines, {activation, view}, form) {
    const unknown = unknownOf({activation, view});
    if (unknown) throw new Error(`no network here whose ${unknown}`);
    this.affines = affines;
    this.activation = ACTIVATIONS[activation];
    this.see = viewOf(view, form);  // of an image of bytes
  }

  // Return the probability of each digit, for an image of bytes.
  classify(image) {
    return this.classifySeen(this.see(image));
  }

  // Return the probability of each digit, for what the network sees of an image.
  classifySeen(seen) {
    return softmax(this.predict(Float64Array.from(seen, level => level / 255)));
  }

  // Return the scores of x, which is seen, and keep what goes into each Affine.
  predict(x) {
    this.inputs = [x];
    for (const affine of this.affines.slice(0, -1))
      this.inputs.push(forward(affine, this.inputs.at(-1)).map(this.activation.apply));
    return forward(this.affines.at(-1), this.inputs.at(-1));
  }

  // Return the gradient of one digit's score with respect to the pixels last seen.
  gradient(digit) {
    let dout = new Float64Array(this.affines.at(-1).M);
    dout[digit] = 1;
    for (let i = this.affines.length - 1; i > 0; i--) {
      const y = this.inputs[i];
      dout = backward(this.affines[i], dout).map((dy, d) => dy * this.activation.slope(y[d]));
    }
    return backward(this.affines[0], dout);
  }
}

// Return x W + b.
function forward({D, M, W, b}, x) {
  const out = Float64Array.from(b);
  for (let d = 0; d < D; d++)
    if (x[d]) for (let m = 0; m < M; m++) out[m] += x[d] * W[d * M + m];
  return out;
}

// Return dout W^T.
function backward({D, M, W}, dout) {
  const dx = new Float64Array(D);
  for (let d = 0; d < D; d++) {
    let sum = 0;
    for (let m = 0; m < M; m++) sum += dout[m] * W[d * M + m];
    dx[d] = sum;
  }
  return dx;
}

function softmax(scores) {
  const most = Math.max(...scores);
  const powers = scores.map(score => Math.exp(score - most));
  const sum = powers.reduce((a, b) => a + b);
  return powers.map(power => power / sum);
}
