import assert from "node:assert/strict";
import { test } from "node:test";
import { readState, writeState } from "../../cnncourse/instruments/lib/state.js";

const initial = { stride: 1, mode: "max", flip: false, kernel: [[0, 0], [0, 1]], taps: [1, 2], note: "" };
const limits = { stride: { min: 1, max: 4 }, mode: { choices: ["max", "average"] }, kernel: { min: -9, max: 9, shapes: [[2, 2], [1, 1]] } };

test("what is written is read again, and what has not changed is not written", () => {
  const state = { stride: 3, mode: "average", flip: true, kernel: [[1.5, -2], [0, 9]], taps: [1, 2], note: "a&b=c #ü" };
  const text = writeState("lab", state, initial);
  assert.ok(text.startsWith("lab.stride=3&lab.mode=average&lab.flip=1&lab.kernel=1.5,-2;0,9&"));
  assert.ok(!text.includes("taps"));
  const { taps, ...changed } = state;
  assert.deepEqual(readState("lab", `#${text}`, initial, limits), changed);
  assert.equal(writeState("lab", initial, initial), "");
});

test("another instrument's part and whatever does not fit are left out", () => {
  const fragment = "#other.stride=2&lab.stride=9&lab.mode=mean&lab.kernel=1,2;3&lab.taps=1,x&lab.nothing=1&lab.note=%E0%A4%A&anchor";
  assert.deepEqual(readState("lab", fragment, initial, limits), {});
  assert.deepEqual(readState("lab", "#lab.kernel=4", initial, limits), { kernel: [[4]] });
  assert.deepEqual(readState("lab", "#lab.stride=", initial, limits), {});
});
