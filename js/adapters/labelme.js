import { MasklossError } from '../error.js';
import { boxOf } from './cvat.js';
import { fillEllipse } from './ellipse.js';
import { describe, readFinite, readOptions, readSize } from './options.js';
import { decodePng, encodePng } from './pngFile.js';
import { fillPolygons, readRing, SIZE_OPTIONS } from './polygons.js';
import { PICK_OPTIONS, regionOfMask } from './region.js';
import { SHAPE_OPTIONS, shapePainter } from './shapes.js';

/**
 * labelme: `shapes` of `label`, `shape_type` and `points`. A mask has the corners of its box, both inclusive, and `mask`: a PNG
 * of that box in base64, values 0 and 1, one channel.
 *
 * @typedef {{label?: string, shape_type?: string | null, points: readonly (readonly number[])[], mask?: string | null}} LabelmeShape
 * @typedef {{shapes: readonly LabelmeShape[], imageWidth?: number, imageHeight?: number}} LabelmeFile
 * @typedef {import('../mask.js').Mask} Mask
 *
 * @typedef {import('./polygons.js').SizeOptions & import('./shapes.js').ShapeOptions & {rasterizer?: import('./polygons.js').Rasterizer}} LabelmeOptions
 */

/**
 * fromLabelme reads one shape, a list of shapes, or a whole file, parsed. The size is that of the file unless given.
 *
 * Patches stand where labelme puts them: between integer corners they are cut to the box; at fractional corners the first is
 * rounded and the whole patch is used. What lies outside the image is cut off. Polygons are filled by `rasterizer`;
 * labelme's own converter also draws their outline and so makes them about half a pixel larger.
 *
 * @param {LabelmeFile | LabelmeShape | readonly LabelmeShape[]} source
 * @param {LabelmeOptions} [options]
 * @returns {Promise<Mask>}
 */
export async function fromLabelme(source, options) {
  const given = readOptions('fromLabelme', options, ['rasterizer', ...SIZE_OPTIONS, ...SHAPE_OPTIONS]);
  const file = /** @type {any} */ (source);
  const shapes = Array.isArray(file) ? file : (file?.shapes ?? [file]);
  if (!Array.isArray(shapes)) {
    throw new MasklossError(
      'domain',
      'shapes',
      `fromLabelme: shapes is ${describe(shapes)}, must be an array of shapes`,
    );
  }
  const { width, height } = readSize('fromLabelme', given, { width: file?.imageWidth, height: file?.imageHeight });
  const painter = shapePainter('fromLabelme', width, height, given);
  for (const [i, shape] of shapes.entries()) {
    const field = `shapes[${i}]`;
    if (typeof shape !== 'object' || shape === null || !Array.isArray(shape.points)) {
      throw new MasklossError(
        'domain',
        field,
        `fromLabelme: ${field} is ${describe(shape)}, must be a shape with points`,
      );
    }
    const cover =
      shape.shape_type === 'mask'
        ? await placePatch(field, shape, width, height, given.maxPixels)
        : fillShape(field, shape, width, height, given.rasterizer);
    painter.paint(cover, shape.label);
  }
  return painter.mask();
}

/**
 * toLabelme writes one region of a mask as a shape of type mask, for the list of a file; `name` is its label. An empty region
 * has no box and is an error.
 *
 * @param {Mask} mask
 * @param {import('./region.js').PickOptions & {name?: string}} [options]
 * @returns {Promise<{label: string, points: [number, number][], group_id: null, description: string, shape_type: 'mask', flags: {}, mask: string}>}
 */
export async function toLabelme(mask, options) {
  const given = readOptions('toLabelme', options, ['name', ...PICK_OPTIONS]);
  const { bits, width } = regionOfMask('toLabelme', mask, given);
  const box = boxOf(bits, width);
  if (box === undefined) {
    throw new MasklossError('domain', 'mask', 'toLabelme: the region is empty, must have a pixel: leave the shape out');
  }
  const { left, top, right, bottom } = box;
  const size = { width: right - left + 1, height: bottom - top + 1 };
  const data = new Uint8Array(size.width * size.height);
  for (let y = 0; y < size.height; y++) {
    const from = (top + y) * width + left;
    data.set(bits.subarray(from, from + size.width), y * size.width);
  }
  const png = await encodePng({ ...size, depth: 8, data });
  return {
    label: given.name ?? '',
    points: [
      [left, top],
      [right, bottom],
    ],
    group_id: null,
    description: '',
    shape_type: 'mask',
    flags: {},
    mask: toBase64(png),
  };
}

/**
 * @param {string} field
 * @param {LabelmeShape} shape
 * @param {number} width
 * @param {number} height
 * @param {number | undefined} maxPixels
 */
async function placePatch(field, shape, width, height, maxPixels) {
  const [x1, y1, x2, y2] = readCorners(field, shape.points);
  const patch = await decodePng('fromLabelme', fromBase64(field, shape.mask), maxPixels);
  if (patch.channels !== 1) {
    throw new MasklossError(
      'domain',
      field,
      `fromLabelme: ${field} has a mask of ${patch.channels} channels, must have one`,
    );
  }
  const whole = [x1, y1, x2, y2].every(Number.isInteger);
  const columns = whole ? x2 - x1 + 1 : patch.width;
  const rows = whole ? y2 - y1 + 1 : patch.height;
  if (columns > patch.width || rows > patch.height || columns < 1 || rows < 1) {
    throw new MasklossError(
      'shape',
      field,
      `fromLabelme: ${field} has a mask of ${patch.width}x${patch.height}, must fill its box of ${columns}x${rows}`,
    );
  }
  const bits = new Uint8Array(width * height);
  const [left, top] = [roundHalfEven(x1), roundHalfEven(y1)];
  for (let y = Math.max(0, -top); y < Math.min(rows, height - top); y++) {
    for (let x = Math.max(0, -left); x < Math.min(columns, width - left); x++) {
      if (patch.data[y * patch.width + x]) bits[(top + y) * width + left + x] = 1;
    }
  }
  return bits;
}

/**
 * @param {string} field
 * @param {LabelmeShape} shape
 * @param {number} width
 * @param {number} height
 * @param {import('./polygons.js').Rasterizer | undefined} rasterizer
 */
function fillShape(field, shape, width, height, rasterizer) {
  switch (shape.shape_type) {
    case undefined:
    case null:
    case 'polygon':
    case 'oriented_rectangle':
      return fillPolygons('fromLabelme', [readRing('fromLabelme', field, shape.points)], width, height, rasterizer);
    case 'rectangle': {
      const [x1, y1, x2, y2] = readCorners(field, shape.points);
      return fillPolygons('fromLabelme', [[x1, y1, x2, y1, x2, y2, x1, y2]], width, height, rasterizer);
    }
    case 'circle': {
      const [cx, cy, x, y] = readCorners(field, shape.points);
      const radius = Math.hypot(x - cx, y - cy);
      return fillEllipse(width, height, { cx, cy, rx: radius, ry: radius });
    }
    default:
      throw new MasklossError(
        'domain',
        field,
        `fromLabelme: ${field} is ${describe(shape.shape_type)}, must be a mask, polygon, rectangle or circle: points and lines have no area`,
      );
  }
}

/**
 * @param {string} field
 * @param {readonly (readonly number[])[]} points
 * @returns {number[]} x1, y1, x2, y2
 */
function readCorners(field, points) {
  if (points.length !== 2 || points.some((point) => !Array.isArray(point) || point.length !== 2)) {
    throw new MasklossError(
      'length',
      field,
      `fromLabelme: ${field} has points ${describe(points)}, must be two of [x, y]`,
    );
  }
  return points.flat().map((v) => readFinite('fromLabelme', field, v));
}

/**
 * To the nearest whole number, halves to the even one, as NumPy rounds.
 *
 * @param {number} v
 */
function roundHalfEven(v) {
  const down = Math.floor(v);
  return v - down === 0.5 ? down + (down % 2 === 0 ? 0 : 1) : Math.round(v);
}

/**
 * @param {string} field
 * @param {unknown} text
 * @returns {Uint8Array<ArrayBuffer>}
 */
function fromBase64(field, text) {
  try {
    if (typeof text !== 'string') throw new TypeError(`it is ${describe(text)}`);
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  } catch (cause) {
    throw new MasklossError(
      'domain',
      field,
      `fromLabelme: ${field} has a mask that is no base64 (${/** @type {Error} */ (cause).message}), must be a PNG in base64`,
      { cause },
    );
  }
}

/** @param {Uint8Array} bytes */
function toBase64(bytes) {
  let binary = '';
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary);
}
