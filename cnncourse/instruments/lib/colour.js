// @ts-check
// Colours of numbers: grey from 0 to 1, and orange and violet for signed values, in light and dark.

/** @typedef {[number, number, number]} Rgb */

/** @type {Record<"light" | "dark", {zero: Rgb, positive: Rgb, negative: Rgb}>} */
const SIGNED = {
  light: { zero: [247, 246, 244], positive: [214, 104, 13], negative: [94, 60, 153] },
  dark: { zero: [38, 40, 47], positive: [245, 150, 66], negative: [164, 128, 240] },
};

/**
 * Grey: 0 is black, 1 is white; values outside are clipped.
 * @param {number} value
 * @returns {Rgb}
 */
export function gray(value) {
  const level = Math.round(255 * Math.min(1, Math.max(0, value)));
  return [level, level, level];
}

/**
 * Orange above 0, violet below; `limit` is the value of the fullest colour.
 * @param {number} value
 * @param {number} limit
 * @param {boolean} dark
 * @returns {Rgb}
 */
export function signed(value, limit, dark) {
  const { zero, positive, negative } = SIGNED[dark ? "dark" : "light"];
  const share = limit > 0 ? Math.min(1, Math.abs(value) / limit) : 0;
  const end = value < 0 ? negative : positive;
  return /** @type {Rgb} */ (zero.map((from, i) => Math.round(from + share * (end[i] - from))));
}

/** @param {Rgb} rgb */
export function css([r, g, b]) {
  return `rgb(${r} ${g} ${b})`;
}

/**
 * Black or white, whichever can be read on a colour (WCAG's relative luminance).
 * @param {Rgb} rgb
 */
export function ink(rgb) {
  const [r, g, b] = rgb.map((c) => (c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b > 0.179 ? "#000" : "#fff";
}

/**
 * The largest absolute value in nested arrays, at least `least`.
 * @param {any} values
 * @param {number} least
 * @returns {number}
 */
export function largest(values, least = 0) {
  if (typeof values === "number") return Math.max(least, Math.abs(values));
  for (const value of values) least = largest(value, least);
  return least;
}

/**
 * A number with at most `digits` decimals and a real minus sign.
 * @param {number} value
 * @param {number} digits
 */
export function number(value, digits = 2) {
  const text = String(+Math.abs(value).toFixed(digits));
  return value < 0 && text !== "0" ? `−${text}` : text;
}
