// @ts-check
// From strokes of a pen to ink, and from ink to a picture like MNIST's (cnncourse/data/handwriting.py).

/** @typedef {[number, number]} Point across and down, whole numbers from 0 to 511 */
/** @typedef {Point[]} Stroke */

export const SPACE = 512; // the drawing's own units, in both directions
export const FINE = 112; // pixels of the ink: four to each of MNIST's
const [SIZE, BOX] = [28, 20];
const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/**
 * Strokes as text for an address: three letters a point, a dot between strokes.
 * @param {Stroke[]} strokes
 */
export function writeStrokes(strokes) {
  return strokes.map((stroke) => stroke.map(([x, y]) => letters(x * SPACE + y)).join("")).join(".");
}

/** @param {number} value of 18 bits */
function letters(value) {
  return LETTERS[value >> 12] + LETTERS[(value >> 6) & 63] + LETTERS[value & 63];
}

/**
 * Read what `writeStrokes` wrote; what is not of that form is left out.
 * @param {string} text
 * @returns {Stroke[]}
 */
export function readStrokes(text) {
  const strokes = [];
  for (const part of text.split(".")) {
    /** @type {Stroke} */
    const stroke = [];
    for (let i = 0; i + 3 <= part.length; i += 3) {
      const [high, middle, low] = [0, 1, 2].map((k) => LETTERS.indexOf(part[i + k]));
      if (Math.min(high, middle, low) < 0) break;
      const value = (high << 12) | (middle << 6) | low;
      stroke.push([Math.floor(value / SPACE), value % SPACE]);
    }
    if (stroke.length) strokes.push(stroke);
  }
  return strokes;
}

/**
 * Draw strokes with a round pen; an edge is as grey as the share of the pixel that it covers.
 * @param {Stroke[]} strokes
 * @param {number} pen its width, in pixels of a picture of 28
 * @param {Float64Array} [ink] to draw upon, FINE x FINE
 * @returns {Float64Array} 0 to 1
 */
export function drawStrokes(strokes, pen, ink = new Float64Array(FINE * FINE)) {
  const radius = (pen / 2) * (FINE / SIZE);
  for (const stroke of strokes) {
    const points = stroke.map(([x, y]) => [(x * FINE) / SPACE, (y * FINE) / SPACE]);
    points.forEach((point, i) => drawSegment(points[Math.max(0, i - 1)], point, radius, ink));
  }
  return ink;
}

/** @param {number[]} from @param {number[]} to @param {number} radius @param {Float64Array} ink */
function drawSegment([ax, ay], [bx, by], radius, ink) {
  const [left, right] = pixels(ax, bx, radius);
  const [top, bottom] = pixels(ay, by, radius);
  const [dx, dy] = [bx - ax, by - ay];
  const squared = dx * dx + dy * dy;
  for (let i = top; i <= bottom; i++) {
    for (let j = left; j <= right; j++) {
      const [px, py] = [j + 0.5 - ax, i + 0.5 - ay];
      const along = squared ? Math.min(1, Math.max(0, (px * dx + py * dy) / squared)) : 0;
      const distance = Math.hypot(px - along * dx, py - along * dy);
      const covered = Math.min(1, Math.max(0, radius + 0.5 - distance));
      const place = i * FINE + j;
      if (covered > ink[place]) ink[place] = covered;
    }
  }
}

/** @param {number} a @param {number} b @param {number} radius */
function pixels(a, b, radius) {
  const first = Math.floor(Math.min(a, b) - radius - 1);
  const last = Math.ceil(Math.max(a, b) + radius + 1);
  return [Math.max(0, first), Math.min(FINE - 1, last)];
}

/**
 * Make each pixel a square of them.
 * @param {ArrayLike<number>} picture square
 * @param {number} times
 */
export function enlarge(picture, times) {
  const size = Math.sqrt(picture.length);
  const wide = size * times;
  return Float64Array.from({ length: wide * wide }, (_, place) => {
    const [row, column] = [Math.floor(place / wide), place % wide];
    return picture[Math.floor(row / times) * size + Math.floor(column / times)];
  });
}

/**
 * Fit ink into a picture as the makers of MNIST did: see `as_mnist` in Python.
 * @param {ArrayLike<number>} ink height * width numbers from 0 to 1
 * @param {number} height
 * @param {number} width
 * @param {number} size of the picture
 * @returns {Float64Array} size * size
 */
export function asMnist(ink, height, width, size = SIZE) {
  const picture = new Float64Array(size * size);
  const box = inkBox(ink, height, width);
  if (!box) return picture;
  const [top, left, tall, wide] = box;
  const longer = (size * BOX) / SIZE;
  const [high, broad] = [tall, wide].map((side) => Math.max(1, round((side * longer) / Math.max(tall, wide))));
  const across = averages(wide, broad);
  const down = averages(tall, high);
  const small = new Float64Array(high * broad);
  for (let i = 0; i < high; i++) {
    for (const [row, rowShare] of down[i]) {
      for (let j = 0; j < broad; j++) {
        for (const [column, share] of across[j]) {
          small[i * broad + j] += rowShare * share * ink[(top + row) * width + left + column];
        }
      }
    }
  }
  const place = (/** @type {number} */ count, /** @type {(place: number) => number} */ axis) =>
    Math.min(Math.max(Math.floor(size / 2) - round(centre(small, axis)), 0), size - count);
  const y = place(high, (at) => Math.floor(at / broad));
  const x = place(broad, (at) => at % broad);
  for (let i = 0; i < high; i++) picture.set(small.subarray(i * broad, (i + 1) * broad), (y + i) * size + x);
  return picture;
}

/**
 * @param {ArrayLike<number>} ink
 * @param {number} height
 * @param {number} width
 * @returns {number[] | null} top, left, height, width of the smallest rectangle with all ink
 */
function inkBox(ink, height, width) {
  let [top, left, bottom, right] = [height, width, -1, -1];
  for (let i = 0; i < height; i++) {
    for (let j = 0; j < width; j++) {
      if (ink[i * width + j] === 0) continue;
      [top, left] = [Math.min(top, i), Math.min(left, j)];
      [bottom, right] = [Math.max(bottom, i), Math.max(right, j)];
    }
  }
  return bottom < 0 ? null : [top, left, bottom - top + 1, right - left + 1];
}

/**
 * For each new pixel the old ones that it covers, with their shares.
 * @param {number} before
 * @param {number} after
 * @returns {Array<Array<[number, number]>>}
 */
function averages(before, after) {
  return Array.from({ length: after }, (_, i) => {
    const [start, end] = [(i * before) / after, ((i + 1) * before) / after];
    /** @type {Array<[number, number]>} */
    const shares = [];
    for (let old = Math.floor(start); old < Math.min(before, Math.ceil(end)); old++) {
      shares.push([old, ((Math.min(end, old + 1) - Math.max(start, old)) * after) / before]);
    }
    return shares;
  });
}

/** @param {Float64Array} mass @param {(place: number) => number} axis */
function centre(mass, axis) {
  let [moment, sum] = [0, 0];
  mass.forEach((value, place) => {
    moment += value * axis(place);
    sum += value;
  });
  return moment / sum;
}

/** @param {number} value */
const round = (value) => Math.floor(value + 0.5);

/**
 * Move a square picture by whole pixels; zeros come in.
 * @param {ArrayLike<number>} picture
 * @param {number} down
 * @param {number} right
 */
export function shifted(picture, down, right) {
  const size = Math.sqrt(picture.length);
  const moved = new Float64Array(picture.length);
  for (let i = Math.max(0, down); i < Math.min(size, size + down); i++) {
    for (let j = Math.max(0, right); j < Math.min(size, size + right); j++) {
      moved[i * size + j] = picture[(i - down) * size + j - right];
    }
  }
  return moved;
}

/**
 * Wipe out a square of a square picture.
 * @param {ArrayLike<number>} picture
 * @param {number} row of its middle
 * @param {number} column
 * @param {number} side odd
 */
export function occluded(picture, row, column, side) {
  const size = Math.sqrt(picture.length);
  const wiped = Float64Array.from(picture);
  const reach = (side - 1) / 2;
  for (let i = Math.max(0, row - reach); i <= Math.min(size - 1, row + reach); i++) {
    for (let j = Math.max(0, column - reach); j <= Math.min(size - 1, column + reach); j++) wiped[i * size + j] = 0;
  }
  return wiped;
}
