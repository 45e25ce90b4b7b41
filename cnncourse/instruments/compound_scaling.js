// @ts-check
import { chart, compact, grouped } from "./lib/chart.js";
import { compoundScaling, scaledCosts } from "./lib/scaling.js";
import { h, shell } from "./lib/ui.js";
import { t } from "./lib/words.js";

const BASE = { depth: 1, width: 1, image_size: 224 };
/** Ways to spend work that grows about as 2^phi. @type {Array<[string, (phi: number, bases: any) => State]>} */
const WAYS = [
  [t`all three`, (phi, bases) => state(compoundScaling(phi, bases))],
  [t`depth alone`, (phi) => ({ ...BASE, depth: round(2 ** phi) })],
  [t`width alone`, (phi) => ({ ...BASE, width: round(2 ** (phi / 2)) })],
  [t`resolution alone`, (phi) => ({ ...BASE, image_size: Math.round(224 * 2 ** (phi / 2)) })],
];
const STEPS = Array.from({ length: 13 }, (_, i) => i / 2);

/** @typedef {{ depth: number, width: number, image_size: number }} State */

export default {
  /** @param {{model: import("./lib/ui.js").Model, el: HTMLElement}} context */
  render({ model, el }) {
    const ui = shell({ model, el });
    const { stages, stem, classes, bases, networks } = model.get("networks");
    const costs = (/** @type {State} */ { depth, width, image_size }) => scaledCosts({ stages, stem, classes }, { depth, width, imageSize: image_size });
    const present = () => /** @type {State} */ ({ depth: ui.get("depth"), width: ui.get("width"), image_size: ui.get("image_size") });
    const same = (/** @type {any} */ choice) => Object.entries(present()).every(([key, value]) => value === choice[key]);

    ui.range("depth", t`Depth ×`, { step: 0.01 });
    ui.range("width", t`Width ×`, { step: 0.01 });
    ui.range("image_size", t`Resolution`, { unit: t`pixels` });
    ui.presets(t`Released`, networks.map((/** @type {any} */ one) => [one.title.split("-")[1], pick(one)]), same);
    ui.range("phi", t`Budget φ`, { step: 0.5 });
    const spend = h("div", { class: "cnn-presets", role: "group", "aria-label": t`Spend it on` }, h("span", { class: "cnn-label", "aria-hidden": "true" }, t`Spend it on`));
    ui.controls.append(spend);
    for (const [name, way] of WAYS) {
      const spent = () => clip(way(ui.get("phi"), bases), ui.about.limits);
      ui.button(name, () => ui.set(spent()), { into: spend, pressed: () => same(spent()) });
    }

    const bars = h("div", { class: "cnn-factors" });
    chart(ui, {
      label: t`Parameters and multiply-adds of scaled networks`,
      x: { label: t`multiply-adds for one image`, log: true, write: compact },
      y: { label: t`parameters`, log: true, write: compact },
      height: 320,
      series: () => {
        const { accent, muted, good, bad, second, text } = ui.colours();
        const colours = [accent, good, muted, bad];
        const lines = WAYS.map(([name, way], i) => ({ name, colour: colours[i], dashed: i > 0, points: STEPS.map((phi) => place(costs(way(phi, bases)))) }));
        const now = costs(present());
        return [
          ...lines,
          { name: t`released`, colour: text, line: false, dots: true, points: networks.map((/** @type {any} */ one) => [one.multiply_adds, one.parameters]), labels: networks.map((/** @type {any} */ one) => one.title.split("-")[1]) },
          { name: t`yours`, colour: second, line: false, dots: true, points: [place(now)] },
        ];
      },
    });
    ui.panel(t`Against B0`, bars);

    ui.onChange(() => {
      const now = costs(present());
      const base = costs(BASE);
      const { depth, width, image_size } = present();
      const factor = { parameters: now.parameters / base.parameters, multiplyAdds: now.multiplyAdds / base.multiplyAdds };
      const rule = depth * width ** 2 * (image_size / 224) ** 2;
      ui.say(
        t`Depth × ${depth}, width × ${width}, ${image_size} × ${image_size} pixels: ${grouped(now.parameters)} parameters (${times(factor.parameters)} B0) ` +
          t`and ${grouped(now.multiplyAdds)} multiply-adds (${times(factor.multiplyAdds)} B0) in ${now.layers} layers. ` +
          t`The rule depth × width² × resolution² says ${times(rule)}; whole blocks and multiples of 8 channels make the difference.`,
      );
      const rows = /** @type {Array<[string, number]>} */ ([[t`depth`, depth], [t`width²`, width ** 2], [t`resolution²`, (image_size / 224) ** 2], [t`multiply-adds`, factor.multiplyAdds], [t`parameters`, factor.parameters]]);
      const most = Math.max(2, ...rows.map(([, value]) => value));
      bars.replaceChildren(
        ...rows.map(([name, value]) => h("div", {}, h("span", {}, name), h("i", { style: `width:${(8 * Math.log2(Math.max(1, value))) / Math.log2(most)}rem` }), h("b", {}, times(value)))),
      );
      ui.table(
        t`The released networks, counted, and the error their paper reports; the last row is yours`,
        [t`network`, t`depth ×`, t`width ×`, t`pixels`, t`parameters`, t`multiply-adds`, t`top-1 error %`],
        [
          ...networks.map((/** @type {any} */ one) => [one.title, one.depth, one.width, one.image_size, grouped(one.parameters), grouped(one.multiply_adds), one.top1]),
          [t`yours`, depth, width, image_size, grouped(now.parameters), grouped(now.multiplyAdds), "–"],
        ],
      );
    });
    return ui.close;
  },
};

/** @param {{ depth: number, width: number, imageSize: number }} scaling @returns {State} */
function state({ depth, width, imageSize }) {
  return { depth: round(depth), width: round(width), image_size: imageSize };
}

/** @param {State} one @returns {State} */
function pick({ depth, width, image_size }) {
  return { depth, width, image_size };
}

/** @param {State} scaling @param {Record<string, {min: number, max: number}>} limits */
function clip(scaling, limits) {
  return Object.fromEntries(Object.entries(scaling).map(([key, value]) => [key, Math.min(limits[key].max, value)]));
}

/** @param {{ multiplyAdds: number, parameters: number }} costs @returns {[number, number]} */
function place({ multiplyAdds, parameters }) {
  return [multiplyAdds, parameters];
}

/** @param {number} value */
function round(value) {
  return +value.toFixed(2);
}

/** @param {number} value */
function times(value) {
  return `${+value.toPrecision(3)} ×`;
}
