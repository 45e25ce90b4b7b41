import assert from "node:assert/strict";
import { test } from "node:test";
import * as fields from "../../cnncourse/instruments/lib/fields.js";
import { close, vectors } from "./check.mjs";

test("fields, weights and their core are the package's, for every stack", () => {
  assert.ok(vectors.stacks.length > 15);
  for (const { layers, sizes, jumps, starts, weights, core } of vectors.stacks) {
    const stack = fields.readLayers(layers);
    const found = fields.receptiveField(stack);
    assert.deepEqual(found.map(({ size }) => size), sizes, layers);
    assert.deepEqual(found.map(({ jump }) => jump), jumps, layers);
    assert.deepEqual(found.map(({ start }) => start), starts, layers);
    close([...fields.effectiveField(stack)], weights, 1e-9, layers);
    assert.equal(fields.coreWidth(fields.effectiveField(stack), vectors.share), core, layers);
  }
});

test("text and layers are two forms of the same", () => {
  for (const { layers } of vectors.stacks) assert.equal(fields.writeLayers(fields.readLayers(layers)), layers);
  assert.deepEqual(fields.readLayers("3, x, 0s2, 2s2"), fields.readLayers("3,2s2"));
});
