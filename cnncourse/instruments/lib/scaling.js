// @ts-check
/** What an EfficientNet costs at any depth, width and resolution: `cnncourse.models.efficientnet`. */

/**
 * The paper's Table 1: [expansion, kernel size, stride, output channels, blocks] of each stage, and
 * the channels of the first convolution.
 * @typedef {{ stages: number[][], stem: number, classes: number }} Table
 * @typedef {{ depth: number, width: number, imageSize: number }} Scaling
 * @typedef {{ parameters: number, multiplyAdds: number, layers: number }} Costs
 */

/**
 * Grow depth, width and resolution together (equation 3).
 * @param {number} phi
 * @param {{ alpha: number, beta: number, gamma: number }} bases
 * @returns {Scaling}
 */
export function compoundScaling(phi, { alpha, beta, gamma }) {
  return { depth: alpha ** phi, width: beta ** phi, imageSize: Math.round(224 * gamma ** phi) };
}

/** Round to a multiple of 8, never down by more than a tenth. @param {number} channels */
export function roundChannels(channels) {
  const rounded = Math.max(8, Math.floor((channels + 4) / 8) * 8);
  return rounded < 0.9 * channels ? rounded + 8 : rounded;
}

/**
 * Count parameters, multiply-adds for one image, and layers with weights on the longest path.
 * @param {Table} table
 * @param {Scaling} scaling
 * @returns {Costs}
 */
export function scaledCosts(table, { depth, width, imageSize }) {
  const total = { parameters: 0, multiplyAdds: 0, layers: 0 };
  /** @param {number} weights @param {number} others @param {number} positions */
  const add = (weights, others, positions) => {
    total.parameters += weights + others;
    total.multiplyAdds += weights * positions ** 2;
    total.layers += 1;
  };
  let channels = roundChannels(table.stem * width);
  let size = Math.ceil(imageSize / 2);
  add(3 * 9 * channels, 2 * channels, size);
  for (const [expansion, kernelSize, stride, base, blocks] of table.stages) {
    const outChannels = roundChannels(base * width);
    for (let block = 0; block < Math.ceil(depth * blocks); block++) {
      const expanded = expansion * channels;
      const squeezed = Math.max(1, Math.floor(channels / 4));
      if (expansion > 1) add(channels * expanded, 2 * expanded, size);
      size = block === 0 ? Math.ceil(size / stride) : size;
      add(expanded * kernelSize ** 2, 2 * expanded, size); // depthwise, then squeeze, excite, project
      add(expanded * squeezed, squeezed, 1);
      add(squeezed * expanded, expanded, 1);
      add(expanded * outChannels, 2 * outChannels, size);
      channels = outChannels;
    }
  }
  add(channels * 4 * channels, 2 * 4 * channels, size);
  add(4 * channels * table.classes, table.classes, 1);
  return total;
}
