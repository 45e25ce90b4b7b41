// @ts-check
import { answerBars, percent } from "./lib/bars.js";
import { number } from "./lib/colour.js";
import { digitGrid, exampleAt, labels } from "./lib/digits.js";
import { LENET } from "./lib/lenet.js";
import { corner, drawMaps, layout, markUnit } from "./lib/maps.js";
import { forward, multiplyAdds, probabilities, readNetwork, receptiveField } from "./lib/network.js";
import { argmax } from "./lib/probe.js";
import { calm, h, shell, write } from "./lib/ui.js";
import { t } from "./lib/words.js";

/** @typedef {import("./lib/network.js").Tensor} Tensor */
/** @typedef {import("./lib/maps.js").Layout} Layout */
/** @typedef {{channel: number, row: number, column: number, value: number}} Strongest */
/** @typedef {{name: string, box: number, layers: string[], say: (seen: Sight) => string}} Step
 *   `layers`: those that the step computes, the last one is shown */
/** @typedef {{before: Tensor, after: Tensor, unit: Strongest, field: string, shares: number[]}} Sight */

const BOXES = [t`Input`, t`Convolve`, t`Pool`, t`Deep`, t`Flatten`, t`Classify`];
const REVEAL = 900; // milliseconds in which a step's maps appear, row by row
const network = readNetwork(LENET);
const place = (/** @type {string} */ name) => network.layers.findIndex((layer) => layer.name === name);

/** @type {Step[]} */
const STEPS = [
  {
    name: t`Input`, box: 0, layers: [],
    say: ({ after }) => t`A picture is ${after.data.length} numbers, from 0 for paper to 1 for ink. ${inked(after)} of them are not 0.`,
  },
  {
    name: t`Convolve`, box: 1, layers: ["C1.conv"],
    say: ({ unit, field }) => t`Six kernels of 5 × 5 slide over the picture; each makes a map of its own. The strongest answer is ${number(unit.value, 3)}, in map ${unit.channel + 1}: 25 products and a bias, from ${field} of the picture.`,
  },
  {
    name: t`Activate`, box: 1, layers: ["C1.relu"],
    say: ({ before, after }) => t`ReLU: what is below 0 becomes 0. Of ${after.data.length} numbers, ${inked(before) - inked(after)} were negative; the others stay as they are.`,
  },
  {
    name: t`Pool`, box: 2, layers: ["S2"],
    say: ({ before, after, unit, field }) => t`Of each 2 × 2 numbers the greatest stays: ${before.data.length} become ${after.data.length}, without any weight. The strongest, ${number(unit.value, 3)}, comes from ${field}.`,
  },
  {
    name: t`Deep`, box: 3, layers: ["C3.conv", "C3.relu", "S4"],
    say: ({ unit, field }) => t`Convolve, ReLU and pool again: 16 kernels look at all six maps at once. The strongest unit, ${number(unit.value, 3)} in map ${unit.channel + 1}, sees ${field} of the maps before; that is up to 16 × 16 pixels of the picture.`,
  },
  {
    name: t`Flatten`, box: 4, layers: [],
    say: ({ after }) => t`16 maps of 5 × 5 are written into one line of ${after.data.length} numbers. Nothing is computed; but from here on nobody knows which numbers were neighbours.`,
  },
  {
    name: t`Dense`, box: 5, layers: ["C5.conv", "C5.relu", "F6", "relu"],
    say: ({ before, after }) => t`Every number is weighed for every unit: ${before.data.length} make 120, these make ${after.data.length}. ${inked(after)} of them are not 0 after their ReLU. Here are 94 % of all weights.`,
  },
  {
    name: t`Classify`, box: 5, layers: ["output"],
    say: ({ shares }) => {
      const best = argmax(shares);
      return t`84 numbers make ten scores, and softmax makes probabilities of them. The answer: ${best}, with ${percent(shares[best])}.`;
    },
  },
];

export default {
  /** @param {{model: import("./lib/ui.js").Model, el: HTMLElement}} context */
  render({ model, el }) {
    const ui = shell({ model, el });
    const journey = new Journey(ui);
    ui.player({ key: "step", steps: () => STEPS.length, interval: 2600 });
    boxes(ui);
    digitGrid(ui, t`Choose a digit; it was trained on none of them. In the last row, those of 1,000 that it reads wrong`, (example) => ui.set({ example }));
    const before = maps(ui, journey, "before");
    const after = maps(ui, journey, "after");
    const list = answerBars(ui, () => ({ classes: network.classes, shares: journey.shares }));
    const answer = ui.panel(t`What comes out: ten probabilities`, list);
    ui.onChange(() => {
      const last = ui.get("step") === STEPS.length - 1;
      before.hidden = ui.get("step") === 0;
      after.hidden = last;
      answer.hidden = !last;
      ui.say(t`Step ${ui.get("step") + 1} of 8, ${STEPS[ui.get("step")].name}. ${STEPS[ui.get("step")].say(journey.sight())}`);
      ui.table(t`A ${labels[ui.get("example")]} in eight steps`, [t`step`, t`hands on`, t`weights`, t`multiply-adds`, t`greatest`], journey.rows());
    });
    return ui.close;
  },
};

/** The digit in every layer, computed anew when another one is chosen. */
class Journey {
  /** @param {import("./lib/ui.js").Shell} ui */
  constructor(ui) {
    this.ui = ui;
    this.example = -1;
    this.update();
    ui.onChange(() => this.update());
  }

  update() {
    if (this.example === this.ui.get("example")) return;
    this.example = this.ui.get("example");
    const image = exampleAt(this.example);
    const outputs = forward(network, image);
    const out = (/** @type {string} */ name) => outputs[place(name)];
    const picture = { shape: network.input, data: Float32Array.from(image) };
    const flat = { shape: [out("S4").data.length], data: out("S4").data };
    this.shares = Array.from(probabilities(network, outputs));
    const scores = { shape: [10], data: Float32Array.from(this.shares) };
    /** What each step hands on. */
    this.results = [picture, out("C1.conv"), out("C1.relu"), out("S2"), out("S4"), flat, out("relu"), scores];
  }

  /** @returns {Sight} */
  sight() {
    const step = this.ui.get("step");
    const [before, after] = [this.results[Math.max(0, step - 1)], this.results[step]];
    const unit = strongest(after);
    const box = this.box();
    const field = box ? t`rows ${box.top + 1} to ${box.bottom + 1} and columns ${box.left + 1} to ${box.right + 1}` : "";
    return { before, after, unit, field, shares: this.shares };
  }

  /** What the strongest unit sees of the maps that come in; null where that is everything. */
  box() {
    const step = this.ui.get("step");
    const { layers } = STEPS[step];
    const unit = strongest(this.results[step]);
    if (!layers.length || this.results[step].shape.length !== 3) return null;
    const first = network.layers[place(layers[0])].inputs[0];
    return receptiveField(network, place(layers[layers.length - 1]), unit.row, unit.column, first);
  }

  rows() {
    return STEPS.map(({ name, layers }, i) => {
      const used = layers.map((layer) => network.layers[place(layer)]);
      const weights = used.reduce((sum, { weight, bias }) => sum + (weight ? weight.data.length + bias.data.length : 0), 0);
      const work = used.reduce((sum, layer) => sum + multiplyAdds(layer), 0);
      return [`${i + 1} ${name}`, this.results[i].shape.join(" × "), weights, work, number(strongest(this.results[i]).value, 4)];
    });
  }
}

/** @param {Tensor} tensor @returns {Strongest} */
function strongest({ shape, data }) {
  const best = argmax(data);
  const [, height = 1, width = 1] = shape;
  const inMap = best % (height * width);
  return { channel: Math.floor(best / (height * width)), row: Math.floor(inMap / width), column: inMap % width, value: data[best] };
}

/** @param {Tensor} tensor */
function inked({ data }) {
  return data.reduce((count, value) => count + (value === 0 ? 0 : 1), 0);
}

/** @param {import("./lib/ui.js").Shell} ui */
function boxes(ui) {
  const list = h("ol", { class: "cnn-boxes", "aria-label": t`The pipeline` });
  ui.stage.before(list);
  const current = () => STEPS[ui.get("step")].box;
  BOXES.forEach((name, i) => {
    const item = h("li", {});
    list.append(item);
    ui.button(name, () => ui.set({ step: STEPS.findIndex(({ box }) => box === i) }), { into: item, pressed: () => current() === i });
  });
}

/**
 * The maps that come in, with what the strongest unit sees of them; or those that come out, with
 * that unit. What comes out appears row by row, unless the reader asked for less motion.
 * @param {import("./lib/ui.js").Shell} ui
 * @param {Journey} journey
 * @param {"before" | "after"} side
 */
function maps(ui, journey, side) {
  const caption = h("span", {});
  const panel = ui.panel(caption);
  panel.classList.add("cnn-travel");
  const shown = () => journey.results[Math.max(0, ui.get("step") - (side === "before" ? 1 : 0))];
  const plan = () => layout(shown().shape, Math.min(370, Math.max(200, ui.stage.clientWidth)), shown().shape[0] === 1 ? 220 : 74);
  let [step, began] = [ui.get("step"), -Infinity];
  ui.canvas({
    label: side === "before" ? t`What goes in` : t`What comes out`,
    width: () => plan().wide + 4,
    height: () => plan().high + 4,
    into: panel,
    draw: (context, wide) => {
      const at = plan();
      const factor = wide / (at.wide + 4);
      context.translate(2 * factor, 2 * factor);
      if (step !== ui.get("step")) [step, began] = [ui.get("step"), performance.now()];
      const share = side === "before" || calm() ? 1 : Math.min(1, (performance.now() - began) / REVEAL);
      context.save();
      context.clip(rowsOf(at, share, factor));
      drawMaps(context, at, shown().data, { ...ui.colours(), grey: shown().shape[0] === 1, factor });
      context.restore();
      if (share < 1) return ui.schedule();
      mark(context, ui, journey, side, at, factor);
    },
  });
  ui.onChange(() => {
    const [count, height, width] = shown().shape;
    const size = height ? t`${count} map${count > 1 ? "s" : ""} of ${height} × ${width}` : t`${count} numbers`;
    write(caption, `${side === "before" ? "What goes in" : "What comes out"}: ${size}`);
  });
  return panel;
}

/** The upper part of every map. @param {Layout} at @param {number} share @param {number} factor */
function rowsOf(at, share, factor) {
  const path = new Path2D();
  for (let channel = 0; channel < at.count; channel++) {
    const { x, y } = corner(at, channel);
    const rows = at.height === 1 ? Number(channel < share * at.count) : Math.ceil(share * at.height);
    path.rect(x * factor, y * factor, at.width * at.pixel * factor, rows * at.pixel * factor);
  }
  return path;
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {import("./lib/ui.js").Shell} ui
 * @param {Journey} journey
 * @param {"before" | "after"} side
 * @param {Layout} at
 * @param {number} factor
 */
function mark(context, ui, journey, side, at, factor) {
  const { second } = ui.colours();
  const box = journey.box();
  const step = ui.get("step");
  if (side === "after") {
    if (step > 0 && box) markUnit(context, at, strongest(journey.results[step]), second, factor);
    return;
  }
  if (!box) return;
  const own = strongest(journey.results[step]).channel;
  const oneMap = ["C1.relu", "S2"].includes(STEPS[step].layers[0]); // these look at their own map alone
  context.strokeStyle = second;
  context.lineWidth = 2;
  for (let channel = 0; channel < at.count; channel++) {
    if (oneMap && channel !== own) continue;
    const { x, y } = corner(at, channel);
    const sides = [x + box.left * at.pixel, y + box.top * at.pixel, (box.right - box.left + 1) * at.pixel, (box.bottom - box.top + 1) * at.pixel];
    const [left, top, wide, high] = sides.map((length) => length * factor);
    context.strokeRect(left, top, wide, high);
  }
}
