// @ts-check
/** Live cells: executed cells of a page that readers can change and run; all share one Python. */

import { t } from "../../../cnncourse/instruments/lib/words.js";
import { SERVE, Status, duration, fromDisk, loadEditor, make, python, settings, show } from "./page.js";
import { Stopped } from "./python.js";

/** One cell of the page, shown or not. */
class Cell {
  /** @param {string} code @param {number} number @param {HTMLElement | null} element */
  constructor(code, number, element) {
    this.original = this.code = code;
    this.number = number;
    this.element = element;
    this.done = false; // whether it has been run since Python started
    this.status = new Status();
    if (element) this.#furnish(element);
  }

  /** @param {HTMLElement} element */
  #furnish(element) {
    this.source = /** @type {HTMLElement} */ (element.querySelector(".highlight"));
    this.saved = /** @type {HTMLElement | null} */ (element.querySelector(".cell_output"));
    this.output = make("div", { class: "live-output", hidden: true });
    this.run = make("button", { type: "button", onclick: () => runTo(this) }, t`Run`);
    this.halt = make("button", { type: "button", hidden: true, onclick: stop }, t`Stop`);
    const all = make("button", { type: "button", onclick: () => runTo(this, true) }, t`Run to here`);
    this.change = make("button", { type: "button", onclick: () => this.edit() }, t`Edit`);
    this.undo = make("button", { type: "button", hidden: true, onclick: () => this.reset() }, t`Reset`);
    const bar = make(
      "div", { class: "live-bar", role: "group", "aria-label": t`Live cell ${this.number}` },
      this.run, this.halt, this.change, this.number > 1 ? all : "", this.undo, this.status.element
    );
    this.status.say(t`runs in your browser; the first run loads ${settings.megabytes} MB`);
    this.fold = /** @type {HTMLDetailsElement | null} */ (this.source.closest("details"));
    if (this.fold) this.fold.after(bar);
    else element.querySelector(".cell_input")?.append(bar);
    if (this.saved) this.saved.after(this.output);
    else element.append(this.output);
    this.source.addEventListener("dblclick", () => this.edit());
  }

  get alt() {
    return this.saved?.querySelector("img")?.alt ?? "";
  }

  async edit() {
    if (this.fold) this.fold.open = true;
    if (!this.editor) {
      const { edit } = await loadEditor();
      this.place = make("div", { class: "live-editor" });
      /** @type {HTMLElement} */ (this.source).after(this.place);
      /** @type {HTMLElement} */ (this.source).hidden = true;
      this.editor = edit({
        parent: this.place,
        code: this.code,
        label: t`Code of live cell ${this.number}`,
        run: () => runTo(this),
        leave: () => this.run?.focus(),
        changed: (code) => {
          this.code = code;
          /** @type {HTMLElement} */ (this.undo).hidden = false;
        },
      });
      /** @type {HTMLElement} */ (this.change).hidden = true;
    }
    this.editor.focus();
  }

  /** Back to what the book says: its code, and its output. */
  reset() {
    this.editor?.remove();
    this.place?.remove();
    this.editor = null;
    this.code = this.original;
    this.#hide(this.source, false);
    this.#hide(this.change, false);
    this.#hide(this.undo, true);
    this.#hide(this.output, true);
    this.#hide(this.saved, false);
    this.status.done();
    this.run?.focus();
  }

  /** @param {HTMLElement | null | undefined} element @param {boolean} hidden */
  #hide(element, hidden) {
    if (element) element.hidden = hidden;
  }

  /** Run it alone. Resolves to true if nothing went wrong. @param {Cell} reader whose button it was */
  async execute(reader) {
    const own = this.element !== null;
    const place = /** @type {HTMLElement} */ (own ? this.output : reader.output);
    const output = (/** @type {import("./python.js").Output} */ piece) => {
      if (own || piece.kind === "error") show(place, piece);
    };
    let begun = performance.now();
    const running = () => {
      begun = performance.now();
      if (own) this.#empty(place);
      reader.status.done(t`Running`);
    };
    const alt = this.code === this.original ? this.alt : "";
    const request = { ask: "run", code: this.code, number: this.number, alt };
    const fine = await python.ask(request, { output, running });
    this.done = true;
    if (own) this.status.done(fine ? t`ran in ${duration(performance.now() - begun)}` : "");
    return fine;
  }

  /** @param {HTMLElement} place */
  #empty(place) {
    place.replaceChildren();
    this.#hide(place, false);
    this.#hide(this.saved, true);
    this.#hide(this.undo, false);
  }

  /** @param {boolean} yes */
  busy(yes) {
    this.#hide(this.run, yes);
    this.#hide(this.halt, !yes);
    this.element?.setAttribute("aria-busy", String(yes));
  }
}

/** @type {Cell[]} */ let cells = [];
/** @type {Cell | null} */ let active = null;

/**
 * Run a cell, and before it those above that have not been run yet.
 * @param {Cell} cell @param {boolean} all whether it needs them or not
 */
async function runTo(cell, all = false) {
  if (active) return;
  active = cell;
  cell.busy(true);
  cell.status.loading();
  const index = cells.indexOf(cell);
  const codes = cells.map((one) => one.code);
  try {
    const above = all
      ? cells.slice(0, index)
      : (await python.ask({ ask: "above", codes, index })).map((/** @type {number} */ n) => cells[n]);
    for (const one of [...above.filter((/** @type {Cell} */ one) => !one.done), cell]) {
      if (!(await one.execute(cell)) && one !== cell) {
        cell.status.done(one.element ? t`live cell ${one.number} above went wrong` : "");
        break;
      }
    }
  } catch (error) {
    explain(cell, error);
  } finally {
    cell.busy(false);
    active = null;
  }
}

/** @param {Cell} cell @param {unknown} error */
function explain(cell, error) {
  for (const other of cells) other.done = false;
  const place = /** @type {HTMLElement} */ (cell.output);
  place.hidden = false;
  const words = error instanceof Stopped
    ? t`Stopped. What the cells had computed is lost; the next run begins with the cells above.`
    : t`Python could not be loaded: ${error instanceof Error ? error.message : error}`;
  place.append(make("p", { class: "live-error", role: "alert" }, words));
  cell.status.done();
}

async function stop() {
  const cell = active;
  const kept = await python.stop();
  if (kept) cell?.status.done(t`stopped; what was computed before is kept`);
  cell?.run?.focus();
}

/** From disk a page may start no worker: say how the cells come to life. */
function explainDisk() {
  document.querySelectorAll(".cell.tag_live .cell_input").forEach((input, index) => {
    const words = index
      ? [t`Runs when the book is served, see above.`]
      : [t`To change and run this code here, serve the book: in its folder, `,
         make("code", {}, SERVE), t`, then open `, make("code", {}, "http://localhost:8000"), "."];
    const note = make("p", { class: "live-bar live-note" }, ...words);
    const fold = index ? null : input.closest("details"); // the first says how: it is always seen
    if (fold) fold.after(note);
    else input.append(note);
  });
}

function begin() {
  const data = document.getElementById("live-cells");
  if (!data) return;
  if (fromDisk) return explainDisk();
  const elements = [...document.querySelectorAll(".cell.tag_live")];
  let number = 0;
  cells = JSON.parse(data.textContent ?? "[]").map((/** @type {any} */ entry) => {
    const element = entry.shown ? /** @type {HTMLElement} */ (elements.shift()) : null;
    return new Cell(entry.code, entry.shown ? (number += 1) : 0, element);
  });
}

begin();
