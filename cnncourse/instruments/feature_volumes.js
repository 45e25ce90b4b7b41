// @ts-check
import { compact, grouped } from "./lib/chart.js";
import { h, shell } from "./lib/ui.js";
import { t } from "./lib/words.js";

const MEASURES = /** @type {Array<["activations" | "parameters" | "multiply_adds", string]>} */ ([["activations", t`activations`], ["parameters", t`parameters`], ["multiply_adds", t`multiply-adds`]]);
const BYTES = 4; // of a float32
const SLANT = 0.32; // of the width that runs into the page
const GAP = 7;

/**
 * @typedef {{ name: string, shape: number[], activations: number, parameters: number,
 *   multiply_adds: number }} Stage
 * @typedef {{ name: string, title: string, source: string, input: number[], stages: Stage[] }} Network
 */

export default {
  /** @param {{model: import("./lib/ui.js").Model, el: HTMLElement}} context */
  render({ model, el }) {
    const ui = shell({ model, el });
    /** @type {Network[]} */
    const networks = model.get("networks");
    const named = (/** @type {string} */ wanted) => networks.find(({ name }) => name === wanted);
    const network = () => /** @type {Network} */ (named(ui.get("network")) ?? named(ui.about.initial.network));
    const stages = () => network().stages;
    const measure = () => /** @type {"activations" | "parameters" | "multiply_adds"} */ (ui.get("measure"));
    const chosen = () => Math.min(ui.get("stage"), stages().length - 1);
    /** @param {"activations" | "parameters" | "multiply_adds"} measure */
    const total = (measure) => stages().reduce((sum, stage) => sum + stage[measure], 0);

    ui.select("network", t`Network`, networks.map(({ name, title }) => [name, title]), () => ({ stage: 0 }));
    ui.select("measure", t`Colour by`, MEASURES);
    ui.range("batch", t`Batch`, { unit: t`images` });

    /** @type {Box[]} */
    let boxes = [];
    ui.canvas({
      label: t`Volumes of feature maps, stage by stage; left and right arrows choose one`,
      width: 760,
      height: 270,
      draw: (context, wide, high) => {
        boxes = layout(network(), wide, high);
        volumes(context, boxes, ui, { shares: stages().map((stage) => stage[measure()] / total(measure())), chosen: chosen() });
      },
      point: (x) => {
        const gaps = boxes.slice(1).map(({ left, right, frame }) => Math.abs((left + right) / 2 - x * frame));
        ui.set({ stage: gaps.indexOf(Math.min(...gaps)) });
      },
      step: (rows, columns) => ui.set({ stage: Math.min(stages().length - 1, Math.max(0, chosen() + rows + columns)) }),
    });
    const bars = h("div", { class: "cnn-shares" });
    ui.panel(t`Each stage's share of the network`, bars);

    ui.onChange(() => {
      const now = stages()[chosen()];
      const share = (/** @type {"activations" | "parameters" | "multiply_adds"} */ measure) => percent(now[measure] / total(measure));
      const memory = BYTES * total("activations") * ui.get("batch");
      const weights = BYTES * total("parameters");
      ui.say(
        t`${network().title}, ${now.name}: ${size(now.shape)} come out. The stage has ${share("activations")} of the activations, ${share("parameters")} of the parameters, ` +
          t`${share("multiply_adds")} of the multiply-adds. For ${ui.get("batch")} image${ui.get("batch") > 1 ? "s" : ""} the activations take ${compact(memory)}B, the weights ${compact(weights)}B; ` +
          t`from ${Math.ceil(total("parameters") / total("activations"))} images on the activations take more.`,
      );
      if (bars.dataset.network !== network().name) {
        bars.replaceChildren(heading(), ...stages().map((stage, i) => row(stage, i, ui, total)));
        bars.dataset.network = network().name;
      }
      bars.querySelectorAll("button").forEach((/** @type {Element} */ button, /** @type {number} */ i) => button.setAttribute("aria-pressed", String(i === chosen())));
      ui.table(
        t`${network().title}: ${network().source}. Activations are the outputs of convolutions and dense layers`,
        [t`stage`, t`output`, ...MEASURES.map(([, name]) => name)],
        [
          [t`image`, size(network().input), "", "", ""],
          ...stages().map((stage) => [stage.name, size(stage.shape), ...MEASURES.map(([key]) => grouped(stage[key]))]),
          [t`sum`, "", ...MEASURES.map(([key]) => grouped(total(key)))],
        ],
      );
    });
    return ui.close;
  },
};

/** @param {number[]} shape */
function size(shape) {
  return shape.join(" × ");
}

/** @param {number} share */
function percent(share) {
  return share > 0 && share < 0.001 ? t`less than 0.1 %` : `${(100 * share).toFixed(1)} %`;
}

function heading() {
  return h("div", { class: "cnn-share", "aria-hidden": "true" }, h("span", {}), ...MEASURES.map(([, name]) => h("span", {}, name)));
}

/**
 * @param {Stage} stage @param {number} at @param {import("./lib/ui.js").Shell} ui
 * @param {(measure: "activations" | "parameters" | "multiply_adds") => number} total
 */
function row(stage, at, ui, total) {
  const name = h("button", { type: "button", onclick: () => ui.set({ stage: at }) }, stage.name);
  return h(
    "div",
    { class: "cnn-share" },
    name,
    ...MEASURES.map(([key, label]) =>
      h("span", { title: `${grouped(stage[key])} ${label}` }, h("i", { style: `width:${(100 * stage[key]) / total(key)}%` }), h("b", {}, compact(stage[key]))),
    ),
  );
}

/** @typedef {{ left: number, right: number, top: number, floor: number, thick: number, deep: number, name: string, shape: number[], frame: number }} Box */

/**
 * Cuboids to scale: height and the width that runs into the page in pixels of the maps, thickness in
 * channels. The first is the image. Where the slanted sides would leave no room, they overlap.
 * @param {Network} network @param {number} wide @param {number} high
 * @returns {Box[]}
 */
function layout(network, wide, high) {
  const shapes = [network.input, ...network.stages.map(({ shape }) => shape)];
  const sides = shapes.map(([, side = 1]) => side);
  const sum = (/** @type {number[]} */ numbers) => numbers.reduce((total, number) => total + number, 0);
  const tall = (high - 46) / (Math.max(...sides) * (1 + SLANT));
  const slanted = sum(sides) * tall * SLANT;
  const room = wide - 4 - GAP * (shapes.length - 1);
  const kept = Math.min(1, (0.65 * room) / slanted); // of the slanted sides' width
  const thin = (room - kept * slanted) / sum(shapes.map(([count]) => count));
  let left = 2;
  return shapes.map((shape, i) => {
    const [deep, thick, height] = [Math.max(1, sides[i] * tall * SLANT), Math.max(1.5, shape[0] * thin), Math.max(1.5, sides[i] * tall)];
    const box = { left, right: left + thick + kept * deep, top: high - 26 - height, floor: high - 26, thick, deep, name: i ? network.stages[i - 1].name : t`image`, shape, frame: wide };
    left = box.right + GAP;
    return box;
  });
}

/**
 * @param {CanvasRenderingContext2D} context @param {Box[]} boxes @param {import("./lib/ui.js").Shell} ui
 * @param {{ shares: number[], chosen: number }} shown
 */
function volumes(context, boxes, ui, { shares, chosen }) {
  const { accent, second, surface, text, muted } = ui.colours();
  const most = Math.max(...shares);
  context.lineJoin = "round";
  boxes.forEach(({ left, top, floor, thick, deep }, i) => {
    const here = i === chosen + 1;
    const faces = [
      [[left, top], [left + thick, top], [left + thick, floor], [left, floor]],
      [[left, top], [left + deep, top - deep], [left + thick + deep, top - deep], [left + thick, top]],
      [[left + thick, top], [left + thick + deep, top - deep], [left + thick + deep, floor - deep], [left + thick, floor]],
    ];
    faces.forEach((corners, face) => {
      context.beginPath();
      corners.forEach(([x, y]) => context.lineTo(x, y));
      context.closePath();
      context.fillStyle = surface;
      context.fill();
      context.globalAlpha = i === 0 ? 0 : [0.75, 0.5, 1][face] * (0.06 + (0.94 * shares[i - 1]) / most);
      context.fillStyle = accent;
      context.fill();
      context.globalAlpha = 1;
      context.strokeStyle = here ? second : muted;
      context.lineWidth = here ? 2.5 : 1;
      context.stroke();
    });
  });
  const box = boxes[chosen + 1];
  context.textAlign = "center";
  context.font = "13px system-ui, sans-serif";
  context.fillStyle = text;
  let taken = [write(context, `${box.name}: ${size(box.shape)}`, box)];
  context.font = "12px system-ui, sans-serif";
  context.fillStyle = muted;
  for (const other of boxes) taken = [...taken, write(context, other.name, other, taken)];
}

/**
 * Write under a volume, unless something stands there.
 * @param {CanvasRenderingContext2D} context @param {string} label @param {Box} box
 * @param {Array<[number, number]>} taken stretches that have been written on
 * @returns {[number, number]} the stretch that the label takes
 */
function write(context, label, box, taken = []) {
  const half = context.measureText(label).width / 2;
  const middle = Math.min(box.frame - half - 2, Math.max(half + 2, (box.left + box.right) / 2));
  const [from, to] = [middle - half - 6, middle + half + 6];
  if (taken.some(([start, end]) => from < end && to > start)) return [0, 0];
  context.fillText(label, middle, box.floor + 18);
  return [from, to];
}
