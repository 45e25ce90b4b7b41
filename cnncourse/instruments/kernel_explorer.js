// @ts-check
import { correlate2d, patch, products, sum } from "./lib/conv.js";
import { css, gray, ink, largest, number, signed } from "./lib/colour.js";
import { h, shell } from "./lib/ui.js";
import { t, word } from "./lib/words.js";

const SIZE = 9;
const KERNEL = 3;
const OUT = 7;

export default {
  /** @param {{model: import("./lib/ui.js").Model, el: HTMLElement}} context */
  render({ model, el }) {
    const ui = shell({ model, el });
    const place = () => /** @type {[number, number]} */ ([Math.floor(ui.get("position") / OUT), ui.get("position") % OUT]);
    const moveTo = (/** @type {number} */ i, /** @type {number} */ j) => ui.set({ position: i * OUT + j });
    const map = () => correlate2d(ui.get("image"), ui.get("kernel"));
    const window = () => patch(ui.get("image"), ...place(), [KERNEL, KERNEL]);
    /** @type {[number, number]} */
    let pen = [4, 4];

    const presets = Object.entries(ui.get("presets"));
    ui.presets(t`Kernel`, presets.map(([name, kernel]) => [word(name), { kernel }]), ({ kernel }) => String(kernel) === String(ui.get("kernel")));
    ui.player({ key: "position", steps: () => OUT * OUT, interval: 350 });
    ui.button(t`Empty the image`, () => ui.set({ image: Array.from({ length: SIZE }, () => Array(SIZE).fill(0)) }));

    /** @param {number} i @param {number} j @param {number} value */
    const paint = (i, j, value) => {
      const image = ui.get("image").map((/** @type {number[]} */ row) => [...row]);
      image[i][j] = +Math.min(1, Math.max(0, value)).toFixed(2);
      ui.set({ image });
    };
    let brush = 1;
    ui.grid({
      label: t`Image, 9 by 9: press or Space paints, plus and minus change the ink`,
      into: ui.panel(t`Image: paint it`),
      rows: () => SIZE,
      columns: () => SIZE,
      cursor: () => pen,
      move: (i, j) => {
        pen = [i, j];
        ui.schedule();
      },
      press: (i, j, first) => {
        if (first) brush = ui.get("image")[i][j] >= 0.5 ? 0 : 1;
        paint(i, j, brush);
      },
      nudge: (i, j, direction) => paint(i, j, ui.get("image")[i][j] + 0.1 * direction),
      type: (i, j, digit) => paint(i, j, digit / 9),
      cell: (i, j) => {
        const value = ui.get("image")[i][j];
        const [row, column] = place();
        const under = i >= row && i < row + KERNEL && j >= column && j < column + KERNEL;
        const back = gray(value);
        return { background: css(back), colour: ink(back), text: number(value), say: t`row ${i + 1}, column ${j + 1}: ${number(value)}${under ? t`, under the window` : ""}`, mark: under ? "window" : "" };
      },
    });

    const middle = ui.panel(t`Kernel: type or drag`);
    ui.numbers({
      label: t`Kernel weight`,
      key: "kernel",
      into: middle,
      colour: (value) => tint(value, 9, ui),
    });

    const sums = h("ol", { class: "cnn-sums" });
    middle.append(h("p", { class: "cnn-caption cnn-below" }, t`Products, sum so far`), sums);
    ui.grid({
      label: t`Feature map, 7 by 7`,
      into: ui.panel(t`Feature map`),
      rows: () => OUT,
      columns: () => OUT,
      cursor: place,
      move: moveTo,
      cell: (i, j) => {
        const value = map()[i][j];
        const look = tint(value, largest(map(), 1), ui);
        return { ...look, text: number(value, 1), say: t`row ${i + 1}, column ${j + 1}: ${number(value)}` };
      },
    });

    ui.onChange(() => {
      const [row, column] = place();
      const weights = ui.get("kernel");
      const pixels = window();
      const parts = products(pixels, weights);
      let total = 0;
      sums.replaceChildren(
        ...parts.flat().map((product, at) => {
          total += product;
          const [m, n] = [Math.floor(at / KERNEL), at % KERNEL];
          return h("li", {}, h("span", {}, `${number(pixels[m][n])} × ${number(weights[m][n])}`), h("output", {}, number(total)));
        }),
      );
      const used = ui.get("position") + 1;
      ui.say(
        t`At row ${row + 1}, column ${column + 1} of the map the nine products add up to ${number(sum(parts), 3)}. ` +
          t`Each weight has been used ${used} of 49 times: 9 weights, ${9 * used} of 441 products.`,
      );
      ui.table(t`Feature map, 7 by 7`, [t`row`, ...Array.from({ length: OUT }, (_, j) => String(j + 1))], map().map((line, i) => [i + 1, ...line.map((value) => number(value, 3))]));
    });
    return ui.close;
  },
};

/** @param {number} value @param {number} limit @param {import("./lib/ui.js").Shell} ui */
function tint(value, limit, ui) {
  const back = signed(value, limit, ui.colours().dark);
  return { background: css(back), colour: ink(back) };
}
