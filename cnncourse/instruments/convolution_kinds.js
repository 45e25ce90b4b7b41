// @ts-check
import { css, ink, largest, number, signed } from "./lib/colour.js";
import { accumulate, count, outputShape, steps, weightShape } from "./lib/kinds.js";
import { h, shell } from "./lib/ui.js";
import { t, word } from "./lib/words.js";

/** @typedef {import("./lib/ui.js").Shell} Shell */
/** @typedef {import("./lib/kinds.js").Kind & {title: string, x: number[], weight: number[]}} Given */

export default {
  /** @param {{model: import("./lib/ui.js").Model, el: HTMLElement}} context */
  render({ model, el }) {
    const ui = shell({ model, el });
    /** @returns {Given} */
    const kind = () => ({ ...ui.get("kinds")[ui.get("kind")], stride: ui.get("stride"), padding: ui.get("padding"), dilation: ui.get("dilation") });
    const fits = () => outputShape(kind()).every((size) => size > 0);
    const all = () => (fits() ? steps(kind()) : []);
    const now = () => Math.min(ui.get("step"), Math.max(0, all().length - 1));

    const own = (/** @type {string} */ name) => ({ stride: ui.get("kinds")[name].stride, dilation: ui.get("kinds")[name].dilation, padding: 0, step: 0 });
    ui.select("kind", t`Kind`, Object.entries(ui.get("kinds")).map(([name, { title }]) => [name, word(title)]), own);
    for (const [key, label] of [["stride", t`Stride`], ["padding", t`Padding`], ["dilation", t`Dilation`]]) ui.range(key, label);
    ui.player({ key: "step", steps: () => Math.max(1, all().length) });

    const planes = ["Input", "Weights", "Output"].map((title) => {
      const holder = h("div", { class: "cnn-planes", role: "img" });
      const panel = ui.panel(word(title), holder);
      return { title, holder, panel };
    });

    const sum = h("p", { class: "cnn-sum" });
    ui.stage.append(sum);

    ui.onChange(() => {
      const present = kind();
      if (!fits()) {
        for (const holder of [...planes.map((plane) => plane.holder), sum]) holder.replaceChildren();
        ui.say(t`The window is larger than the padded input: there is no place for it. Lower the dilation or add padding.`);
        return;
      }
      const trace = all();
      const at = now();
      const { taps } = trace[at];
      const shape = outputShape(present);
      const output = accumulate(trace.slice(0, at + 1), present.x, present.weight, count(shape));
      const marks = { Input: new Set(taps.map((tap) => tap.input)), Weights: new Set(taps.filter((tap) => tap.input >= 0).map((tap) => tap.weight)), Output: new Set(taps.map((tap) => tap.output)) };
      const values = { Input: present.x, Weights: present.weight, Output: output };
      const shapes = { Input: present.input, Weights: weightShape(present), Output: shape };
      for (const { title, holder } of planes) {
        const key = /** @type {"Input" | "Weights" | "Output"} */ (title);
        draw(holder, values[key], shapes[key], marks[key], key === "Input" && !present.transposed ? present.padding ?? 0 : 0, naming(present, key === "Weights"), ui);
        holder.setAttribute("aria-label", t`${word(title)} of shape ${shapes[key].join(" × ")}`);
      }
      sum.textContent = written(present, taps, output);
      ui.say(sentence(present, taps, output));
      table(ui, present, taps, output);
    });
    return ui.close;
  },
};

/**
 * @param {Given} kind
 * @param {import("./lib/kinds.js").Tap[]} taps
 * @param {Array<number | undefined>} output
 */
function sentence(kind, taps, output) {
  const shape = outputShape(kind);
  if (kind.transposed) {
    const [{ input }] = taps.length ? taps : [{ input: 0 }];
    return t`The input ${number(kind.x[input])} is multiplied by each weight and added to ${taps.length} outputs. Output: ${shape.join(" × ")}.`;
  }
  const outside = taps.filter((tap) => tap.input < 0).length;
  const weights = t`${count(weightShape(kind))} weights`;
  const padding = outside ? t`, ${outside} of them with the padding's zeros` : "";
  return t`${taps.length} products${padding} add up to ${number(output[taps[0].output] ?? 0)}. ${weights} make ${count(shape)} outputs (${shape.join(" × ")}).`;
}

/**
 * The sum of a step as it stands on paper, the inputs in the order of the weights.
 * @param {Given} kind
 * @param {import("./lib/kinds.js").Tap[]} taps
 * @param {Array<number | undefined>} output
 */
function written(kind, taps, output) {
  if (kind.transposed) return "";
  const term = (/** @type {import("./lib/kinds.js").Tap} */ tap) => `${number(tap.input < 0 ? 0 : kind.x[tap.input])}·${number(kind.weight[tap.weight]).replace(/^−.*/, "($&)")}`;
  return `${taps.map(term).join(" + ")} = ${number(output[taps[0].output] ?? 0)}`;
}

/**
 * @param {Shell} ui
 * @param {Given} kind
 * @param {import("./lib/kinds.js").Tap[]} taps
 * @param {Array<number | undefined>} output
 */
function table(ui, kind, taps, output) {
  const names = (/** @type {number} */ at, /** @type {number[]} */ shape) => place(at, shape).map((k) => k + 1).join(", ");
  ui.table(
    t`The products of this step (places: channel, then one number per axis)`,
    [t`output at`, t`input at`, t`input`, t`weight`, t`product`, t`output so far`],
    taps.map((tap) => {
      const value = tap.input < 0 ? 0 : kind.x[tap.input];
      const weight = kind.weight[tap.weight];
      return [names(tap.output, outputShape(kind)), tap.input < 0 ? t`padding` : names(tap.input, kind.input), number(value), number(weight), number(value * weight), number(output[tap.output] ?? 0)];
    }),
  );
}

/** The index of a place in a flat array. @param {number} at @param {number[]} shape @returns {number[]} */
function place(at, shape) {
  return shape.reduceRight((/** @type {number[]} */ index, size) => {
    const here = at % size;
    at = Math.floor(at / size);
    return [here, ...index];
  }, []);
}

/**
 * An array as planes of cells, the last two axes each; the others side by side, named above.
 * @param {HTMLElement} holder
 * @param {Array<number | undefined>} values
 * @param {number[]} shape
 * @param {Set<number>} marked
 * @param {number} padding
 * @param {(index: number[]) => string} named
 * @param {Shell} ui
 */
function draw(holder, values, shape, marked, padding, named, ui) {
  const flat = shape.length === 2;
  const [rows, columns] = flat ? [1, shape[1]] : shape.slice(-2);
  const outer = flat ? shape.slice(0, 1) : shape.slice(0, -2);
  const limit = largest(values.map((value) => value ?? 0), 1);
  const { dark } = ui.colours();
  const frame = flat ? { top: 0, side: padding } : { top: padding, side: padding };
  const planes = Array.from({ length: count(outer) }, (_, plane) => {
    const cells = [];
    for (let i = -frame.top; i < rows + frame.top; i++) {
      for (let j = -frame.side; j < columns + frame.side; j++) {
        const inside = i >= 0 && i < rows && j >= 0 && j < columns;
        const at = (plane * rows + i) * columns + j;
        cells.push(inside ? cell(values[at], marked.has(at), limit, dark) : h("span", { class: "cnn-pad" }, "0"));
      }
    }
    const name = count(outer) > 1 ? [h("p", { class: "cnn-caption" }, named(place(plane, outer)))] : [];
    return h("div", {}, ...name, h("div", { class: "cnn-plane", style: `--columns:${columns + 2 * frame.side}` }, ...cells));
  });
  holder.replaceChildren(...planes);
}

/**
 * What a plane of an array is, from its index in the axes that stand side by side.
 * @param {Given} kind
 * @param {boolean} weights
 * @returns {(index: number[]) => string}
 */
function naming(kind, weights) {
  const deep = kind.kernel.length === 3;
  if (deep) return (index) => t`frame ${index[index.length - 1] + 1}`;
  if (!weights) return ([channel]) => t`channel ${channel + 1}`;
  const [, shared] = weightShape(kind);
  const each = kind.outChannels / (kind.groups ?? 1);
  return ([out, c]) => t`from ${Math.floor(out / each) * shared + c + 1} to ${out + 1}`;
}

/** @param {number | undefined} value @param {boolean} marked @param {number} limit @param {boolean} dark */
function cell(value, marked, limit, dark) {
  if (value === undefined) return h("span", { class: "cnn-empty" }, " ");
  const back = signed(value, limit * 1.3, dark);
  return h("span", { class: marked ? "cnn-met" : "", style: `background:${css(back)};color:${ink(back)}` }, number(value));
}
