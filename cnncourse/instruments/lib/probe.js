// @ts-check
// Questions to a network: what adds up in a unit, which pixels matter, which shift confuses it.
import { forward, probabilities } from "./network.js";
import { occluded, shifted } from "./drawing.js";
import { t } from "./words.js";

/** @typedef {import("./network.js").Network} Network */
/** @typedef {import("./network.js").Tensor} Tensor */
/** @typedef {{label: number, share: number, lead: number}} Answer `lead` is over the best other class */

/**
 * A square picture as the network takes it: the same in every channel.
 * @param {Network} network
 * @param {ArrayLike<number>} picture
 */
export function asInput(network, picture) {
  const channels = network.input[0];
  const image = new Float32Array(channels * picture.length);
  for (let c = 0; c < channels; c++) image.set(Float32Array.from(picture), c * picture.length);
  return image;
}

/**
 * How far the score of a class is above the best other one; in a softmax, the logarithm of the ratio.
 * @param {Network} network
 * @param {Tensor[]} outputs
 * @param {number} label
 */
export function leadOf(network, outputs, label) {
  const last = network.layers.length - 1;
  const scores = Array.from(outputs[last].data, network.layers[last].type === "softmax" ? Math.log : Number);
  const others = scores.filter((_, i) => i !== label);
  return scores[label] - Math.max(...others);
}

/** @param {ArrayLike<number>} values */
export function argmax(values) {
  let best = 0;
  for (let i = 1; i < values.length; i++) if (values[i] > values[best]) best = i;
  return best;
}

/**
 * What the network says of a picture.
 * @param {Network} network
 * @param {ArrayLike<number>} picture
 * @param {number} [of] the class whose lead is asked for; the winning one if left out
 * @returns {Answer}
 */
export function answer(network, picture, of) {
  const outputs = forward(network, asInput(network, picture));
  const shares = probabilities(network, outputs);
  const label = argmax(shares);
  return { label, share: shares[label], lead: leadOf(network, outputs, of ?? label) };
}

/**
 * Shifts up to `reach` pixels, row by row: down from -reach to reach, right from -reach to reach.
 * @param {number} reach
 * @returns {Array<[number, number]>}
 */
export function shifts(reach) {
  const wide = 2 * reach + 1;
  return Array.from({ length: wide * wide }, (_, i) => [Math.floor(i / wide) - reach, (i % wide) - reach]);
}

/**
 * @param {Network} network
 * @param {ArrayLike<number>} picture
 * @param {[number, number]} shift
 * @param {number} label whose lead is asked for
 */
export function answerShifted(network, picture, [down, right], label) {
  return answer(network, shifted(picture, down, right), label);
}

/**
 * The middles of the squares that are wiped out: every second pixel in both directions.
 * @param {number} size
 * @returns {Array<[number, number]>}
 */
export function middles(size) {
  const count = Math.ceil(size / 2);
  return Array.from({ length: count * count }, (_, i) => [2 * Math.floor(i / count), 2 * (i % count)]);
}

/**
 * @param {Network} network
 * @param {ArrayLike<number>} picture
 * @param {[number, number]} middle
 * @param {number} side
 * @param {number} label
 */
export function answerWithout(network, picture, [row, column], side, label) {
  return answer(network, occluded(picture, row, column, side), label);
}

/**
 * What each map before a unit adds to it, without the bias. For dense layers after a flattening the
 * maps are those that were flattened.
 * @param {Network} network
 * @param {Tensor[]} outputs
 * @param {ArrayLike<number>} image
 * @param {number} index of a conv2d or linear layer
 * @param {{channel: number, row: number, column: number}} unit
 * @returns {{bias: number, parts: number[], source: string}}
 */
export function contributions(network, outputs, image, index, { channel, row, column }) {
  const layer = network.layers[index];
  const place = layer.inputs[0];
  const x = place < 0 ? image : outputs[place].data;
  const source = place < 0 ? t`the picture` : network.layers[place].name;
  const bias = layer.bias.data[channel];
  if (layer.type === "linear") {
    const [, inputs] = layer.weight.shape;
    const parts = Array.from({ length: inputs }, (_, i) => layer.weight.data[channel * inputs + i] * x[i]);
    return { bias, parts, source };
  }
  const [outChannels, perGroup, kh, kw] = layer.weight.shape;
  const [, height, width] = place < 0 ? network.input : network.layers[place].shape;
  const first = Math.floor(channel / (outChannels / layer.groups)) * perGroup;
  const parts = Array.from({ length: perGroup }, (_, c) => {
    let sum = 0;
    for (let ky = 0; ky < kh; ky++) {
      const y = row * layer.stride[0] - layer.padding[0] + ky * layer.dilation[0];
      for (let kx = 0; kx < kw; kx++) {
        const from = column * layer.stride[1] - layer.padding[1] + kx * layer.dilation[1];
        if (y < 0 || y >= height || from < 0 || from >= width) continue;
        sum += layer.weight.data[((channel * perGroup + c) * kh + ky) * kw + kx] * x[((first + c) * height + y) * width + from];
      }
    }
    return sum;
  });
  return { bias, parts, source };
}

/**
 * The weights of one unit as maps: a kernel for each input map, or the dense weights in the shape of
 * the maps that were flattened.
 * @param {Network} network
 * @param {number} index of a conv2d or linear layer
 * @param {number} channel
 * @returns {Tensor}
 */
export function weightsOf(network, index, channel) {
  const layer = network.layers[index];
  const size = layer.weight.data.length / layer.weight.shape[0];
  const data = layer.weight.data.subarray(channel * size, (channel + 1) * size);
  if (layer.type === "conv2d") return { shape: layer.weight.shape.slice(1), data };
  const before = layer.inputs[0] < 0 ? undefined : network.layers[layer.inputs[0]];
  if (before?.type !== "flatten") return { shape: [size, 1, 1], data };
  const shape = before.inputs[0] < 0 ? network.input : network.layers[before.inputs[0]].shape;
  return { shape, data };
}
