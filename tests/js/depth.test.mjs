import assert from "node:assert/strict";
import { test } from "node:test";
import * as depth from "../../cnncourse/instruments/lib/depth.js";
import { close, vectors } from "./check.mjs";

test("the generator draws NumPy's numbers", () => {
  for (const [seed, uniform, normal] of vectors.draws) {
    const [one, other] = [depth.portableUniform(seed), depth.portableNormal(seed)];
    assert.deepEqual(uniform.map(one), uniform);
    close(normal.map(other), normal, 1e-12);
  }
});

test("signals and gradients are NumPy's, for every kind of network", () => {
  assert.ok(vectors.networks.length > 20);
  for (const { options, signal, gradient } of vectors.networks) {
    const found = depth.gradientByDepth(options);
    const relative = (got, wanted) => got.map((value, i) => value / wanted[i]);
    close(relative(found.signal, signal), signal.map(() => 1), 1e-6, JSON.stringify(options));
    close(relative(found.gradient, gradient), gradient.map(() => 1), 1e-6, JSON.stringify(options));
  }
});
