// @ts-check
/** Signals and gradients of a deep dense network at its first step: `cnncourse.layers.depth`. */

const WIDTH = 16;
const BATCH = 16;
const CELLS = WIDTH * BATCH;
const EPS = 1e-5;

/**
 * @typedef {{ blocks: number, shortcuts: boolean, activation: string, norm: boolean,
 *   preactivation: boolean, gain: number, seed: number }} Options
 * A layer takes numbers of shape (BATCH, WIDTH) forward and their gradient back.
 * @typedef {{ forward: (x: Float64Array) => Float64Array,
 *   backward: (grad: Float64Array) => Float64Array }} Layer
 */

/** Numbers from 0 to below 1: Tommy Ettinger's mulberry32. @param {number} seed */
export function portableUniform(seed) {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Standard normal numbers, two uniform ones for each. @param {number} seed */
export function portableNormal(seed) {
  const uniform = portableUniform(seed);
  return () => {
    const radius = Math.sqrt(-2 * Math.log(1 - uniform()));
    return radius * Math.cos(2 * Math.PI * uniform());
  };
}

/**
 * Send a batch forward and a gradient back through a fresh network, and look after each block.
 * @param {Options} options
 * @returns {{ signal: number[], gradient: number[] }} root mean squares from the first block's input
 *   to the last block's output; the gradient's relative to what is put in at the end
 */
export function gradientByDepth(options) {
  const normal = portableNormal(options.seed);
  const draw = () => Float64Array.from({ length: CELLS }, normal);
  let x = /** @type {Float64Array} */ (draw());
  let grad = /** @type {Float64Array} */ (draw());
  const start = size(grad);
  const signal = [size(x)];
  const blocks = Array.from({ length: options.blocks }, () => {
    const layer = block(options, draw);
    x = layer.forward(x);
    signal.push(size(x));
    return layer;
  });
  const gradient = [1];
  for (const layer of blocks.reverse()) {
    grad = layer.backward(grad);
    gradient.unshift(size(grad) / start);
  }
  return { signal, gradient };
}

/** @param {Options} options @param {() => Float64Array} draw @returns {Layer} */
function block(options, draw) {
  const scale = options.gain * Math.sqrt(2 / WIDTH);
  const dense = () => weigh(draw().map((weight) => scale * weight));
  const norm = () => (options.norm ? [standardise()] : []);
  const act = () => activation(options.activation);
  const before = () => [...norm(), act(), dense()];
  const branch = options.preactivation
    ? [...before(), ...before()]
    : [dense(), ...norm(), act(), dense(), ...norm()];
  const after = options.preactivation ? [] : [act()];
  return chain([options.shortcuts ? around(chain(branch)) : chain(branch), ...after]);
}

/** @param {Layer[]} layers @returns {Layer} */
function chain(layers) {
  return {
    forward: (x) => layers.reduce((y, layer) => layer.forward(y), x),
    backward: (grad) => layers.reduceRight((g, layer) => layer.backward(g), grad),
  };
}

/** A shortcut around a layer. @param {Layer} inner @returns {Layer} */
function around(inner) {
  return {
    forward: (x) => inner.forward(x).map((y, i) => y + x[i]),
    backward: (grad) => inner.backward(grad).map((g, i) => g + grad[i]),
  };
}

/** A dense layer; weights in the order (output, input). @param {Float64Array} weight @returns {Layer} */
function weigh(weight) {
  return {
    forward: (x) => product(x, (input, output) => weight[output * WIDTH + input]),
    backward: (grad) => product(grad, (output, input) => weight[output * WIDTH + input]),
  };
}

/** @param {Float64Array} rows @param {(inner: number, column: number) => number} entry */
function product(rows, entry) {
  const result = new Float64Array(CELLS);
  for (let sample = 0; sample < CELLS; sample += WIDTH) {
    for (let column = 0; column < WIDTH; column++) {
      let sum = 0;
      for (let inner = 0; inner < WIDTH; inner++) sum += rows[sample + inner] * entry(inner, column);
      result[sample + column] = sum;
    }
  }
  return result;
}

/** Batch norm: each unit over the batch. @returns {Layer} */
function standardise() {
  let standard = new Float64Array(CELLS);
  const scale = new Float64Array(WIDTH);
  return {
    forward(x) {
      const mean = means((i) => x[i]);
      const variance = means((i) => (x[i] - mean[i % WIDTH]) ** 2);
      variance.forEach((v, unit) => (scale[unit] = 1 / Math.sqrt(v + EPS)));
      standard = x.map((value, i) => (value - mean[i % WIDTH]) * scale[i % WIDTH]);
      return standard;
    },
    backward(grad) {
      const mean = means((i) => grad[i]);
      const slope = means((i) => grad[i] * standard[i]);
      return grad.map((g, i) => {
        const unit = i % WIDTH;
        return scale[unit] * (g - mean[unit] - standard[i] * slope[unit]);
      });
    },
  };
}

/** A mean over the batch for each unit. @param {(cell: number) => number} value */
function means(value) {
  const sums = new Float64Array(WIDTH);
  for (let i = 0; i < CELLS; i++) sums[i % WIDTH] += value(i) / BATCH;
  return sums;
}

/** @param {string} name @returns {Layer} */
function activation(name) {
  let slope = new Float64Array(CELLS);
  const backward = (/** @type {Float64Array} */ grad) => grad.map((g, i) => g * slope[i]);
  if (name === "none") return chain([]);
  if (name === "tanh") {
    const forward = (/** @type {Float64Array} */ x) => {
      const y = x.map(Math.tanh);
      slope = y.map((value) => 1 - value * value);
      return y;
    };
    return { forward, backward };
  }
  const forward = (/** @type {Float64Array} */ x) => {
    slope = x.map((value) => (value > 0 ? 1 : 0));
    return x.map((value) => Math.max(0, value));
  };
  return { forward, backward };
}

/** Root mean square. @param {Float64Array} x */
function size(x) {
  return Math.sqrt(x.reduce((sum, value) => sum + value * value, 0) / x.length);
}
