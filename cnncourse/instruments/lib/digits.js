// @ts-check
// The stored digits of MNIST's test set, and a grid of them to choose from.
import { EXAMPLES } from "./examples.js";
import { asPicture } from "./maps.js";
import { t } from "./words.js";

const COLUMNS = 10; // a digit each; the rows below them hold those that the network reads wrong
const SIDE = 28;

const pixels = Uint8Array.from(atob(EXAMPLES.pixels), (character) => character.charCodeAt(0));
const perDigit = EXAMPLES.labels.findIndex((label) => label !== EXAMPLES.labels[0]);
const regular = COLUMNS * perDigit;

/** What people wrote. */
export const labels = EXAMPLES.labels;

/** @param {number} index */
export function exampleAt(index) {
  return Float64Array.from(pixels.subarray(index * SIDE * SIDE, (index + 1) * SIDE * SIDE), (byte) => byte / 255);
}

/** @param {number} row @param {number} column */
function indexAt(row, column) {
  return row < perDigit ? column * perDigit + row : regular + (row - perDigit) * COLUMNS + column;
}

/** @param {number} index @returns {[number, number]} */
function placeOf(index) {
  const rest = index - regular;
  return rest < 0 ? [index % perDigit, Math.floor(index / perDigit)] : [perDigit + Math.floor(rest / COLUMNS), rest % COLUMNS];
}

/**
 * Put the digits into a panel of their own.
 * @param {import("./ui.js").Shell} ui
 * @param {string} title
 * @param {(index: number) => void} choose
 */
export function digitGrid(ui, title, choose) {
  const thumbs = labels.map((_, i) => `url(${asPicture(exampleAt(i), SIDE, SIDE, { grey: true }).toDataURL()}) center / cover`);
  const panel = ui.panel(title);
  panel.classList.add("cnn-examples");
  ui.grid({
    label: t`Digits from MNIST's test set; the last row holds those that the network reads wrong`,
    into: panel,
    rows: () => perDigit + Math.ceil((labels.length - regular) / COLUMNS),
    columns: () => COLUMNS,
    size: 26,
    cursor: () => (ui.get("example") < 0 ? [0, 0] : placeOf(ui.get("example"))),
    move: (row, column) => {
      const index = indexAt(row, column);
      if (index < labels.length) choose(index);
    },
    cell: (row, column) => {
      const index = indexAt(row, column);
      const known = index < labels.length;
      return { background: known ? thumbs[index] : "none", say: known ? t`a ${labels[index]}` : t`empty`, mark: index === ui.get("example") ? "window" : "" };
    },
  });
}
