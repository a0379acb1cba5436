import { MasklossError } from '../error.js';
import { readColors } from './color.js';
import { bytesAbove, checkThreshold, FORM_OPTIONS, LITTLE_ENDIAN, maskOf } from './form.js';
import { describe, oneOf } from './options.js';

/**
 * @typedef {import('../mask.js').Mask} Mask
 *
 * @typedef {'alpha' | 'red' | 'green' | 'blue' | 'luma'} Channel
 *
 * @typedef {object} PixelChoice
 * @property {Channel} [channel] the number of a pixel; luma is Rec. 601: (299 red + 587 green + 114 blue) / 1000
 * @property {import('./color.js').ColorMap} [colors] labels only: the class of each exact colour, instead of a channel
 *
 * @typedef {PixelChoice & import('./form.js').FormOptions} PixelOptions
 *
 * @typedef {object} Destination
 * @property {Uint8Array | Uint16Array | Float32Array} [into] where the numbers go, one for each pixel, such as the target of a
 *   held input: a page that scores in a loop then makes no garbage
 *
 * @typedef {object} Pixels samples of an image, channels interleaved: grey, grey+alpha, RGB or RGBA
 * @property {ArrayLike<number>} data
 * @property {number} width
 * @property {number} height
 * @property {number} channels 1 to 4
 * @property {number} max what stands for 1: 255 for 8 bits
 */

export const PIXEL_OPTIONS = ['channel', 'colors', ...FORM_OPTIONS];

const CHANNELS = /** @type {const} */ (['alpha', 'red', 'green', 'blue', 'luma']);

/**
 * The mask of an image. `options.as` and, for labels, `options.threshold` (null: the number is the id) are set by the caller,
 * as is `options.channel` unless there are colors.
 *
 * @param {string} adapter
 * @param {Pixels} image
 * @param {PixelOptions & Destination} options
 * @returns {Mask}
 */
export function fromPixels(adapter, image, { into, ...options }) {
  const mask = readPixels(adapter, image, options, into instanceof Uint8Array ? into : undefined);
  if (into === undefined || into === mask.data) return mask;
  const name = Object.getPrototypeOf(mask.data).constructor.name;
  if (Object.getPrototypeOf(into ?? 0) !== Object.getPrototypeOf(mask.data) || into.length !== mask.data.length) {
    throw new MasklossError(
      'option',
      'into',
      `${adapter}: into is ${describe(into)}, must be a ${name} of ${mask.data.length}, one for each pixel`,
    );
  }
  into.set(mask.data);
  return /** @type {Mask} */ ({ ...mask, data: into });
}

/**
 * @param {string} adapter
 * @param {Pixels} image
 * @param {PixelOptions} options
 * @param {Uint8Array} [bytes] where the mask may go, if it is of as many bytes
 * @returns {Mask}
 */
function readPixels(adapter, image, options, bytes) {
  const { width, height } = image;
  if (image.data.length !== width * height * image.channels) {
    throw new MasklossError(
      'length',
      'data',
      `${adapter}: data has ${image.data.length} values, must be ${width}x${height}x${image.channels}`,
    );
  }
  const { colors, channel, ...form } = options;
  const dims = [1, 1, height, width];
  const labels = form.as === 'labels' || form.as === 'instances';
  if (colors !== undefined) {
    if (channel !== undefined || typeof form.threshold === 'number' || !labels) {
      throw new MasklossError(
        'option',
        'colors',
        `${adapter}: colors is given beside channel, threshold or as: '${form.as}', must stand alone with as: 'labels'`,
      );
    }
    return maskOf(adapter, classesOf(adapter, image, colors), dims, form);
  }
  if (form.as === 'logits') {
    throw new MasklossError(
      'option',
      'as',
      `${adapter}: as is 'logits', must be 'labels', 'instances', 'probs' or 'soft': an image holds no scores`,
    );
  }
  const chosen = oneOf(adapter, 'channel', channel, CHANNELS);
  const { data, channels, max } = image;
  const offset = offsetOf(adapter, image, chosen);
  if (labels && typeof form.threshold === 'number' && offset >= 0 && max === 255 && isBytes(data)) {
    checkThreshold(adapter, form.threshold);
    const room = bytes?.length === width * height ? bytes : undefined;
    const bits = bytesAbove(data, offset, channels, form.threshold, room);
    return maskOf(adapter, bits, dims, { ...form, threshold: null });
  }
  const values = samplesOf(image, offset);
  return maskOf(adapter, labels ? values : scaled(values, image.max), dims, form);
}

/**
 * Where the channel stands among the samples of a pixel; -1 is luma, which must be mixed.
 *
 * @param {string} adapter
 * @param {Pixels} image
 * @param {Channel} channel
 */
function offsetOf(adapter, { channels }, channel) {
  const alpha = channels === 2 || channels === 4;
  if (channel === 'alpha' && !alpha) {
    throw new MasklossError(
      'option',
      'channel',
      `${adapter}: channel is 'alpha', which this image does not have: pass channel: 'red'`,
    );
  }
  if (channel === 'alpha') return channels - 1;
  return channels > 2 ? { red: 0, green: 1, blue: 2, luma: -1 }[channel] : 0;
}

/**
 * One number per pixel.
 *
 * @param {Pixels} image
 * @param {number} offset
 * @returns {Uint8Array | Uint16Array | Float64Array}
 */
function samplesOf({ data, width, height, channels, max }, offset) {
  const count = width * height;
  if (offset < 0) {
    const luma = new Float64Array(count);
    for (let i = 0, k = 0; i < count; i++, k += channels) {
      luma[i] = (299 * data[k] + 587 * data[k + 1] + 114 * data[k + 2]) / 1000;
    }
    return luma;
  }
  if (channels === 4 && max === 255 && LITTLE_ENDIAN && isBytes(data) && data.byteOffset % 4 === 0) {
    return bytesOf(new Uint32Array(data.buffer, data.byteOffset, count), 8 * offset);
  }
  const samples = max > 255 ? new Uint16Array(count) : new Uint8Array(count);
  for (let i = 0, k = offset; i < count; i++, k += channels) samples[i] = data[k];
  return samples;
}

/**
 * @param {ArrayLike<number>} data
 * @returns {data is Uint8Array | Uint8ClampedArray}
 */
function isBytes(data) {
  return data instanceof Uint8ClampedArray || data instanceof Uint8Array;
}

/**
 * One byte of each RGBA pixel, a whole pixel at a time.
 *
 * @param {Uint32Array} pixels
 * @param {number} shift
 */
function bytesOf(pixels, shift) {
  const bytes = new Uint8Array(pixels.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = pixels[i] >>> shift; // which keeps the low byte
  return bytes;
}

/** What stands for each byte, as float32. */
const UNITS = Float32Array.from({ length: 256 }, (_, byte) => byte / 255);

/**
 * @param {ArrayLike<number>} values
 * @param {number} max
 */
function scaled(values, max) {
  if (max === 255 && values instanceof Uint8Array) {
    const units = new Float32Array(values.length);
    for (let i = 0; i < units.length; i++) units[i] = UNITS[values[i]];
    return units;
  }
  const probs = new Float32Array(values.length);
  for (let i = 0; i < probs.length; i++) probs[i] = values[i] / max;
  return probs;
}

/**
 * The class of every pixel by its exact colour. A fully transparent pixel is class 0 unless a class has a colour of alpha 0.
 *
 * @param {string} adapter
 * @param {Pixels} image
 * @param {import('./color.js').ColorMap} colors
 * @returns {Uint8Array | Uint16Array}
 */
function classesOf(adapter, { data, width, height, channels, max }, colors) {
  if (max !== 255 && max !== 65535) {
    throw new MasklossError(
      'option',
      'colors',
      `${adapter}: colors is given for an image with less than 8 bits, must be left out`,
    );
  }
  const classes = classByColor(adapter, colors, max / 255);
  const wide = Math.max(0, ...classes.values()) > 255;
  const labels = wide ? new Uint16Array(width * height) : new Uint8Array(width * height);
  const rgb = channels > 2;
  const opaque = channels === 1 || channels === 3;
  /** @type {number[]} */
  let last = [];
  /** @type {number | undefined} */
  let id;
  for (let i = 0, k = 0; i < labels.length; i++, k += channels) {
    const red = data[k];
    const green = rgb ? data[k + 1] : red;
    const blue = rgb ? data[k + 2] : red;
    const alpha = opaque ? max : data[k + channels - 1];
    // Neighbours mostly are equal.
    if (red !== last[0] || green !== last[1] || blue !== last[2] || alpha !== last[3]) {
      last = [red, green, blue, alpha];
      id = classes.get(keyOf(last));
    }
    if (id === undefined) {
      throw new MasklossError(
        'domain',
        'data',
        `${adapter}: pixel (${i % width}, ${Math.floor(i / width)}) has colour [${last.join(', ')}], must be one of colors: draw without anti-aliasing, or add it`,
      );
    }
    labels[i] = id;
  }
  return labels;
}

/**
 * The class of each colour, by its samples times `unit`.
 *
 * @param {string} adapter
 * @param {import('./color.js').ColorMap} colors
 * @param {number} unit 1 for 8 bits, 257 for 16
 */
function classByColor(adapter, colors, unit) {
  /** @type {Map<string, number>} */
  const classes = new Map();
  for (const [id, color] of readColors(adapter, colors)) {
    const key = keyOf(color.map((v) => v * unit));
    const known = classes.get(key);
    if (known !== undefined) {
      throw new MasklossError(
        'option',
        'colors',
        `${adapter}: colors gives classes ${known} and ${id} the same colour, must be distinct`,
      );
    }
    classes.set(key, id);
  }
  if (!classes.has('clear')) classes.set('clear', 0);
  return classes;
}

/**
 * What tells colours apart: all four samples, or that nothing is to be seen.
 *
 * @param {readonly number[]} color r, g, b, a
 */
function keyOf(color) {
  return color[3] === 0 ? 'clear' : color.join();
}
