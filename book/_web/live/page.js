// @ts-check
/** What live cells and exercises share: the page's settings, its Python, and how output is shown. */

import { t } from "../../../cnncourse/instruments/lib/words.js";
import { Python } from "./python.js";

const script = /** @type {HTMLScriptElement} */ (document.currentScript);
const base = new URL(".", script.src);

/** @type {{version: string, megabytes: number, figures: number}} */
export const settings = JSON.parse(/** @type {string} */ (script.dataset.settings));

export const fromDisk = location.protocol === "file:";
export const SERVE = "python -m http.server";

/** A file that stands beside this script. @param {string} name */
const beside = (name) => new URL(`${name}?v=${settings.version}`, base).href;

/** @type {((bytes: number) => void) | null} */ let listener = null;

export const python = new Python({
  worker: beside("worker.js"),
  loading: (bytes) => listener?.(bytes),
});

/** Who is told how much of Python has been loaded. @param {((bytes: number) => void) | null} told */
export function whileLoading(told) {
  listener = told;
}

/** Load the editor's script. @returns {Promise<typeof import("./editor.js")>} */
export const loadEditor = () => import(beside("editor.js"));

/**
 * Make an element.
 * @param {string} tag @param {Record<string, any>} [options] @param {...(Node | string)} children
 */
export function make(tag, options = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(options)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== undefined) element.setAttribute(name, String(value));
  }
  element.append(...children);
  return element;
}

/** Show one piece of output. @param {HTMLElement} place @param {import("./python.js").Output} output */
export function show(place, output) {
  if (output.kind === "text") {
    let last = place.lastElementChild;
    if (!last?.matches("pre.live-text")) {
      last = make("pre", { class: "live-text", tabindex: 0 });
      place.append(last);
    }
    last.append(output.text ?? "");
  } else if (output.kind === "image") {
    const source = `data:image/png;base64,${output.png}`;
    place.append(make("img", { src: source, alt: output.alt, width: output.width }));
  } else if (output.kind === "html") {
    const box = make("div", { class: "live-html" });
    box.innerHTML = output.html ?? "";
    place.append(box);
  } else if (output.kind === "error") {
    place.append(make("pre", { class: "live-error", role: "alert" }, output.text ?? ""));
  } else {
    place.append(make("p", { class: "live-error", role: "alert" }, t`Stopped.`));
  }
}

/** A line that says what Python is doing, with a bar while it is loaded. */
export class Status {
  constructor() {
    this.words = make("span", { role: "status" });
    this.bar = /** @type {HTMLProgressElement} */ (
      make("progress", { hidden: true, max: settings.megabytes, "aria-label": t`Loading Python` })
    );
    this.element = make("span", { class: "live-status" }, this.words, this.bar);
  }

  /** @param {string} words */
  say(words) {
    this.words.textContent = words;
  }

  /** Say how Python's loading goes on, until `done` is called. */
  loading() {
    if (!python.started) this.say(t`Loading Python (${settings.megabytes} MB, kept by the browser)`);
    whileLoading((bytes) => {
      const megabytes = bytes / 1e6;
      const more = megabytes > settings.megabytes + 0.5;
      this.bar.max = more ? settings.megabytes + settings.figures : settings.megabytes;
      this.bar.hidden = false;
      this.bar.value = megabytes;
      this.say(
        t`Loading ${more ? t`what draws figures` : "Python"}: ${Math.min(megabytes, this.bar.max).toFixed(1)} of ${this.bar.max.toFixed(1)} MB`
      );
    });
  }

  done(words = "") {
    whileLoading(null);
    this.bar.hidden = true;
    this.say(words);
  }
}

/** How long something took, in words. @param {number} ms */
export const duration = (ms) => (ms < 950 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`);
