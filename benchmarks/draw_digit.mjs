// Runs the page's network in Node: draw_digit.py says what on stdin, and reads the answer from stdout.
import { readFileSync } from "node:fs";
import { LENET } from "../cnncourse/instruments/lib/lenet.js";
import { forward, readNetwork } from "../cnncourse/instruments/lib/network.js";

const { images, rounds } = JSON.parse(readFileSync(0, "utf-8"));
const network = readNetwork(LENET);
const pixels = Uint8Array.from(atob(images), (character) => character.charCodeAt(0));
const count = pixels.length / 784;
const image = (i) => Float32Array.from(pixels.subarray(784 * i, 784 * (i + 1)), (byte) => byte / 255);

/** A convolution as the formula says it, with an index for each sum: what people write first. */
function naive(layer, { shape: [channels, height, width], data }) {
  const [outChannels, outHeight, outWidth] = layer.shape;
  const [kh, kw] = layer.kernelSize;
  const out = new Float32Array(outChannels * outHeight * outWidth);
  for (let o = 0; o < outChannels; o++)
    for (let i = 0; i < outHeight; i++)
      for (let j = 0; j < outWidth; j++) {
        let sum = layer.bias.data[o];
        for (let c = 0; c < channels; c++)
          for (let ky = 0; ky < kh; ky++)
            for (let kx = 0; kx < kw; kx++) {
              const [y, x] = [i + ky - layer.padding[0], j + kx - layer.padding[1]];
              if (y < 0 || y >= height || x < 0 || x >= width) continue;
              sum += layer.weight.data[((o * channels + c) * kh + ky) * kw + kx] * data[(c * height + y) * width + x];
            }
        out[(o * outHeight + i) * outWidth + j] = sum;
      }
  return out;
}

/** All three convolutions of the network, on the inputs they have. */
function convolutions(outputs, x) {
  network.layers.forEach((layer) => {
    if (layer.type === "conv2d") naive(layer, layer.inputs[0] < 0 ? x : outputs[layer.inputs[0]]);
  });
}

const timed = (act) => {
  const start = process.cpuUsage();
  act();
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1000;
};

const scores = Array.from({ length: count }, (_, i) => Array.from(forward(network, image(i)).at(-1).data));
const picture = image(0);
const outputs = forward(network, picture);
const BATCH = 20;
const ours = [];
const theirs = [];
for (let round = 0; round < rounds; round++) {
  theirs.push(timed(() => { for (let i = 0; i < BATCH; i++) convolutions(outputs, { shape: network.input, data: picture }); }) / BATCH);
  ours.push(timed(() => { for (let i = 0; i < BATCH; i++) forward(network, picture); }) / BATCH);
}
process.stdout.write(JSON.stringify({ scores, ours, theirs }));
