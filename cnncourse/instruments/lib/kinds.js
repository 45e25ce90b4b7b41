// @ts-check
// Convolutions of every kind, step by step: which inputs, weights and outputs meet in each step.
// Arrays are flat, with their shape beside them: (channels, ...positions).

/**
 * @typedef {object} Kind
 * @property {number[]} input shape: channels, then one size per axis
 * @property {number} outChannels
 * @property {number[]} kernel one size per axis
 * @property {number} [stride]
 * @property {number} [padding]
 * @property {number} [dilation]
 * @property {number} [groups]
 * @property {boolean} [transposed]
 */
/** @typedef {{input: number, weight: number, output: number}} Tap places in the flat arrays; input -1 is padding */
/** @typedef {{taps: Tap[]}} Step */

/** @param {number[]} shape */
export const count = (shape) => shape.reduce((a, b) => a * b, 1);

/**
 * Every index below a shape, the last axis fastest.
 * @param {number[]} shape
 * @returns {number[][]}
 */
export function indices(shape) {
  return shape.reduce((/** @type {number[][]} */ all, size) => all.flatMap((head) => Array.from({ length: size }, (_, k) => [...head, k])), [[]]);
}

/** The place of an index in a flat array, -1 outside. @param {number[]} index @param {number[]} shape */
export function flat(index, shape) {
  if (index.some((at, axis) => at < 0 || at >= shape[axis])) return -1;
  return index.reduce((place, at, axis) => place * shape[axis] + at, 0);
}

/** Shape of the weights: as PyTorch's, (out, in / groups, ...) and (in, out / groups, ...) when transposed. @param {Kind} kind */
export function weightShape({ input, outChannels, kernel, groups = 1, transposed = false }) {
  return transposed ? [input[0], outChannels / groups, ...kernel] : [outChannels, input[0] / groups, ...kernel];
}

/** @param {Kind} kind @returns {number[]} channels, then one size per axis */
export function outputShape({ input, outChannels, kernel, stride = 1, padding = 0, dilation = 1, transposed = false }) {
  const sizes = kernel.map((k, axis) => {
    const span = dilation * (k - 1) + 1;
    const size = input[axis + 1];
    return transposed ? (size - 1) * stride + span - 2 * padding : Math.floor((size + 2 * padding - span) / stride) + 1;
  });
  return [outChannels, ...sizes];
}

/**
 * The steps of a convolution: one for each output, or, transposed, one for each input.
 * @param {Kind} kind
 * @returns {Step[]}
 */
export function steps(kind) {
  return indices(kind.transposed ? kind.input : outputShape(kind)).map((index) => ({ taps: kind.transposed ? stamp(kind, index) : gather(kind, index) }));
}

/** What one output collects. @param {Kind} kind @param {number[]} index @returns {Tap[]} */
function gather(kind, [channel, ...place]) {
  const { input, outChannels, kernel, stride = 1, padding = 0, dilation = 1, groups = 1 } = kind;
  const [shape, weights] = [outputShape(kind), weightShape(kind)];
  const first = Math.floor(channel / (outChannels / groups)) * weights[1];
  return indices([weights[1], ...kernel]).map(([c, ...tap]) => ({
    input: flat([first + c, ...place.map((at, axis) => at * stride - padding + tap[axis] * dilation)], input),
    weight: flat([channel, c, ...tap], weights),
    output: flat([channel, ...place], shape),
  }));
}

/** What one input adds to the outputs. @param {Kind} kind @param {number[]} index @returns {Tap[]} */
function stamp(kind, [channel, ...place]) {
  const { input, outChannels, kernel, stride = 1, padding = 0, dilation = 1, groups = 1 } = kind;
  const [shape, weights] = [outputShape(kind), weightShape(kind)];
  const first = Math.floor(channel / (input[0] / groups)) * (outChannels / groups);
  return indices([weights[1], ...kernel])
    .map(([c, ...tap]) => ({
      input: flat([channel, ...place], input),
      weight: flat([channel, c, ...tap], weights),
      output: flat([first + c, ...place.map((at, axis) => at * stride - padding + tap[axis] * dilation)], shape),
    }))
    .filter((tap) => tap.output >= 0);
}

/**
 * The output after the first steps; what no step has reached is undefined.
 * @param {Step[]} done
 * @param {number[]} x
 * @param {number[]} weight
 * @param {number} size
 * @returns {Array<number | undefined>}
 */
export function accumulate(done, x, weight, size) {
  /** @type {Array<number | undefined>} */
  const output = Array(size).fill(undefined);
  for (const { taps } of done) {
    for (const tap of taps) output[tap.output] = (output[tap.output] ?? 0) + (tap.input < 0 ? 0 : x[tap.input]) * weight[tap.weight];
  }
  return output;
}
