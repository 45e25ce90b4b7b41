// @ts-check
/** An exercise in the page: answers are kept in the browser, checked there, and can be downloaded. */

import { t } from "../../../cnncourse/instruments/lib/words.js";
import { SERVE, Status, fromDisk, loadEditor, make, python, settings, show } from "./page.js";
import { Stopped } from "./python.js";

/**
 * @typedef {{grade_id: string, score: number, max_score: number, status: string, message: string}} Verdict
 * @typedef {{answers: Record<string, string>, verdicts: Record<string, Verdict>}} Kept
 */

const data = JSON.parse(document.getElementById("workbook-data")?.textContent ?? "{}");
const KEY = `cnncourse:workbook:${data.name}`;

/** What the reader has done so far; a browser that keeps nothing is no obstacle. */
const kept = load();

/** @returns {Kept} */
function load() {
  const nothing = { answers: {}, verdicts: {} };
  try {
    return { ...nothing, ...JSON.parse(localStorage.getItem(KEY) ?? "{}") };
  } catch {
    return nothing;
  }
}

function save() {
  try {
    localStorage.setItem(KEY, JSON.stringify(kept));
  } catch {
    overview.status.say(t`This browser keeps nothing: download the notebook before you leave.`);
  }
}

/** The notebook with the reader's answers in it. */
function filled() {
  const notebook = structuredClone(data.notebook);
  for (const cell of notebook.cells) {
    if (cell.id in kept.answers) cell.source = kept.answers[cell.id];
  }
  return notebook;
}

/** @param {number} points */
const inPoints = (points) => t`${points} point${points === 1 ? "" : "s"}`;

/** One thing at a time: what runs, and where its Stop button is. @type {Bar | null} */
let active = null;

/** Buttons, and a line that says how it goes. */
class Bar {
  /** @param {string} label @param {...HTMLElement} buttons */
  constructor(label, ...buttons) {
    this.status = new Status();
    this.halt = make("button", { type: "button", hidden: true, onclick: () => python.stop() }, t`Stop`);
    this.element = make(
      "div", { class: "live-bar workbook-bar", role: "group", "aria-label": label },
      ...buttons, this.halt, this.status.element
    );
  }

  /**
   * Ask Python for something while this bar shows how it goes; resolves to null if it was stopped.
   * @param {any} request @param {(output: any) => void} [output]
   */
  async ask(request, output) {
    if (active) return null;
    active = this;
    this.halt.hidden = false;
    this.status.loading();
    const running = () => this.status.done("Running");
    try {
      const answer = await python.ask({ ...request, notebook: filled() }, { output, running });
      this.status.done();
      return answer;
    } catch (error) {
      const stopped = error instanceof Stopped || String(error).includes("KeyboardInterrupt");
      this.status.done(stopped ? t`Stopped. Is there a loop without an end?` : String(error));
      return null;
    } finally {
      this.halt.hidden = true;
      active = null;
    }
  }
}

/** A cell that the reader fills. */
class Answer {
  /** @param {HTMLElement} element */
  constructor(element) {
    this.id = /** @type {string} */ (element.dataset.id);
    const cell = data.notebook.cells.find((/** @type {any} */ one) => one.id === this.id);
    this.released = cell.source;
    this.written = cell.cell_type === "markdown";
    this.undo = make("button", { type: "button", onclick: () => this.reset() }, "Reset");
    this.change = make("button", { type: "button", onclick: () => this.edit() }, "Edit");
    this.place = make("div", { class: "live-editor", hidden: true });
    this.still = /** @type {HTMLElement | null} */ (element.querySelector(".highlight"));
    this.bar = new Bar(t`Answer ${this.id}`, this.change, this.undo);
    element.append(this.place, this.bar.element);
    if (this.written) this.#write();
    else if (this.id in kept.answers) this.edit(false);
    this.undo.hidden = !(this.id in kept.answers);
  }

  get code() {
    return kept.answers[this.id] ?? this.released;
  }

  /** @param {string} text */
  keep(text) {
    if (text === this.released) delete kept.answers[this.id];
    else kept.answers[this.id] = text;
    this.undo.hidden = text === this.released;
    save();
  }

  #write() {
    this.change.hidden = true;
    this.area = /** @type {HTMLTextAreaElement} */ (make("textarea", {
      rows: 10, "aria-label": t`Your answer in words`, class: "workbook-words",
      oninput: () => this.keep(this.area?.value || this.released),
    }));
    this.area.value = kept.answers[this.id] ?? "";
    this.place.before(this.area);
  }

  async edit(focus = true) {
    if (!this.editor) {
      const { edit } = await loadEditor();
      this.place.hidden = false;
      if (this.still) this.still.hidden = true;
      this.change.hidden = true;
      this.editor = edit({
        parent: this.place,
        code: this.code,
        label: t`Your answer ${this.id}`,
        run: () => checks.get(this.id)?.run(),
        leave: () => checks.get(this.id)?.button.focus(),
        changed: (code) => this.keep(code),
      });
    }
    if (focus) this.editor.focus();
  }

  reset() {
    if (this.editor) this.editor.code = this.released;
    if (this.area) this.area.value = "";
    this.keep(this.released);
  }
}

/** A test, and what it says. */
class Check {
  /** @param {HTMLElement} element */
  constructor(element) {
    this.id = /** @type {string} */ (element.dataset.id);
    this.part = data.parts.find((/** @type {any} */ part) => part.id === this.id);
    this.button = make(
      "button", { type: "button", class: "workbook-check", onclick: () => this.run() },
      t`Check (${inPoints(this.part.points)})`
    );
    this.bar = new Bar(t`Check ${this.id}`, this.button);
    this.says = make("div", { class: "workbook-says", role: "status" });
    element.append(this.bar.element, this.says);
    this.show();
  }

  async run() {
    const verdicts = await this.bar.ask({ ask: "check", last: this.id });
    if (!verdicts) return;
    kept.verdicts[this.id] = verdicts.find((/** @type {Verdict} */ one) => one.grade_id === this.id);
    save();
    this.show();
    overview.show();
  }

  show() {
    const verdict = kept.verdicts[this.id];
    this.says.replaceChildren();
    this.says.dataset.status = verdict?.status ?? "";
    if (!verdict) return;
    const points = `${verdict.score} of ${inPoints(verdict.max_score)}`;
    const words = verdict.status === "passed" ? t`The test passed: ${points}.` : `${points}.`;
    this.says.append(make("p", { class: "workbook-points" }, words));
    if (verdict.message) this.says.append(make("p", { class: "workbook-message" }, verdict.message));
  }
}

/** A cell that is there to be looked at. @param {HTMLElement} element */
function offerToRun(element) {
  const cell = element.dataset.id;
  const code = element.querySelector("pre")?.textContent?.trimEnd().split("\n").at(-1) ?? "";
  if (/^(from|import) /.test(code)) return; // nothing would be seen
  const output = make("div", { class: "live-output" });
  const button = make("button", { type: "button", onclick: run }, t`Run`);
  const bar = new Bar(t`A cell to look at`, button);
  element.append(bar.element, output);
  async function run() {
    output.replaceChildren();
    await bar.ask({ ask: "look", cell }, (piece) => show(output, piece));
  }
}

/** The top of the page: points so far, everything at once, the notebook, starting over. */
class Overview {
  constructor() {
    const button = (/** @type {string} */ words, /** @type {() => void} */ onclick, first = false) =>
      make("button", { type: "button", onclick, class: first ? "workbook-check" : "" }, words);
    this.bar = new Bar(
      t`The whole exercise`, button(t`Check everything`, () => this.check(), true),
      button(t`Download the notebook`, download), button(t`Start over`, startOver)
    );
    this.status = this.bar.status;
    this.points = make("p", { class: "workbook-total", role: "status" });
    document.getElementById("workbook")?.append(this.points, this.bar.element);
  }

  async check() {
    const last = data.parts.findLast((/** @type {any} */ part) => !part.manual).id;
    const verdicts = await this.bar.ask({ ask: "check", last });
    if (!verdicts) return;
    for (const verdict of verdicts) kept.verdicts[verdict.grade_id] = verdict;
    save();
    for (const check of new Set(checks.values())) check.show();
    this.show();
  }

  show() {
    const auto = data.parts.filter((/** @type {any} */ part) => !part.manual);
    const sum = (/** @type {number[]} */ numbers) => numbers.reduce((a, b) => a + b, 0);
    const all = sum(auto.map((/** @type {any} */ part) => part.points));
    const earned = sum(auto.map((/** @type {any} */ part) => kept.verdicts[part.id]?.score ?? 0));
    this.points.textContent =
      t`${earned} of ${inPoints(all)} so far, by the tests shown here; grading adds a few more tests.`;
  }
}

function download() {
  const text = JSON.stringify(filled(), null, 1) + "\n";
  const href = URL.createObjectURL(new Blob([text], { type: "application/x-ipynb+json" }));
  make("a", { href, download: `${data.name}.ipynb` }).click();
  setTimeout(() => URL.revokeObjectURL(href), 10_000);
}

function startOver() {
  if (!confirm(t`Forget all answers and points of this exercise in this browser?`)) return;
  for (const answer of answers) answer.reset();
  kept.verdicts = {};
  save();
  for (const check of new Set(checks.values())) check.show();
  overview.show();
}

/** @param {string} kind */
const all = (kind) => /** @type {HTMLElement[]} */ ([...document.querySelectorAll(`.workbook-${kind}`)]);

/** @type {Map<string, Check>} by the test's id, and by the id of the answer above it */
const checks = new Map();
/** @type {Answer[]} */ let answers = [];
/** @type {Overview} */ let overview;

if (fromDisk) {
  document.getElementById("workbook")?.append(make(
    "p", { class: "live-bar live-note" },
    t`To write and check answers here, serve the book: in its folder, `, make("code", {}, SERVE),
    t`, then open `, make("code", {}, "http://localhost:8000"), "."
  ));
} else {
  overview = new Overview();
  overview.status.say(t`the first check loads ${(settings.megabytes + settings.figures).toFixed(0)} MB`);
  answers = [...all("answer"), ...all("written")].map((element) => new Answer(element));
  for (const element of all("test")) {
    const check = new Check(element);
    checks.set(check.id, check);
    const cells = data.notebook.cells;
    const above = cells.slice(0, cells.findIndex((/** @type {any} */ cell) => cell.id === check.id))
      .findLast((/** @type {any} */ cell) => cell.metadata.nbgrader?.solution);
    if (above) checks.set(above.id, check);
  }
  all("given").forEach(offerToRun);
  overview.show();
}
