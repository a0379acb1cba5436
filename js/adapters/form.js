import { MasklossError } from '../error.js';
import { rgbaAbove } from './above.js';
import { describe, oneOf, readInteger } from './options.js';

/**
 * @typedef {import('../mask.js').Mask} Mask
 * @typedef {import('../mask.js').As} As
 * @typedef {Float32Array | Float64Array | Uint8Array | Uint8ClampedArray | Int8Array | Uint16Array | Int16Array | Uint32Array | Int32Array} NumberArray
 */

/** @type {readonly As[]} */
export const FORMS = ['labels', 'instances', 'probs', 'soft', 'logits'];

/**
 * @typedef {object} FormOptions
 * @property {As} [as] what the numbers are: class ids (`labels`), object ids (`instances`), probabilities of a prediction
 *   (`probs`), probabilities of a target (`soft`), or scores before the sigmoid or softmax (`logits`)
 * @property {number | null} [threshold] labels only: 1 where the number is above it, 0 elsewhere; null keeps the numbers as ids
 * @property {number} [classes] labels only: how many classes there are; an id outside is a `label` error. The mask carries it
 * @property {number | readonly number[]} [ignore] labels only, beside `classes`: ids that are allowed all the same, such as 255
 */

export const FORM_OPTIONS = ['as', 'threshold', 'classes', 'ignore'];

/**
 * A Mask of numbers that lie in the order N, C, (D,) H, W: dims is [N, C, H, W] or [N, C, D, H, W].
 *
 * Float32Array stays as it is for probs, soft and logits, as do Uint8Array, Uint16Array and Int32Array for labels: the mask
 * then is a view on the caller's memory. Everything else is copied; Float64Array is rounded to float32.
 *
 * @param {string} adapter
 * @param {NumberArray} values
 * @param {readonly number[]} dims
 * @param {FormOptions} options
 * @returns {Mask}
 */
export function maskOf(adapter, values, dims, options) {
  const as = oneOf(adapter, 'as', options.as, FORMS);
  if (as === 'labels' || as === 'instances') {
    if (dims[1] !== 1) {
      throw new MasklossError(
        'shape',
        'shape',
        `${adapter}: the class axis has ${dims[1]} planes, must be 1 for ${as}: take the argmax, or pass as: 'probs' or 'logits'`,
      );
    }
    const shape = [dims[0], ...dims.slice(2)];
    const threshold = options.threshold ?? null;
    const data = threshold === null ? toLabels(adapter, values) : above(adapter, values, threshold);
    checkClasses(adapter, data, options);
    const mask = /** @type {Mask} */ ({ data, shape, form: 'labels', kind: as });
    return options.classes === undefined ? mask : { ...mask, classes: options.classes };
  }
  for (const key of /** @type {const} */ (['threshold', 'classes', 'ignore'])) {
    if (options[key] !== undefined) {
      throw new MasklossError(
        'option',
        key,
        `${adapter}: ${key} is given, must be left out unless as is 'labels' or 'instances'`,
      );
    }
  }
  const data = values instanceof Float32Array ? values : Float32Array.from(values);
  const shape = [...dims];
  if (as === 'logits') return { data, shape, form: 'logits' };
  checkProbabilities(adapter, values);
  return as === 'probs' ? { data, shape, form: 'probs' } : { data, shape, kind: 'soft' };
}

/**
 * Whether the numbers of a mask are ids rather than probabilities or scores.
 *
 * @param {Mask | undefined} mask
 */
export function holdsLabels(mask) {
  return mask?.form === 'labels' || mask?.kind === 'labels' || mask?.kind === 'instances';
}

/**
 * Throws at the first number outside [0, 1]: a `domain` error, or a `value` error where it is NaN or infinite.
 *
 * @param {string} adapter
 * @param {NumberArray} values
 */
export function checkProbabilities(adapter, values) {
  for (let i = 0; i < values.length; i++) {
    const v = values[i];
    if (v >= 0 && v <= 1) continue;
    const [code, fix] = wrongProbability(v);
    throw new MasklossError(
      code,
      'data',
      `${adapter}: data[${i}] is ${v}, must be in [0, 1] for a probability: ${fix}`,
    );
  }
}

/**
 * @param {number} v
 * @returns {[import('../error.js').ErrorCode, string]} the code, and what to do
 */
function wrongProbability(v) {
  if (!Number.isFinite(v)) return ['value', 'look for a division by zero or an overflow before it'];
  if (v < 0) return ['domain', "pass as: 'logits'"];
  if (v < 1.001) return ['domain', 'clamp what rounding left above 1'];
  return ['domain', "divide by 255, or pass as: 'labels'"];
}

/**
 * Whole numbers in the narrowest of Uint8Array, Uint16Array and Int32Array that holds them; the three are kept as they are.
 *
 * @param {string} adapter
 * @param {NumberArray} values
 * @returns {Uint8Array | Uint16Array | Int32Array}
 */
export function toLabels(adapter, values) {
  if (values instanceof Uint8Array || values instanceof Uint16Array || values instanceof Int32Array) return values;
  if (values instanceof Uint8ClampedArray) return new Uint8Array(values.buffer, values.byteOffset, values.length);
  let min = 0;
  let max = 0;
  for (let i = 0; i < values.length; i++) {
    const v = values[i];
    if (!Number.isInteger(v) || v < -(2 ** 31) || v >= 2 ** 31) {
      const code = Number.isFinite(v) ? 'label' : 'value';
      throw new MasklossError(
        code,
        'data',
        `${adapter}: data[${i}] is ${v}, must be a whole number in [-2^31, 2^31) for a label: pass threshold, or as: 'probs'`,
      );
    }
    if (v < min) min = v;
    if (v > max) max = v;
  }
  if (min < 0 || max > 65535) return Int32Array.from(values);
  return max > 255 ? Uint16Array.from(values) : Uint8Array.from(values);
}

/**
 * 1 where a number is above the threshold, 0 elsewhere; NaN is neither and throws.
 *
 * @param {string} adapter
 * @param {NumberArray} values
 * @param {number} threshold
 */
function above(adapter, values, threshold) {
  checkThreshold(adapter, threshold);
  if (values instanceof Uint8Array) return bytesAbove(values, 0, 1, threshold);
  const bits = new Uint8Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const v = values[i];
    if (v > threshold) bits[i] = 1;
    else if (v !== v)
      throw new MasklossError(
        'value',
        'data',
        `${adapter}: data[${i}] is NaN, must be a number to compare with the threshold`,
      );
  }
  return bits;
}

export const LITTLE_ENDIAN = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

/** Pixels that are worth a kernel. */
const WORTH = 4096;

/**
 * The same of every step-th byte from an offset on: four a turn, as the bytes of one number. A byte is above the threshold
 * where its sum with 255 - threshold carries out of the byte, which is where two of three are set: the highest bits of both,
 * and that of the sum of the other seven.
 *
 * @param {Uint8Array | Uint8ClampedArray} values
 * @param {number} offset
 * @param {number} step
 * @param {number} threshold
 * @param {Uint8Array} [bits] where to write them
 */
export function bytesAbove(values, offset, step, threshold, bits = new Uint8Array(Math.floor(values.length / step))) {
  if (threshold < 0 || threshold >= 255) return bits.fill(threshold < 0 ? 1 : 0);
  // Both classes of bytes alike, or the loop is slower once it has seen both.
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.length);
  if (step === 4 && bits.length >= WORTH && rgbaAbove(bytes, offset, Math.floor(threshold), bits)) return bits;
  const rest = 0x01010101 * (255 - Math.floor(threshold));
  const low = rest & 0x7f7f7f7f;
  const whole = LITTLE_ENDIAN && bits.byteOffset % 4 === 0;
  const fours = new Int32Array(bits.buffer, whole ? bits.byteOffset : 0, whole ? bits.length >> 2 : 0);
  let at = offset;
  for (let i = 0; i < fours.length; i++, at += 4 * step) {
    const four = bytes[at] | (bytes[at + step] << 8) | (bytes[at + 2 * step] << 16) | (bytes[at + 3 * step] << 24);
    const sum = (four & 0x7f7f7f7f) + low;
    fours[i] = (((four & rest) | ((four | rest) & sum)) >>> 7) & 0x01010101;
  }
  for (let i = 4 * fours.length; i < bits.length; i++, at += step) bits[i] = bytes[at] > threshold ? 1 : 0;
  return bits;
}

/**
 * @param {string} adapter
 * @param {unknown} threshold
 */
export function checkThreshold(adapter, threshold) {
  if (typeof threshold !== 'number' || Number.isNaN(threshold)) {
    throw new MasklossError(
      'option',
      'threshold',
      `${adapter}: threshold is ${describe(threshold)}, must be a number or null`,
    );
  }
}

/**
 * @param {string} adapter
 * @param {Uint8Array | Uint16Array | Int32Array} labels
 * @param {FormOptions} options
 */
function checkClasses(adapter, labels, options) {
  if (options.classes === undefined) {
    if (options.ignore !== undefined) {
      throw new MasklossError('option', 'ignore', `${adapter}: ignore is given without classes, must stand beside it`);
    }
    return;
  }
  const classes = readInteger(adapter, 'classes', options.classes, 1, 2 ** 31 - 1);
  const ignore = new Set([options.ignore ?? []].flat());
  for (let i = 0; i < labels.length; i++) {
    const label = labels[i];
    if ((label < 0 || label >= classes) && !ignore.has(label)) {
      throw new MasklossError(
        'label',
        'data',
        `${adapter}: data[${i}] is ${label}, must be in [0, ${classes - 1}]${ignore.size ? ' or ignored' : ': pass ignore if it marks pixels that do not count'}`,
      );
    }
  }
}
