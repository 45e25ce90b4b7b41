import assert from "node:assert/strict";
import { test } from "node:test";
import { accumulate, count, outputShape, steps, weightShape } from "../../cnncourse/instruments/lib/kinds.js";
import { close, vectors } from "./check.mjs";

test("all steps together make the output of the package's layers", () => {
  assert.ok(vectors.cases.length >= 20);
  for (const { kind, x, weight, shape, output } of vectors.cases) {
    assert.deepEqual(outputShape(kind), shape);
    assert.equal(count(weightShape(kind)), weight.length);
    const made = accumulate(steps(kind), x, weight, count(shape)).map((value) => value ?? 0);
    close(made, output, 1e-6, JSON.stringify(kind));
  }
});

test("a step is one output, or one input when transposed", () => {
  for (const { kind, shape } of vectors.cases) {
    const all = steps(kind);
    assert.equal(all.length, count(kind.transposed ? kind.input : shape));
    for (const { taps } of all) {
      assert.equal(new Set(taps.map((tap) => (kind.transposed ? tap.input : tap.output))).size <= 1, true);
    }
  }
});

test("what no step has reached is not yet there", () => {
  const { kind, x, weight, shape } = vectors.cases[0];
  const first = accumulate(steps(kind).slice(0, 1), x, weight, count(shape));
  assert.equal(first.filter((value) => value !== undefined).length, 1);
});
