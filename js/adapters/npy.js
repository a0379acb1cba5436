import { MasklossError } from '../error.js';
import { arrange, formOf, toArray, transpose } from './array.js';
import { FORM_OPTIONS } from './form.js';
import { fromHalf } from './half.js';
import { describe, MAX_PIXELS, readInteger, readOptions } from './options.js';

/**
 * NPY, the array file of NumPy: '\x93NUMPY', version, the length of the header, the header (a Python dictionary of `descr`,
 * `fortran_order` and `shape`, padded with spaces to a multiple of 64 bytes), then the numbers. Versions 1, 2 and 3.
 *
 * @typedef {import('../mask.js').Mask} Mask
 * @typedef {{layout?: string, maxPixels?: number} & import('./form.js').FormOptions} NpyOptions
 */

/** @type {Record<string, {bytes: number, read: (buffer: ArrayBuffer, count: number) => any}>} */
const TYPES = {
  f2: { bytes: 2, read: (buffer, count) => fromHalf(new Uint16Array(buffer, 0, count)) },
  f4: { bytes: 4, read: (buffer, count) => new Float32Array(buffer, 0, count) },
  f8: { bytes: 8, read: (buffer, count) => new Float64Array(buffer, 0, count) },
  u1: { bytes: 1, read: (buffer, count) => new Uint8Array(buffer, 0, count) },
  u2: { bytes: 2, read: (buffer, count) => new Uint16Array(buffer, 0, count) },
  i4: { bytes: 4, read: (buffer, count) => new Int32Array(buffer, 0, count) },
  i8: { bytes: 8, read: (buffer, count) => Float64Array.from(new BigInt64Array(buffer, 0, count), Number) },
  b1: { bytes: 1, read: (buffer, count) => new Uint8Array(buffer, 0, count).map((v) => (v ? 1 : 0)) },
};

/**
 * fromNpy reads an array of NumPy. `as` follows for integers and booleans ('labels'); `layout` as for fromArray. Fortran order
 * is turned into C order.
 *
 * @param {Uint8Array | ArrayBuffer} bytes
 * @param {NpyOptions} [options]
 * @returns {Mask}
 */
export function fromNpy(bytes, options) {
  const { maxPixels, ...given } = readOptions('fromNpy', options, ['layout', 'maxPixels', ...FORM_OPTIONS]);
  const { data, shape, integers } = decodeNpy(bytes, maxPixels);
  const as = given.as ?? (integers ? 'labels' : formOf('fromNpy', new Float32Array(0), given));
  return arrange('fromNpy', data, shape, { ...given, as });
}

/**
 * toNpy writes a mask as version 1.0, byte for byte as `numpy.save` does: `<f4`, `|u1`, `<u2` or `<i4`. `layout` as for toArray.
 *
 * @param {Mask} mask
 * @param {{layout?: string}} [options]
 * @returns {Uint8Array}
 */
export function toNpy(mask, options) {
  const { data, shape } = toArray(mask, readOptions('toNpy', options, ['layout']));
  const descr = descrOf(data);
  const dictionary = `{'descr': '${descr}', 'fortran_order': False, 'shape': (${shape.join(', ')}), }`;
  const length = Math.ceil((10 + dictionary.length + 1) / 64) * 64;
  const out = new Uint8Array(length + data.byteLength);
  out.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, (length - 10) & 255, (length - 10) >> 8]);
  out.set(new TextEncoder().encode(`${dictionary.padEnd(length - 11)}\n`), 10);
  out.set(littleEndian(data), length);
  return out;
}

/**
 * The array of a file, in C order.
 *
 * @param {Uint8Array | ArrayBuffer} source
 * @param {number} [maxPixels]
 */
export function decodeNpy(source, maxPixels = MAX_PIXELS) {
  const bytes = source instanceof ArrayBuffer ? new Uint8Array(source) : source;
  if (!(bytes instanceof Uint8Array)) {
    throw new MasklossError(
      'domain',
      'bytes',
      `fromNpy: bytes is ${describe(source)}, must be a Uint8Array or ArrayBuffer`,
    );
  }
  const { header, start } = readHeader(bytes);
  const { descr, fortranOrder, shape } = readDictionary(header);
  const type = Object.hasOwn(TYPES, descr.slice(1)) && '<>|='.includes(descr[0]) ? TYPES[descr.slice(1)] : undefined;
  if (type === undefined) {
    throw new MasklossError(
      'domain',
      'descr',
      `fromNpy: descr is ${describe(descr)}, must be one of <${Object.keys(TYPES).join(', <')}: convert with astype`,
    );
  }
  const count = shape.reduce((a, b) => a * b, 1);
  readInteger('fromNpy', 'maxPixels', maxPixels, 1, 2 ** 32);
  if (count > maxPixels) {
    throw new MasklossError(
      'memory',
      'shape',
      `fromNpy: shape is ${describe(shape)}, must be at most ${maxPixels} numbers: pass maxPixels to allow more`,
    );
  }
  if (bytes.length - start !== count * type.bytes) {
    throw new MasklossError(
      'length',
      'bytes',
      `fromNpy: bytes has ${bytes.length - start} after the header, must be ${count * type.bytes} for shape ${describe(shape)} of ${descr}`,
    );
  }
  // A copy, so that the numbers are aligned whatever the bytes lie in.
  const body = bytes.slice(start);
  if ((descr[0] === '>') !== bigEndian()) swap(body, type.bytes);
  const values = type.read(body.buffer, count);
  const data = fortranOrder
    ? transpose(
        values,
        shape,
        shape.map((_, i) => shape.slice(0, i).reduce((a, b) => a * b, 1)),
      )
    : values;
  return { data, shape, integers: !descr.includes('f') };
}

/**
 * @param {Uint8Array} bytes
 * @returns {{header: string, start: number}}
 */
function readHeader(bytes) {
  if (bytes.length < 10 || String.fromCharCode(...bytes.subarray(1, 6)) !== 'NUMPY' || bytes[0] !== 0x93) {
    throw new MasklossError('domain', 'bytes', "fromNpy: bytes do not begin with '\\x93NUMPY', must be an .npy file");
  }
  const version = bytes[6];
  if (version < 1 || version > 3) {
    throw new MasklossError('domain', 'version', `fromNpy: version is ${version}, must be 1, 2 or 3`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const from = version === 1 ? 10 : 12;
  const length =
    version === 1 ? view.getUint16(8, true) : bytes.length >= 12 ? view.getUint32(8, true) : Number.POSITIVE_INFINITY;
  if (from + length > bytes.length || length > 65536) {
    throw new MasklossError(
      'length',
      'bytes',
      `fromNpy: bytes has ${bytes.length}, must hold a header of ${length}, at most 65536`,
    );
  }
  return { header: new TextDecoder().decode(bytes.subarray(from, from + length)), start: from + length };
}

/**
 * The three entries of the header. Not a parser of Python: a key that is missing, or anything but plain literals, is an error.
 *
 * @param {string} header
 */
function readDictionary(header) {
  const descr = /['"]descr['"]\s*:\s*['"]([^'"]{1,16})['"]/.exec(header)?.[1];
  const order = /['"]fortran_order['"]\s*:\s*(True|False)/.exec(header)?.[1];
  const axes = /['"]shape['"]\s*:\s*\(([\d\s,L]*)\)/.exec(header)?.[1];
  if (descr === undefined || order === undefined || axes === undefined) {
    throw new MasklossError(
      'domain',
      'header',
      `fromNpy: header is ${describe(header.trim())}, must have a plain descr, fortran_order and shape`,
    );
  }
  const shape = axes
    .split(',')
    .map((axis) => axis.trim().replace(/L$/, ''))
    .filter((axis) => axis !== '')
    .map(Number);
  if (shape.length > 5) {
    throw new MasklossError('shape', 'shape', `fromNpy: shape is ${describe(shape)}, must be at most five axes`);
  }
  for (const n of shape) readInteger('fromNpy', 'shape', n, 1, 2 ** 31 - 1, 'shape');
  return { descr, fortranOrder: order === 'True', shape };
}

/** @param {Mask['data']} data */
function descrOf(data) {
  if (data instanceof Float32Array) return '<f4';
  if (data instanceof Int32Array) return '<i4';
  return data instanceof Uint16Array ? '<u2' : '|u1';
}

function bigEndian() {
  return new Uint8Array(Uint16Array.of(1).buffer)[0] === 0;
}

/**
 * Reverses the bytes of every number in place.
 *
 * @param {Uint8Array} bytes
 * @param {number} size
 */
function swap(bytes, size) {
  for (let i = 0; i < bytes.length; i += size) bytes.subarray(i, i + size).reverse();
}

/** @param {Mask['data']} data */
function littleEndian(data) {
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  if (!bigEndian()) return bytes;
  const copy = bytes.slice();
  swap(copy, data.BYTES_PER_ELEMENT);
  return copy;
}
