// @ts-check
/** The page's side of its Python: starts the worker when it is first asked, and stops it. */

const PATIENCE = 4000; // ms that a stop may take before the worker is ended, and its names lost

/**
 * @typedef {{kind: string, text?: string, html?: string, png?: string, width?: number, alt?: string}} Output
 * @typedef {{ output?: (output: Output) => void, running?: () => void }} Listener
 */

/** What it means that Python was stopped: its names may be gone. */
export class Stopped extends Error {}

export class Python {
  /** @param {{worker: string, loading: (bytes: number) => void}} options */
  constructor(options) {
    this.options = options;
    /** @type {Worker | null} */ this.worker = null;
    /** @type {Map<number, any>} */ this.open = new Map();
    this.last = 0;
    /** @type {SharedArrayBuffer | null} */ this.interrupt = null;
  }

  get started() {
    return this.worker !== null;
  }

  /** Ask the worker for something. @param {any} request @param {Listener} [listener] */
  async ask(request, listener = {}) {
    if (!this.worker) await this.#start();
    return this.#send(request, listener);
  }

  /** Stop what runs. Resolves to true if the names of the page are kept. */
  async stop() {
    if (this.interrupt && this.open.size) {
      const pending = [...this.open.values()].map((entry) => entry.promise.catch(() => {}));
      new Uint8Array(this.interrupt)[0] = 2; // SIGINT
      const late = new Promise((resolve) => setTimeout(resolve, PATIENCE, "late"));
      if ((await Promise.race([Promise.all(pending), late])) !== "late") return true;
    }
    this.#end(new Stopped("Python was stopped"));
    return false;
  }

  async #start() {
    let bytes = 0;
    this.worker = new Worker(this.options.worker, { type: "module" });
    this.worker.onmessage = ({ data }) => {
      if (data.bytes) this.options.loading((bytes += data.bytes));
      else this.#receive(data);
    };
    this.worker.onerror = (event) => {
      event.preventDefault();
      this.#end(new Error(event.message || "Python could not be loaded"));
    };
    this.interrupt = globalThis.crossOriginIsolated ? new SharedArrayBuffer(1) : null;
    try {
      await this.#send({ ask: "start", interrupt: this.interrupt }, {});
    } catch (error) {
      this.#end(error);
      throw error;
    }
  }

  /** @param {any} request @param {Listener} listener */
  #send(request, listener) {
    const id = (this.last += 1);
    /** @type {any} */ const entry = { listener };
    entry.promise = new Promise((resolve, reject) => Object.assign(entry, { resolve, reject }));
    this.open.set(id, entry);
    this.worker?.postMessage({ ...request, id });
    return entry.promise;
  }

  /** @param {any} data */
  #receive(data) {
    const entry = this.open.get(data.id);
    if (!entry) return;
    if (data.output) entry.listener.output?.(data.output);
    else if (data.running) entry.listener.running?.();
    else {
      this.open.delete(data.id);
      if ("failed" in data) entry.reject(new Error(data.failed));
      else entry.resolve(data.result);
    }
  }

  /** @param {unknown} reason */
  #end(reason) {
    this.worker?.terminate();
    this.worker = null;
    for (const entry of this.open.values()) entry.reject(reason);
    this.open.clear();
  }
}
