import assert from "node:assert/strict";
import { test } from "node:test";
import { POOLS, binomial, shift } from "../../cnncourse/instruments/lib/pool.js";
import { close, vectors } from "./check.mjs";

test("every kind of pooling gives NumPy's numbers, before a move and after it", () => {
  for (const { x, mode, size, dy, dx, moved, pooled } of vectors.cases) {
    close(shift(x, dy, dx), moved);
    close(POOLS[mode](shift(x, dy, dx), size), pooled, 1e-6, `${mode} ${size}`);
  }
});

test("the blur's weights are rows of Pascal's triangle", () => {
  assert.deepEqual(binomial(2), [1, 2, 1]);
  assert.deepEqual(binomial(4), [1, 4, 6, 4, 1]);
});
