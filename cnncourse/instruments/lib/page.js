// @ts-check
// Runs instruments in a page of the book: finds their places, keeps their state, writes it in the address.
import { readState, writeState } from "./state.js";

const NEAR = "900px"; // how far below the window an instrument already starts

/** A model with the part of a widget's model that instruments use. */
export class PageModel {
  /** @param {Record<string, any>} values */
  constructor(values) {
    this.values = { ...values };
    /** @type {Map<string, Set<Function>>} */
    this.listeners = new Map();
  }

  /** @param {string} key */
  get(key) {
    return this.values[key];
  }

  /**
   * @param {string} key
   * @param {any} value
   */
  set(key, value) {
    if (this.values[key] === value) return;
    this.values[key] = value;
    this.emit(`change:${key}`);
    this.emit("change");
  }

  save_changes() {}

  /**
   * @param {string} event
   * @param {Function} listener
   */
  on(event, listener) {
    if (!this.listeners.has(event)) this.listeners.set(event, new Set());
    this.listeners.get(event)?.add(listener);
  }

  /**
   * @param {string} event
   * @param {Function} listener
   */
  off(event, listener) {
    this.listeners.get(event)?.delete(listener);
  }

  /** @param {string} event */
  emit(event) {
    for (const listener of this.listeners.get(event) ?? []) listener();
  }
}

/**
 * Start every instrument of the page when it comes near.
 * @param {(name: string) => any} require
 * @param {Record<string, string[]>} needed the scripts of an instrument that the page has not got yet, each after what
 *   it needs, as seen from the script that runs now
 */
export function start(require, needed = {}) {
  const load = loading(/** @type {HTMLScriptElement | null} */ (document.currentScript)?.src ?? location.href);
  for (const slot of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll(".cnn-slot"))) {
    const addressed = location.hash.includes(`${slot.dataset.instrument}.`);
    if (addressed) slot.scrollIntoView();
    const watch = new IntersectionObserver(
      async (entries) => {
        if (!addressed && !entries.some((entry) => entry.isIntersecting)) return;
        watch.disconnect();
        const name = slot.dataset.instrument ?? "";
        await Promise.all((needed[name] ?? []).map(load));
        run(slot, require(`${name}.js`).default);
      },
      { rootMargin: NEAR },
    );
    watch.observe(slot);
  }
}

/**
 * Make a function that adds a classic script to the page, once, and tells when it has run. They run in the order in which
 * they are asked for.
 * @param {string} base
 * @returns {(file: string) => Promise<void>}
 */
function loading(base) {
  /** @type {Map<string, Promise<void>>} */
  const loaded = new Map();
  return (file) => {
    const known = loaded.get(file);
    if (known) return known;
    const script = document.createElement("script");
    /** @type {Promise<void>} */
    const ran = new Promise((done, failed) => {
      script.addEventListener("load", () => done());
      script.addEventListener("error", () => failed(new Error(`${file} is missing`)));
    });
    script.async = false;
    script.src = new URL(file, base).href;
    document.head.append(script);
    loaded.set(file, ran);
    return ran;
  };
}

/**
 * @param {HTMLElement} slot
 * @param {{render: (context: {model: any, el: HTMLElement}) => any}} instrument
 */
function run(slot, instrument) {
  const values = JSON.parse(slot.querySelector("script")?.textContent ?? "{}");
  const { name, initial, limits } = values.about;
  const from = (/** @type {string} */ hash) => ({ ...initial, ...readState(name, hash, initial, limits) });
  const model = new PageModel({ ...values, ...from(location.hash) });
  slot.replaceChildren();
  instrument.render({ model, el: slot });
  keepInAddress(model, name, initial);
  addEventListener("hashchange", (event) => {
    const { hash } = new URL(event.newURL);
    if (!hash.includes(`${name}.`)) return; // a link to a section of the page
    for (const [key, value] of Object.entries(from(hash))) model.set(key, value);
  });
}

/**
 * @param {PageModel} model
 * @param {string} name
 * @param {Record<string, any>} initial
 */
function keepInAddress(model, name, initial) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let waiting;
  const write = () => {
    const others = location.hash.slice(1).split("&").filter((part) => part.includes(".") && part.includes("=") && !part.startsWith(`${name}.`));
    const parts = [...others, writeState(name, model.values, initial)].filter(Boolean);
    if (parts.length || location.hash.includes(`${name}.`)) history.replaceState(history.state, "", `#${parts.join("&")}`);
  };
  model.on("change", () => {
    clearTimeout(waiting);
    waiting = setTimeout(write, 250);
  });
}
