import assert from "node:assert/strict";
import { test } from "node:test";
import { compact, grouped, power, short } from "../../cnncourse/instruments/lib/chart.js";
import { vectors } from "./check.mjs";

test("counts are written as Python groups them", () => {
  for (const [count, text] of vectors.grouped) assert.equal(grouped(count), text);
});

test("large counts get three digits and a unit, whatever their size", () => {
  const cases = [[0, "0"], [7, "7"], [999, "999"], [999.6, "1 k"], [61706, "61.7 k"], [25557032, "25.6 M"], [999999999, "1 G"], [15470264320, "15.5 G"], [2e12, "2 T"]];
  for (const [count, text] of cases) assert.equal(compact(count), text);
});

test("powers of ten and small or large numbers read as people write them", () => {
  assert.deepEqual([1e-3, 0.1, 1, 1000, 1e4, 1e12].map(power), ["10⁻³", "10⁻¹", "1", "1000", "10⁴", "10¹²"]);
  assert.deepEqual([0, 67.6352, 0.00123456, 145971.9, 3.2e-15].map(short), ["0", "67.64", "0.001235", "1.46 × 10⁵", "3.20 × 10⁻¹⁵"]);
});
