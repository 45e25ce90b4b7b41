// @ts-check
import { answerBars, percent } from "./lib/bars.js";
import { css, ink as readable, largest, number, signed } from "./lib/colour.js";
import { digitGrid, exampleAt } from "./lib/digits.js";
import { FINE, SPACE, asMnist, drawStrokes, enlarge, readStrokes, shifted, writeStrokes } from "./lib/drawing.js";
import { LENET } from "./lib/lenet.js";
import { asPicture, drawMaps, layout, markUnit, moved, unitAt } from "./lib/maps.js";
import { forward, parseNetwork, probabilities, readNetwork, receptiveField, stages } from "./lib/network.js";
import { answer, answerShifted, answerWithout, argmax, asInput, contributions, leadOf, middles, shifts, weightsOf } from "./lib/probe.js";
import { h, shell, write } from "./lib/ui.js";
import { t } from "./lib/words.js";

/** @typedef {import("./lib/network.js").Network} Network */
/** @typedef {import("./lib/probe.js").Answer} Answer */
/** @typedef {import("./lib/maps.js").Unit} Unit */
/** @typedef {import("./lib/ui.js").Shell} Shell */

const SHEET = 280; // CSS pixels
const STEP = 16; // of the pen by arrow keys, in the drawing's units
const CLOSE = 5; // a point nearer than this to the last one is left out
const SLICE = 12; // milliseconds of probing at a time
const WORDS = 150; // milliseconds between two sentences
const SHOW = 250; // milliseconds between two looks at what probing has found

const builtIn = readNetwork(LENET);

export default {
  /** @param {{model: import("./lib/ui.js").Model, el: HTMLElement}} context */
  render({ model, el }) {
    const ui = shell({ model, el });
    const machine = new Machine(ui);
    tools(ui, machine);
    sheet(ui);
    picture(ui, machine);
    bars(ui, machine);
    examples(ui);
    unitPanel(ui, machine);
    layers(ui, machine);
    probes(ui, machine);
    const words = inWords(ui, machine);
    ui.onChange(words);
    return ui.close;
  },
};

/** What is computed from the state, once for each change of it. */
class Machine {
  /** @param {Shell} ui */
  constructor(ui) {
    this.ui = ui;
    this.key = "";
    this.raw = null;
    this.read = 0; // networks, so far
    this.problem = "";
    this.network = builtIn;
    this.update();
    ui.onChange(() => this.update());
  }

  update() {
    this.readNetwork();
    const { ui } = this;
    const state = ["strokes", "example", "pen", "down", "right"].map((key) => ui.get(key));
    const key = JSON.stringify([state, ui.get("picture"), this.read]);
    if (key === this.key) return;
    this.key = key;
    this.centred = this.asSeen();
    this.picture = shifted(this.centred, ui.get("down"), ui.get("right"));
    this.image = asInput(this.network, this.picture);
    const start = performance.now();
    this.outputs = forward(this.network, this.image);
    this.milliseconds = performance.now() - start;
    this.shares = Array.from(probabilities(this.network, this.outputs));
    this.label = argmax(this.shares);
    const size = this.network.input[1];
    const rows = Array.from({ length: size }, (_, i) => Array.from(this.picture.subarray(i * size, (i + 1) * size)));
    ui.set({ seen: rows, probabilities: this.shares });
  }

  /** Take over the network that the state names; what cannot be read is said, and LeNet stays. */
  readNetwork() {
    const raw = this.ui.get("network");
    if (raw === this.raw) return;
    this.raw = raw;
    this.read += 1;
    this.problem = "";
    this.network = builtIn;
    this.stages = stages(builtIn);
    if (!raw || Object.keys(raw).length === 0) return;
    try {
      this.network = suitable(readNetwork(raw));
      this.stages = stages(this.network);
    } catch (error) {
      this.problem = /** @type {Error} */ (error).message;
    }
  }

  /** The drawing as a picture of the network's size, before it is moved. */
  asSeen() {
    const { ui } = this;
    const size = this.network.input[1];
    const given = ui.get("picture").flat();
    const strokes = readStrokes(ui.get("strokes"));
    if (given.length && !strokes.length && size === 28) return Float64Array.from(given);
    return asMnist(sheetInk(ui), FINE, FINE, size);
  }

  /** The stage that is looked into, and the unit, within what there is. */
  selected() {
    const named = (/** @type {string} */ name) => this.stages.find(({ label }) => label === name);
    const found = named(this.ui.get("stage")) ?? named(this.ui.about.initial.stage) ?? this.stages[0];
    const [count, height = 1, width = 1] = this.network.layers[found.index].shape;
    const [channel, row, column] = [["channel", count], ["row", height], ["column", width]].map(([key, end]) => Math.min(this.ui.get(/** @type {string} */ (key)), Number(end) - 1));
    return { stage: found, channel, row, column };
  }

  /** @param {number} index of a layer @param {Unit} unit */
  valueOf(index, { channel, row, column }) {
    const [, height = 1, width = 1] = this.network.layers[index].shape;
    return this.outputs[index].data[(channel * height + row) * width + column];
  }
}

/** @param {Network} network */
function suitable(network) {
  const [channels, height, width] = network.input;
  if (height !== width || height < 4 || ![1, 3].includes(channels)) {
    throw new Error(`input: expected square pictures with 1 or 3 channels, got ${network.input.join(" x ")}`);
  }
  return network;
}

/** The example, or the picture from Python, with the strokes over it. @param {Shell} ui */
function sheetInk(ui) {
  const state = ["strokes", "example", "pen"].map((key) => ui.get(key));
  const key = JSON.stringify([state, ui.get("picture")]);
  if (lastInk.key !== key) {
    const given = ui.get("picture").flat();
    const below = given.length ? given : ui.get("example") >= 0 ? exampleAt(ui.get("example")) : null;
    const ink = drawStrokes(readStrokes(ui.get("strokes")), ui.get("pen"), below ? enlarge(below, FINE / 28) : undefined);
    Object.assign(lastInk, { key, ink });
  }
  return lastInk.ink;
}

/** Drawn once, looked at twice in a frame. */
const lastInk = { key: "", ink: new Float64Array(FINE * FINE) };

// --- controls ---

/** @param {Shell} ui @param {Machine} machine */
function tools(ui, machine) {
  const empty = { strokes: "", example: -1 };
  const noPicture = () => (ui.get("picture").length ? { picture: [] } : {});
  ui.button(t`Clear`, () => ui.set({ ...empty, ...noPicture(), down: 0, right: 0 }));
  ui.button(t`Undo`, () => undo(ui));
  ui.range("pen", t`Pen`, { step: 0.2, unit: t`pixels of 28` });
  ui.toggle("over", t`Draw over the example`);
  ui.toggle("probe", t`What confuses it, what matters`);

  const problem = h("p", { class: "cnn-problem", role: "alert" });
  const file = h("input", { type: "file", accept: ".json,application/json" });
  const back = ui.button(t`Back to LeNet`, () => ui.set({ network: {} }));
  ui.controls.append(h("label", { class: "cnn-control" }, t`Your own network`, file), back);
  ui.controls.after(problem);
  let wrongFile = "";
  /** @param {File | undefined} chosen */
  const open = async (chosen) => {
    if (!chosen) return;
    const text = await chosen.text();
    try {
      suitable(parseNetwork(text));
      wrongFile = "";
      ui.set({ network: JSON.parse(text) });
    } catch (error) {
      wrongFile = t`${chosen.name} cannot be used. ${/** @type {Error} */ (error).message}`;
      ui.schedule();
    }
  };
  file.addEventListener("change", () => open(file.files?.[0]));
  const frame = /** @type {HTMLElement} */ (ui.stage.parentElement);
  frame.addEventListener("dragover", (event) => event.preventDefault());
  frame.addEventListener("drop", (event) => {
    event.preventDefault();
    open(event.dataTransfer?.files[0]);
  });
  ui.onChange(() => {
    back.hidden = machine.network === builtIn;
    write(problem, wrongFile || (machine.problem && t`This network cannot be used. ${machine.problem}`));
  });
}

/** Take back the last stroke; without strokes, the example. @param {Shell} ui */
function undo(ui) {
  const strokes = readStrokes(ui.get("strokes"));
  if (strokes.length) ui.set({ strokes: writeStrokes(strokes.slice(0, -1)) });
  else ui.set({ example: -1, ...(ui.get("picture").length ? { picture: [] } : {}) });
}

// --- the sheet ---

/** @param {Shell} ui */
function sheet(ui) {
  /** @type {[number, number]} */
  let pen = [SPACE / 2, SPACE / 4];
  let down = false; // the pen of the keyboard
  const inside = (/** @type {number} */ value) => Math.min(SPACE - 1, Math.max(0, Math.round(value)));
  const begin = (/** @type {[number, number]} */ point) => {
    const fresh = !ui.get("over") && !ui.get("strokes");
    const strokes = [...readStrokes(ui.get("strokes")), [point]];
    ui.set({ strokes: writeStrokes(strokes), ...(fresh ? { example: -1, down: 0, right: 0 } : {}) });
    if (fresh && ui.get("picture").length) ui.set({ picture: [] });
  };
  const extend = (/** @type {[number, number]} */ point) => {
    const strokes = readStrokes(ui.get("strokes"));
    const last = strokes[strokes.length - 1];
    if (!last) return begin(point);
    const [x, y] = last[last.length - 1];
    if (Math.hypot(point[0] - x, point[1] - y) < CLOSE) return;
    ui.set({ strokes: writeStrokes([...strokes.slice(0, -1), [...last, point]]) });
  };

  const caption = h("span", {});
  const panel = ui.panel(caption);
  const element = ui.canvas({
    label: t`Sheet to draw on. Arrow keys move the pen, with Shift faster; Space puts it down and lifts it; Backspace takes a stroke back.`,
    width: SHEET,
    height: SHEET,
    draws: true,
    into: panel,
    draw: (context, wide) => {
      context.fillStyle = "#000";
      context.fillRect(0, 0, wide, wide);
      context.imageSmoothingEnabled = true;
      context.drawImage(asCanvas(sheetInk(ui), FINE), 0, 0, wide, wide);
      if (panel.contains(document.activeElement)) ring(context, pen, down, wide, ui);
    },
    point: (x, y, phase) => {
      pen = [inside(x * SPACE), inside(y * SPACE)];
      down = false;
      if (phase === "start") begin(pen);
      else extend(pen);
    },
    step: (rows, columns) => {
      pen = [inside(pen[0] + STEP * columns), inside(pen[1] + STEP * rows)];
      if (down) extend(pen);
      ui.schedule();
    },
  });
  element.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === " ") {
      down = !down;
      if (down) begin(pen);
    } else if (event.key === "Backspace") {
      down = false;
      undo(ui);
    } else return;
    event.preventDefault();
    ui.schedule();
  });
  for (const change of ["focus", "blur"]) element.addEventListener(change, () => ui.schedule());
  ui.onChange(() => {
    const where = `${Math.round((pen[0] * 28) / SPACE)}, ${Math.round((pen[1] * 28) / SPACE)}`;
    write(caption, panel.contains(document.activeElement) ? t`Your sheet: pen ${down ? t`down` : t`up`} at ${where}` : t`Your sheet: draw a digit`);
  });
}

/** @param {CanvasRenderingContext2D} context @param {[number, number]} pen @param {boolean} down @param {number} wide @param {Shell} ui */
function ring(context, pen, down, wide, ui) {
  const [x, y] = pen.map((place) => (place * wide) / SPACE);
  context.beginPath();
  context.arc(x, y, Math.max(4, (ui.get("pen") / 56) * wide), 0, 2 * Math.PI);
  context.strokeStyle = ui.colours().second;
  context.lineWidth = down ? 4 : 2;
  context.stroke();
}

/** @param {ArrayLike<number>} values 0 to 1 @param {number} size */
const asCanvas = (values, size) => asPicture(values, size, size, { grey: true });

// --- what the network sees and says ---

/** @param {Shell} ui @param {Machine} machine */
function picture(ui, machine) {
  const caption = h("span", {});
  const panel = ui.panel(caption);
  panel.classList.add("cnn-sees");
  ui.canvas({
    label: t`What the network sees, with the receptive field of the chosen unit. Arrow keys move the picture.`,
    width: 196,
    height: 196,
    into: panel,
    draw: (context, wide) => {
      const size = machine.network.input[1];
      context.imageSmoothingEnabled = false;
      context.drawImage(asCanvas(machine.picture, size), 0, 0, wide, wide);
      const { top, left, bottom, right } = seenBy(machine);
      context.strokeStyle = ui.colours().second;
      context.lineWidth = 3;
      const scale = wide / size;
      context.strokeRect(left * scale + 1.5, top * scale + 1.5, (right - left + 1) * scale - 3, (bottom - top + 1) * scale - 3);
    },
    step: (rows, columns) => {
      const { min, max } = ui.about.limits.down;
      const within = (/** @type {number} */ value) => Math.min(max, Math.max(min, value));
      ui.set({ down: within(ui.get("down") + rows), right: within(ui.get("right") + columns) });
    },
  });
  ui.onChange(() => {
    const size = machine.network.input[1];
    write(caption, t`What the network sees: ${size} × ${size}`);
  });
}

/** @param {Machine} machine */
function seenBy(machine) {
  const { stage, row, column } = machine.selected();
  return receptiveField(machine.network, stage.index, row, column);
}

/** @param {Shell} ui @param {Machine} machine */
function bars(ui, machine) {
  const list = answerBars(ui, () => ({ classes: machine.network.classes, shares: machine.shares }));
  ui.panel("What it says", list).classList.add("cnn-says");
}

/** @param {Shell} ui */
function examples(ui) {
  const title = t`Or take a digit that it was not trained on; in the last row, those of 1,000 that it reads wrong`;
  digitGrid(ui, title, (example) => ui.set({ example, strokes: "", ...(ui.get("picture").length ? { picture: [] } : {}) }));
}

// --- every layer ---

/** @param {Shell} ui @param {Machine} machine */
function layers(ui, machine) {
  const panel = ui.panel(t`Every layer: point at a unit, or move to it with the arrow keys (Page Up and Page Down: the next map)`);
  panel.classList.add("cnn-layers");
  /** @type {HTMLElement[]} */
  const strips = [];
  const add = (/** @type {number} */ place) => {
    const caption = h("p", { class: "cnn-caption" });
    const holder = h("div", { class: "cnn-strip" }, caption);
    panel.append(holder);
    strips.push(holder);
    const stage = () => machine.stages[Math.min(place, machine.stages.length - 1)];
    const shape = () => machine.network.layers[stage().index].shape;
    const plan = () => layout(shape(), Math.min(780, Math.max(200, panel.clientWidth)));
    const choose = (/** @type {Unit} */ unit) => ui.set({ stage: stage().label, ...unit });
    const current = () => {
      const { stage: selected, channel, row, column } = machine.selected();
      return selected === stage() ? { channel, row, column } : { channel: 0, row: 0, column: 0 };
    };
    const element = ui.canvas({
      label: t`Layer ${place + 1}`,
      width: () => plan().wide + 4,
      height: () => plan().high + 4,
      into: holder,
      hover: true,
      draw: (context, wide) => {
        if (place >= machine.stages.length) return;
        const at = plan();
        const factor = wide / (at.wide + 4);
        context.translate(2 * factor, 2 * factor);
        drawMaps(context, at, machine.outputs[stage().index].data, { ...ui.colours(), factor });
        if (machine.selected().stage === stage()) markUnit(context, at, current(), ui.colours().second, factor);
      },
      point: (x, y) => {
        const at = plan();
        const unit = unitAt(at, x * (at.wide + 4) - 2, y * (at.high + 4) - 2);
        if (unit) choose(unit);
      },
      step: (rows, columns) => choose(moved(plan(), current(), rows, columns)),
    });
    element.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
      const by = { PageDown: 1, PageUp: -1 }[event.key];
      if (!by) return;
      const unit = current();
      choose({ ...unit, channel: Math.min(shape()[0] - 1, Math.max(0, unit.channel + by)) });
      event.preventDefault();
    });
    ui.onChange(() => {
      holder.hidden = place >= machine.stages.length;
      const text = `${stage().label}: ${sizes(shape())}`;
      write(caption, text);
      element.setAttribute("aria-label", text);
    });
  };
  ui.onChange(() => {
    while (strips.length < machine.stages.length) add(strips.length);
  });
}

/** @param {number[]} shape */
function sizes(shape) {
  const [count, height = 1, width = 1] = shape;
  return height * width === 1 ? t`${count} numbers` : t`${count} map${count > 1 ? "s" : ""} of ${height} × ${width}`;
}

// --- one unit ---

/** @param {Shell} ui @param {Machine} machine */
function unitPanel(ui, machine) {
  const caption = h("span", {});
  const text = h("p", { class: "cnn-unit-text" });
  const panel = ui.panel(caption);
  panel.classList.add("cnn-unit-panel");
  const weights = () => {
    const { stage, channel } = machine.selected();
    const layer = machine.network.layers[stage.from];
    return ["conv2d", "linear"].includes(layer.type) ? weightsOf(machine.network, stage.from, channel) : null;
  };
  const plan = () => layout(weights()?.shape ?? [1, 1, 1], 290, 34);
  const element = ui.canvas({
    label: t`Weights of the chosen unit: orange is positive, violet negative`,
    width: () => plan().wide,
    height: () => plan().high,
    into: panel,
    draw: (context, wide) => {
      const found = weights();
      const at = plan();
      if (found) drawMaps(context, at, found.data, { ...ui.colours(), factor: wide / at.wide });
    },
  });
  panel.append(text);
  ui.onChange(() => {
    const { stage, channel } = machine.selected();
    const found = weights();
    element.hidden = !found;
    write(caption, found ? t`The weights of ${stage.label}, ${unitName(machine, channel)}: ${sizes(found.shape)}` : t`${stage.label} has no weights`);
    write(text, sums(machine));
  });
}

/** @param {Machine} machine @param {number} channel */
function unitName(machine, channel) {
  const { stage } = machine.selected();
  const { shape } = machine.network.layers[stage.index];
  const last = stage.index === machine.network.layers.length - 1;
  if (last) return machine.network.classes[channel];
  return shape.length === 3 && shape[1] * shape[2] > 1 ? t`map ${channel + 1}` : t`unit ${channel + 1}`;
}

/** How the unit's value comes about. @param {Machine} machine */
function sums(machine) {
  const { stage, channel, row, column } = machine.selected();
  const layer = machine.network.layers[stage.from];
  if (!["conv2d", "linear"].includes(layer.type)) return "";
  const { bias, parts, source } = contributions(machine.network, machine.outputs, machine.image, stage.from, { channel, row, column });
  const before = machine.valueOf(stage.from, { channel, row, column });
  const most = argmax(parts.map(Math.abs));
  const from = source === t`the picture` ? source : layer.type === "linear" ? t`${source}, number ${most + 1}` : t`${source}, map ${most + 1}`;
  const rest = before - bias;
  const after = stage.index === stage.from ? "" : t` Then: ${machine.network.layers[stage.index].type}.`;
  return t`${number(before, 3)} = bias ${number(bias, 3)} + ${number(rest, 3)} from ${parts.length} ${layer.type === "linear" ? t`numbers` : t`map${parts.length > 1 ? "s" : ""}`}; the largest part, ${number(parts[most], 3)}, comes from ${from}.${after}`;
}

/** @param {Machine} machine */
function unitWords(machine) {
  const { stage, channel, row, column } = machine.selected();
  const { shape } = machine.network.layers[stage.index];
  const place = shape.length === 3 && shape[1] * shape[2] > 1 ? t`, row ${row + 1}, column ${column + 1}` : "";
  const { top, left, bottom, right } = seenBy(machine);
  const value = number(machine.valueOf(stage.index, { channel, row, column }), 4);
  return t`${stage.label}, ${unitName(machine, channel)}${place}: ${value}; it sees rows ${top + 1} to ${bottom + 1} and columns ${left + 1} to ${right + 1}.`;
}

// --- what confuses it, what matters ---

/** @param {Shell} ui @param {Machine} machine */
function probes(ui, machine) {
  const state = { key: "", shifts: /** @type {(Answer | undefined)[]} */ ([]), wiped: /** @type {(Answer | undefined)[]} */ ([]) };
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let waiting;
  ui.onClose(() => clearTimeout(waiting));
  const start = () => {
    if (!ui.get("probe")) return;
    const key = `${machine.key} ${ui.get("reach")} ${ui.get("side")}`;
    if (key === state.key) return;
    Object.assign(state, { key, ...probing(ui, machine) });
    clearTimeout(waiting);
    let shown = performance.now();
    const slice = () => {
      const from = performance.now();
      let more = true;
      while (more && performance.now() < from + SLICE) more = state.next();
      if (more) waiting = setTimeout(slice);
      if (more && from < shown + SHOW) return;
      shown = from;
      ui.schedule();
    };
    waiting = setTimeout(slice, 60);
  };
  start();
  ui.onChange(start);
  const panels = [shiftPanel(ui, machine, state), wipePanel(ui, machine, state)];
  ui.onChange(() => {
    for (const panel of panels) panel.hidden = !ui.get("probe");
  });
}

/** The questions for the present picture, answered one at a time by `next`. @param {Shell} ui @param {Machine} machine */
function probing(ui, machine) {
  const { network, centred, picture, label } = machine;
  const own = answer(network, centred).label;
  const [moves, places, side] = [shifts(ui.get("reach")), middles(network.input[1]), ui.get("side")];
  const result = {
    own,
    shifts: /** @type {(Answer | undefined)[]} */ (moves.map(() => undefined)),
    wiped: /** @type {(Answer | undefined)[]} */ (places.map(() => undefined)),
    lead: leadOf(network, machine.outputs, label),
    asked: 0,
    next: () => {
      const i = result.asked++;
      if (i < moves.length) result.shifts[i] = answerShifted(network, centred, moves[i], own);
      else if (i < moves.length + places.length) result.wiped[i - moves.length] = answerWithout(network, picture, places[i - moves.length], side, label);
      return result.asked < moves.length + places.length;
    },
  };
  return result;
}

/** @param {Shell} ui @param {Machine} machine @param {any} state */
function shiftPanel(ui, machine, state) {
  const text = h("p", { class: "cnn-probe-text" });
  const panel = ui.panel(t`Moved by a few pixels, what does it read? Choose a cell to move the picture`);
  panel.classList.add("cnn-probe");
  panel.append(/** @type {HTMLElement} */ (ui.range("reach", t`Up to`, { unit: t`pixels` }).parentElement));
  const wide = () => 2 * ui.get("reach") + 1;
  ui.grid({
    label: t`Answer for each shift of the picture`,
    into: panel,
    rows: wide,
    columns: wide,
    size: 26,
    cursor: () => [ui.get("down") + ui.get("reach"), ui.get("right") + ui.get("reach")],
    move: (row, column) => ui.set({ down: row - ui.get("reach"), right: column - ui.get("reach") }),
    cell: (row, column) => {
      const found = state.shifts[row * wide() + column];
      if (!found) return { say: t`not yet computed`, background: ui.colours().surface };
      const back = signed(found.lead, 15, ui.colours().dark);
      const name = machine.network.classes[found.label];
      return { background: css(back), colour: readable(back), text: name.slice(0, 3), say: `${shiftWords(row - ui.get("reach"), column - ui.get("reach"))}: ${name}, ${percent(found.share)}` };
    },
  });
  panel.append(text);
  ui.onChange(() => {
    const worst = lowest(state.shifts);
    if (!worst) return void (write(text, t`Computing …`));
    const [down, right] = shifts(ui.get("reach"))[worst.place];
    const name = machine.network.classes[worst.found.label];
    write(text, t`The most confusing shift: ${shiftWords(down, right)}. It then reads ${name} (${percent(worst.found.share)})${worst.found.label === state.own ? t`, still the same` : ""}.`);
  });
  return panel;
}

/** @param {Shell} ui @param {Machine} machine @param {any} state */
function wipePanel(ui, machine, state) {
  const text = h("p", { class: "cnn-probe-text" });
  const panel = ui.panel(t`What matters: the lead that is lost (orange) or won (violet) when a square around a pixel is wiped out`);
  panel.classList.add("cnn-probe");
  const list = ui.select("side", t`Square`, [3, 5, 7, 9].map((side) => [side, `${side} × ${side}`]));
  panel.append(/** @type {HTMLElement} */ (list.parentElement));
  ui.canvas({
    label: t`Occlusion map`,
    width: 196,
    height: 196,
    into: panel,
    draw: (context, wide) => {
      const size = machine.network.input[1];
      const count = Math.ceil(size / 2);
      const lost = state.wiped.map((/** @type {Answer | undefined} */ found) => (found ? state.lead - found.lead : 0));
      const at = { count: 1, height: count, width: count, pixel: 2, gap: 0, columns: 1, wide: 2 * count, high: 2 * count };
      drawMaps(context, at, lost, { ...ui.colours(), limit: largest(lost, 1e-9), factor: wide / (2 * count) });
      const { dark } = ui.colours();
      const over = dark ? machine.picture : machine.picture.map((value) => 1 - value);
      context.globalAlpha = 0.4;
      context.globalCompositeOperation = dark ? "screen" : "multiply";
      context.drawImage(asCanvas(over, size), 0, 0, wide, wide);
      context.globalCompositeOperation = "source-over";
      context.globalAlpha = 1;
    },
  });
  panel.append(text);
  ui.onChange(() => {
    const worst = lowest(state.wiped);
    if (!worst) return void (write(text, t`Computing …`));
    const [row, column] = middles(machine.network.input[1])[worst.place];
    const name = machine.network.classes[worst.found.label];
    write(text, t`Wiping out row ${row + 1}, column ${column + 1} costs most: the lead falls from ${number(state.lead, 2)} to ${number(worst.found.lead, 2)}, and it reads ${name}.`);
  });
  return panel;
}

/** The answer with the least lead, once all are there. @param {(Answer | undefined)[]} answers */
function lowest(answers) {
  let best = null;
  for (const [place, found] of answers.entries()) {
    if (!found) return null;
    if (!best || found.lead < best.found.lead) best = { place, found };
  }
  return best;
}

/** @param {number} down @param {number} right */
function shiftWords(down, right) {
  const part = (/** @type {number} */ by, /** @type {string} */ before, /** @type {string} */ after) => (by ? `${Math.abs(by)} ${by < 0 ? before : after}` : "");
  return [part(down, t`up`, t`down`), part(right, t`left`, t`right`)].filter(Boolean).join(", ") || t`not moved`;
}

// --- in words ---

/** The answer as a sentence and as a table; while the pen moves, a few times a second. @param {Shell} ui @param {Machine} machine */
function inWords(ui, machine) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let waiting;
  let last = -Infinity;
  ui.onClose(() => clearTimeout(waiting));
  const now = () => {
    last = performance.now();
    const { classes, name } = machine.network;
    const order = classes.map((_, i) => i).sort((a, b) => machine.shares[b] - machine.shares[a]);
    const [first, ...others] = order.slice(0, 3).map((i) => `${classes[i]} (${percent(machine.shares[i])})`);
    const blank = machine.picture.every((value) => value === 0);
    const moved = ui.get("down") || ui.get("right") ? t` Moved ${shiftWords(ui.get("down"), ui.get("right"))}.` : "";
    ui.say(t`${blank ? t`On an empty sheet it reads` : t`It reads`} ${first}, then ${others.join(t` and `)}.${moved} ${unitWords(machine)}`);
    const scores = machine.outputs[machine.outputs.length - 1].data;
    const caption = t`${name}: what it says; all layers computed in ${machine.milliseconds.toFixed(1)} ms`;
    ui.table(caption, [t`class`, t`score`, t`probability`], order.map((i) => [classes[i], number(scores[i], 4), percent(machine.shares[i])]));
  };
  return () => {
    clearTimeout(waiting);
    if (performance.now() - last > WORDS) now();
    else waiting = setTimeout(now, WORDS);
  };
}
