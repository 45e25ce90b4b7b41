import assert from "node:assert/strict";
import { test } from "node:test";
import * as net from "../../cnncourse/instruments/lib/network.js";
import { close, vectors } from "./check.mjs";

test("every layer's output is PyTorch's", () => {
  assert.ok(vectors.cases.length >= 4);
  for (const { name, network, images, scores, layers } of vectors.cases) {
    const read = net.readNetwork(network);
    images.forEach((image, i) => {
      const outputs = net.forward(read, image);
      close([...outputs.at(-1).data], scores[i], 1e-5, `${name}, image ${i}`);
      for (const [layer, values] of Object.entries(layers ?? {})) {
        const place = read.layers.findIndex((candidate) => candidate.name === layer);
        close([...outputs[place].data], values[i], 1e-5, `${name}, ${layer}, image ${i}`);
      }
    });
  }
});

test("a unit sees the pixels that can change it, no more and no fewer", () => {
  for (const { network, fields } of vectors.cases) {
    const read = net.readNetwork(network);
    for (const { layer, row, column, box } of fields ?? []) {
      const place = read.layers.findIndex((candidate) => candidate.name === layer);
      const { top, left, bottom, right } = net.receptiveField(read, place, row, column);
      assert.deepEqual([top, left, bottom, right], box, `${layer} ${row} ${column}`);
    }
  }
});

test("probabilities add up to 1, with a softmax at the end and without", () => {
  for (const { network, images } of vectors.cases) {
    const read = net.readNetwork(network);
    const shares = net.probabilities(read, net.forward(read, images[0]));
    close(shares.reduce((sum, share) => sum + share, 0), 1, 1e-6);
  }
});

test("scores of any size have a softmax", () => {
  close([...net.softmax([1000, 1000])], [0.5, 0.5]);
});

test("stages join a layer with what follows it", () => {
  const lenet = net.readNetwork(vectors.cases[0].network);
  const labels = net.stages(lenet).map(({ label, index, from }) => [label, lenet.layers[index].name, lenet.layers[from].name]);
  assert.deepEqual(labels, [
    ["C1", "C1.relu", "C1.conv"], ["S2", "S2", "S2"], ["C3", "C3.relu", "C3.conv"], ["S4", "S4", "S4"],
    ["C5", "C5.relu", "C5.conv"], ["F6", "relu", "F6"], ["output", "output", "output"],
  ]);
});

const small = () => structuredClone(vectors.small);
const wrong = {
  "another format": [(file) => (file.format = "onnx"), 'format: expected "cnncourse network", got "onnx"'],
  "a later version": [(file) => (file.version = 2), "version: expected 1, got 2"],
  "no layers": [(file) => (file.layers = []), "layers: expected a list with entries, got []"],
  "an input without channels": [(file) => (file.input = [8, 8]), "input: expected 3 integers of at least 1, got [8,8]"],
  "an unknown type": [(file) => (file.layers[1].type = "constructor"), /^layers\[1\]\.type: expected one of conv2d, .*, got "constructor"$/],
  "a name twice": [(file) => (file.layers[1].name = file.layers[0].name), /^layers\[1\]\.name: expected a name that no other layer has/],
  "an input that comes later": [(file) => (file.layers[0].inputs = ["1"]), /^layers\[0\]\.inputs\[0\]: expected "input" or an earlier layer, got "1"$/],
  "two inputs for a relu": [(file) => (file.layers[1].inputs = ["0", "0"]), "layers[1].inputs: expected 1 of them, got 2"],
  "a weight of another shape": [(file) => (file.layers[0].bias.shape = [3]), "layers[0].bias.shape: expected [4], got [3]"],
  "a kernel for other channels": [(file) => (file.layers[0].weight.shape = [4, 2, 3, 3]), "layers[0].weight.shape: expected [4,1,3,3], got [4,2,3,3]"],
  "an array beyond the data": [(file) => (file.layers[0].bias.offset = 1e6), /^layers\[0\]\.bias\.offset: expected room for 4 of the \d+ numbers in data, got 1000000$/],
  "no bias": [(file) => delete file.layers[0].bias, "layers[0].bias: expected an object, got nothing"],
  "a picture that is too large": [(file) => (file.input = [1, 4000, 4000]), /^layers: expected at most 10000000 units, got \d+$/],
  "half a stride": [(file) => (file.layers[0].stride = [0.5, 1]), "layers[0].stride: expected 2 integers of at least 1, got [0.5,1]"],
  "a kernel that is too large": [(file) => (file.input = [1, 2, 2]), 'layers[0]: expected a kernel that fits its input, got "an output of 0 pixels"'],
  "groups that do not divide": [(file) => (file.layers[0].groups = 3), "layers[0].groups: expected a divisor of 1 and 4, got 3"],
  "a dense layer on maps": [(file) => (file.layers[3].inputs = ["1"]), "layers[3].inputs: expected a flat list (after flatten), got [4,6,6]"],
  "names for other classes": [(file) => (file.classes = ["cat"]), "classes: expected 2 names, one for each score, got 1"],
  "another number type": [(file) => (file.dtype = "int8"), 'dtype: expected "float16" or "float32", got "int8"'],
  "data that are no base64": [(file) => (file.data = "?"), 'data: expected weights in base64, got "?"'],
  "a part of a number": [(file) => (file.data = "AAAA"), "data: expected a multiple of 4 bytes, got 3"],
  "weights that are no numbers": [(file) => (file.data = Buffer.from(new Float32Array(2000).fill(NaN).buffer).toString("base64")), "data, number 0: expected a finite number, got \"NaN\""],
  "a name that is a number": [(file) => (file.name = 3), "name: expected text, got 3"],
};
for (const [what, [change, message]] of Object.entries(wrong)) {
  test(`a file with ${what} is refused, by the field`, () => {
    const file = small();
    change(file);
    assert.throws(() => net.readNetwork(file), { name: "NetworkError", message });
  });
}

test("a file that is no JSON, or not an object, is refused", () => {
  assert.throws(() => net.parseNetwork("[1]"), { name: "NetworkError", message: "file: expected an object, got [1]" });
  assert.throws(() => net.parseNetwork("PK\u0003"), { name: "NetworkError", message: /^file: expected JSON/ });
  assert.equal(net.parseNetwork(JSON.stringify(vectors.small)).classes.length, 2);
});

test("an image of another size is refused", () => {
  assert.throws(() => net.forward(net.readNetwork(small()), [1, 2]), { message: "image: expected 1 x 8 x 8 = 64 numbers, got 2" });
});

test("half precision is read as it was written", () => {
  const { network, values } = vectors.half;
  const read = net.readNetwork(network);
  assert.deepEqual([...read.layers.at(-1).weight.data], values);
});
