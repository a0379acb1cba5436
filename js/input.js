import { describe } from './adapters/options.js';
import { MasklossError } from './error.js';

/**
 * What is scored, and how it came out of the model.
 *
 * @typedef {object} Prediction
 * @property {Float32Array | Uint8Array | Uint16Array | Int32Array} data Float32Array for logits and probs, integers for labels
 * @property {readonly number[]} shape [N, C, H, W] or [N, C, D, H, W]; labels as an adapter gives them, with `kind`, have no C
 * @property {'logits' | 'probs' | 'labels'} [form]
 * @property {'labels' | 'soft' | 'instances'} [kind] as adapters set it, for a target
 * @property {number} [classes] of labels without a class axis: how many there are, as `argmax` sets it; default 1
 *
 * The truth.
 *
 * @typedef {object} Target
 * @property {Float32Array | Uint8Array | Uint16Array | Int32Array} data Float32Array for soft, integers for labels and instances
 * @property {readonly number[]} shape [N, H, W] or [N, D, H, W]; as the prediction's for soft and for labels per channel
 * @property {'labels' | 'soft' | 'instances'} [kind] class ids, probabilities, or object ids with 0 for the background
 * @property {'logits' | 'probs' | 'labels'} [form] as adapters set it, for a prediction
 * @property {number} [classes] as `argmax` sets it
 *
 * @typedef {object} Input
 * @property {Prediction} prediction
 * @property {Target} target
 * @property {Float32Array | null} [weight] one per pixel
 * @property {number | readonly number[] | null} [ignore] a label or labels that count nowhere
 */

/**
 * An array of the arena's types.
 *
 * @typedef {Float32Array | Uint8Array | Uint16Array | Int32Array} Elements
 *
 * An input that was checked: every array is of the class and the length it should be. The values are checked where they are
 * read, and what belongs together by the losses.
 *
 * @typedef {object} CheckedInput
 * @property {number[]} shape of the prediction, with its class axis
 * @property {'logits' | 'probs' | 'labels'} form
 * @property {Elements} prediction
 * @property {'labels' | 'soft' | 'instances'} kind
 * @property {number[]} targetShape
 * @property {Elements} target
 * @property {Float32Array | null} weight
 * @property {number[]} ignore
 */

const MAX_LABEL = 2 ** 31 - 1;

/** The arrays that a program knows, by its names of them. */
export const TYPES = { f32: Float32Array, f64: Float64Array, u8: Uint8Array, u16: Uint16Array, i32: Int32Array };

/** @param {Elements | Float64Array} data @returns {keyof typeof TYPES} */
export function typeOf(data) {
  // By name: the array may be of another realm.
  const name = Object.prototype.toString.call(data).slice(8, -1);
  return /** @type {keyof typeof TYPES} */ (
    Object.keys(TYPES).find((key) => TYPES[/** @type {keyof typeof TYPES} */ (key)].name === name)
  );
}

/**
 * @param {import('./error.js').ErrorCode} code
 * @param {string} field
 * @param {string} detail the value and the rule
 * @param {unknown} [cause]
 */
export function fault(code, field, detail, cause) {
  return new MasklossError(code, field, `${field}: ${detail}`, cause === undefined ? undefined : { cause });
}

/**
 * The properties of an object that came from outside, each read once; a key that is not known is an error.
 *
 * @template {string} K
 * @param {string} field what the object is
 * @param {unknown} given
 * @param {readonly K[]} known
 * @returns {{[key in K]?: unknown}}
 */
export function readFields(field, given, known) {
  if (typeof given !== 'object' || given === null)
    throw fault('option', field, `is ${describe(given)}, must be an object`);
  /** @type {{[key in K]?: unknown}} */
  const values = {};
  try {
    for (const key of Object.keys(given)) {
      if (!known.includes(/** @type {K} */ (key))) {
        throw fault('option', `${field}.${key}`, `is not known, ${field} has ${known.join(', ')}`);
      }
    }
    for (const key of known) values[key] = /** @type {any} */ (given)[key];
  } catch (error) {
    throw error instanceof MasklossError
      ? error
      : fault('option', field, `could not be read: ${error instanceof Error ? error.message : error}`, error);
  }
  return values;
}

/**
 * The class of a typed array, also of one from another realm; undefined for anything else.
 *
 * @param {unknown} value
 * @returns {string | undefined}
 */
function classOf(value) {
  return ArrayBuffer.isView(value) ? Object.prototype.toString.call(value).slice(8, -1) : undefined;
}

const FLOATS = ['Float32Array'];
const INTEGERS = ['Uint8Array', 'Uint16Array', 'Int32Array'];

/**
 * @param {string} field
 * @param {unknown} data
 * @param {readonly string[]} classes
 * @param {string} what the array holds
 * @returns {Elements}
 */
function readArray(field, data, classes, what) {
  const found = classOf(data);
  if (found && classes.includes(found)) return /** @type {Elements} */ (data);
  if (data === undefined || data === null)
    throw fault('option', field, `is ${data}, must be a ${classes.join(', ')} of ${what}`);
  const is = found ?? (Array.isArray(data) ? 'a plain array' : describe(data));
  throw fault(
    'domain',
    field,
    `is ${is}, must be a ${classes.join(', ')} of ${what}${fix(found ?? (Array.isArray(data) ? 'Array' : ''), classes)}`,
  );
}

/**
 * What to pass instead of an array of the wrong class.
 *
 * @param {string} found
 * @param {readonly string[]} classes
 */
function fix(found, classes) {
  const floats = classes === FLOATS;
  if (floats && ['Float64Array', 'Array'].includes(found)) return ': pass Float32Array.from(data)';
  if (floats && INTEGERS.includes(found))
    return ": class ids are form 'labels', a 0..255 mask must be divided by 255 first";
  if (!floats && ['Float32Array', 'Float64Array', 'Array'].includes(found))
    return ': pass Uint8Array.from(data) if these are class ids';
  if (!floats && found === 'Uint8ClampedArray') return ': pass new Uint8Array(data.buffer) if these are class ids';
  return '';
}

/**
 * @param {string} field
 * @param {unknown} shape
 * @param {readonly number[]} ranks
 * @param {string} rule
 * @returns {number[]}
 */
export function readShape(field, shape, ranks, rule) {
  if (!Array.isArray(shape) && !classOf(shape)) throw fault('shape', field, `is ${describe(shape)}, must be ${rule}`);
  const sizes = Array.from(/** @type {number[]} */ (shape));
  if (!ranks.includes(sizes.length) || !sizes.every((size) => Number.isSafeInteger(size) && size >= 1)) {
    throw fault('shape', field, `is ${describe(sizes)}, must be ${rule} of whole numbers of at least 1`);
  }
  return sizes;
}

/**
 * @param {string} field
 * @param {Elements} data
 * @param {readonly number[]} shape
 * @param {number[]} lengths that the shape allows
 */
function checkLength(field, data, shape, ...lengths) {
  if (lengths.includes(data.length)) return;
  const gone = data.length === 0 && data.buffer.byteLength === 0 ? ', its buffer is empty or was transferred away' : '';
  throw fault(
    'length',
    field,
    `has ${data.length} elements${gone}, shape [${shape.join(', ')}] wants ${lengths.join(' or ')}`,
  );
}

/** @param {readonly number[]} sizes */
export function product(sizes) {
  return sizes.reduce((total, size) => total * size, 1);
}

/**
 * @param {string} field
 * @param {unknown} value
 * @param {readonly T[]} allowed
 * @template {string} T
 * @returns {T}
 */
function readWord(field, value, allowed) {
  if (allowed.includes(/** @type {T} */ (value))) return /** @type {T} */ (value);
  throw fault('option', field, `is ${describe(value)}, must be one of ${allowed.join(', ')}`);
}

const MASK_FIELDS = /** @type {const} */ (['data', 'shape', 'form', 'kind', 'classes']);

/**
 * @param {unknown} given
 * @returns {{shape: number[], form: 'logits' | 'probs' | 'labels', prediction: Elements}}
 */
export function readPrediction(given) {
  const { data, shape: sizes, form: word, kind, classes } = readFields('prediction', given, MASK_FIELDS);
  // What an adapter made for a soft target are probabilities.
  const form =
    word === undefined && kind === 'soft'
      ? 'probs'
      : readWord('prediction.form', word, /** @type {const} */ (['logits', 'probs', 'labels']));
  if (form !== 'labels' && classes !== undefined)
    throw fault('option', 'prediction.classes', `is given, must be left out for form ${form}: the shape says it`);
  if (form !== 'labels') {
    const prediction = readArray('prediction.data', data, FLOATS, form);
    const shape = readShape('prediction.shape', sizes, [4, 5], '[N,C,H,W] or [N,C,D,H,W]');
    checkLength('prediction.data', prediction, shape, product(shape));
    return { shape, form, prediction };
  }
  const prediction = readArray('prediction.data', data, INTEGERS, 'class ids');
  // Without a class axis: three sizes, or an adapter's mask, which can be a target too.
  const bare = kind !== undefined || (Array.isArray(sizes) && sizes.length === 3);
  if (!bare) {
    if (classes !== undefined)
      throw fault('option', 'prediction.classes', 'is given, must be left out where the shape has a class axis');
    const shape = readShape('prediction.shape', sizes, [4, 5], '[N,C,H,W] or [N,C,D,H,W]');
    checkLength('prediction.data', prediction, shape, ...new Set([product(shape), product(shape) / shape[1]]));
    return { shape, form, prediction };
  }
  const pixels = readShape('prediction.shape', sizes, [3, 4], '[N,H,W] or [N,D,H,W]');
  checkLength('prediction.data', prediction, pixels, product(pixels));
  if (classes !== undefined && !(Number.isSafeInteger(classes) && /** @type {number} */ (classes) >= 1)) {
    throw fault('option', 'prediction.classes', `is ${describe(classes)}, must be a whole number of at least 1`);
  }
  return { shape: [pixels[0], /** @type {number} */ (classes ?? 1), ...pixels.slice(1)], form, prediction };
}

/**
 * @param {unknown} given
 * @param {string} [field]
 * @returns {{kind: 'labels' | 'soft' | 'instances', targetShape: number[], target: Elements}}
 */
export function readTarget(given, field = 'target') {
  const { data, shape: sizes, form, kind: word } = readFields(field, given, MASK_FIELDS);
  // What an adapter made for a prediction of probabilities is soft.
  const kind =
    word === undefined && form === 'probs'
      ? 'soft'
      : readWord(`${field}.kind`, word, /** @type {const} */ (['labels', 'soft', 'instances']));
  const soft = kind === 'soft';
  const target = readArray(
    `${field}.data`,
    data,
    soft ? FLOATS : INTEGERS,
    soft ? 'probabilities' : kind === 'labels' ? 'class ids' : 'object ids',
  );
  const targetShape = readShape(
    `${field}.shape`,
    sizes,
    soft ? [4, 5] : [3, 4, 5],
    soft ? '[N,C,H,W] or [N,C,D,H,W]' : '[N,H,W] or [N,D,H,W]',
  );
  checkLength(`${field}.data`, target, targetShape, product(targetShape));
  return { kind, targetShape, target };
}

/**
 * @param {unknown} given
 * @returns {number[]}
 */
export function readIgnore(given) {
  if (given === undefined || given === null) return [];
  const ignore = Array.isArray(given) || classOf(given) ? Array.from(/** @type {number[]} */ (given)) : [given];
  for (const label of ignore) {
    if (!Number.isInteger(label) || Math.abs(/** @type {number} */ (label)) > MAX_LABEL) {
      throw fault('option', 'ignore', `is ${describe(label)}, must be a label or a list of labels`);
    }
  }
  return /** @type {number[]} */ (ignore);
}

/**
 * Checks an input as far as no pixel has to be read.
 *
 * @param {unknown} given
 * @returns {CheckedInput}
 */
export function readInput(given) {
  const fields = readFields('input', given, ['prediction', 'target', 'weight', 'ignore']);
  const { shape, form, prediction } = readPrediction(fields.prediction);
  const { kind, targetShape, target } = readTarget(fields.target);
  const ignore = readIgnore(fields.ignore);
  let weight = null;
  if (fields.weight !== undefined && fields.weight !== null) {
    weight = /** @type {Float32Array} */ (readArray('weight', fields.weight, FLOATS, 'weights'));
    checkLength('weight', weight, shape, product(shape) / shape[1]);
  }
  return { shape, form, prediction, kind, targetShape, target, weight, ignore };
}
