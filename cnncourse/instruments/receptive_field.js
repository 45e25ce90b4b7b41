// @ts-check
import { chart } from "./lib/chart.js";
import { coreWidth, effectiveField, readLayers, receptiveField, writeLayers } from "./lib/fields.js";
import { h, newId, shell } from "./lib/ui.js";
import { t, word } from "./lib/words.js";

const SHARE = 0.95;
const BINS = 160; // pixels of the picture of a field
const LARGEST = 10000; // pixels of a field that is still followed
const ADDITIONS = { "+ 3 × 3": "3p1", "+ stride 2": "3s2p1", "+ dilation 2": "3d2p2", "+ pool 2": "2s2" };
const COLUMNS = /** @type {Array<["kernelSize" | "stride" | "dilation", string, number]>} */ ([["kernelSize", t`kernel`, 31], ["stride", t`stride`, 8], ["dilation", t`dilation`, 64]]);

/**
 * @typedef {{ layers: import("./lib/fields.js").Window[], fields: import("./lib/fields.js").Field[],
 *   cores: number[] }} Stack
 */

export default {
  /** @param {{model: import("./lib/ui.js").Model, el: HTMLElement}} context */
  render({ model, el }) {
    const ui = shell({ model, el });
    let followed = "";
    /** @type {Stack} */
    let known = { layers: [], fields: [], cores: [] };
    const stack = () => {
      if (followed !== ui.get("layers")) {
        const layers = readLayers(ui.get("layers"));
        known = follow(layers.length ? layers : readLayers(ui.about.initial.layers));
        followed = ui.get("layers");
      }
      return known;
    };
    const after = () => Math.min(ui.get("after"), stack().layers.length);
    const field = () => stack().fields[after() - 1];
    const core = () => stack().cores[after() - 1];
    /** @param {import("./lib/fields.js").Window[]} layers */
    const change = (layers) => ui.set({ layers: writeLayers(fitting(layers)) });

    networks(ui);
    const adding = h("div", { class: "cnn-presets", role: "group", "aria-label": t`Add a layer at the end` });
    ui.controls.append(adding);
    for (const [name, text] of Object.entries(ADDITIONS)) {
      ui.button(name, () => change([...stack().layers, ...readLayers(text)]), { into: adding });
    }
    ui.range("image_size", t`Image`, { unit: t`pixels` });
    ui.toggle("log", t`Logarithmic`);

    list(ui, stack, change);
    ui.canvas({
      label: t`The field of one output over the image`,
      width: 300,
      height: 372,
      into: ui.panel(t`What one output sees, and how much each pixel counts`),
      draw: (context, wide) => picture(context, wide, ui, stack().layers.slice(0, after()), core()),
    });
    chart(ui, {
      label: t`Receptive field by layer`,
      x: { label: t`after this many layers`, whole: true, write: String },
      y: { label: t`pixels`, get log() { return ui.get("log"); }, get least() { return ui.get("log") ? 1 : 0; }, most: 10, write: String },
      height: 240,
      series: () => {
        const { accent, second, muted } = ui.colours();
        const { fields, cores, layers } = stack();
        const points = (/** @type {number[]} */ sizes) => [1, ...sizes].map((size, i) => /** @type {[number, number]} */ ([i, size]));
        return [
          { name: t`theoretical field`, colour: accent, points: points(fields.map(({ size }) => size)), dots: layers.length < 12 },
          { name: t`holds 95 % of the weight`, colour: second, dashed: true, points: points(cores) },
          { name: t`image`, colour: muted, points: /** @type {Array<[number, number]>} */ ([[0, ui.get("image_size")], [layers.length, ui.get("image_size")]]) },
        ];
      },
      cursor: {
        label: t`Layer whose field is shown`,
        steps: () => Array.from({ length: stack().layers.length + 1 }, (_, i) => i),
        at: after,
        move: (step) => ui.set({ after: Math.max(1, step) }),
        say: () => t`after ${after()} layers: ${field().size} pixels`,
      },
    });

    ui.onChange(() => {
      const { size, jump } = field();
      const { layers, fields, cores } = stack();
      const limit = 2 * size > LARGEST ? t` Fields are followed up to ${LARGEST} pixels.` : "";
      const beyond = size > ui.get("image_size") ? t` That is more than the ${ui.get("image_size")} pixels of the image.${limit}` : "";
      ui.say(
        t`After ${after()} of ${layers.length} layers one output sees ${size} × ${size} pixels; its neighbour's field lies ${jump} pixel${jump > 1 ? "s" : ""} further.${beyond} ` +
          t`With equal weights, 95 % of what counts along an axis comes from ${core()} pixels.`,
      );
      ui.table(
        t`Layer by layer, in pixels of the image`,
        [t`layer`, t`kernel`, t`stride`, t`dilation`, t`sees`, t`jump`, t`first pixel`, t`95 % within`],
        layers.map((layer, i) => [i + 1, layer.kernelSize, layer.stride, layer.dilation, fields[i].size, fields[i].jump, String(fields[i].start).replace("-", "−"), cores[i]]),
      );
    });
    return ui.close;
  },
};

/** Layers up to the largest field that is followed. @param {import("./lib/fields.js").Window[]} layers */
function fitting(layers) {
  return layers.slice(0, receptiveField(layers).filter(({ size }) => size <= LARGEST).length);
}

/** @param {import("./lib/fields.js").Window[]} all @returns {Stack} */
function follow(all) {
  const layers = fitting(all);
  const cores = layers.map((_, i) => coreWidth(effectiveField(layers.slice(0, i + 1)), SHARE));
  return { layers, fields: receptiveField(layers), cores };
}

/** A list of networks and of stacks to compare. @param {import("./lib/ui.js").Shell} ui */
function networks(ui) {
  const known = [
    ...Object.entries(ui.get("examples")).map(([title, layers]) => ({ title: word(title), layers, image_size: ui.get("image_size") })),
    ...ui.get("networks").map((/** @type {any} */ one) => ({
      title: one.title,
      layers: writeLayers(one.layers.map((/** @type {number[]} */ [kernelSize, stride, padding, dilation]) => ({ kernelSize, stride, padding, dilation }))),
      image_size: one.image_size,
    })),
  ];
  const id = newId();
  const choice = h(
    "select",
    {
      id,
      onchange: () => {
        const { layers, image_size } = known[choice.selectedIndex - 1];
        ui.set({ layers, image_size, after: ui.about.initial.after });
      },
    },
    h("option", { disabled: true }, t`your own`),
    ...known.map(({ title }) => h("option", {}, title)),
  );
  ui.controls.append(h("div", { class: "cnn-control" }, h("label", { for: id }, t`Stack`), choice));
  ui.onChange(() => {
    choice.selectedIndex = 1 + known.findIndex(({ layers }) => layers === ui.get("layers"));
  });
}

/**
 * The layers as rows to edit, drag, move and remove; a row belongs to a place, not to a layer.
 * @param {import("./lib/ui.js").Shell} ui @param {() => Stack} stack
 * @param {(layers: import("./lib/fields.js").Window[]) => void} change
 */
function list(ui, stack, change) {
  const rows = h("ol", { class: "cnn-layers" });
  const head = h("div", { class: "cnn-layer cnn-layerhead", "aria-hidden": "true" }, ...["", t`kernel`, t`stride`, t`dilation`, t`sees`, t`jump`, ""].map((text) => h("span", {}, text)));
  ui.panel(t`Layers, from the input: drag them, or move them with the arrow keys`, head, rows);

  /** @param {number} from @param {number} to */
  const move = (from, to) => {
    const layers = [...stack().layers];
    if (to < 0 || to >= layers.length || from === to) return;
    layers.splice(to, 0, ...layers.splice(from, 1));
    change(layers);
    rows.children[to].querySelector("button").focus();
  };
  const remove = (/** @type {number} */ at) => {
    if (stack().layers.length === 1) return;
    change(stack().layers.filter((_, i) => i !== at));
    rows.children[Math.max(0, at - 1)].querySelector("button").focus();
  };

  /** @param {number} at */
  const build = (at) => {
    const handle = h("button", { type: "button", class: "cnn-handle" }, "⠿");
    handle.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
      const by = { ArrowUp: -1, ArrowDown: 1 }[event.key];
      if (by) move(at, at + by);
      else if (event.key === "Delete" || event.key === "Backspace") remove(at);
      else return;
      event.preventDefault();
    });
    dragging(handle, rows, at, move);
    const boxes = COLUMNS.map(([key, name, max]) => {
      const box = h("input", { type: "number", min: 1, max, "aria-label": t`${name} of layer ${at + 1}` });
      box.addEventListener("change", () => {
        const value = Math.round(Number(box.value));
        const layers = stack().layers.map((layer) => ({ ...layer }));
        if (value >= 1 && value <= max) layers[at][key] = value;
        change(layers);
        box.value = String(layers[at][key]);
      });
      return box;
    });
    const drop = h("button", { type: "button", "aria-label": t`Remove layer ${at + 1}`, onclick: () => remove(at) }, "✕");
    return h("li", { class: "cnn-layer" }, handle, ...boxes, h("output", {}), h("output", {}), drop);
  };

  ui.onChange(() => {
    const { layers, fields } = stack();
    while (rows.children.length > layers.length) rows.lastChild.remove();
    while (rows.children.length < layers.length) rows.append(build(rows.children.length));
    layers.forEach((layer, i) => {
      const row = rows.children[i];
      const [handle] = row.children;
      handle.setAttribute("aria-label", t`Layer ${i + 1} of ${layers.length}, kernel ${layer.kernelSize}, stride ${layer.stride}. Arrow keys move it, Delete removes it.`);
      row.querySelectorAll("input").forEach((/** @type {HTMLInputElement} */ box, /** @type {number} */ column) => {
        if (document.activeElement !== box) box.value = String(layer[COLUMNS[column][0]]);
      });
      const [size, jump] = row.querySelectorAll("output");
      size.textContent = String(fields[i].size);
      jump.textContent = String(fields[i].jump);
      row.classList.toggle("cnn-shown", i + 1 === Math.min(ui.get("after"), layers.length));
    });
  });
}

/**
 * Let the pointer drag a row to another place.
 * @param {HTMLElement} handle @param {HTMLElement} rows @param {number} start
 * @param {(from: number, to: number) => void} move
 */
function dragging(handle, rows, start, move) {
  /** @type {number | null} */
  let at = null;
  handle.addEventListener("pointerdown", (event) => {
    if (event.button) return;
    at = start;
    handle.setPointerCapture(event.pointerId);
  });
  handle.addEventListener("pointermove", (event) => {
    if (at === null) return;
    const over = [...rows.children].findIndex((row) => {
      const { top, bottom } = row.getBoundingClientRect();
      return event.clientY >= top && event.clientY < bottom;
    });
    if (over < 0 || over === at) return;
    move(at, over);
    at = over;
  });
  for (const end of ["pointerup", "pointercancel"]) handle.addEventListener(end, () => (at = null));
}

/**
 * @param {CanvasRenderingContext2D} context @param {number} wide @param {import("./lib/ui.js").Shell} ui
 * @param {import("./lib/fields.js").Window[]} layers @param {number} core
 */
function picture(context, wide, ui, layers, core) {
  const { accent, second, muted, line, text } = ui.colours();
  const weights = binned(effectiveField(layers));
  const size = receptiveField(layers)[layers.length - 1].size;
  const image = ui.get("image_size");
  const scale = (wide - 4) / Math.max(size, image);
  /** @param {number} pixels @returns {[number, number, number, number]} */
  const square = (pixels) => {
    const side = Math.round(pixels * scale);
    const start = Math.round((wide - side) / 2);
    return [start, start, side, side];
  };
  context.fillStyle = line;
  context.fillRect(...square(image));
  const [left, top, side] = square(size);
  const most = Math.max(...weights);
  const edges = [0, ...weights.keys()].map((_, i) => Math.round((i * side) / weights.length)); // whole pixels: no seams
  context.fillStyle = accent;
  weights.forEach((down, i) =>
    weights.forEach((across, j) => {
      context.globalAlpha = (down * across) / most ** 2;
      context.fillRect(left + edges[j], top + edges[i], edges[j + 1] - edges[j], edges[i + 1] - edges[i]);
    }),
  );
  context.globalAlpha = 1;
  outline(context, square(image), muted, []);
  outline(context, square(size), accent, []);
  outline(context, square(core), second, [5, 4]);
  profile(context, weights, { left, side, wide }, accent);
  context.fillStyle = text;
  context.font = "12px system-ui, sans-serif";
  context.textAlign = "center";
  context.fillText(t`how much a pixel counts, along the middle row`, wide / 2, wide + 68);
}

/** @param {CanvasRenderingContext2D} context @param {[number, number, number, number]} square @param {string} colour @param {number[]} dashes */
function outline(context, [left, top, width, height], colour, dashes) {
  context.strokeStyle = colour;
  context.lineWidth = 2;
  context.setLineDash(dashes);
  context.strokeRect(left, top, width, height);
  context.setLineDash([]);
}

/** @param {CanvasRenderingContext2D} context @param {number[]} weights @param {{left: number, side: number, wide: number}} place @param {string} colour */
function profile(context, weights, { left, side, wide }, colour) {
  const [floor, high] = [wide + 52, 44];
  const most = Math.max(...weights);
  context.fillStyle = colour;
  weights.forEach((weight, i) => {
    const tall = (high * weight) / most;
    const [from, to] = [i, i + 1].map((edge) => Math.round((edge * side) / weights.length));
    context.fillRect(left + from, floor - tall, to - from, tall);
  });
}

/** Means of a field's weights over equal stretches, at most so many. @param {Float64Array} field */
function binned(field) {
  const width = Math.ceil(field.length / BINS);
  return Array.from({ length: Math.ceil(field.length / width) }, (_, i) => {
    const stretch = field.subarray(i * width, (i + 1) * width);
    return stretch.reduce((sum, weight) => sum + weight, 0) / stretch.length;
  });
}
