import assert from "node:assert/strict";
import { test } from "node:test";
import * as drawing from "../../cnncourse/instruments/lib/drawing.js";
import { close, vectors } from "./check.mjs";

test("ink becomes a picture as `as_mnist` makes it", () => {
  assert.ok(vectors.inks.length >= 8);
  for (const { ink, size, picture } of vectors.inks) {
    const got = drawing.asMnist(ink.flat(), ink.length, ink[0].length, size);
    close([...got], picture.flat(), 1e-6, `${ink.length} x ${ink[0].length} to ${size}`);
  }
});

test("strokes are read as they were written", () => {
  const strokes = [[[0, 0], [511, 511], [17, 300]], [[256, 128]]];
  const text = drawing.writeStrokes(strokes);
  assert.match(text, /^[\w-]{9}\.[\w-]{3}$/);
  assert.deepEqual(drawing.readStrokes(text), strokes);
  assert.deepEqual(drawing.readStrokes(""), []);
  assert.deepEqual(drawing.readStrokes("??.AAA?"), [[[0, 0]]]);
});

test("a dot is as large as the pen, and lies where it was set", () => {
  const ink = drawing.drawStrokes([[[256, 128]]], 7);
  const area = ink.reduce((sum, value) => sum + value, 0);
  close(area / (Math.PI * 14 * 14), 1, 0.01); // 7 pixels of 28 are 28 of 112: a radius of 14
  const place = (axis) => ink.reduce((sum, value, at) => sum + value * (axis(at) + 0.5), 0) / area;
  close([place((at) => at % 112), place((at) => Math.floor(at / 112))], [56, 28], 1e-9);
});

test("a line is as wide as the pen, and ink is not drawn twice", () => {
  const line = [[[64, 256], [448, 256]]];
  const once = drawing.drawStrokes(line, 2);
  close([...Array(112).keys()].reduce((sum, i) => sum + once[i * 112 + 56], 0), 8);
  assert.deepEqual(drawing.drawStrokes(line, 2, Float64Array.from(once)), once);
});

test("pictures are enlarged, moved and wiped out", () => {
  const picture = [1, 2, 3, 4];
  assert.deepEqual([...drawing.enlarge(picture, 2)], [1, 1, 2, 2, 1, 1, 2, 2, 3, 3, 4, 4, 3, 3, 4, 4]);
  assert.deepEqual([...drawing.shifted(picture, 1, 0)], [0, 0, 1, 2]);
  assert.deepEqual([...drawing.shifted(picture, 0, -1)], [2, 0, 4, 0]);
  assert.deepEqual([...drawing.shifted(picture, 5, 0)], [0, 0, 0, 0]);
  assert.deepEqual([...drawing.occluded(picture, 1, 1, 1)], [1, 2, 3, 0]);
  assert.deepEqual([...drawing.occluded(picture, 0, 0, 3)], [0, 0, 0, 0]);
});
