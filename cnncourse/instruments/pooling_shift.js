// @ts-check
import { gridOf } from "./lib/conv.js";
import { css, ink, number, signed } from "./lib/colour.js";
import { POOLS, shift } from "./lib/pool.js";
import { h, shell } from "./lib/ui.js";
import { t } from "./lib/words.js";

const SIDE = 8;
const FULL = 9; // the largest number of every motif
const NAMES = /** @type {Record<string, string>} */ ({ max: t`maximum`, average: t`average`, blur: t`maximum, blurred` });

export default {
  /** @param {{model: import("./lib/ui.js").Model, el: HTMLElement}} context */
  render({ model, el }) {
    const ui = shell({ model, el });
    const map = () => {
      const motif = ui.get("motifs")[ui.get("motif")];
      if (ui.get("motif") === "stripes") return motif;
      return gridOf(SIDE, SIDE, (i, j) => motif[i - ui.get("row") + 1]?.[j - ui.get("column") + 1] ?? 0);
    };
    const moved = () => shift(map(), ui.get("down"), ui.get("right"));
    const pooled = (/** @type {number[][]} */ x) => POOLS[ui.get("mode")](x, ui.get("size"));

    ui.select("motif", t`Map`, [["peak", t`peak`], ["dot", t`dot`], ["hill", t`hill`], ["stripes", t`stripes`]]);
    ui.presets(t`Pooling`, Object.entries(NAMES).map(([mode, name]) => [name, { mode }]), ({ mode }) => mode === ui.get("mode"));
    ui.presets(t`Windows`, [2, 4].map((size) => [`${size} × ${size}`, { size }]), ({ size }) => size === ui.get("size"));
    ui.range("right", t`Move right`);
    ui.range("down", t`Move down`);

    // the pooled number that the curves follow: the peak's, until the reader picks another
    /** @type {[number, number] | null} */
    let picked = null;
    const watched = () => {
      const last = SIDE / ui.get("size") - 1;
      const [i, j] = picked ?? [Math.floor(ui.get("row") / ui.get("size")), Math.floor(ui.get("column") / ui.get("size"))];
      return /** @type {[number, number]} */ ([Math.min(last, i), Math.min(last, j)]);
    };
    const pick = (/** @type {number} */ i, /** @type {number} */ j) => {
      picked = [i, j];
      ui.schedule();
    };
    maps(ui, map, moved);
    pooledGrid(ui, t`Pooled`, () => pooled(map()), () => pooled(map()), watched, pick);
    pooledGrid(ui, t`Pooled after the move`, () => pooled(moved()), () => pooled(map()), watched, pick);
    chart(ui, map, watched);

    ui.onChange(() => {
      const [first, second] = [pooled(map()), pooled(moved())];
      ui.say(describe(ui, map(), first, second));
      ui.table(
        t`The pooled numbers, before → after the move`,
        [t`row`, ...first[0].map((_, j) => String(j + 1))],
        first.map((row, i) => [i + 1, ...row.map((value, j) => `${number(value)} → ${number(second[i][j])}`)]),
      );
    });
    return ui.close;
  },
};

/**
 * The map to put the peak in, and the moved map beside it.
 * @param {import("./lib/ui.js").Shell} ui
 * @param {() => number[][]} map
 * @param {() => number[][]} moved
 */
function maps(ui, map, moved) {
  const peak = () => /** @type {[number, number]} */ ([ui.get("row"), ui.get("column")]);
  const goal = () => /** @type {[number, number]} */ ([Math.min(SIDE - 1, Math.max(0, ui.get("row") + ui.get("down"))), Math.min(SIDE - 1, Math.max(0, ui.get("column") + ui.get("right")))]);
  const within = (/** @type {number} */ value) => Math.min(4, Math.max(-4, value));
  const common = { rows: () => SIDE, columns: () => SIDE };
  ui.grid({
    ...common,
    label: t`Feature map, 8 by 8: arrows and presses place the peak`,
    into: ui.panel(t`Feature map: put the peak somewhere`),
    cursor: peak,
    move: (row, column) => ui.set({ row, column }),
    cell: (i, j) => cell(ui, i, j, map()[i][j]),
  });
  ui.grid({
    ...common,
    label: t`Moved map, 8 by 8: arrows and presses move it`,
    into: ui.panel(t`The same, moved: drag it`),
    cursor: goal,
    move: (row, column) => ui.set({ down: within(row - ui.get("row")), right: within(column - ui.get("column")) }),
    cell: (i, j) => cell(ui, i, j, moved()[i][j]),
  });
}

/** A number of a map, with gaps where one window ends. @param {import("./lib/ui.js").Shell} ui @param {number} i @param {number} j @param {number} value */
function cell(ui, i, j, value) {
  const back = signed(value, FULL, ui.colours().dark);
  const size = ui.get("size");
  const ends = `${(i + 1) % size ? "" : "below "}${(j + 1) % size ? "" : "right"}`.trim();
  return { background: css(back), colour: ink(back), text: number(value, 1), say: t`row ${i + 1}, column ${j + 1}: ${number(value)}`, mark: ends };
}

/**
 * @param {import("./lib/ui.js").Shell} ui
 * @param {string} title
 * @param {() => number[][]} values
 * @param {() => number[][]} before
 * @param {() => [number, number]} cursor
 * @param {(i: number, j: number) => void} move
 */
function pooledGrid(ui, title, values, before, cursor, move) {
  ui.grid({
    label: title,
    into: ui.panel(title),
    size: 34,
    rows: () => SIDE / ui.get("size"),
    columns: () => SIDE / ui.get("size"),
    cursor,
    move,
    cell: (i, j) => {
      const value = values()[i][j];
      const changed = !close(value, before()[i][j]);
      const back = signed(value, FULL, ui.colours().dark);
      return { background: css(back), colour: ink(back), text: number(value), say: t`row ${i + 1}, column ${j + 1}: ${number(value)}${changed ? t`, changed` : ""}`, mark: changed ? "changed" : "" };
    },
  });
}

/** @param {number} a @param {number} b */
function close(a, b) {
  return Math.abs(a - b) < 1e-9;
}

/** @param {import("./lib/ui.js").Shell} ui @param {number[][]} map @param {number[][]} first @param {number[][]} second */
function describe(ui, map, first, second) {
  const size = ui.get("size");
  const changed = first.flat().filter((value, k) => !close(value, second.flat()[k])).length;
  const count = t`${changed} of ${first.flat().length} pooled numbers change`;
  if (!ui.get("right") && !ui.get("down")) return t`Nothing has moved.`;
  const verdict = changed ? t`${count}: the move is not absorbed.` : t`No pooled number changes: the move is absorbed.`;
  if (ui.get("motif") === "stripes") return verdict;
  const [row, column] = [ui.get("row") + ui.get("down"), ui.get("column") + ui.get("right")];
  const same = Math.floor(row / size) === Math.floor(ui.get("row") / size) && Math.floor(column / size) === Math.floor(ui.get("column") / size);
  if (row < 0 || column < 0 || row >= SIDE || column >= SIDE) return t`The peak leaves the map; ${verdict}`;
  return t`The peak ${same ? t`stays in its window` : t`crosses into another window`}; ${verdict}`;
}

/**
 * One pooled number while the map glides sideways: a line for each kind of pooling.
 * @param {import("./lib/ui.js").Shell} ui
 * @param {() => number[][]} map
 * @param {() => [number, number]} watched
 */
function chart(ui, map, watched) {
  const moves = Array.from({ length: 9 }, (_, k) => k - 4);
  const panel = ui.panel(t`The framed pooled number, against the move to the right`);
  ui.canvas({
    label: t`Curves: one pooled number against the move to the right, for three kinds of pooling`,
    into: panel,
    width: 330,
    height: 150,
    draw: (context, width, height) => {
      const { text, accent, second, good } = ui.colours();
      const [i, j] = watched();
      const x = (/** @type {number} */ move) => 26 + ((move + 4) / 8) * (width - 40);
      const y = (/** @type {number} */ value) => height - 22 - (value / FULL) * (height - 34);
      axes(context, ui, moves, x, y);
      const kinds = /** @type {Array<[string, string, number[]]>} */ ([["max", second, []], ["average", good, [6, 4]], ["blur", accent, [2, 3]]]);
      for (const [mode, colour, dashes] of kinds) {
        const values = moves.map((move) => POOLS[mode](shift(map(), ui.get("down"), move), ui.get("size"))[i][j]);
        line(context, values.map((value, k) => [x(moves[k]), y(value)]), colour, mode === ui.get("mode") ? 3.5 : 1.5, dashes);
      }
      line(context, [[x(ui.get("right")), y(0)], [x(ui.get("right")), y(FULL)]], text, 1);
    },
  });
  panel.append(h("p", { class: "cnn-caption" }, t`Full line: maximum. Dashes: average. Dots: maximum, blurred. The thick one is chosen.`));
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {import("./lib/ui.js").Shell} ui
 * @param {number[]} moves
 * @param {(move: number) => number} x
 * @param {(value: number) => number} y
 */
function axes(context, ui, moves, x, y) {
  const colours = ui.colours();
  context.font = "12px system-ui, sans-serif";
  context.textAlign = "center";
  context.fillStyle = colours.muted;
  for (const move of moves) context.fillText(number(move), x(move), y(0) + 16);
  for (const value of [0, 3, 6, 9]) {
    context.fillText(String(value), 10, y(value) + 4);
    line(context, [[x(-4), y(value)], [x(4), y(value)]], colours.line, 1);
  }
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {number[][]} points
 * @param {string} colour
 * @param {number} width
 * @param {number[]} dashes
 */
function line(context, points, colour, width, dashes = []) {
  context.strokeStyle = colour;
  context.lineWidth = width;
  context.setLineDash(dashes);
  context.beginPath();
  for (const [x, y] of points) context.lineTo(x, y);
  context.stroke();
  context.setLineDash([]);
}
