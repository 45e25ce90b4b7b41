import assert from "node:assert/strict";
import { test } from "node:test";
import * as scaling from "../../cnncourse/instruments/lib/scaling.js";
import { vectors } from "./check.mjs";

test("every scaled network costs what PyTorch counts, to the last parameter", () => {
  assert.equal(vectors.networks.length, 10);
  for (const [depth, width, imageSize, ...counts] of vectors.networks) {
    const { parameters, multiplyAdds, layers } = scaling.scaledCosts(vectors.table, { depth, width, imageSize });
    assert.deepEqual([parameters, multiplyAdds, layers].slice(0, counts.length), counts, `${depth} ${width} ${imageSize}`);
  }
});

test("the compound rule and the rounding of channels are the package's", () => {
  for (const [phi, depth, width, imageSize] of vectors.rule) {
    assert.deepEqual(scaling.compoundScaling(phi, vectors.table.bases), { depth, width, imageSize });
  }
  for (const [channels, rounded] of vectors.rounded) assert.equal(scaling.roundChannels(channels), rounded);
});
