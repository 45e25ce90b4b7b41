// @ts-check
/** The page's Python: one module worker that loads Pyodide and runs what it is sent, in order. */

import { loadPyodide } from "../pyodide/pyodide.mjs";
import source from "./session.py";

const PYODIDE = new URL("../pyodide/", import.meta.url).href;
const LOCK = `${PYODIDE}pyodide-lock.json`;
const PAUSE = 50; // ms: printed text is sent at most so often
const LONGEST = 200_000; // characters that one cell may print

/** @type {any} */ let python;
/** @type {any} */ let session;
let current = 0; // the request that output belongs to
let printed = 0;
/** @type {string[]} */ let waiting = [];
let sent = 0; // when text was last sent
const PLAIN = { dict_converter: Object.fromEntries };
const decoder = new TextDecoder();

new PerformanceObserver((list) => {
  const bytes = list.getEntries().reduce((sum, entry) => {
    return sum + /** @type {PerformanceResourceTiming} */ (entry).decodedBodySize;
  }, 0);
  postMessage({ bytes });
}).observe({ type: "resource", buffered: true });

/** Send the text that was printed since the last time. */
function flush() {
  if (waiting.length) postMessage({ id: current, output: { kind: "text", text: waiting.join("") } });
  waiting = [];
  sent = performance.now();
}

/** @param {Uint8Array} bytes */
function write(bytes) {
  const text = decoder.decode(bytes, { stream: true });
  if (printed <= LONGEST && printed + text.length > LONGEST) waiting.push("\n… the rest is left out\n");
  else if (printed <= LONGEST) waiting.push(text);
  printed += text.length;
  if (performance.now() - sent > PAUSE) flush();
  return bytes.length;
}

/** @param {{interrupt: SharedArrayBuffer | null}} options */
async function start({ interrupt }) {
  python = await loadPyodide({
    lockFileContents: fetch(LOCK, { cache: "no-cache" }).then((answer) => answer.text()),
    packageBaseUrl: PYODIDE,
    packages: ["cnncourse", "numpy"],
    env: { HOME: "/home/pyodide", MPLBACKEND: "AGG" },
  });
  python.setStdout({ write });
  python.setStderr({ write });
  if (interrupt) python.setInterruptBuffer(new Uint8Array(interrupt));
  python.runPython(source);
  session = python.globals.get("Session")(emit);
}

/** Show what a cell gave. @param {any} output */
function emit(output) {
  flush();
  postMessage({ id: current, output: output.toJs(PLAIN) });
}

/** Load the packages that some code imports. @param {string} code */
async function provide(code) {
  const quiet = { messageCallback() {}, errorCallback() {} };
  const more = python.globals.get("needed")(code).toJs();
  const missing = more.filter((/** @type {string} */ name) => !python.loadedPackages[name]);
  if (missing.length) await python.loadPackage(missing, quiet);
  await python.loadPackagesFromImports(python.globals.get("without_magics")(code), quiet);
}

/** @param {any} request */
async function answer(request) {
  if (request.ask === "start") return start(request);
  if (request.ask === "run") {
    await provide(request.code);
    postMessage({ id: current, running: true });
    return session.run(request.code, request.number, request.alt);
  }
  if (request.ask === "above") {
    return python.globals.get("wanted")(python.toPy(request.codes), request.index).toJs();
  }
  const code = request.notebook.cells.filter((/** @type {any} */ cell) => cell.cell_type === "code");
  // one by one: a cell that is no Python must not hide what the others import
  for (const cell of code) await provide(cell.source);
  postMessage({ id: current, running: true });
  const notebook = python.toPy(request.notebook);
  if (request.ask === "look") return python.globals.get("look")(notebook, request.cell, emit);
  return python.globals.get("check")(notebook, request.last).toJs(PLAIN);
}

let queue = Promise.resolve();

onmessage = ({ data }) => {
  queue = queue.then(async () => {
    current = data.id;
    printed = 0;
    try {
      const result = await answer(data);
      flush();
      postMessage({ id: data.id, result });
    } catch (error) {
      flush();
      postMessage({ id: data.id, failed: String(error) });
    }
  });
};
