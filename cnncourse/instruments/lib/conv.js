// @ts-check
// Convolution as cnncourse.layers computes it: loops, channels left to the caller.

/** @typedef {number[][]} Grid rows of numbers, all of one length */
/** @typedef {{stride?: number, padding?: number, dilation?: number}} Options */

/** @param {number} size @param {number} kernelSize @param {Options} options */
export function outputSize(size, kernelSize, { stride = 1, padding = 0, dilation = 1 } = {}) {
  return Math.floor((size + 2 * padding - dilation * (kernelSize - 1) - 1) / stride) + 1;
}

/**
 * A grid made from its indices.
 * @param {number} rows
 * @param {number} columns
 * @param {(i: number, j: number) => number} value
 * @returns {Grid}
 */
export function gridOf(rows, columns, value) {
  return Array.from({ length: rows }, (_, i) => Array.from({ length: columns }, (_, j) => value(i, j)));
}

/**
 * The pixels under the kernel at output (i, j); outside the image they are 0.
 * @param {Grid} x
 * @param {number} i
 * @param {number} j
 * @param {[number, number]} kernelSize
 * @param {Options} options
 * @returns {Grid}
 */
export function patch(x, i, j, [rows, columns], { stride = 1, padding = 0, dilation = 1 } = {}) {
  return gridOf(rows, columns, (m, n) => x[i * stride - padding + m * dilation]?.[j * stride - padding + n * dilation] ?? 0);
}

/**
 * Elementwise products.
 * @param {Grid} a
 * @param {Grid} b
 * @returns {Grid}
 */
export function products(a, b) {
  return a.map((row, m) => row.map((value, n) => value * b[m][n]));
}

/** @param {Grid} grid */
export function sum(grid) {
  return grid.flat().reduce((total, value) => total + value, 0);
}

/**
 * Cross-correlation, the "convolution" of deep learning: the kernel is not flipped.
 * @param {Grid} x
 * @param {Grid} weight
 * @param {Options} options
 * @returns {Grid}
 */
export function correlate2d(x, weight, options = {}) {
  const { stride = 1, padding = 0, dilation = 1 } = options;
  const [K_h, K_w] = [weight.length, weight[0].length];
  return gridOf(outputSize(x.length, K_h, options), outputSize(x[0].length, K_w, options), (i, j) => {
    let total = 0;
    for (let m = 0; m < K_h; m++) {
      const row = x[i * stride - padding + m * dilation];
      if (row) for (let n = 0; n < K_w; n++) total += (row[j * stride - padding + n * dilation] ?? 0) * weight[m][n];
    }
    return total;
  });
}

/**
 * The kernel after half a turn.
 * @param {Grid} weight
 * @returns {Grid}
 */
export function flip(weight) {
  return [...weight].reverse().map((row) => [...row].reverse());
}

/** Convolution as mathematics defines it. @param {Grid} x @param {Grid} weight @param {Options} options */
export function convolve2d(x, weight, options = {}) {
  return correlate2d(x, flip(weight), options);
}
