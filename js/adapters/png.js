import { MasklossError } from '../error.js';
import { readColors } from './color.js';
import { FORM_OPTIONS, holdsLabels } from './form.js';
import { describe, oneOf, readInteger, readOptions } from './options.js';
import { fromPixels } from './pixels.js';
import { planeOf } from './plane.js';
import { decodePng, encodePng } from './pngFile.js';

/**
 * @typedef {import('../mask.js').Mask} Mask
 * @typedef {import('./pixels.js').PixelChoice & import('./form.js').FormOptions & {maxPixels?: number}} PngOptions
 */

/**
 * fromPng reads the samples of a PNG file as they are stored, which a canvas does not: palette indices and greys of up to 16
 * bits are class ids.
 *
 * - `as: 'labels'` (the default) or `'instances'`: the index or grey is the id; with `threshold` 1 above it and 0 elsewhere
 * - `as: 'probs'` or `'soft'`: grey / the largest grey of its depth
 * - colour files need `channel`, or `colors` for the class of each exact colour; `colors` also reads an indexed file by colour
 *
 * @param {Uint8Array | ArrayBuffer | Blob} file
 * @param {PngOptions} [options]
 * @returns {Promise<Mask>}
 */
export async function fromPng(file, options) {
  const { maxPixels, ...given } = readOptions('fromPng', options, ['channel', 'colors', 'maxPixels', ...FORM_OPTIONS]);
  const image = await decodePng('fromPng', await readBytes(file), maxPixels);
  const as = given.as ?? 'labels';
  const { width, height } = image;
  if (image.palette !== undefined && (given.colors !== undefined || given.channel !== undefined)) {
    return fromPixels(
      'fromPng',
      { data: paint(image.data, image.palette), width, height, channels: 4, max: 255 },
      { ...given, as },
    );
  }
  if (image.palette !== undefined && as !== 'labels' && as !== 'instances') {
    throw new MasklossError(
      'option',
      'as',
      `fromPng: as is ${describe(as)}, must be 'labels' or 'instances' for the indices of a palette: pass channel to read its colours`,
    );
  }
  if (image.channels > 1 && given.channel === undefined && given.colors === undefined) {
    throw new MasklossError(
      'option',
      'channel',
      `fromPng: channel is missing for a file of ${image.channels} channels, pass it, or colors`,
    );
  }
  const channel = given.channel ?? (given.colors === undefined ? 'red' : undefined);
  const { data, channels, depth } = image;
  return fromPixels('fromPng', { data, width, height, channels, max: 2 ** depth - 1 }, { ...given, as, channel });
}

/**
 * toPng writes one plane of a mask: labels as grey of 8 bits, or 16 where one is above 255, or as indices of a palette with
 * `colors`; probabilities as grey of 16 bits (`depth: 8` for less), rounded to the nearest.
 *
 * @param {Mask} mask
 * @param {{colors?: import('./color.js').ColorMap, depth?: 8 | 16, plane?: number}} [options]
 * @returns {Promise<Uint8Array<ArrayBuffer>>}
 */
export async function toPng(mask, options) {
  const given = readOptions('toPng', options, ['colors', 'depth', 'plane']);
  const { values, width, height } = planeOf('toPng', mask, given.plane);
  const depth =
    given.depth === undefined ? undefined : Number(oneOf('toPng', 'depth', String(given.depth), ['8', '16']));
  const labels = holdsLabels(mask);
  if (given.colors !== undefined && (!labels || depth === 16)) {
    throw new MasklossError(
      'option',
      'colors',
      `toPng: colors is given ${labels ? 'beside depth 16' : 'for probabilities'}, must be left out`,
    );
  }
  if (!labels && mask.form === 'logits') {
    throw new MasklossError('domain', 'mask', 'toPng: mask holds logits, must hold labels or probabilities: use toNpy');
  }
  const palette = given.colors === undefined ? undefined : paletteOf(given.colors);
  const bits = labels ? (depth ?? (values.every((v) => v <= 255) ? 8 : 16)) : (depth ?? 16);
  const most = palette ? palette.length - 1 : 2 ** bits - 1;
  const data = bits === 8 ? new Uint8Array(values.length) : new Uint16Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const v = values[i];
    if (labels ? v < 0 || v > most : !(v >= 0 && v <= 1)) {
      throw new MasklossError(
        labels ? 'label' : 'domain',
        'data',
        `toPng: data[${i}] is ${v}, must be in [0, ${labels ? most : 1}]`,
      );
    }
    data[i] = labels ? v : Math.round(v * most);
  }
  return encodePng({ width, height, depth: /** @type {8 | 16} */ (bits), data, palette });
}

/**
 * @param {unknown} file
 * @returns {Promise<Uint8Array<ArrayBuffer>>}
 */
async function readBytes(file) {
  if (file instanceof Uint8Array) return /** @type {Uint8Array<ArrayBuffer>} */ (file);
  if (file instanceof ArrayBuffer) return new Uint8Array(file);
  if (typeof Blob === 'function' && file instanceof Blob) return new Uint8Array(await file.arrayBuffer());
  throw new MasklossError(
    'domain',
    'file',
    `fromPng: file is ${describe(file)}, must be a Uint8Array, ArrayBuffer or Blob`,
  );
}

/**
 * @param {Uint8Array | Uint16Array} indices
 * @param {number[][]} palette
 */
function paint(indices, palette) {
  const data = new Uint8Array(indices.length * 4);
  for (let i = 0; i < indices.length; i++) data.set(palette[indices[i]], 4 * i);
  return data;
}

/**
 * The colours by class; classes between those given are black.
 *
 * @param {import('./color.js').ColorMap} colors
 * @returns {number[][]}
 */
function paletteOf(colors) {
  /** @type {number[][]} */
  const palette = [];
  for (const [label, color] of readColors('toPng', colors)) {
    palette[readInteger('toPng', 'colors', label, 0, 255)] = color;
  }
  return Array.from(palette, (color) => color ?? [0, 0, 0, 255]);
}
