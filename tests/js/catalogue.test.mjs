import assert from "node:assert/strict";
import { test } from "node:test";
import * as catalogue from "../../cnncourse/instruments/lib/catalogue.js";
import { vectors } from "./check.mjs";

const { data, tables } = vectors;

test("layers unfold to what PyTorch has", () => {
  for (const network of data.networks) {
    const found = catalogue.layersOf(data, network).map((layer) => Object.values(layer));
    assert.deepEqual(found, tables[network.name]);
  }
});

test("a search keeps the layers with all its words, an order puts the largest first", () => {
  const layers = catalogue.layersOf(data, data.networks.find(({ name }) => name === "mobilenet_v3_small"));
  const grouped = catalogue.chooseLayers(layers, "GROUPS 5 × 5", "parameters");
  assert.ok(grouped.length > 3);
  assert.ok(grouped.every(({ detail }) => /^5 x 5.* groups$/.test(detail)));
  assert.ok(grouped.every(({ parameters }, i) => i === 0 || parameters <= grouped[i - 1].parameters));
  assert.deepEqual(catalogue.chooseLayers(layers, "", "network"), layers);
  assert.deepEqual(catalogue.chooseLayers(layers, "no such layer", "network"), []);
});

test("networks are found by name and author, and sorted", () => {
  const names = (found) => found.map(({ name }) => name);
  assert.deepEqual(names(catalogue.chooseNetworks(data.networks, "lecun 5", "registry")), ["lenet5_1998"]);
  assert.equal(names(catalogue.chooseNetworks(data.networks, "", "multiply_adds")).at(-1), "vgg11");
  const errors = catalogue.chooseNetworks(data.networks, "", "error").map(({ released }) => released?.[0] ?? 100);
  assert.deepEqual(errors, [...errors].sort((one, other) => one - other));
  assert.deepEqual(names(catalogue.chooseNetworks(data.networks, "", "registry")), names(data.networks));
});
