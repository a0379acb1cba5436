import { MasklossError } from '../error.js';
import { arrange, layoutOf, toNumbers } from './array.js';
import { holdsLabels } from './form.js';
import { checkPixels, describe, oneOf, readInteger, readOptions } from './options.js';

/**
 * cornerstone3D and OHIF labelmaps: one number per voxel, the segment index, column fastest, then row, then slice. The run
 * length variant is a Map from row (row + slice * height) to runs `{ value, start, end }` of columns, end not included.
 * Overlapping segments live in several labelmaps: read each by itself.
 *
 * @typedef {ReadonlyMap<number, readonly {value: number, start: number, end: number}[]>} Rows
 * @typedef {import('../mask.js').Mask} Mask
 *
 * @typedef {object} CornerstoneOptions
 * @property {number} [width]
 * @property {number} [height]
 * @property {number} [depth] slices, default 1
 * @property {number} [slice] reads this slice alone
 * @property {'labels' | 'instances'} [as] default 'labels'
 * @property {number} [classes] how many there are, background included; a segment beyond is an error
 * @property {number} [maxPixels] of the whole volume, default 2^28
 */

/**
 * fromCornerstone reads scalar data (`voxelManager.getScalarData()`), or run length rows, of a volume of the given size; an
 * object with `scalarData` or `rows` may state `width`, `height`, `depth` or `dimensions: [width, height, depth]` itself.
 *
 * The mask is [1, H, W] for one slice and [1, D, H, W] for more. Scalar data of Uint8Array, Uint16Array and Int32Array is not
 * copied.
 *
 * @param {any} source
 * @param {CornerstoneOptions} [options]
 * @returns {Mask}
 */
export function fromCornerstone(source, options) {
  const given = readOptions('fromCornerstone', options, [
    'width',
    'height',
    'depth',
    'slice',
    'as',
    'classes',
    'maxPixels',
  ]);
  const content =
    source instanceof Map || ArrayBuffer.isView(source) || Array.isArray(source)
      ? source
      : (source?.rows ?? source?.scalarData);
  if (content === undefined) {
    throw new MasklossError(
      'domain',
      'source',
      `fromCornerstone: source is ${describe(source)}, must be scalar data or a Map of rows`,
    );
  }
  const [width, height, depth] = readVolume(given, source);
  checkPixels('fromCornerstone', width, height * depth, given.maxPixels);
  const values =
    content instanceof Map ? fillRows(content, width, height, depth) : toNumbers('fromCornerstone', content);
  if (values.length !== width * height * depth) {
    throw new MasklossError(
      'length',
      'scalarData',
      `fromCornerstone: scalarData has ${values.length} values, must be ${width}x${height}x${depth}`,
    );
  }
  const as = oneOf('fromCornerstone', 'as', given.as ?? 'labels', ['labels', 'instances']);
  const form = { as, classes: given.classes };
  if (given.slice === undefined && depth > 1) {
    return arrange('fromCornerstone', values, [depth, height, width], { ...form, layout: 'DHW' });
  }
  const at = readInteger('fromCornerstone', 'slice', given.slice ?? 0, 0, depth - 1) * width * height;
  return arrange('fromCornerstone', values.subarray(at, at + width * height), [height, width], {
    ...form,
    layout: 'HW',
  });
}

/**
 * toCornerstone writes the labels of one image: `scalarData` with its size, or with `variant: 'rows'` the runs of every row
 * that has any. The scalar data is the mask's own.
 *
 * @param {Mask} mask
 * @param {{variant?: 'scalarData' | 'rows'}} [options]
 * @returns {{width: number, height: number, depth: number, scalarData?: Mask['data'], rows?: Map<number, {value: number, start: number, end: number}[]>}}
 */
export function toCornerstone(mask, options) {
  const given = readOptions('toCornerstone', options, ['variant']);
  const variant = oneOf('toCornerstone', 'variant', given.variant ?? 'scalarData', ['scalarData', 'rows']);
  const layout = layoutOf('toCornerstone', mask);
  if (!holdsLabels(mask) || mask.shape[0] !== 1) {
    throw new MasklossError(
      'shape',
      'mask',
      `toCornerstone: mask has shape ${describe(mask.shape)}, must be labels of one image`,
    );
  }
  const [height, width] = mask.shape.slice(-2);
  const depth = layout === 'NDHW' ? mask.shape[1] : 1;
  if (variant === 'scalarData') return { width, height, depth, scalarData: mask.data };
  return { width, height, depth, rows: collectRows(mask.data, width) };
}

/**
 * @param {CornerstoneOptions} options
 * @param {any} source
 */
function readVolume(options, source) {
  const stated = Array.isArray(source?.dimensions) ? source.dimensions : [source?.width, source?.height, source?.depth];
  return /** @type {const} */ (['width', 'height', 'depth']).map((field, i) => {
    const [wanted, said] = [options[field], stated[i]];
    if (wanted !== undefined && said !== undefined && wanted !== said) {
      throw new MasklossError(
        'shape',
        field,
        `fromCornerstone: ${field} is ${describe(said)}, must be ${describe(wanted)} as the options say`,
      );
    }
    return readInteger(
      'fromCornerstone',
      field,
      wanted ?? said ?? (field === 'depth' ? 1 : undefined),
      1,
      2 ** 31 - 1,
      'shape',
    );
  });
}

/**
 * @param {Rows} rows
 * @param {number} width
 * @param {number} height
 * @param {number} depth
 */
function fillRows(rows, width, height, depth) {
  const values = new Uint16Array(width * height * depth);
  let most = 0;
  for (const [row, runs] of rows) {
    readInteger('fromCornerstone', 'rows', row, 0, height * depth - 1, 'shape');
    if (!Array.isArray(runs)) {
      throw new MasklossError(
        'domain',
        'rows',
        `fromCornerstone: row ${row} is ${describe(runs)}, must be an array of runs`,
      );
    }
    for (const run of runs) {
      const value = readInteger('fromCornerstone', 'value', run?.value, 0, 65535, 'label');
      const start = readInteger('fromCornerstone', 'start', run.start, 0, width, 'shape');
      const end = readInteger('fromCornerstone', 'end', run.end, start, width, 'shape');
      values.fill(value, row * width + start, row * width + end);
      most = Math.max(most, value);
    }
  }
  return most > 255 ? values : Uint8Array.from(values);
}

/**
 * @param {ArrayLike<number>} values
 * @param {number} width
 */
function collectRows(values, width) {
  /** @type {Map<number, {value: number, start: number, end: number}[]>} */
  const rows = new Map();
  for (let at = 0, row = 0; at < values.length; at += width, row++) {
    const runs = [];
    for (let start = 0; start < width; ) {
      const value = values[at + start];
      let end = start + 1;
      while (end < width && values[at + end] === value) end++;
      if (value !== 0) runs.push({ value, start, end });
      start = end;
    }
    if (runs.length > 0) rows.set(row, runs);
  }
  return rows;
}
