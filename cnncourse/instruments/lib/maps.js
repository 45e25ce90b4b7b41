// @ts-check
// Feature maps side by side on a canvas, each unit a square; where a unit is, and which one a place is.
import { gray, largest, signed } from "./colour.js";

/** @typedef {{count: number, height: number, width: number, pixel: number, gap: number, columns: number, wide: number, high: number}} Layout */
/** @typedef {{channel: number, row: number, column: number}} Unit */

/**
 * Lay maps out in lines of at most `room` pixels; numbers without a map are maps of one unit.
 * @param {number[]} shape
 * @param {number} room
 * @param {number} [side] the size of a map that is aimed at, in pixels
 * @returns {Layout}
 */
export function layout(shape, room, side = 46) {
  const [count, height = 1, width = 1] = shape;
  const single = height * width === 1;
  const longer = Math.max(height, width);
  const pixel = single ? 13 : Math.max(1, Math.round((longer > 20 ? 1.25 : 1) * side / longer));
  const gap = single ? 2 : 5;
  const fitting = Math.max(1, Math.floor((room + gap) / (width * pixel + gap)));
  const lines = Math.ceil(count / fitting);
  const columns = Math.ceil(count / lines); // lines of about the same length
  return {
    count, height, width, pixel, gap, columns,
    wide: columns * (width * pixel + gap) - gap,
    high: lines * (height * pixel + gap) - gap,
  };
}

/**
 * Where a map is.
 * @param {Layout} at
 * @param {number} channel
 */
export function corner(at, channel) {
  const across = (channel % at.columns) * (at.width * at.pixel + at.gap);
  return { x: across, y: Math.floor(channel / at.columns) * (at.height * at.pixel + at.gap) };
}

/**
 * The unit at a place, null between maps.
 * @param {Layout} at
 * @param {number} x
 * @param {number} y
 * @returns {Unit | null}
 */
export function unitAt(at, x, y) {
  const [across, down] = [at.width * at.pixel + at.gap, at.height * at.pixel + at.gap];
  const [i, j] = [Math.floor(y / down), Math.floor(x / across)];
  const channel = i * at.columns + j;
  const [row, column] = [Math.floor((y - i * down) / at.pixel), Math.floor((x - j * across) / at.pixel)];
  const inside = j < at.columns && channel < at.count && row >= 0 && row < at.height && column >= 0 && column < at.width;
  return x >= 0 && y >= 0 && inside ? { channel, row, column } : null;
}

/**
 * The unit some steps away; a step over a map's edge goes to the map beside it.
 * @param {Layout} at
 * @param {Unit} unit
 * @param {number} down
 * @param {number} right
 * @returns {Unit}
 */
export function moved(at, { channel, row, column }, down, right) {
  const lines = Math.ceil(at.count / at.columns);
  const y = Math.floor(channel / at.columns) * at.height + row + down;
  const x = (channel % at.columns) * at.width + column + right;
  const [i, j] = [clamp(y, lines * at.height), clamp(x, at.columns * at.width)];
  const to = Math.floor(i / at.height) * at.columns + Math.floor(j / at.width);
  return to < at.count ? { channel: to, row: i % at.height, column: j % at.width } : { channel, row, column };
}

/** @param {number} value @param {number} end */
const clamp = (value, end) => Math.min(end - 1, Math.max(0, value));

const LEVELS = 255; // on each side of 0

/** @type {Map<string, Uint8ClampedArray>} */
const palettes = new Map();

/**
 * Colours as bytes, four each, for -LEVELS to LEVELS.
 * @param {string} name
 * @param {(share: number) => number[]} colour
 */
function palette(name, colour) {
  const known = palettes.get(name);
  if (known) return known;
  const made = new Uint8ClampedArray(4 * (2 * LEVELS + 1));
  for (let level = -LEVELS; level <= LEVELS; level++) made.set([...colour(level / LEVELS), 255], 4 * (level + LEVELS));
  palettes.set(name, made);
  return made;
}

/** @type {Map<string, CanvasRenderingContext2D>} */
const sheets = new Map();

/**
 * Numbers as a picture, a pixel each: orange and violet around 0, or grey from 0 to 1. The canvas is
 * used again for the next picture of its size.
 * @param {ArrayLike<number>} values
 * @param {number} height
 * @param {number} width
 * @param {{dark?: boolean, limit?: number, grey?: boolean}} look
 */
export function asPicture(values, height, width, { dark = false, limit = 1, grey = false }) {
  const size = `${height} ${width}`;
  const context = sheets.get(size) ?? newSheet(height, width);
  sheets.set(size, context);
  const picture = context.createImageData(width, height);
  const colours = grey ? palette("grey", gray) : palette(dark ? "dark" : "light", (share) => signed(share, 1, dark));
  const bytes = new Uint32Array(picture.data.buffer);
  const words = new Uint32Array(colours.buffer);
  for (let i = 0; i < bytes.length; i++) {
    const share = Math.min(1, Math.max(-1, values[i] / limit));
    bytes[i] = words[Math.round(LEVELS * share) + LEVELS];
  }
  context.putImageData(picture, 0, 0);
  return context.canvas;
}

/** @param {number} height @param {number} width */
function newSheet(height, width) {
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  return /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d", { willReadFrequently: true }));
}

/**
 * Draw maps, each in a thin frame.
 * @param {CanvasRenderingContext2D} context
 * @param {Layout} at
 * @param {ArrayLike<number>} values
 * @param {{dark: boolean, line: string, limit?: number, grey?: boolean, factor?: number}} look
 *   `factor`: how much the canvas has shrunk
 */
export function drawMaps(context, at, values, { dark, line, limit = largest(Array.from(values), 1e-9), grey = false, factor = 1 }) {
  const picture = asPicture(values, at.count * at.height, at.width, { dark, limit, grey });
  const frames = new Path2D();
  context.imageSmoothingEnabled = false;
  for (let channel = 0; channel < at.count; channel++) {
    const { x, y } = corner(at, channel);
    const [left, top, wide, high] = [x, y, at.width * at.pixel, at.height * at.pixel].map((length) => length * factor);
    context.drawImage(picture, 0, channel * at.height, at.width, at.height, left, top, wide, high);
    frames.rect(left + 0.5, top + 0.5, wide - 1, high - 1);
  }
  context.strokeStyle = line;
  context.lineWidth = 1;
  context.stroke(frames);
}

/**
 * Outline a map, and the unit in it.
 * @param {CanvasRenderingContext2D} context
 * @param {Layout} at
 * @param {Unit} unit
 * @param {string} colour
 * @param {number} [factor]
 */
export function markUnit(context, at, { channel, row, column }, colour, factor = 1) {
  const { x, y } = corner(at, channel);
  context.strokeStyle = colour;
  context.lineWidth = 2;
  const box = (/** @type {number} */ left, /** @type {number} */ top, /** @type {number} */ wide, /** @type {number} */ high) =>
    context.strokeRect(left * factor, top * factor, wide * factor, high * factor);
  box(x - 1, y - 1, at.width * at.pixel + 2, at.height * at.pixel + 2);
  if (at.height * at.width > 1) box(x + column * at.pixel, y + row * at.pixel, at.pixel, at.pixel);
}
