// @ts-check
// Lines and dots over an axis, drawn as SVG as wide as the page allows; with a cursor if asked for.
import { strokes } from "./pointer.js";
import { h } from "./ui.js";

/**
 * @typedef {{ name: string, colour: string, points: Array<[number, number]>, dashed?: boolean,
 *   dots?: boolean, line?: boolean, labels?: string[] }} Series
 * @typedef {{ label: string, log?: boolean, whole?: boolean, least?: number, most?: number,
 *   write?: (value: number) => string }} Axis
 * @typedef {{ low: number, high: number, log: boolean, ticks: number[],
 *   at: (value: number) => number }} Scale
 */

const MARGIN = { top: 10, right: 14, bottom: 40, left: 58 };
const SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹";
const UNITS = /** @type {Array<[number, string]>} */ ([[1e12, " T"], [1e9, " G"], [1e6, " M"], [1e3, " k"]]);

/** A count with three digits and a unit: 25.6 M. @param {number} value */
export function compact(value) {
  const [size, unit] = UNITS.find(([least]) => Math.abs(value) >= 0.9995 * least) ?? [1, ""];
  return `${+(value / size).toPrecision(3)}${unit}`;
}

/** A count with its thousands apart. @param {number} value */
export function grouped(value) {
  return String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, ",");
}

/** A power of ten as people write it. @param {number} value */
export function power(value) {
  const exponent = Math.round(Math.log10(value));
  if (exponent >= 0 && exponent < 4) return String(10 ** exponent);
  return `10${raised(exponent)}`;
}

/** An exponent. @param {number} exponent */
function raised(exponent) {
  const digits = String(Math.abs(exponent)).replace(/\d/g, (digit) => SUPERSCRIPTS[Number(digit)]);
  return `${exponent < 0 ? "⁻" : ""}${digits}`;
}

/** A number with four digits, or three and a power of ten. @param {number} value */
export function short(value) {
  if (value === 0 || (value >= 1e-3 && value < 1e5)) return String(+value.toPrecision(4));
  const [digits, exponent] = value.toExponential(2).split("e");
  return `${digits} × 10${raised(Number(exponent))}`;
}

/** Round steps of 1, 2 or 5 that cut a range into about `count`. @param {number} range @param {number} count */
function roundStep(range, count) {
  const rough = range / count || 1;
  const base = 10 ** Math.floor(Math.log10(rough));
  return base * ([1, 2, 5].find((factor) => base * factor >= rough) ?? 10);
}

/** @param {number[]} values @param {Axis} axis @param {number} start @param {number} end @returns {Scale} */
function scale(values, axis, start, end) {
  const used = values.filter((value) => Number.isFinite(value) && (!axis.log || value > 0));
  let low = Math.min(axis.least ?? Infinity, ...used);
  let high = Math.max(axis.most ?? -Infinity, ...used);
  const count = Math.max(2, Math.floor(Math.abs(end - start) / 45));
  /** @type {number[]} */
  let ticks = [];
  if (axis.log) {
    const [first, last] = [Math.floor(Math.log10(low) + 1e-9), Math.ceil(Math.log10(high) - 1e-9)];
    const step = Math.max(1, Math.ceil((last - first) / count));
    for (let exponent = first; exponent <= Math.max(last, first + 1); exponent += step) ticks.push(10 ** exponent);
    [low, high] = [ticks[0], Math.max(ticks[ticks.length - 1], 10 ** last)];
  } else {
    const step = Math.max(roundStep(high - low, count), axis.whole ? 1 : 0);
    for (let i = Math.ceil(low / step - 1e-9); i * step <= high + 1e-9 * step; i++) ticks.push(+(i * step).toFixed(9));
  }
  const place = axis.log ? Math.log10 : Number;
  const width = place(high) - place(low) || 1;
  const at = (/** @type {number} */ value) => start + ((place(value) - place(low)) / width) * (end - start);
  return { low, high, log: Boolean(axis.log), ticks, at };
}

/**
 * @param {import("./ui.js").Shell} ui
 * @param {{ label: string, x: Axis, y: Axis, series: () => Series[], into?: HTMLElement, width?: number,
 *   height?: number, cursor?: { label: string, steps: () => number[], at: () => number,
 *   say: () => string, move: (step: number) => void } }} options the cursor stands at one of the
 *   places on the x axis that `steps` gives
 */
export function chart(ui, { label, x, y, series, into = ui.stage, width = 620, height = 270, cursor }) {
  const legend = h("p", { class: "cnn-legend" });
  const role = cursor ? { role: "slider", tabindex: "0" } : { role: "img" };
  const svg = h("svg", { class: "cnn-chart", "aria-label": cursor ? cursor.label : label, ...role });
  const box = h("div", { class: "cnn-chartbox" }, legend, svg);
  box.style.maxWidth = `${width}px`;
  into.append(box);
  /** @type {Scale | undefined} */
  let across;

  ui.onChange(() => {
    const wide = Math.max(220, Math.min(width, box.clientWidth || width));
    const all = series();
    const { text, line, muted, second } = ui.colours();
    across = scale(all.flatMap((s) => s.points.map(([value]) => value)), x, MARGIN.left, wide - MARGIN.right);
    const up = scale(all.flatMap((s) => s.points.map(([, value]) => value)), y, height - MARGIN.bottom, MARGIN.top);
    for (const [key, value] of Object.entries({ viewBox: `0 0 ${wide} ${height}`, width: wide, height })) svg.setAttribute(key, String(value));
    svg.replaceChildren(
      ...axes(across, up, x, y, { wide, height, text, muted, line }),
      ...all.flatMap((one) => draw(one, /** @type {Scale} */ (across), up, text)),
    );
    legend.replaceChildren(...all.filter((one) => one.name).map((one) => h("span", {}, key(one), one.name)));
    if (cursor) point(svg, cursor, across, second, height);
  });

  if (cursor) follow(svg, cursor, () => /** @type {Scale} */ (across));
  return svg;
}

/** @param {Series} series */
function key(series) {
  const swatch = h("svg", { width: 22, height: 10, "aria-hidden": "true" });
  if (series.line !== false) swatch.append(h("line", { x1: 1, x2: 21, y1: 5, y2: 5, stroke: series.colour, "stroke-width": 2.5, "stroke-dasharray": series.dashed ? "5 3" : undefined }));
  if (series.dots) swatch.append(h("circle", { cx: 11, cy: 5, r: 4, fill: series.colour }));
  return swatch;
}

/**
 * @param {Scale} across @param {Scale} up @param {Axis} x @param {Axis} y
 * @param {{ wide: number, height: number, text: string, muted: string, line: string }} look
 */
function axes(across, up, x, y, { wide, height, text, muted, line }) {
  const write = (/** @type {Axis} */ axis) => axis.write ?? (axis.log ? power : compact);
  const label = { fill: muted, "font-size": 12 };
  const floor = height - MARGIN.bottom;
  return [
    ...up.ticks.map((value) =>
      h("g", {},
        h("line", { x1: MARGIN.left, x2: wide - MARGIN.right, y1: up.at(value), y2: up.at(value), stroke: line }),
        h("text", { x: MARGIN.left - 6, y: up.at(value) + 4, "text-anchor": "end", ...label }, write(y)(value)))),
    ...across.ticks.map((value) => h("text", { x: across.at(value), y: floor + 16, "text-anchor": across.at(value) > wide - 30 ? "end" : "middle", ...label }, write(x)(value))),
    h("line", { x1: MARGIN.left, x2: wide - MARGIN.right, y1: floor, y2: floor, stroke: muted }),
    h("text", { x: (MARGIN.left + wide - MARGIN.right) / 2, y: height - 5, "text-anchor": "middle", fill: text, "font-size": 12.5 }, x.label),
    h("text", { x: -(floor + MARGIN.top) / 2, y: 13, transform: "rotate(-90)", "text-anchor": "middle", fill: text, "font-size": 12.5 }, y.label),
  ];
}

/** @param {Series} one @param {Scale} across @param {Scale} up @param {string} text */
function draw(one, across, up, text) {
  const shown = one.points.filter(([a, b]) => Number.isFinite(a) && Number.isFinite(b) && (!up.log || b > 0) && (!across.log || a > 0));
  const places = shown.map(([a, b]) => [across.at(a), up.at(b)]);
  const parts = [];
  if (one.line !== false) parts.push(h("polyline", { points: places.join(" "), fill: "none", stroke: one.colour, "stroke-width": 2.5, "stroke-linejoin": "round", "stroke-dasharray": one.dashed ? "5 4" : undefined }));
  places.forEach(([left, top], i) => {
    if (one.dots) parts.push(h("circle", { cx: left, cy: top, r: 4, fill: one.colour }));
    if (one.labels?.[i]) parts.push(h("text", { x: left + 6, y: top + 14, fill: text, "font-size": 11.5 }, one.labels[i]));
  });
  return parts;
}

/**
 * @param {SVGElement} svg @param {{ steps: () => number[], at: () => number, say: () => string }} cursor
 * @param {Scale} across @param {string} colour @param {number} height
 */
function point(svg, cursor, across, colour, height) {
  const places = cursor.steps();
  const left = across.at(places[cursor.at()]);
  svg.append(h("line", { x1: left, x2: left, y1: MARGIN.top, y2: height - MARGIN.bottom, stroke: colour, "stroke-width": 2, "stroke-dasharray": "2 3" }));
  const values = { valuemin: 0, valuemax: places.length - 1, valuenow: cursor.at(), valuetext: cursor.say() };
  for (const [name, value] of Object.entries(values)) svg.setAttribute(`aria-${name}`, String(value));
}

/**
 * @param {SVGElement} svg @param {{ steps: () => number[], at: () => number, move: (step: number) => void }} cursor
 * @param {() => Scale} across
 */
function follow(svg, cursor, across) {
  const go = (/** @type {number} */ step) => cursor.move(Math.min(cursor.steps().length - 1, Math.max(0, step)));
  svg.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
    const by = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageDown: -10, PageUp: 10, Home: -Infinity, End: Infinity }[event.key];
    if (by === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    go(cursor.at() + by);
    event.preventDefault();
  });
  const take = (/** @type {PointerEvent} */ event) => {
    const left = event.clientX - svg.getBoundingClientRect().left;
    const gaps = cursor.steps().map((place) => Math.abs(across().at(place) - left));
    go(gaps.indexOf(Math.min(...gaps)));
  };
  strokes(svg, { start: take, move: take });
}
