import { MasklossError } from '../error.js';

/** The most pixels an adapter makes room for unless told otherwise: a header alone must not be able to ask for gigabytes. */
export const MAX_PIXELS = 2 ** 28;

/**
 * Returns the options as given, or an `option` error for a key that the adapter does not know: no option is ever ignored.
 *
 * @template {object} T
 * @param {string} adapter
 * @param {T | undefined} given
 * @param {readonly string[]} known
 * @returns {T}
 */
export function readOptions(adapter, given, known) {
  if (given === undefined) return /** @type {T} */ ({});
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw new MasklossError('option', 'options', `${adapter}: options is ${describe(given)}, must be an object`);
  }
  for (const key of Object.keys(given)) {
    if (!known.includes(key)) {
      throw new MasklossError('option', key, `${adapter}: ${key} is not an option, must be one of ${known.join(', ')}`);
    }
  }
  return given;
}

/**
 * Returns `value` if it is one of `allowed`, or throws an `option` error that lists them.
 *
 * @template {string} T
 * @param {string} adapter
 * @param {string} field
 * @param {unknown} value
 * @param {readonly T[]} allowed
 * @returns {T}
 */
export function oneOf(adapter, field, value, allowed) {
  if (allowed.includes(/** @type {T} */ (value))) return /** @type {T} */ (value);
  throw new MasklossError(
    'option',
    field,
    `${adapter}: ${field} is ${describe(value)}, must be one of ${allowed.join(', ')}`,
  );
}

/**
 * Returns `value` if it is a whole number in [min, max]. `code` is `option` for what the caller chose and `shape`, `length`
 * or `domain` for what a file said.
 *
 * @param {string} adapter
 * @param {string} field
 * @param {unknown} value
 * @param {number} min
 * @param {number} max
 * @param {import('../error.js').ErrorCode} [code]
 * @returns {number}
 */
export function readInteger(adapter, field, value, min, max, code = 'option') {
  if (Number.isInteger(value) && /** @type {number} */ (value) >= min && /** @type {number} */ (value) <= max) {
    return /** @type {number} */ (value);
  }
  throw new MasklossError(
    code,
    field,
    `${adapter}: ${field} is ${describe(value)}, must be a whole number in [${min}, ${max}]`,
  );
}

/**
 * Returns `value` if it is a finite number, or throws a `value` error.
 *
 * @param {string} adapter
 * @param {string} field
 * @param {unknown} value
 * @returns {number}
 */
export function readFinite(adapter, field, value) {
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  throw new MasklossError('value', field, `${adapter}: ${field} is ${describe(value)}, must be a finite number`);
}

/**
 * Returns the image size that the caller states: `width` and `height`, or the last two numbers of `shape` (`[H, W]`,
 * `[1, H, W]`, `[1, 1, H, W]`: the shape of the other mask will do). `known` is what the file says, if it does; where both
 * speak they must agree.
 *
 * @param {string} adapter
 * @param {{width?: number, height?: number, shape?: readonly number[], maxPixels?: number}} options
 * @param {{width?: unknown, height?: unknown}} [known]
 * @returns {{width: number, height: number}}
 */
export function readSize(adapter, options, known = {}) {
  let { width, height } = options;
  const { shape } = options;
  if (shape !== undefined) {
    if (width !== undefined || height !== undefined) {
      throw new MasklossError(
        'option',
        'shape',
        `${adapter}: shape and width, height are both given, must be one or the other`,
      );
    }
    if (!Array.isArray(shape) || shape.length < 2 || shape.slice(0, -2).some((n) => n !== 1)) {
      throw new MasklossError(
        'option',
        'shape',
        `${adapter}: shape is ${describe(shape)}, must be [H, W], [1, H, W] or [1, 1, H, W]`,
      );
    }
    [height, width] = shape.slice(-2);
  }
  const size = { width: agree('width', width), height: agree('height', height) };
  checkPixels(adapter, size.width, size.height, options.maxPixels);
  return size;

  /**
   * @param {'width' | 'height'} field
   * @param {number | undefined} wanted
   */
  function agree(field, wanted) {
    const said = known[field];
    if (wanted === undefined && said === undefined) {
      throw new MasklossError(
        'option',
        field,
        `${adapter}: ${field} is missing, pass the size of the image: { width, height }`,
      );
    }
    if (wanted !== undefined) readInteger(adapter, field, wanted, 1, 2 ** 31 - 1);
    if (said !== undefined) readInteger(adapter, field, said, 1, 2 ** 31 - 1, 'shape');
    if (wanted !== undefined && said !== undefined && wanted !== said) {
      throw new MasklossError(
        'shape',
        field,
        `${adapter}: ${field} is ${said}, must be ${wanted} as the options say: masks are never resized`,
      );
    }
    return /** @type {number} */ (wanted ?? said);
  }
}

/**
 * Throws a `memory` error where width x height is more than allowed.
 *
 * @param {string} adapter
 * @param {number} width
 * @param {number} height
 * @param {number} [maxPixels]
 */
export function checkPixels(adapter, width, height, maxPixels = MAX_PIXELS) {
  readInteger(adapter, 'maxPixels', maxPixels, 1, 2 ** 32);
  if (width * height > maxPixels) {
    throw new MasklossError(
      'memory',
      'maxPixels',
      `${adapter}: the image is ${width}x${height}, must be at most ${maxPixels} pixels: pass maxPixels to allow more`,
    );
  }
}

/**
 * A value as an error shows it: short, whatever it is.
 *
 * @param {unknown} value
 * @returns {string}
 */
export function describe(value) {
  if (typeof value === 'string') return value.length > 40 ? `'${value.slice(0, 40)}…'` : `'${value}'`;
  if (Array.isArray(value)) {
    return value.length > 8
      ? `an array of ${value.length}`
      : `[${value.map((v) => (typeof v === 'object' ? '…' : describe(v))).join(', ')}]`;
  }
  if (typeof value === 'function') return 'a function';
  if (typeof value === 'object' && value !== null)
    return `an object${ArrayBuffer.isView(value) ? ` of ${value.byteLength} bytes` : ''}`;
  return String(value);
}
