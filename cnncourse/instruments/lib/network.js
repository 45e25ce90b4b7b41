// @ts-check
/**
 * A small network from images to class scores, computed layer by layer, every intermediate map kept.
 *
 * The networks are files that `cnncourse export` writes; cnncourse/models/export.py documents them.
 * A file is data: it is checked field by field, and nothing in it is executed.
 *
 * @typedef {{shape: number[], data: Float32Array}} Tensor
 * @typedef {{name: string, type: string, inputs: number[], shape: number[], weight: Tensor,
 *   bias: Tensor, stride: number[], padding: number[], dilation: number[], kernelSize: number[],
 *   groups: number, ceilMode: boolean, countIncludePad: boolean, negativeSlope: number}} Layer
 *   `inputs` are places in the list of layers, -1 for the image
 * @typedef {{name: string, about: Record<string, unknown>, input: number[], classes: string[],
 *   layers: Layer[], parameters: number}} Network
 */

export const FORMAT = "cnncourse network";
export const VERSION = 1;
const LARGEST = 2e6; // parameters
const MOST_WORK = 2e9; // multiply-adds: some seconds
const MOST_UNITS = 1e7; // of all layers together

/** A file that is not a network, with the field at fault. */
export class NetworkError extends Error {
  /** @param {string} field @param {string} expected @param {unknown} got */
  constructor(field, expected, got) {
    super(`${field}: expected ${expected}, got ${show(got)}`);
    this.name = "NetworkError";
    this.field = field;
  }
}

/** @param {number[]} numbers */
function product(numbers) {
  return numbers.reduce((total, n) => total * n, 1);
}

/** @param {unknown} value */
function show(value) {
  const text = value === undefined ? "nothing" : JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

/**
 * Read the text of a file.
 * @param {string} text
 * @returns {Network}
 */
export function parseNetwork(text) {
  let value;
  try {
    value = JSON.parse(text);
  } catch {
    throw new NetworkError("file", "JSON, as `cnncourse export` writes it", text.slice(0, 40));
  }
  return readNetwork(value);
}

/**
 * Check a network's description and decode its weights.
 * @param {any} value
 * @returns {Network}
 */
export function readNetwork(value) {
  const file = object("file", value);
  if (file.format !== FORMAT) throw new NetworkError("format", show(FORMAT), file.format);
  if (file.version !== VERSION) throw new NetworkError("version", `${VERSION}`, file.version);
  const input = sizes("input", file.input, 3, 1);
  const names = list("classes", file.classes);
  names.forEach((name, i) => string(`classes[${i}]`, name));
  const numbers = decode(file.dtype, string("data", file.data));
  /** @type {Map<string, number>} */
  const places = new Map([["input", -1]]);
  /** @type {Layer[]} */
  const layers = [];
  let work = 0;
  let units = product(input);
  list("layers", file.layers).forEach((entry, i) => {
    const layer = readLayer(`layers[${i}]`, entry, { numbers, places, layers, input });
    work += multiplyAdds(layer);
    units += product(layer.shape);
    if (work > MOST_WORK) throw new NetworkError("layers", `at most ${MOST_WORK} multiply-adds`, work);
    if (units > MOST_UNITS) throw new NetworkError("layers", `at most ${MOST_UNITS} units`, units);
    places.set(layer.name, i);
    layers.push(layer);
  });
  const last = layers[layers.length - 1].shape;
  if (last.length !== 1 || last[0] !== names.length) {
    throw new NetworkError("classes", `${last.join(" x ")} names, one for each score`, names.length);
  }
  return {
    name: string("name", file.name), about: object("about", file.about ?? {}),
    input, classes: names, layers, parameters: numbers.length,
  };
}

/** @param {string} field @param {any} value @returns {any} */
function object(field, value) {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new NetworkError(field, "an object", value);
  }
  return value;
}

/** @param {string} field @param {any} value @returns {any[]} */
function list(field, value) {
  if (!Array.isArray(value) || value.length === 0) throw new NetworkError(field, "a list with entries", value);
  return value;
}

/** @param {string} field @param {any} value @returns {string} */
function string(field, value) {
  if (typeof value !== "string") throw new NetworkError(field, "text", value);
  return value;
}

/** @param {string} field @param {any} value @param {number} count @param {number} least */
function sizes(field, value, count, least) {
  const right = Array.isArray(value) && value.length === count
    && value.every((size) => Number.isInteger(size) && size >= least && size <= 65536);
  if (!right) throw new NetworkError(field, `${count} integers of at least ${least}`, value);
  return /** @type {number[]} */ (value);
}

/** @param {string} field @param {any} value */
function flag(field, value) {
  if (typeof value !== "boolean") throw new NetworkError(field, "true or false", value);
  return value;
}

/** @param {string} dtype @param {string} text @returns {Float32Array} */
function decode(dtype, text) {
  if (dtype !== "float16" && dtype !== "float32") {
    throw new NetworkError("dtype", '"float16" or "float32"', dtype);
  }
  let binary;
  try {
    binary = atob(text);
  } catch {
    throw new NetworkError("data", "weights in base64", text.slice(0, 40));
  }
  const bytes = Uint8Array.from(binary, (character) => character.charCodeAt(0));
  const size = dtype === "float16" ? 2 : 4;
  if (bytes.length % size) throw new NetworkError("data", `a multiple of ${size} bytes`, bytes.length);
  if (bytes.length / size > LARGEST) throw new NetworkError("data", `at most ${LARGEST} numbers`, bytes.length / size);
  const view = new DataView(bytes.buffer);
  const numbers = new Float32Array(bytes.length / size);
  for (let i = 0; i < numbers.length; i++) {
    numbers[i] = size === 4 ? view.getFloat32(4 * i, true) : fromHalf(view.getUint16(2 * i, true));
    if (!Number.isFinite(numbers[i])) throw new NetworkError(`data, number ${i}`, "a finite number", `${numbers[i]}`);
  }
  return numbers;
}

/** @param {number} bits of a number in half precision (IEEE 754 binary16) */
function fromHalf(bits) {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/**
 * @param {string} field
 * @param {any} entry
 * @param {{numbers: Float32Array, places: Map<string, number>, layers: Layer[], input: number[]}} known
 * @returns {Layer}
 */
function readLayer(field, entry, known) {
  object(field, entry);
  const name = string(`${field}.name`, entry.name);
  if (known.places.has(name)) throw new NetworkError(`${field}.name`, "a name that no other layer has", name);
  const type = string(`${field}.type`, entry.type);
  if (!Object.hasOwn(TYPES, type)) {
    throw new NetworkError(`${field}.type`, `one of ${Object.keys(TYPES).join(", ")}`, type);
  }
  const { arity, read } = TYPES[type];
  const sources = list(`${field}.inputs`, entry.inputs);
  const inputs = sources.map((source, i) => {
    const place = known.places.get(source);
    if (place === undefined) throw new NetworkError(`${field}.inputs[${i}]`, "\"input\" or an earlier layer", source);
    return place;
  });
  if (arity > 0 && inputs.length !== arity) {
    throw new NetworkError(`${field}.inputs`, `${arity} of them`, inputs.length);
  }
  const shapes = inputs.map((place) => (place < 0 ? known.input : known.layers[place].shape));
  const layer = /** @type {any} */ ({ name, type, inputs });
  layer.shape = read(layer, shapes, entry, new Reader(field, entry, known.numbers));
  return layer;
}

/** The fields that several types share. */
class Reader {
  /** @param {string} field @param {any} entry @param {Float32Array} numbers */
  constructor(field, entry, numbers) {
    this.field = field;
    this.entry = entry;
    this.numbers = numbers;
  }

  /** @param {string} name @param {number[]} shape @returns {Tensor} */
  array(name, shape) {
    const field = `${this.field}.${name}`;
    const place = object(field, this.entry[name]);
    if (!Array.isArray(place.shape) || place.shape.join() !== shape.join()) {
      throw new NetworkError(`${field}.shape`, show(shape), place.shape);
    }
    const size = product(shape);
    const fits = Number.isInteger(place.offset) && place.offset >= 0
      && place.offset + size <= this.numbers.length;
    if (!fits) {
      throw new NetworkError(`${field}.offset`, `room for ${size} of the ${this.numbers.length} numbers in data`, place.offset);
    }
    return { shape, data: this.numbers.subarray(place.offset, place.offset + size) };
  }

  /** @param {string} name @param {number} least */
  pair(name, least) {
    return sizes(`${this.field}.${name}`, this.entry[name], 2, least);
  }

  /** @param {number[]} shape */
  maps(shape) {
    if (shape.length !== 3) throw new NetworkError(`${this.field}.inputs`, "feature maps (C, H, W)", shape);
    return shape;
  }

  /** @param {number} size @param {string} what */
  positive(size, what) {
    if (size < 1) throw new NetworkError(`${this.field}`, `${what} that fits its input`, `an output of ${size} pixels`);
    return size;
  }
}

/**
 * Multiplications of a number with a weight.
 * @param {Layer} layer
 */
export function multiplyAdds(layer) {
  const outputs = product(layer.shape);
  if (layer.type === "conv2d") return (outputs * layer.weight.data.length) / layer.shape[0];
  if (layer.type === "scale") return outputs;
  return layer.type === "linear" ? layer.weight.data.length : 0;
}

/** @param {number} size @param {Layer} layer @param {number} axis @param {number} kernel */
function outputSize(size, layer, axis, kernel) {
  const { stride, padding, dilation, ceilMode } = layer;
  const room = size + 2 * padding[axis] - dilation[axis] * (kernel - 1) - 1;
  if (!ceilMode) return Math.floor(room / stride[axis]) + 1;
  const count = Math.ceil(room / stride[axis]) + 1;
  // as in PyTorch: the last window starts within the image or its padding before it
  return (count - 1) * stride[axis] >= size + padding[axis] ? count - 1 : count;
}

/** @param {Layer} layer @param {number[][]} shapes @param {any} entry @param {Reader} reader */
function readConv(layer, [shape], entry, reader) {
  const [channels, height, width] = reader.maps(shape);
  const given = entry.weight?.shape;
  const [outChannels, , kh, kw] = sizes(`${reader.field}.weight.shape`, given, 4, 1);
  const groups = entry.groups;
  if (!Number.isInteger(groups) || groups < 1 || channels % groups || outChannels % groups) {
    throw new NetworkError(`${reader.field}.groups`, `a divisor of ${channels} and ${outChannels}`, groups);
  }
  layer.weight = reader.array("weight", [outChannels, channels / groups, kh, kw]);
  layer.bias = reader.array("bias", [outChannels]);
  layer.stride = reader.pair("stride", 1);
  layer.padding = reader.pair("padding", 0);
  layer.dilation = reader.pair("dilation", 1);
  layer.kernelSize = [kh, kw];
  layer.groups = groups;
  return [
    outChannels,
    reader.positive(outputSize(height, layer, 0, kh), "a kernel"),
    reader.positive(outputSize(width, layer, 1, kw), "a kernel"),
  ];
}

/** @param {Layer} layer @param {number[][]} shapes @param {any} entry @param {Reader} reader */
function readPool(layer, [shape], entry, reader) {
  const [channels, height, width] = reader.maps(shape);
  layer.kernelSize = reader.pair("kernel_size", 1);
  layer.stride = reader.pair("stride", 1);
  layer.padding = reader.pair("padding", 0);
  if (layer.padding.some((pad, axis) => 2 * pad > layer.kernelSize[axis])) {
    throw new NetworkError(`${reader.field}.padding`, "at most half the kernel_size", layer.padding);
  }
  layer.dilation = layer.type === "max_pool2d" ? reader.pair("dilation", 1) : [1, 1];
  layer.ceilMode = flag(`${reader.field}.ceil_mode`, entry.ceil_mode);
  if (layer.type === "avg_pool2d") {
    layer.countIncludePad = flag(`${reader.field}.count_include_pad`, entry.count_include_pad);
  }
  return [
    channels,
    reader.positive(outputSize(height, layer, 0, layer.kernelSize[0]), "a window"),
    reader.positive(outputSize(width, layer, 1, layer.kernelSize[1]), "a window"),
  ];
}

/** @param {Layer} layer @param {number[][]} shapes @param {any} entry @param {Reader} reader */
function readLinear(layer, [shape], entry, reader) {
  if (shape.length !== 1) throw new NetworkError(`${reader.field}.inputs`, "a flat list (after flatten)", shape);
  const [outFeatures] = sizes(`${reader.field}.weight.shape`, entry.weight?.shape, 2, 1);
  layer.weight = reader.array("weight", [outFeatures, shape[0]]);
  layer.bias = reader.array("bias", [outFeatures]);
  return [outFeatures];
}

/** @param {Layer} layer @param {number[][]} shapes @param {any} entry @param {Reader} reader */
function readPair(layer, [first, second], entry, reader) {
  const agree = first.length === second.length
    && first.every((size, axis) => size === second[axis] || size === 1 || second[axis] === 1);
  if (!agree) throw new NetworkError(`${reader.field}.inputs`, `two of one shape, here ${show(first)}`, second);
  return first.map((size, axis) => Math.max(size, second[axis]));
}

/** @param {Layer} layer @param {number[][]} shapes @param {any} entry @param {Reader} reader */
function readConcat(layer, shapes, entry, reader) {
  shapes.forEach((shape) => {
    if (shape.slice(1).join() !== shapes[0].slice(1).join()) {
      throw new NetworkError(`${reader.field}.inputs`, `sizes like the first one's, ${show(shapes[0])}`, shape);
    }
  });
  return [shapes.reduce((sum, shape) => sum + shape[0], 0), ...shapes[0].slice(1)];
}

// --- what each type computes ---

/**
 * One row of a matrix times a vector; four sums at a time, as they do not wait for each other.
 * @param {Float32Array} rows
 * @param {number} start
 * @param {Float64Array | Float32Array} x
 */
function dot(rows, start, x) {
  const end = x.length - (x.length % 4);
  let [a, b, c, d] = [0, 0, 0, 0];
  for (let i = 0; i < end; i += 4) {
    a += rows[start + i] * x[i];
    b += rows[start + i + 1] * x[i + 1];
    c += rows[start + i + 2] * x[i + 2];
    d += rows[start + i + 3] * x[i + 3];
  }
  for (let i = end; i < x.length; i++) a += rows[start + i] * x[i];
  return a + b + (c + d);
}

/** @param {Layer} layer @param {Tensor[]} inputs @param {Float32Array} out */
function conv2d(layer, [x], out) {
  const [outChannels, outHeight, outWidth] = layer.shape;
  const [, perGroup, kh, kw] = layer.weight.shape;
  const size = perGroup * kh * kw;
  const patch = new Float64Array(size);
  const perGroupOut = outChannels / layer.groups;
  for (let group = 0; group < layer.groups; group++) {
    for (let i = 0; i < outHeight; i++) {
      for (let j = 0; j < outWidth; j++) {
        gather(layer, x, group * perGroup, i, j, patch);
        for (let o = group * perGroupOut; o < (group + 1) * perGroupOut; o++) {
          out[(o * outHeight + i) * outWidth + j] = layer.bias.data[o] + dot(layer.weight.data, o * size, patch);
        }
      }
    }
  }
}

/** The pixels that one unit sees, zeros where it looks over the edge. @param {Layer} layer @param {Tensor} x @param {number} first channel @param {number} i @param {number} j @param {Float64Array} patch */
function gather(layer, x, first, i, j, patch) {
  const [, height, width] = x.shape;
  const [, perGroup, kh, kw] = layer.weight.shape;
  const { data } = x;
  const top = i * layer.stride[0] - layer.padding[0];
  const left = j * layer.stride[1] - layer.padding[1];
  const [down, right] = layer.dilation;
  for (let c = first, at = 0; c < first + perGroup; c++) {
    for (let ky = 0, y = top; ky < kh; ky++, y += down) {
      const row = (c * height + y) * width;
      const within = y >= 0 && y < height;
      for (let kx = 0, from = left; kx < kw; kx++, from += right) {
        patch[at++] = within && from >= 0 && from < width ? data[row + from] : 0;
      }
    }
  }
}

/** @param {Layer} layer @param {Tensor[]} inputs @param {Float32Array} out */
function linear(layer, [x], out) {
  for (let o = 0; o < out.length; o++) out[o] = layer.bias.data[o] + dot(layer.weight.data, o * x.data.length, x.data);
}

/** @param {Layer} layer @param {Tensor[]} inputs @param {Float32Array} out */
function scale(layer, [x], out) {
  const size = out.length / layer.shape[0];
  for (let i = 0; i < out.length; i++) {
    const channel = Math.floor(i / size);
    out[i] = x.data[i] * layer.weight.data[channel] + layer.bias.data[channel];
  }
}

/** @param {Layer} layer @param {Tensor[]} inputs @param {Float32Array} out */
function pool(layer, [x], out) {
  const [, height, width] = x.shape;
  const [channels, outHeight, outWidth] = layer.shape;
  const reduce = layer.type === "max_pool2d" ? greatest : mean;
  for (let c = 0, to = 0; c < channels; c++) {
    const map = x.data.subarray(c * height * width, (c + 1) * height * width);
    for (let i = 0; i < outHeight; i++) {
      for (let j = 0; j < outWidth; j++, to++) out[to] = reduce(layer, map, height, width, i, j);
    }
  }
}

/** @param {Layer} layer @param {Float32Array} map @param {number} height @param {number} width @param {number} i @param {number} j */
function greatest(layer, map, height, width, i, j) {
  let best = -Infinity;
  for (let ky = 0; ky < layer.kernelSize[0]; ky++) {
    const y = i * layer.stride[0] - layer.padding[0] + ky * layer.dilation[0];
    if (y < 0 || y >= height) continue;
    for (let kx = 0; kx < layer.kernelSize[1]; kx++) {
      const x = j * layer.stride[1] - layer.padding[1] + kx * layer.dilation[1];
      if (x >= 0 && x < width && map[y * width + x] > best) best = map[y * width + x];
    }
  }
  return best;
}

/** @param {Layer} layer @param {Float32Array} map @param {number} height @param {number} width @param {number} i @param {number} j */
function mean(layer, map, height, width, i, j) {
  const top = i * layer.stride[0] - layer.padding[0];
  const left = j * layer.stride[1] - layer.padding[1];
  const bottom = Math.min(top + layer.kernelSize[0], height + layer.padding[0]);
  const right = Math.min(left + layer.kernelSize[1], width + layer.padding[1]);
  let sum = 0;
  let inside = 0;
  for (let y = Math.max(0, top); y < Math.min(bottom, height); y++) {
    for (let x = Math.max(0, left); x < Math.min(right, width); x++, inside++) sum += map[y * width + x];
  }
  return sum / (layer.countIncludePad ? (bottom - top) * (right - left) : inside);
}

/** @param {Layer} layer @param {Tensor[]} inputs @param {Float32Array} out */
function globalPool(layer, [x], out) {
  const size = x.data.length / out.length;
  for (let c = 0; c < out.length; c++) {
    let sum = 0;
    let best = -Infinity;
    for (let i = c * size; i < (c + 1) * size; i++) {
      sum += x.data[i];
      best = Math.max(best, x.data[i]);
    }
    out[c] = layer.type === "global_avg_pool" ? sum / size : best;
  }
}

/** @param {ArrayLike<number>} scores @returns {Float64Array} */
export function softmax(scores) {
  const most = Math.max(...Array.from(scores));
  const powers = Float64Array.from(scores, (score) => Math.exp(score - most));
  const sum = powers.reduce((total, power) => total + power, 0);
  return powers.map((power) => power / sum);
}

/** @param {(x: number, layer: Layer) => number} f */
const pointwise = (f) => ({
  arity: 1,
  read: (/** @type {Layer} */ layer, /** @type {number[][]} */ [shape], /** @type {any} */ entry) => {
    if (layer.type === "leaky_relu") layer.negativeSlope = Number(entry.negative_slope);
    return shape;
  },
  run: (/** @type {Layer} */ layer, /** @type {Tensor[]} */ [x], /** @type {Float32Array} */ out) => {
    for (let i = 0; i < out.length; i++) out[i] = f(x.data[i], layer);
  },
});

/** @param {(a: number, b: number) => number} f */
const pairwise = (f) => ({
  arity: 2,
  read: readPair,
  run: (/** @type {Layer} */ layer, /** @type {Tensor[]} */ [a, b], /** @type {Float32Array} */ out) => {
    const [fromA, fromB] = [a, b].map((x) => broadcast(x.shape, layer.shape));
    for (let i = 0; i < out.length; i++) out[i] = f(a.data[fromA(i)], b.data[fromB(i)]);
  },
});

/** @param {number[]} from @param {number[]} to @returns {(i: number) => number} */
function broadcast(from, to) {
  if (from.join() === to.join()) return (i) => i;
  return (i) => {
    let place = 0;
    let step = 1;
    for (let axis = to.length - 1, rest = i; axis >= 0; axis--) {
      if (from[axis] > 1) place += (rest % to[axis]) * step;
      rest = Math.floor(rest / to[axis]);
      step *= from[axis];
    }
    return place;
  };
}

const sigmoid = (/** @type {number} */ x) => 1 / (1 + Math.exp(-x));
const clip6 = (/** @type {number} */ x) => Math.min(6, Math.max(0, x));
const same = (/** @type {any} */ _, /** @type {number[][]} */ [shape]) => shape;
const copy = (/** @type {any} */ _, /** @type {Tensor[]} */ [x], /** @type {Float32Array} */ out) => out.set(x.data);

/** @type {Record<string, {arity: number, read: (layer: Layer, shapes: number[][], entry: any, reader: Reader) => number[], run: (layer: Layer, inputs: Tensor[], out: Float32Array) => void}>} */
const TYPES = {
  conv2d: { arity: 1, read: readConv, run: conv2d },
  scale: {
    arity: 1,
    read: (layer, [shape], _, reader) => {
      layer.weight = reader.array("weight", [shape[0]]);
      layer.bias = reader.array("bias", [shape[0]]);
      return shape;
    },
    run: scale,
  },
  linear: { arity: 1, read: readLinear, run: linear },
  max_pool2d: { arity: 1, read: readPool, run: pool },
  avg_pool2d: { arity: 1, read: readPool, run: pool },
  global_avg_pool: { arity: 1, read: (_, [shape], __, reader) => [reader.maps(shape)[0], 1, 1], run: globalPool },
  global_max_pool: { arity: 1, read: (_, [shape], __, reader) => [reader.maps(shape)[0], 1, 1], run: globalPool },
  flatten: { arity: 1, read: (_, [shape]) => [product(shape)], run: copy },
  relu: pointwise((x) => (x > 0 ? x : 0)),
  relu6: pointwise(clip6),
  leaky_relu: pointwise((x, layer) => (x > 0 ? x : layer.negativeSlope * x)),
  tanh: pointwise(Math.tanh),
  sigmoid: pointwise(sigmoid),
  silu: pointwise((x) => x * sigmoid(x)),
  hardswish: pointwise((x) => x * clip6(x + 3) / 6),
  hardsigmoid: pointwise((x) => clip6(x + 3) / 6),
  softmax: { arity: 1, read: same, run: (_, [x], out) => out.set(softmax(x.data)) },
  add: pairwise((a, b) => a + b),
  multiply: pairwise((a, b) => a * b),
  concat: {
    arity: 0,
    read: readConcat,
    run: (_, inputs, out) => {
      let at = 0;
      for (const { data } of inputs) {
        out.set(data, at);
        at += data.length;
      }
    },
  },
};

const ACTIVATIONS = new Set(["relu", "relu6", "leaky_relu", "tanh", "sigmoid", "silu", "hardswish", "hardsigmoid", "softmax", "scale"]);

/**
 * Compute every layer.
 * @param {Network} network
 * @param {ArrayLike<number>} image C * H * W numbers from 0 to 1
 * @returns {Tensor[]} the output of each layer, in the order of `network.layers`
 */
export function forward(network, image) {
  const size = product(network.input);
  if (image.length !== size) throw new NetworkError("image", `${network.input.join(" x ")} = ${size} numbers`, image.length);
  const x = { shape: network.input, data: Float32Array.from(image) };
  /** @type {Tensor[]} */
  const outputs = [];
  for (const layer of network.layers) {
    const inputs = layer.inputs.map((place) => (place < 0 ? x : outputs[place]));
    const data = new Float32Array(product(layer.shape));
    TYPES[layer.type].run(layer, inputs, data);
    outputs.push({ shape: layer.shape, data });
  }
  return outputs;
}

/**
 * The probability of each class.
 * @param {Network} network
 * @param {Tensor[]} outputs of `forward`
 */
export function probabilities(network, outputs) {
  const last = outputs.length - 1;
  const { data } = outputs[last];
  return network.layers[last].type === "softmax" ? Float64Array.from(data) : softmax(data);
}

/**
 * The layers worth looking at: a convolution or dense layer counts with what follows it directly, as
 * long as nothing else uses it; flattening is left out.
 * @param {Network} network
 * @returns {{index: number, from: number, label: string}[]} `index`: whose output to show; `from`:
 *   the layer that holds the weights
 */
export function stages(network) {
  const users = network.layers.map((_, i) => network.layers.flatMap((layer, j) => (layer.inputs.includes(i) ? [j] : [])));
  const found = [];
  for (let i = 0; i < network.layers.length; i++) {
    const layer = network.layers[i];
    if (layer.type === "flatten") continue;
    if (ACTIVATIONS.has(layer.type) && layer.inputs[0] >= 0 && users[layer.inputs[0]].length === 1) continue;
    let index = i;
    while (users[index].length === 1 && ACTIVATIONS.has(network.layers[users[index][0]].type)) [index] = users[index];
    found.push({ index, from: i, label: layer.name.replace(/\.(conv|fc)$/, "") });
  }
  return found;
}

/**
 * The pixels of the image, or the units of an earlier layer's maps, that one unit can see.
 * @param {Network} network
 * @param {number} index the layer's place
 * @param {number} row
 * @param {number} column 0 for a layer without maps
 * @param {number} [until] the earlier layer; -1 is the image
 * @returns {{top: number, left: number, bottom: number, right: number}} inclusive, within the image
 */
export function receptiveField(network, index, row, column, until = -1) {
  /** @type {(number[] | undefined)[]} top, left, bottom, right in each layer's output */
  const seen = network.layers.map(() => undefined);
  let inImage = [Infinity, Infinity, -Infinity, -Infinity];
  seen[index] = [row, column, row, column];
  for (let i = index; i > until; i--) {
    const box = seen[i];
    if (!box) continue;
    const layer = network.layers[i];
    for (const place of layer.inputs) {
      const shape = place < 0 ? network.input : network.layers[place].shape;
      const part = within(shape, seenBy(layer, box, shape));
      if (place < 0) inImage = union(inImage, part);
      else seen[place] = union(seen[place] ?? part, part);
    }
  }
  const [top, left, bottom, right] = (until < 0 ? inImage : seen[until]) ?? inImage;
  return { top, left, bottom, right };
}

/** @param {Layer} layer @param {number[]} box @param {number[]} shape of the input */
function seenBy(layer, box, shape) {
  if (layer.kernelSize) {
    return box.map((place, side) => {
      const axis = side % 2;
      const reach = side < 2 ? 0 : layer.dilation[axis] * (layer.kernelSize[axis] - 1);
      return place * layer.stride[axis] - layer.padding[axis] + reach;
    });
  }
  const whole = ["linear", "flatten", "softmax", "global_avg_pool", "global_max_pool"];
  if (whole.includes(layer.type)) return [0, 0, (shape[1] ?? 1) - 1, (shape[2] ?? 1) - 1];
  const [top, left, bottom, right] = box; // a size of 1 is repeated
  return [shape[1] === 1 ? 0 : top, shape[2] === 1 ? 0 : left, shape[1] === 1 ? 0 : bottom, shape[2] === 1 ? 0 : right];
}

/** @param {number[]} shape @param {number[]} box */
function within(shape, [top, left, bottom, right]) {
  const [height, width] = shape.length === 3 ? shape.slice(1) : [1, 1];
  return [Math.max(0, top), Math.max(0, left), Math.min(height - 1, bottom), Math.min(width - 1, right)];
}

/** @param {number[]} a @param {number[]} b */
function union(a, b) {
  return [Math.min(a[0], b[0]), Math.min(a[1], b[1]), Math.max(a[2], b[2]), Math.max(a[3], b[3])];
}
