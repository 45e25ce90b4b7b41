// @ts-check
import { chooseLayers, chooseNetworks, layersOf } from "./lib/catalogue.js";
import { compact, grouped } from "./lib/chart.js";
import { h, newId, shell } from "./lib/ui.js";
import { t } from "./lib/words.js";

const SIDES = /** @type {Array<["left" | "right", string]>} */ ([["left", "A"], ["right", "B"]]);
const HEADINGS = [["title", t`network`], ["year", t`year`], ["depth", t`depth`], ["parameters", t`parameters`], ["multiply_adds", t`multiply-adds`], ["error", t`top-1 error %`]];

/**
 * @typedef {import("./lib/catalogue.js").Network} Network
 * @typedef {import("./lib/ui.js").Shell} Shell
 */

export default {
  /** @param {{model: import("./lib/ui.js").Model, el: HTMLElement}} context */
  render({ model, el }) {
    const ui = shell({ model, el });
    /** @type {import("./lib/catalogue.js").Catalogue} */
    const catalogue = model.get("networks");
    const named = (/** @type {string} */ wanted) => catalogue.networks.find(({ name }) => name === wanted);
    /** @param {"left" | "right"} side */
    const network = (side) => /** @type {Network} */ (named(ui.get(side)) ?? named(ui.about.initial[side]));

    search(ui, "search", t`Find a network`, ui.controls);
    list(ui, catalogue.networks);
    const above = h("div", { class: "cnn-controls" }); // the layers, which they change
    ui.stage.append(above);
    search(ui, "filter", t`Find layers`, above);
    const order = ui.select("layers", t`Order of layers`, [["network", t`as in the network`], ["parameters", t`most parameters first`], ["multiply_adds", t`most multiply-adds first`]]);
    above.append(order.parentElement);
    for (const [side, letter] of SIDES) column(ui, letter, () => network(side), catalogue);

    ui.onChange(() => {
      const [left, right] = SIDES.map(([side]) => network(side));
      ui.say(left === right ? t`A and B are both ${left.title}: choose another for B.` : t`${left.title} has ${ratio(left.parameters, right.parameters)} parameters ${right.title} has, and takes ${ratio(left.multiply_adds, right.multiply_adds)} multiply-adds.`);
      ui.table(t`The two networks`, ["", left.title, right.title], comparison(left, right));
    });
    return ui.close;
  },
};

/** @param {number} one @param {number} other */
function ratio(one, other) {
  return t`${+(one / other).toPrecision(3)} times the`;
}

/** A box to search with. @param {Shell} ui @param {string} key @param {string} label @param {HTMLElement} into */
function search(ui, key, label, into) {
  const id = newId();
  const box = h("input", { type: "search", id, autocomplete: "off", spellcheck: "false", oninput: () => ui.set({ [key]: box.value }) });
  into.append(h("div", { class: "cnn-control" }, h("label", { for: id }, label), box));
  ui.onChange(() => {
    if (box.value !== ui.get(key)) box.value = ui.get(key);
  });
}

/** All networks, to sort and to choose from. @param {Shell} ui @param {Network[]} networks */
function list(ui, networks) {
  const heads = HEADINGS.map(([key, name]) => h("th", { scope: "col", "data-key": key }, h("button", { type: "button", onclick: () => ui.set({ order: ui.get("order") === key ? "registry" : key }) }, name)));
  const rows = new Map(networks.map((one) => [one, networkRow(ui, one)]));
  const body = h("tbody", {});
  const none = h("p", {}, t`No network has all these words.`);
  const table = h("table", { class: "cnn-networks" }, h("thead", {}, h("tr", {}, h("th", { scope: "col" }, t`compare`), ...heads)), body);
  const region = h("div", { class: "cnn-scroll cnn-list", tabindex: "0", role: "region", "aria-label": t`Networks` }, table, none);
  ui.panel(t`A and B choose what is compared; a heading sorts. The error is that of torchvision's first weights, for one centre crop.`, region);
  ui.onChange(() => {
    for (const head of heads) {
      if (head.dataset.key === ui.get("order")) head.setAttribute("aria-sort", "ascending");
      else head.removeAttribute("aria-sort");
    }
    const found = chooseNetworks(networks, ui.get("search"), ui.get("order")).map((one) => rows.get(one));
    none.hidden = found.length > 0;
    if (found.length !== body.children.length || found.some((row, i) => row !== body.children[i])) body.replaceChildren(...found);
  });
  const chosen = rows.get(networks.find(({ name }) => name === ui.get("left")));
  if (chosen) region.scrollTop = chosen.offsetTop - 2 * chosen.offsetHeight; // below the head
}

/** @param {Shell} ui @param {Network} one */
function networkRow(ui, one) {
  const choice = h("td", {});
  for (const [side, letter] of SIDES) {
    const button = ui.button(letter, () => ui.set({ [side]: one.name }), { into: choice, pressed: () => ui.get(side) === one.name });
    button.setAttribute("aria-label", t`${one.title} as ${letter}`);
  }
  const cells = [one.year, one.depth, compact(one.parameters), compact(one.multiply_adds), one.released?.[0].toFixed(1) ?? ""];
  return h("tr", {}, choice, h("th", { scope: "row" }, one.title), ...cells.map((cell) => h("td", {}, String(cell))));
}

/** What the papers say, side by side. @param {Network} left @param {Network} right */
function comparison(left, right) {
  /** @type {Array<[string, (one: Network) => string]>} */
  const lines = [
    [t`paper`, (one) => one.source],
    [t`image`, (one) => one.input.join(" × ")],
    [t`classes`, (one) => grouped(one.classes)],
    [t`depth`, (one) => `${one.depth} ${one.counted}`],
    [t`parameters`, (one) => grouped(one.parameters)],
    [t`multiply-adds`, (one) => grouped(one.multiply_adds)],
    [t`error % in the paper, top-1 / top-5`, (one) => (one.reported ? `${one.reported[0] ?? "–"} / ${one.reported[1] ?? "–"} (${one.reported[2]})` : "–")],
    [t`error % of torchvision's weights, one crop`, (one) => one.released?.join(" / ") ?? "–"],
    [t`challenge entry, top-5 error %`, (one) => (one.entry ? `${one.entry[1]} (${one.entry[2]})` : "–")],
  ];
  return lines.map(([name, write]) => [name, write(left), write(right)]);
}

/**
 * One of the two networks, layer by layer.
 * @param {Shell} ui @param {string} letter @param {() => Network} network
 * @param {import("./lib/catalogue.js").Catalogue} catalogue
 */
function column(ui, letter, network, catalogue) {
  const title = h("p", { class: "cnn-networkname" });
  const facts = h("p", { class: "cnn-muted" });
  const body = h("tbody", {});
  const count = h("p", { class: "cnn-caption" });
  const head = [t`layer`, t`parameters`, t`multiply-adds`].map((text) => h("th", { scope: "col" }, text));
  const region = h("div", { class: "cnn-scroll cnn-list", tabindex: "0", role: "region" }, h("table", {}, h("thead", {}, h("tr", {}, ...head)), body));
  ui.stage.append(h("div", { class: "cnn-column", "data-side": letter }, title, facts, count, region));
  let shown = "";
  ui.onChange(() => {
    const one = network();
    const wanted = JSON.stringify([one.name, ui.get("filter"), ui.get("layers")]);
    if (wanted === shown) return;
    shown = wanted;
    const all = layersOf(catalogue, one);
    const found = chooseLayers(all, ui.get("filter"), ui.get("layers"));
    title.textContent = `${letter}: ${one.title}`;
    facts.textContent = t`${one.source}. Input ${one.input.join(" × ")}.`;
    region.setAttribute("aria-label", t`Layers of ${one.title}`);
    const sum = (/** @type {"parameters" | "multiplyAdds"} */ key) => found.reduce((total, layer) => total + layer[key], 0);
    count.textContent = t`${found.length} of ${all.length} layers: ${grouped(sum("parameters"))} parameters, ${grouped(sum("multiplyAdds"))} multiply-adds`;
    const most = { parameters: largest(all, "parameters"), multiplyAdds: largest(all, "multiplyAdds") };
    body.replaceChildren(...found.map((layer) => layerRow(layer, most)));
  });
}

/** @param {import("./lib/catalogue.js").Layer[]} layers @param {"parameters" | "multiplyAdds"} key */
function largest(layers, key) {
  return Math.max(1, ...layers.map((layer) => layer[key]));
}

/**
 * A layer with bars behind its counts, which are shares of the network's largest.
 * @param {import("./lib/catalogue.js").Layer} layer
 * @param {{parameters: number, multiplyAdds: number}} most
 */
function layerRow({ stage, path, kind, detail, shape, parameters, multiplyAdds }, most) {
  /** @param {number} count @param {number} limit */
  const bar = (count, limit) => h("td", { title: grouped(count), style: `--share:${count / limit}` }, compact(count));
  const what = h("span", { class: "cnn-detail" }, `${kind} ${detail} → ${shape.join(" × ")}`);
  const name = h("th", { scope: "row" }, [stage, path].filter(Boolean).join("."), what);
  return h("tr", {}, name, bar(parameters, most.parameters), bar(multiplyAdds, most.multiplyAdds));
}
