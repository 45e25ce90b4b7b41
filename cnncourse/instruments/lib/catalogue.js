// @ts-check
/** The registered networks as `cnncourse.models.zoo.catalogue` gives them, and tables of their layers. */

/**
 * @typedef {[string, string, number[], number, number]} Kept kind, detail, output shape, parameters, multiply-adds
 * @typedef {{ name: string, title: string, source: string, year: number, depth: number, counted: string,
 *   parameters: number, multiply_adds: number, input: number[], classes: number,
 *   reported: [number | null, number | null, string] | null, released: [number, number] | null,
 *   entry: [number | null, number | null, string] | null, stages: Array<[string, number[]]> }} Network
 * @typedef {{ networks: Network[], paths: string[], layers: Kept[] }} Catalogue
 * @typedef {{ stage: string, path: string, kind: string, detail: string, shape: number[],
 *   parameters: number, multiplyAdds: number }} Layer
 */

/**
 * List a network's layers in the order in which an image meets them.
 * @param {Catalogue} catalogue
 * @param {Network} network
 * @returns {Layer[]}
 */
export function layersOf({ paths, layers }, network) {
  return network.stages.flatMap(([stage, numbers]) =>
    Array.from({ length: numbers.length / 2 }, (_, i) => {
      const [kind, detail, shape, parameters, multiplyAdds] = layers[numbers[2 * i + 1]];
      return { stage, path: paths[numbers[2 * i]], kind, detail, shape, parameters, multiplyAdds };
    }),
  );
}

/**
 * Keep the layers in which every word of a search occurs, in some order.
 * @param {Layer[]} layers
 * @param {string} search
 * @param {string} order "network", "parameters" or "multiply_adds", the largest first
 * @returns {Layer[]}
 */
export function chooseLayers(layers, search, order) {
  const found = layers.filter(({ stage, path, kind, detail, shape }) => matches(search, `${stage} ${path} ${kind} ${detail} ${shape.join(" x ")}`));
  if (order === "network") return found;
  const key = order === "parameters" ? "parameters" : "multiplyAdds";
  return found.sort((one, other) => other[key] - one[key]);
}

/**
 * Keep the networks in which every word of a search occurs, in some order.
 * @param {Network[]} networks
 * @param {string} search
 * @param {string} order a key of the networks, or "error"; names and years from the first, counts too
 * @returns {Network[]}
 */
export function chooseNetworks(networks, search, order) {
  const found = networks.filter(({ name, title, source }) => matches(search, `${name} ${title} ${source}`));
  const value = (/** @type {any} */ network) => (order === "error" ? (network.released?.[0] ?? Infinity) : network[order]);
  return order === "registry" ? found : found.sort((one, other) => compare(value(one), value(other)));
}

/** @param {any} one @param {any} other */
function compare(one, other) {
  return typeof one === "string" ? one.localeCompare(other, "en", { numeric: true }) : one === other ? 0 : one - other;
}

/** Sizes as one word each: 3 × 3 is 3x3. @param {string} text */
function joined(text) {
  return text.toLowerCase().replace(/\s*[x×]\s*(?=\d)/g, "x");
}

/** @param {string} search @param {string} text */
function matches(search, text) {
  const plain = joined(text);
  return joined(search).split(/\s+/).every((word) => plain.includes(word));
}
