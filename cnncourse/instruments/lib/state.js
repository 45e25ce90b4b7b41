// @ts-check
// State as text: the same in an address, in a directive of the book and in Python's `parse`.

/** @typedef {{min?: number, max?: number, choices?: any[], shapes?: number[][]}} Limits */

/**
 * Write a value: true is 1, a list 1,2,3, a grid 1,2;3,4.
 * @param {any} value
 * @returns {string}
 */
export function writeValue(value) {
  if (typeof value === "boolean") return value ? "1" : "0";
  if (!Array.isArray(value)) return String(value);
  if (Array.isArray(value[0])) return value.map(writeValue).join(";");
  return value.map((number) => String(+Number(number).toFixed(6))).join(",");
}

/**
 * Read a value that is like another one; undefined if the text does not fit.
 * @param {string} text
 * @param {any} like
 * @param {Limits} limits
 * @returns {any}
 */
export function readValue(text, like, limits = {}) {
  if (typeof like === "boolean") return ["1", "true", "yes", "on"].includes(text.toLowerCase());
  if (typeof like === "string") return !limits.choices || limits.choices.includes(text) ? text : undefined;
  if (typeof like === "number") return within([Number(text)], limits) && text !== "" ? Number(text) : undefined;
  const rows = text.split(";").map((row) => row.split(",").map(Number));
  if (!within(rows.flat(), limits) || rows.some((row) => row.length !== rows[0].length)) return undefined;
  return Array.isArray(like[0]) ? rows : rows[0];
}

/**
 * @param {number[]} numbers
 * @param {Limits} limits
 */
function within(numbers, { min = -Infinity, max = Infinity, choices }) {
  return numbers.every((n) => Number.isFinite(n) && n >= min && n <= max && (!choices || choices.includes(n)));
}

/**
 * Write what differs from the initial state as `name.key=value&name.key=value`.
 * @param {string} name
 * @param {Record<string, any>} state
 * @param {Record<string, any>} initial
 * @returns {string}
 */
export function writeState(name, state, initial) {
  return Object.keys(initial)
    .filter((key) => writeValue(state[key]) !== writeValue(initial[key]))
    .map((key) => `${name}.${key}=${encodeURIComponent(writeValue(state[key])).replaceAll("%2C", ",").replaceAll("%3B", ";")}`)
    .join("&");
}

/**
 * Read an instrument's part of an address's fragment; what does not fit is left out.
 * @param {string} name
 * @param {string} fragment
 * @param {Record<string, any>} initial
 * @param {Record<string, Limits>} limits
 * @returns {Record<string, any>}
 */
export function readState(name, fragment, initial, limits = {}) {
  /** @type {Record<string, any>} */
  const state = {};
  for (const part of fragment.replace(/^#/, "").split("&")) {
    const [key, text] = split(part, "=");
    if (!key.startsWith(`${name}.`)) continue;
    const field = key.slice(name.length + 1);
    if (!Object.hasOwn(initial, field)) continue;
    const decoded = decode(text);
    const value = decoded === undefined ? undefined : readValue(decoded, initial[field], limits[field]);
    if (value !== undefined && sameShape(value, initial[field], limits[field])) state[field] = value;
  }
  return state;
}

/**
 * @param {string} text
 * @param {string} at
 * @returns {[string, string]}
 */
function split(text, at) {
  const place = text.indexOf(at);
  return place < 0 ? [text, ""] : [text.slice(0, place), text.slice(place + 1)];
}

/** @param {string} text */
function decode(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

/**
 * @param {any} value
 * @returns {number[]}
 */
export function shapeOf(value) {
  return Array.isArray(value) ? [value.length, ...shapeOf(value[0])] : [];
}

/**
 * @param {any} value
 * @param {any} like
 * @param {Limits} limits
 */
function sameShape(value, like, limits = {}) {
  const shapes = limits.shapes ?? [shapeOf(like)];
  return shapes.some((shape) => String(shape) === String(shapeOf(value)));
}
