import assert from "node:assert/strict";
import { test } from "node:test";
import * as conv from "../../cnncourse/instruments/lib/conv.js";
import { close, vectors } from "./check.mjs";

test("correlation and convolution are NumPy's, for every stride, padding and dilation", () => {
  assert.ok(vectors.cases.length > 20);
  for (const { x, weight, options, correlated, convolved } of vectors.cases) {
    close(conv.correlate2d(x, weight, options), correlated, 1e-6, JSON.stringify(options));
    close(conv.convolve2d(x, weight, options), convolved, 1e-6, JSON.stringify(options));
    assert.equal(conv.outputSize(x.length, weight.length, options), correlated.length);
  }
});

test("the products of each patch add up to the map", () => {
  for (const { x, weight, options, correlated } of vectors.cases) {
    const again = correlated.map((row, i) => row.map((_, j) => conv.sum(conv.products(conv.patch(x, i, j, [weight.length, weight[0].length], options), weight))));
    close(again, correlated);
  }
});
