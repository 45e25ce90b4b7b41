// @ts-check
import { correlate2d, flip, gridOf, outputSize, patch, products, sum } from "./lib/conv.js";
import { css, gray, ink, largest, number, signed } from "./lib/colour.js";
import { h, shell } from "./lib/ui.js";
import { t, word } from "./lib/words.js";

const ROWS = 112;
const COLUMNS = 160;
const WIDE = 316; // CSS pixels of the photograph
const NAMES = /** @type {Record<string, string>} */ ({ china: t`Summer Palace`, cat: t`Cat` });

export default {
  /** @param {{model: import("./lib/ui.js").Model, el: HTMLElement}} context */
  render({ model, el }) {
    const ui = shell({ model, el });
    const photos = Object.fromEntries(Object.entries(ui.get("photos")).map(([name, photo]) => [name, decode(photo.bytes)]));
    const options = () => ({ stride: ui.get("stride"), padding: ui.get("padding"), dilation: ui.get("dilation") });
    const applied = () => (ui.get("flip") ? flip(ui.get("kernel")) : ui.get("kernel"));
    const photo = () => photos[ui.get("photo")];
    const map = remember(() => [ui.get("photo"), applied(), options()], () => correlate2d(photo(), applied(), options()));

    /** The place in the map whose window lies nearest to the chosen pixel. */
    const place = () => {
      const { stride, padding, dilation } = options();
      const half = (dilation * (ui.get("kernel").length - 1)) / 2;
      const near = (/** @type {number} */ pixel, /** @type {number} */ size) =>
        Math.min(outputSize(size, ui.get("kernel").length, options()) - 1, Math.max(0, Math.round((pixel + padding - half) / stride)));
      return /** @type {[number, number]} */ ([near(ui.get("row"), ROWS), near(ui.get("column"), COLUMNS)]);
    };
    /** @param {number} i @param {number} j a place in the map */
    const goTo = (i, j) => {
      const { stride, padding, dilation } = options();
      const half = (dilation * (ui.get("kernel").length - 1)) / 2;
      const pixel = (/** @type {number} */ at, /** @type {number} */ size) => Math.min(size - 1, Math.max(0, Math.round(at * stride - padding + half)));
      ui.set({ row: pixel(i, ROWS), column: pixel(j, COLUMNS) });
    };
    const step = (/** @type {number} */ rows, /** @type {number} */ columns) => {
      const [i, j] = place();
      goTo(Math.min(map().length - 1, Math.max(0, i + rows)), Math.min(map()[0].length - 1, Math.max(0, j + columns)));
    };

    controls(ui);
    const input = ui.panel(t`Photograph: move the window`);
    ui.canvas({
      label: t`Photograph; arrow keys move the window`,
      width: WIDE,
      height: (WIDE * ROWS) / COLUMNS,
      into: input,
      step,
      point: (x, y) => ui.set({ row: at(y, ROWS), column: at(x, COLUMNS) }),
      draw: (context, width, height) => {
        enlarge(context, picture(photo(), false, () => gray), width, height);
        drawWindow(context, width / COLUMNS, height / ROWS, place(), options(), ui);
      },
    });
    const credit = h("p", { class: "cnn-caption" });
    input.append(credit);

    const output = ui.panel(t`Feature map`);
    ui.canvas({
      label: t`Feature map; arrow keys move the window`,
      width: WIDE,
      height: (WIDE * ROWS) / COLUMNS,
      into: output,
      step,
      point: (x, y) => goTo(at(y, map().length), at(x, map()[0].length)),
      draw: (context, width, height) => {
        enlarge(context, picture(map(), ui.colours().dark, () => look(map(), ui)), width, height);
        const [i, j] = place();
        const [high, wide] = [height / map().length, width / map()[0].length];
        outline(context, j * wide, i * high, wide, high, ui.colours().second);
      },
    });
    const range = h("p", { class: "cnn-caption" });
    output.append(range);

    const kernelPanel = ui.panel(t`Kernel: type or drag`);
    ui.numbers({ label: t`Kernel weight`, key: "kernel", step: 0.5, into: kernelPanel, colour: (value) => tint(signed(value, largest(ui.get("kernel"), 0.01), ui.colours().dark)) });
    const total = h("p", { class: "cnn-caption" });
    kernelPanel.append(total);
    const sheet = h("div", { class: "cnn-product" });
    const answer = h("p", { class: "cnn-caption" });
    ui.panel(t`At the window: pixels × weights = products`, sheet, answer);

    ui.onChange(() => {
      const [i, j] = place();
      const weights = applied();
      const under = patch(photo(), i, j, [weights.length, weights.length], options());
      const parts = products(under, weights);
      const { low, high } = extent(map());
      credit.textContent = t`Photograph: ${ui.get("photos")[ui.get("photo")].by}`;
      total.textContent = t`The weights add up to ${number(sum(ui.get("kernel")), 3)}.${ui.get("flip") ? t` Applied after half a turn.` : ""}`;
      range.textContent = t`${map().length} × ${map()[0].length} numbers from ${number(low)} to ${number(high)}${low < 0 ? t`; orange above 0, violet below` : t`; shown from 0 to 1`}`;
      const dark = ui.colours().dark;
      sheet.replaceChildren(
        block(under, gray),
        h("span", { "aria-hidden": "true" }, "×"),
        block(weights, (value) => signed(value, largest(weights, 0.01), dark)),
        h("span", { "aria-hidden": "true" }, "="),
        block(parts, (value) => signed(value, largest(parts, 0.01), dark)),
      );
      answer.textContent = t`Their sum, ${number(sum(parts), 4)}, is the framed number of the map.`;
      ui.say(t`Row ${i + 1}, column ${j + 1} of the map: the ${weights.length ** 2} products add up to ${number(sum(parts), 4)}. The map has ${map().length} × ${map()[0].length} numbers.`);
      ui.table(
        t`The products at row ${i + 1}, column ${j + 1} of the map; sum ${number(sum(parts), 4)}`,
        [t`weight at`, t`pixel`, t`weight`, t`product`],
        parts.flatMap((row, m) => row.map((value, n) => [t`row ${m + 1}, column ${n + 1}`, number(under[m][n], 3), number(weights[m][n], 3), number(value, 4)])),
      );
    });
    return ui.close;
  },
};

/** @param {import("./lib/ui.js").Shell} ui */
function controls(ui) {
  const presets = Object.entries(ui.get("presets"));
  const own = () => presets.findIndex(([, kernel]) => String(kernel) === String(ui.get("kernel")));
  ui.list(t`Kernel`, presets.map(([name]) => word(name)), own, (index) => ui.set({ kernel: presets[index][1] }));
  ui.presets(t`Size`, [3, 5].map((size) => [`${size} × ${size}`, () => ({ kernel: resized(ui.get("kernel"), size) })]), (_, text) => text.startsWith(String(ui.get("kernel").length)));
  ui.select("photo", t`Photograph`, Object.entries(NAMES));
  ui.range("stride", t`Stride`);
  ui.range("padding", t`Padding`);
  ui.range("dilation", t`Dilation`);
  ui.toggle("flip", t`Half a turn (convolution)`);
}

/**
 * The same weights in a larger or smaller square, around the same middle.
 * @param {number[][]} kernel
 * @param {number} size
 */
function resized(kernel, size) {
  const shift = (kernel.length - size) / 2;
  return gridOf(size, size, (i, j) => kernel[i + shift]?.[j + shift] ?? 0);
}

/** @param {string} base64 @returns {number[][]} brightness from 0 to 1 */
function decode(base64) {
  const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  return gridOf(ROWS, COLUMNS, (i, j) => bytes[i * COLUMNS + j] / 255);
}

/**
 * Compute again only when what it depends on has changed.
 * @template T
 * @param {() => any} inputs
 * @param {() => T} compute
 * @returns {() => T}
 */
function remember(inputs, compute) {
  let key = "";
  /** @type {T} */
  let value;
  return () => {
    const now = JSON.stringify(inputs());
    if (now !== key) [key, value] = [now, compute()];
    return value;
  };
}

/** @param {number} share @param {number} count */
function at(share, count) {
  return Math.min(count - 1, Math.max(0, Math.floor(share * count)));
}

/** @param {number[][]} map */
function extent(map) {
  let [low, high] = [Infinity, -Infinity];
  for (const row of map) for (const value of row) [low, high] = [Math.min(low, value), Math.max(high, value)];
  return { low, high };
}

/** Grey for a map without negative values, else orange and violet. @param {number[][]} map @param {import("./lib/ui.js").Shell} ui */
function look(map, ui) {
  if (extent(map).low >= 0) return gray;
  const { dark } = ui.colours();
  const limit = largest(map, 1e-9);
  return (/** @type {number} */ value) => signed(value, limit, dark);
}

/** @type {WeakMap<number[][], {dark: boolean, canvas: HTMLCanvasElement}>} pictures that are drawn, by their numbers */
const drawn = new WeakMap();

/**
 * A pixel for each number; made again only for other numbers or another theme.
 * @param {number[][]} values
 * @param {boolean} dark
 * @param {() => (value: number) => number[]} colouring
 */
function picture(values, dark, colouring) {
  const known = drawn.get(values);
  if (known?.dark === dark) return known.canvas;
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [values[0].length, values.length];
  const image = new ImageData(canvas.width, canvas.height);
  const colour = colouring();
  let at = 0;
  for (const row of values) {
    for (const value of row) {
      const [r, g, b] = colour(value);
      image.data[at] = r;
      image.data[at + 1] = g;
      image.data[at + 2] = b;
      image.data[at + 3] = 255;
      at += 4;
    }
  }
  canvas.getContext("2d")?.putImageData(image, 0, 0);
  drawn.set(values, { dark, canvas });
  return canvas;
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {HTMLCanvasElement} small
 * @param {number} width
 * @param {number} height
 */
function enlarge(context, small, width, height) {
  context.imageSmoothingEnabled = false;
  context.drawImage(small, 0, 0, width, height);
}

/**
 * The window's outline, and its taps where dilation leaves gaps between them.
 * @param {CanvasRenderingContext2D} context
 * @param {number} wide
 * @param {number} high
 * @param {[number, number]} place
 * @param {{stride: number, padding: number, dilation: number}} options
 * @param {import("./lib/ui.js").Shell} ui
 */
function drawWindow(context, wide, high, [i, j], { stride, padding, dilation }, ui) {
  const taps = ui.get("kernel").length;
  const [top, left] = [i * stride - padding, j * stride - padding];
  const span = dilation * (taps - 1) + 1;
  const { second } = ui.colours();
  outline(context, left * wide, top * high, span * wide, span * high, second);
  if (dilation === 1) return;
  context.fillStyle = second;
  for (let m = 0; m < taps; m++) {
    for (let n = 0; n < taps; n++) context.fillRect((left + n * dilation) * wide, (top + m * dilation) * high, wide, high);
  }
}

/**
 * A line that can be seen on bright and on dark.
 * @param {CanvasRenderingContext2D} context
 * @param {number} x
 * @param {number} y
 * @param {number} width
 * @param {number} height
 * @param {string} colour
 */
function outline(context, x, y, width, height, colour) {
  for (const [style, line] of /** @type {Array<[string, number]>} */ ([["#fff", 4], ["#000", 3], [colour, 2]])) {
    context.strokeStyle = style;
    context.lineWidth = line;
    context.strokeRect(x - 1, y - 1, width + 2, height + 2);
  }
}

/** @param {import("./lib/colour.js").Rgb} back */
function tint(back) {
  return { background: css(back), colour: ink(back) };
}

/**
 * A small square of numbers for the eye; the table says the same.
 * @param {number[][]} values
 * @param {(value: number) => import("./lib/colour.js").Rgb} colour
 */
function block(values, colour) {
  const cells = values.flat().map((value) => {
    const { background, colour: text } = tint(colour(value));
    return h("span", { style: `background:${background};color:${text}` }, number(value));
  });
  return h("div", { class: "cnn-block", style: `--columns:${values[0].length}`, "aria-hidden": "true" }, ...cells);
}
