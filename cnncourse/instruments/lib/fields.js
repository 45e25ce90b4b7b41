// @ts-check
/** Receptive fields along one axis, as `cnncourse.shapes` and `cnncourse.layers.fields` count them. */

/**
 * A convolution or pool, in pixels.
 * @typedef {{ kernelSize: number, stride: number, padding: number, dilation: number }} Window
 * What the outputs of a layer see: output i sees `size` pixels from `start + i * jump` on.
 * @typedef {{ size: number, jump: number, start: number }} Field
 */

/** Pixels that a kernel spans, the gaps between its taps included. @param {Window} layer */
export function windowSize(layer) {
  return layer.dilation * (layer.kernelSize - 1) + 1;
}

/**
 * Follow the receptive field through a stack of layers, from the input upwards.
 * @param {Window[]} layers
 * @returns {Field[]} one for each layer
 */
export function receptiveField(layers) {
  let [size, jump, start] = [1, 1, 0];
  return layers.map((layer) => {
    size += (windowSize(layer) - 1) * jump;
    start -= layer.padding * jump;
    jump *= layer.stride;
    return { size, jump, start };
  });
}

/**
 * How much each pixel of the field counts for one output, where every weight is the same.
 * @param {Window[]} layers
 * @returns {Float64Array} as long as the field; the weights add up to 1
 */
export function effectiveField(layers) {
  let field = Float64Array.of(1);
  for (const layer of [...layers].reverse()) {
    const wider = new Float64Array((field.length - 1) * layer.stride + windowSize(layer));
    field.forEach((weight, i) => {
      for (let tap = 0; tap < layer.kernelSize; tap++) {
        wider[i * layer.stride + tap * layer.dilation] += weight / layer.kernelSize;
      }
    });
    field = wider;
  }
  return field;
}

/**
 * Pixels of the narrowest stretch that holds a share of the weight.
 * @param {ArrayLike<number>} field weights
 * @param {number} share from 0 to 1
 */
export function coreWidth(field, share) {
  const enough = share - 1e-12; // sums of rounded numbers
  let [held, first, narrowest] = [0, 0, field.length];
  for (let last = 0; last < field.length; last++) {
    held += field[last];
    while (held - field[first] >= enough) held -= field[first++];
    if (held >= enough) narrowest = Math.min(narrowest, last - first + 1);
  }
  return narrowest;
}

const LAYER = /^(\d{1,3})(?:s(\d{1,2}))?(?:d(\d{1,3}))?(?:p(\d{1,3}))?$/;

/**
 * Read layers from text: `3p1,2s2,3d2` is a kernel of 3 with padding 1, one of 2 with stride 2, one of
 * 3 with dilation 2. What is no layer is left out.
 * @param {string} text
 * @returns {Window[]}
 */
export function readLayers(text) {
  return text.split(",").flatMap((word) => {
    const found = LAYER.exec(word.trim());
    if (!found) return [];
    const [kernelSize, stride, dilation, padding] = [found[1], found[2] ?? 1, found[3] ?? 1, found[4] ?? 0].map(Number);
    return kernelSize && stride && dilation ? [{ kernelSize, stride, padding, dilation }] : [];
  });
}

/** Write layers as `readLayers` reads them. @param {Window[]} layers */
export function writeLayers(layers) {
  const part = (/** @type {string} */ letter, /** @type {number} */ value, /** @type {number} */ usual) => (value === usual ? "" : `${letter}${value}`);
  return layers.map((layer) => `${layer.kernelSize}${part("s", layer.stride, 1)}${part("d", layer.dilation, 1)}${part("p", layer.padding, 0)}`).join(",");
}
