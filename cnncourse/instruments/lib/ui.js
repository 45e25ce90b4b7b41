// @ts-check
// The shell every instrument stands in: title, controls, what to try, reset, words, theme, drawing.
//
// State has one home, the model. A control writes to it, and every change of it, from a control, from
// Python or from the address, draws the instrument once in the next frame.

import { strokes } from "./pointer.js";
import { t } from "./words.js";

/** @typedef {{get: (key: string) => any, set: (key: string, value: any) => void, save_changes: () => void, on: (event: string, listener: Function) => void, off: (event: string, listener: Function) => void}} Model */
/** @typedef {{background?: string, colour?: string, text?: string, say: string, mark?: string}} Cell */
/** @typedef {Record<string, any>} State */
/** @typedef {{dark: boolean, text: string, muted: string, line: string, surface: string, accent: string, second: string, good: string, bad: string}} Colours */

/**
 * @typedef {object} GridOptions
 * @property {string} label
 * @property {() => number} rows
 * @property {() => number} columns
 * @property {(row: number, column: number) => Cell} cell
 * @property {() => [number, number]} cursor
 * @property {(row: number, column: number) => void} move
 * @property {(row: number, column: number, first: boolean) => void} [press] a press, or Space; `first` unless a drag goes on
 * @property {(row: number, column: number, direction: number) => void} [nudge] + and −
 * @property {(row: number, column: number, digit: number) => void} [type] a digit
 * @property {number} [size] CSS pixels of a cell; it shrinks with the page
 * @property {HTMLElement} [into]
 */

/**
 * @typedef {object} NumbersOptions
 * @property {string} label
 * @property {string} key
 * @property {number} [step]
 * @property {(values: number[][]) => State} [change] other state that a change sets
 * @property {(value: number) => {background: string, colour: string}} [colour]
 * @property {HTMLElement} [into]
 */

/**
 * @typedef {object} CanvasOptions
 * @property {string} label
 * @property {number | (() => number)} width CSS pixels; it shrinks with the page
 * @property {number | (() => number)} height
 * @property {(context: CanvasRenderingContext2D, width: number, height: number) => void} draw
 * @property {(x: number, y: number, phase: "start" | "move" | "hover") => void} [point] a place from 0 to 1 both ways
 * @property {(rows: number, columns: number) => void} [step] arrow keys, five at a time with Shift
 * @property {boolean} [hover]
 * @property {boolean} [draws] a finger draws at once instead of scrolling the page
 * @property {HTMLElement} [into]
 */

/** @typedef {{key: string, steps: () => number, interval?: number, into?: HTMLElement}} PlayerOptions `key` is the state that counts from 0 */

/**
 * @typedef {object} Shell
 * @property {Model} model
 * @property {any} about what Python says of the instrument
 * @property {HTMLElement} stage
 * @property {HTMLElement} controls
 * @property {(key: string) => any} get
 * @property {(changes: State) => void} set
 * @property {() => void} schedule draw in the next frame
 * @property {(paint: () => void) => void} onChange
 * @property {(clean: () => void) => void} onClose
 * @property {(text: string) => void} say
 * @property {(caption: string, head: string[], rows: Array<Array<string | number>>) => void} table
 * @property {() => Colours} colours
 * @property {(key: string, label: string, options?: {min?: number, max?: number, step?: number, unit?: string}) => HTMLInputElement} range
 * @property {(key: string, label: string, choices?: any[], also?: (value: any) => State) => HTMLSelectElement} select
 * @property {(label: string, names: string[], current: () => number, choose: (index: number) => void) => HTMLSelectElement} list
 * @property {(key: string, label: string) => HTMLInputElement} toggle
 * @property {(label: string, act: () => void, options?: {pressed?: () => boolean, into?: HTMLElement}) => HTMLButtonElement} button
 * @property {(label: string, choices: Array<[string, State | (() => State)]>, pressed?: (state: any, text: string) => boolean) => HTMLElement} presets
 * @property {(title: Node | string, ...children: (Node | string)[]) => HTMLElement} panel
 * @property {(options: GridOptions) => HTMLElement} grid
 * @property {(options: NumbersOptions) => HTMLElement} numbers
 * @property {(options: CanvasOptions) => HTMLCanvasElement} canvas
 * @property {(options: PlayerOptions) => {bar: HTMLElement, back: HTMLButtonElement, middle: HTMLButtonElement, forward: HTMLButtonElement}} player
 * @property {() => void} close take the instrument away
 */

/**
 * Make an element: h("label", { class: "x", onclick }, "text", child).
 * @param {string} tag
 * @param {Record<string, any>} attributes
 * @param {...(Node | string)} children
 * @returns {any}
 */
export function h(tag, attributes = {}, ...children) {
  const svg = ["svg", "g", "rect", "path", "line", "circle", "text", "polyline", "polygon", "title"].includes(tag);
  const element = svg ? document.createElementNS("http://www.w3.org/2000/svg", tag) : document.createElement(tag);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (value === true) element.setAttribute(key, "");
    else if (value !== false && value !== undefined && value !== null) element.setAttribute(key, String(value));
  }
  element.append(...children);
  return element;
}

let made = 0;
/** @param {string} [stem] */
export function newId(stem = "cnn") {
  made += 1;
  return `${stem}-${made}`;
}

/**
 * Set a text where it differs: even the same text makes the browser lay out the page.
 * @param {Element} element
 * @param {string} text
 */
export function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** Whether the reader asked for less motion. */
export function calm() {
  return matchMedia("(prefers-reduced-motion: reduce)").matches;
}

/**
 * Put an instrument's frame into an element.
 * @param {{model: Model, el: HTMLElement}} context
 * @returns {Shell}
 */
export function shell({ model, el }) {
  const about = model.get("about");
  const titleId = newId("cnn-title");
  const tries = h("ul", { class: "cnn-tries" });
  const controls = h("div", { class: "cnn-controls" });
  const stage = h("div", { class: "cnn-stage" });
  const words = h("p", { class: "cnn-words", role: "status", "aria-live": "polite" });
  const table = h("table", {});
  const details = h("details", { class: "cnn-table" }, h("summary", {}, t`The numbers as a table`), h("div", { class: "cnn-scroll", tabindex: "0", role: "region", "aria-label": t`${about.title}: table` }, table));
  details.hidden = true;
  const reset = h("button", { type: "button", class: "cnn-reset", onclick: () => set(about.initial) }, t`Reset`);
  const frame = h(
    "section",
    { class: "cnn-instrument", "data-name": about.name, "aria-labelledby": titleId, "data-lm-suppress-shortcuts": "true" },
    h("div", { class: "cnn-head" }, h("p", { class: "cnn-title", id: titleId }, about.title), reset),
    h("p", { class: "cnn-summary" }, about.summary),
    controls,
    stage,
    words,
    h("details", { class: "cnn-what" }, h("summary", {}, t`What to try`), tries),
    details,
  );
  el.append(frame);
  // JupyterLab has commands on arrows, Space, Enter and letters: inside, a key is the control's that has it
  frame.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
    if (!event.ctrlKey && !event.metaKey && !event.altKey) event.stopPropagation();
  });

  /** @type {Array<() => void>} */
  const painters = [];
  /** @type {Array<() => void>} */
  const cleaners = [];
  let frameRequested = 0;
  /** @type {Colours | undefined} */
  let coloursNow; // read once a frame, since reading them makes the browser lay out the page
  const update = () => {
    frameRequested = 0;
    coloursNow = undefined;
    for (const paint of painters) paint();
  };
  const schedule = () => {
    frameRequested ||= requestAnimationFrame(update);
  };

  /** @param {string} key */
  const get = (key) => model.get(key);
  /** @param {Record<string, any>} changes */
  const set = (changes) => {
    for (const [key, value] of Object.entries(changes)) model.set(key, value);
    model.save_changes();
  };

  for (const proposal of about.tries) {
    const acts = Object.keys(proposal.set).length > 0;
    const item = acts ? h("button", { type: "button", onclick: () => set(proposal.set) }, proposal.say) : proposal.say;
    tries.append(h("li", {}, item));
  }

  model.on("change", schedule);
  cleaners.push(() => model.off("change", schedule));
  const theme = new MutationObserver(schedule);
  for (const root of [document.documentElement, document.body]) {
    theme.observe(root, { attributes: true, attributeFilter: ["data-theme", "data-jp-theme-light", "class"] });
  }
  const scheme = matchMedia("(prefers-color-scheme: dark)");
  scheme.addEventListener("change", schedule);
  const sized = new ResizeObserver(schedule);
  sized.observe(stage);
  cleaners.push(
    () => theme.disconnect(),
    () => scheme.removeEventListener("change", schedule),
    () => sized.disconnect(),
    () => cancelAnimationFrame(frameRequested),
    () => frame.remove(),
  );

  /** @type {Shell} */
  const ui = {
    model,
    about,
    stage,
    controls,
    get,
    set,
    schedule,

    /**
     * Call `paint` now and after every change of state, theme or width.
     * @param {() => void} paint
     */
    onChange(paint) {
      painters.push(paint);
      paint();
    },

    /**
     * Call when the instrument is taken away.
     * @param {() => void} clean
     */
    onClose(clean) {
      cleaners.push(clean);
    },

    /**
     * Say in words what the picture shows; screen readers hear it when it changes.
     * @param {string} text
     */
    say(text) {
      if (words.textContent !== text) words.textContent = text;
    },

    /**
     * The same as a table that can be opened; the first cell of a row is its heading.
     * @param {string} caption
     * @param {string[]} head
     * @param {Array<Array<string | number>>} rows
     */
    table(caption, head, rows) {
      details.hidden = false;
      table.replaceChildren(
        h("caption", {}, caption),
        h("thead", {}, h("tr", {}, ...head.map((text) => h("th", { scope: "col" }, text)))),
        h("tbody", {}, ...rows.map((row) => h("tr", {}, ...row.map((cell, i) => h(i ? "td" : "th", i ? {} : { scope: "row" }, String(cell)))))),
      );
    },

    /** Colours of the present theme, for canvases and SVG. */
    colours() {
      coloursNow ??= themeColours(frame);
      return coloursNow;
    },

    /**
     * A slider with a number beside it.
     * @param {string} key
     * @param {string} label
     * @param {{min?: number, max?: number, step?: number, unit?: string}} [options]
     */
    range(key, label, options = {}) {
      const { min, max, step = 1, unit = "" } = { ...about.limits[key], ...options };
      const id = newId();
      const change = (/** @type {Event} */ event) => {
        const value = Number(/** @type {HTMLInputElement} */ (event.target).value);
        if (Number.isFinite(value)) set({ [key]: Math.min(max, Math.max(min, value)) });
      };
      const slider = h("input", { type: "range", id, min, max, step, oninput: change });
      const box = h("input", { type: "number", min, max, step, "aria-label": t`${label}, as a number`, onchange: change });
      controls.append(h("div", { class: "cnn-control" }, h("label", { for: id }, label), slider, box, unit ? h("span", { class: "cnn-unit" }, unit) : ""));
      ui.onChange(() => {
        slider.value = box.value = String(get(key));
      });
      return slider;
    },

    /**
     * A list to choose from; choices are values, or [value, label] pairs.
     * @param {string} key
     * @param {string} label
     * @param {Array<any>} [choices]
     * @param {(value: any) => Record<string, any>} [also] other state that the choice sets
     */
    select(key, label, choices = about.limits[key].choices, also = () => ({})) {
      const pairs = choices.map((choice) => (Array.isArray(choice) ? choice : [choice, String(choice)]));
      return ui.list(label, pairs.map(([, text]) => text), () => pairs.findIndex(([value]) => value === get(key)), (index) => {
        const value = pairs[index][0];
        set({ [key]: value, ...also(value) });
      });
    },

    /**
     * A list of names whose present one is worked out: -1 stands for none of them, "your own".
     * @param {string} label
     * @param {string[]} names
     * @param {() => number} current
     * @param {(index: number) => void} choose
     */
    list(label, names, current, choose) {
      const id = newId();
      const own = h("option", { disabled: true, hidden: true }, t`your own`);
      const list = h("select", { id, onchange: () => choose(list.selectedIndex) }, ...names.map((name) => h("option", {}, name)), own);
      controls.append(h("div", { class: "cnn-control" }, h("label", { for: id }, label), list));
      ui.onChange(() => {
        const index = current();
        own.hidden = index >= 0;
        list.selectedIndex = index < 0 ? names.length : index;
      });
      return list;
    },

    /**
     * A box to tick.
     * @param {string} key
     * @param {string} label
     */
    toggle(key, label) {
      const box = h("input", { type: "checkbox", onchange: () => set({ [key]: box.checked }) });
      controls.append(h("label", { class: "cnn-control cnn-toggle" }, box, label));
      ui.onChange(() => {
        box.checked = get(key);
      });
      return box;
    },

    /**
     * A button; `pressed` says whether it is the present choice.
     * @param {string} label
     * @param {() => void} act
     * @param {{pressed?: () => boolean, into?: HTMLElement}} [options]
     */
    button(label, act, { pressed, into = controls } = {}) {
      const button = h("button", { type: "button", onclick: act }, label);
      into.append(button);
      if (pressed) ui.onChange(() => button.setAttribute("aria-pressed", String(pressed())));
      return button;
    },

    /**
     * A row of buttons under a label, each setting some state.
     * @param {string} label
     * @param {Array<[string, Record<string, any> | (() => Record<string, any>)]>} choices
     * @param {(state: any, text: string) => boolean} [pressed]
     */
    presets(label, choices, pressed) {
      const group = h("div", { class: "cnn-presets", role: "group", "aria-label": label }, h("span", { class: "cnn-label", "aria-hidden": "true" }, label));
      controls.append(group);
      for (const [text, state] of choices) {
        ui.button(text, () => set(typeof state === "function" ? state() : state), { into: group, pressed: pressed && (() => pressed(state, text)) });
      }
      return group;
    },

    /**
     * A titled part of the stage.
     * @param {string | Node} title
     * @param {...(Node | string)} children
     */
    panel(title, ...children) {
      const panel = h("div", { class: "cnn-panel" }, h("p", { class: "cnn-caption" }, title), ...children);
      stage.append(panel);
      return panel;
    },

    grid: (options) => grid(ui, options),
    numbers: (options) => numbers(ui, options),
    canvas: (options) => canvas(ui, options),
    player: (options) => player(ui, options),

    /** Take the instrument away. */
    close() {
      for (const clean of cleaners) clean();
    },
  };
  return ui;
}

const ARROWS = /** @type {Record<string, [number, number]>} */ ({ ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] });

/** @param {Element} frame @returns {Colours} */
function themeColours(frame) {
  const styles = getComputedStyle(frame);
  /** @param {string} name */
  const colour = (name) => styles.getPropertyValue(`--cnn-${name}`).trim();
  return { dark: colour("dark") === "1", text: colour("text"), muted: colour("muted"), line: colour("line"), surface: colour("surface"), accent: colour("accent"), second: colour("second"), good: colour("good"), bad: colour("bad") };
}

/** @param {number} value @param {number} end */
const clamp = (value, end) => Math.min(end - 1, Math.max(0, value));

/**
 * A grid of cells with a cursor: arrows, Home, End and the pointer move it. With `edit` it can be
 * changed: + and −, a typed digit, Space (as a press with the pointer), or a drag.
 * @param {Shell} ui
 * @param {GridOptions} options
 */
function grid(ui, { label, rows, columns, cell, cursor, move, press, nudge, type, size = 28, into = ui.stage }) {
  const body = h("div", { class: "cnn-grid", role: "grid", "aria-label": label, "aria-readonly": press ? "false" : "true" });
  into.append(body);
  /** @type {HTMLElement[][]} */
  let cells = [];
  const looks = new WeakMap(); // a cell that looks as it did is left alone

  const build = () => {
    body.replaceChildren();
    body.style.setProperty("--columns", String(columns()));
    body.style.setProperty("--size", `${size}px`);
    cells = Array.from({ length: rows() }, (_, i) => {
      const row = Array.from({ length: columns() }, (_, j) => h("div", { role: "gridcell", class: "cnn-cell", "data-row": i, "data-column": j, tabindex: "-1" }));
      body.append(h("div", { role: "row", class: "cnn-row" }, ...row));
      return row;
    });
  };

  const paint = () => {
    if (cells.length !== rows() || cells[0]?.length !== columns()) build();
    const [row, column] = cursor();
    cells.forEach((line, i) =>
      line.forEach((element, j) => {
        const { background = "", colour = "", text = "", say, mark = "" } = cell(i, j);
        const here = i === row && j === column;
        const look = [background, colour, text, say, mark, here].join("|");
        if (looks.get(element) === look) return;
        looks.set(element, look);
        element.style.background = background;
        element.style.color = colour;
        write(element, text);
        element.ariaLabel = say;
        element.dataset.mark = mark;
        element.tabIndex = here ? 0 : -1;
        element.classList.toggle("cnn-here", here);
      }),
    );
  };

  /** @param {number} row @param {number} column @param {boolean} focus */
  const go = (row, column, focus = true) => {
    const [i, j] = [clamp(row, rows()), clamp(column, columns())];
    move(i, j);
    if (focus) cells[i][j].focus({ preventScroll: true });
  };

  body.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
    const [i, j] = cursor();
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key in ARROWS) go(i + ARROWS[event.key][0], j + ARROWS[event.key][1]);
    else if (event.key === "Home") go(i, 0);
    else if (event.key === "End") go(i, columns() - 1);
    else if (press && (event.key === " " || event.key === "Enter")) press(i, j, true);
    else if (nudge && (event.key === "+" || event.key === "=")) nudge(i, j, 1);
    else if (nudge && (event.key === "-" || event.key === "−")) nudge(i, j, -1);
    else if (type && /^[0-9]$/.test(event.key)) type(i, j, Number(event.key));
    else return;
    event.preventDefault();
  });

  /** @param {PointerEvent} event @returns {[number, number] | null} */
  const under = (event) => {
    const found = /** @type {HTMLElement | null} */ (document.elementFromPoint(event.clientX, event.clientY)?.closest(".cnn-cell") ?? null);
    return found && body.contains(found) ? [Number(found.dataset.row), Number(found.dataset.column)] : null;
  };
  /** @type {[number, number]} */
  let last = [0, 0];
  const follow = (/** @type {PointerEvent} */ event, /** @type {boolean} */ first) => {
    const place = under(event);
    if (!place || (!first && String(place) === String(last))) return;
    for (const [i, j] of first ? [place] : between(last, place)) {
      go(i, j, first);
      press?.(i, j, first);
    }
    last = place;
  };
  strokes(body, {
    start: (event) => {
      event.preventDefault(); // else the browser chooses what has the focus
      follow(event, true);
    },
    move: (event) => follow(event, false),
  });
  ui.onChange(paint);
  return body;
}

/**
 * The cells on the way from one cell to another: a quick stroke leaves no gaps.
 * @param {[number, number]} from
 * @param {[number, number]} to
 * @returns {Array<[number, number]>}
 */
function between([i, j], to) {
  const [rows, columns] = [to[0] - i, to[1] - j];
  const steps = Math.max(Math.abs(rows), Math.abs(columns));
  return Array.from({ length: steps }, (_, k) => [i + Math.round((rows * (k + 1)) / steps), j + Math.round((columns * (k + 1)) / steps)]);
}

/**
 * A grid of numbers to write into: typing, PageUp and PageDown, or a drag with the pointer.
 * @param {Shell} ui
 * @param {NumbersOptions} options
 */
function numbers(ui, { label, key, step = 1, change = () => ({}), colour, into = ui.stage }) {
  const { min = -Infinity, max = Infinity } = ui.about.limits[key];
  const body = h("div", { class: "cnn-numbers", role: "group", "aria-label": label });
  into.append(body);
  /** @type {HTMLInputElement[][]} */
  let boxes = [];

  /** @param {number} i @param {number} j @param {number} value */
  const write = (i, j, value) => {
    const values = ui.get(key).map((/** @type {number[]} */ row) => [...row]);
    values[i][j] = +Math.min(max, Math.max(min, value)).toFixed(4);
    ui.set({ [key]: values, ...change(values) });
  };
  const build = (/** @type {number[][]} */ values) => {
    body.replaceChildren();
    body.style.setProperty("--columns", String(values[0].length));
    boxes = values.map((row, i) => row.map((_, j) => box(i, j)));
  };
  /** @param {number} i @param {number} j */
  const box = (i, j) => {
    const input = h("input", { type: "text", inputmode: "text", autocomplete: "off", size: "4", "aria-label": t`${label}, row ${i + 1}, column ${j + 1}` });
    const commit = () => {
      const value = Number(input.value.replace("−", "-").replace(",", "."));
      if (input.value.trim() !== "" && Number.isFinite(value)) write(i, j, value);
      show(input, ui.get(key)[i][j]);
    };
    input.addEventListener("change", commit);
    input.addEventListener("focus", () => input.select());
    input.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
      const nudge = { PageUp: step, PageDown: -step }[event.key];
      const target = event.key in ARROWS && boxes[i + ARROWS[event.key][0]]?.[j + ARROWS[event.key][1]];
      if (nudge) write(i, j, ui.get(key)[i][j] + nudge);
      else if (event.key === "Enter") commit();
      else if (event.key === "Escape") show(input, ui.get(key)[i][j]);
      else if (target) target.focus();
      else return;
      event.preventDefault();
    });
    drag(input, () => ui.get(key)[i][j], (value) => write(i, j, value), step);
    body.append(input);
    return input;
  };
  ui.onChange(() => {
    const values = ui.get(key);
    if (boxes.length !== values.length || boxes[0].length !== values[0].length) build(values);
    boxes.forEach((row, i) =>
      row.forEach((input, j) => {
        show(input, values[i][j]);
        const look = colour?.(values[i][j]);
        if (look) Object.assign(input.style, { background: look.background, color: look.colour });
      }),
    );
  });
  return body;
}

/** @param {HTMLInputElement} input @param {number} value */
function show(input, value) {
  const text = String(+value.toFixed(3)).replace("-", "−");
  if (input.value !== text && input.dataset.shown !== text) input.value = text;
  else if (document.activeElement !== input) input.value = text;
  input.dataset.shown = text;
}

/**
 * Change a number by dragging up or to the right, or back: a step every 8 pixels.
 * @param {HTMLElement} element
 * @param {() => number} read
 * @param {(value: number) => void} write
 * @param {number} step
 */
function drag(element, read, write, step) {
  let [from, at] = [0, 0];
  const along = (/** @type {PointerEvent} */ event) => event.clientX - event.clientY;
  strokes(element, {
    start: (event) => {
      if (document.activeElement === element) return false; // a second press edits the text
      event.preventDefault(); // else the browser would drag the text
      [from, at] = [read(), along(event)];
    },
    move: (event) => {
      const steps = Math.trunc((along(event) - at) / 8);
      if (steps || read() !== from) write(from + steps * step);
    },
    end: () => {
      if (read() === from) element.focus();
    },
  });
}

/**
 * A canvas that is sharp on every screen and drawn again when anything changes. With `move` it has a
 * cursor: the pointer gives a place from 0 to 1 in both directions, arrow keys a step.
 * @param {Shell} ui
 * @param {{label: string, width: number | (() => number), height: number | (() => number), draw: (context: CanvasRenderingContext2D, width: number, height: number) => void,
 *   point?: (x: number, y: number, phase: "start" | "move" | "hover") => void, step?: (rows: number, columns: number) => void,
 *   hover?: boolean, draws?: boolean, into?: HTMLElement}} options width and height in CSS pixels; it shrinks with the page
 */
function canvas(ui, { label, width, height, draw, point, step, hover = false, draws = false, into = ui.stage }) {
  const element = h("canvas", { class: "cnn-canvas", role: step ? "application" : "img", "aria-label": label, tabindex: step ? "0" : undefined });
  into.append(element);
  ui.onChange(() => {
    const [full, tall] = [width, height].map((size) => (typeof size === "function" ? size() : size));
    element.style.aspectRatio = `${full} / ${tall}`;
    element.style.width = `${full}px`;
    const ratio = devicePixelRatio || 1;
    const wide = element.clientWidth || full;
    const high = (wide * tall) / full;
    if (element.width !== Math.round(wide * ratio)) element.width = Math.round(wide * ratio);
    if (element.height !== Math.round(high * ratio)) element.height = Math.round(high * ratio);
    const context = /** @type {CanvasRenderingContext2D} */ (element.getContext("2d"));
    context.setTransform(element.width / wide, 0, 0, element.height / high, 0, 0);
    context.clearRect(0, 0, wide, high);
    draw(context, wide, high);
  });
  /** @param {PointerEvent} event @param {"start" | "move" | "hover"} phase */
  const at = (event, phase) => {
    const box = element.getBoundingClientRect();
    point?.((event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height, phase);
  };
  if (point) strokes(element, { start: (event) => at(event, "start"), move: (event) => at(event, "move") }, { atOnce: draws });
  if (hover) element.addEventListener("pointermove", (/** @type {PointerEvent} */ event) => event.pointerType === "mouse" && !event.buttons && at(event, "hover"));
  if (step) {
    element.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
      if (!(event.key in ARROWS) || event.ctrlKey || event.metaKey || event.altKey) return;
      const far = event.shiftKey ? 5 : 1;
      step(far * ARROWS[event.key][0], far * ARROWS[event.key][1]);
      event.preventDefault();
    });
  }
  return element;
}

/**
 * Buttons to play through steps: Back, Play (Space), Forward. Who asked for less motion gets no Play.
 * @param {Shell} ui
 * @param {PlayerOptions} options
 */
function player(ui, { key, steps, interval = 700, into = ui.controls }) {
  const bar = h("div", { class: "cnn-player", role: "group", "aria-label": t`Steps` });
  into.append(bar);
  /** @type {ReturnType<typeof setInterval> | undefined} */
  let timer;
  const stop = () => {
    clearInterval(timer);
    timer = undefined;
    ui.schedule();
  };
  const now = () => Math.min(ui.get(key), steps() - 1);
  /** @param {number} by */
  const go = (by) => ui.set({ [key]: (now() + by + steps()) % steps() });
  const play = () => {
    if (timer !== undefined) return stop();
    timer = setInterval(() => (now() + 1 >= steps() ? stop() : go(1)), interval);
    go(1);
  };
  const manual = (/** @type {number} */ by) => () => {
    stop();
    go(by);
  };
  const back = ui.button(t`◀ Back`, manual(-1), { into: bar });
  const middle = ui.button(t`▶ Play`, () => (calm() ? manual(1)() : play()), { into: bar });
  const forward = ui.button(t`Next ▶`, manual(1), { into: bar });
  const place = h("span", { class: "cnn-place" });
  bar.append(place);
  ui.stage.tabIndex = 0;
  ui.stage.setAttribute("role", "group");
  ui.stage.setAttribute("aria-label", t`${ui.about.title}: Space plays, left and right step`);
  ui.stage.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
    const button = { " ": middle, ArrowLeft: back, ArrowRight: forward }[event.key];
    if (event.target !== ui.stage || !button) return;
    event.preventDefault();
    button.click();
  });
  ui.onChange(() => {
    middle.hidden = calm();
    middle.textContent = timer === undefined ? t`▶ Play` : t`❚❚ Pause`;
    place.textContent = t`step ${now() + 1} of ${steps()}`;
  });
  ui.onClose(() => clearInterval(timer));
  return { bar, back, middle, forward };
}
