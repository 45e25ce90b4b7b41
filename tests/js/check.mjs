// What the tests of the instruments' arithmetic share: vectors from NumPy, and numbers that are close.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";

export const vectors = JSON.parse(readFileSync(process.env.VECTORS, "utf-8"));

/** Nested numbers that agree to 1e-6, absolutely or relatively. */
export function close(got, wanted, tolerance = 1e-6, where = "") {
  if (!Array.isArray(wanted) && typeof wanted !== "object") {
    assert.ok(Math.abs(got - wanted) <= tolerance * Math.max(1, Math.abs(wanted)), `${where}: ${got}, NumPy has ${wanted}`);
    return;
  }
  assert.equal(got.length, wanted.length, `${where}: length`);
  wanted.forEach((value, i) => close(got[i], value, tolerance, `${where}[${i}]`));
}
