// @ts-check
// Pooling in square windows side by side, and with a blur before the map is thinned out.
import { gridOf } from "./conv.js";

/** @typedef {number[][]} Grid */

/**
 * The values of the window that starts at (i, j).
 * @param {Grid} x
 * @param {number} i
 * @param {number} j
 * @param {number} size
 */
function windowAt(x, i, j, size) {
  return x.slice(i, i + size).flatMap((row) => row.slice(j, j + size));
}

/** The largest value of each window. @param {Grid} x @param {number} size @param {number} stride @returns {Grid} */
export function maxPool(x, size, stride = size) {
  return gridOf(Math.floor((x.length - size) / stride) + 1, Math.floor((x[0].length - size) / stride) + 1, (i, j) => Math.max(...windowAt(x, i * stride, j * stride, size)));
}

/** The mean of each window. @param {Grid} x @param {number} size @returns {Grid} */
export function averagePool(x, size) {
  return gridOf(Math.floor(x.length / size), Math.floor(x[0].length / size), (i, j) => windowAt(x, i * size, j * size, size).reduce((a, b) => a + b, 0) / size ** 2);
}

/**
 * Max pooling at every place, then a blur, and only then every size-th place (Zhang 2019). The
 * weights are binomial; at the border those that lie inside are made to add up to 1.
 * @param {Grid} x
 * @param {number} size
 * @returns {Grid}
 */
export function blurPool(x, size) {
  const dense = maxPool(x, size, 1);
  const thinned = dense.map((row) => blurLine(row, size));
  const columns = thinned[0].map((_, j) => blurLine(thinned.map((row) => row[j]), size));
  return gridOf(columns[0].length, columns.length, (i, j) => columns[j][i]);
}

/** @param {number[]} line @param {number} size */
function blurLine(line, size) {
  const taps = binomial(size);
  return Array.from({ length: Math.floor((line.length + size - 1) / size) }, (_, at) => {
    let [total, weight] = [0, 0];
    taps.forEach((tap, t) => {
      const value = line[at * size + t - size / 2];
      if (value === undefined) return;
      total += tap * value;
      weight += tap;
    });
    return total / weight;
  });
}

/** Row n of Pascal's triangle. @param {number} n */
export function binomial(n) {
  let row = [1];
  for (let i = 0; i < n; i++) row = [1, ...row.slice(1).map((value, k) => value + row[k]), 1];
  return row;
}

/** @type {Record<string, (x: Grid, size: number) => Grid>} */
export const POOLS = { max: (x, size) => maxPool(x, size), average: averagePool, blur: blurPool };

/**
 * Move a map down by dy and to the right by dx; what comes in is 0.
 * @param {Grid} x
 * @param {number} dy
 * @param {number} dx
 * @returns {Grid}
 */
export function shift(x, dy, dx) {
  return gridOf(x.length, x[0].length, (i, j) => x[i - dy]?.[j - dx] ?? 0);
}
