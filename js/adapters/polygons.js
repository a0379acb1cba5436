import { MasklossError } from '../error.js';
import { describe, oneOf, readFinite, readOptions, readSize } from './options.js';
import { fillRings, fillRingsAsCoco } from './rasterize.js';
import { maskOfRegion, PICK_OPTIONS, REGION_OPTIONS, regionOfMask } from './region.js';
import { traceOutlines } from './trace.js';

/**
 * @typedef {import('../mask.js').Mask} Mask
 *
 * @typedef {'evenodd' | 'nonzero' | 'coco'} Rasterizer
 *
 * @typedef {object} SizeOptions the size of the image
 * @property {number} [width]
 * @property {number} [height]
 * @property {readonly number[]} [shape] instead of both: [H, W], or the shape of the other mask
 * @property {number} [maxPixels] default 2^28
 *
 * @typedef {SizeOptions & import('./region.js').RegionOptions & {rasterizer?: Rasterizer}} PolygonOptions
 *
 * @typedef {readonly number[] | readonly (readonly number[])[] | readonly {x: number, y: number}[]} RingLike
 */

export const SIZE_OPTIONS = ['width', 'height', 'shape', 'maxPixels'];

/** @type {readonly Rasterizer[]} */
export const RASTERIZERS = ['evenodd', 'nonzero', 'coco'];

/**
 * fromPolygons fills rings, given as [x0, y0, x1, y1, ...] (COCO), as [[x, y], ...] or as [{x, y}, ...]; the last corner need
 * not repeat the first. One ring may stand without the outer list. No ring is an empty mask.
 *
 * `rasterizer`: `evenodd` (the default: pixel centres, a ring inside a ring is a hole), `nonzero` (pixel centres, as a canvas
 * fills), `coco` (bit for bit as pycocotools, rings united, holes lost). The part of a polygon outside the image is cut off.
 *
 * @param {RingLike | readonly RingLike[]} rings
 * @param {PolygonOptions} options
 * @returns {Mask}
 */
export function fromPolygons(rings, options) {
  const given = readOptions('fromPolygons', options, ['rasterizer', ...SIZE_OPTIONS, ...REGION_OPTIONS]);
  const { width, height } = readSize('fromPolygons', given);
  const bits = fillPolygons('fromPolygons', readRings('fromPolygons', rings), width, height, given.rasterizer);
  return maskOfRegion('fromPolygons', bits, width, height, given);
}

/**
 * toPolygons returns the outlines of one region of a mask along its pixel edges, as flat rings: outer rings clockwise on the
 * screen, holes the other way. fromPolygons with `evenodd` or `nonzero` gives back the same mask.
 *
 * @param {Mask} mask
 * @param {import('./region.js').PickOptions} [options]
 * @returns {number[][]}
 */
export function toPolygons(mask, options) {
  const { bits, width, height } = regionOfMask('toPolygons', mask, readOptions('toPolygons', options, PICK_OPTIONS));
  return traceOutlines(bits, width, height).map(({ ring }) => ring);
}

/**
 * @param {string} adapter
 * @param {readonly ArrayLike<number>[]} rings
 * @param {number} width
 * @param {number} height
 * @param {Rasterizer} [rasterizer]
 */
export function fillPolygons(adapter, rings, width, height, rasterizer = 'evenodd') {
  const rule = oneOf(adapter, 'rasterizer', rasterizer, RASTERIZERS);
  return rule === 'coco' ? fillRingsAsCoco(rings, width, height, adapter) : fillRings(rings, width, height, rule);
}

/**
 * @param {string} adapter
 * @param {unknown} rings
 * @returns {number[][]}
 */
function readRings(adapter, rings) {
  if (!Array.isArray(rings)) {
    throw new MasklossError('domain', 'rings', `${adapter}: rings is ${describe(rings)}, must be an array of rings`);
  }
  const single = typeof rings[0] === 'number' || isPoint(rings[0]);
  return (single ? [rings] : rings).map((ring, i) => readRing(adapter, `rings[${i}]`, ring));
}

/**
 * A ring as flat numbers: at least three corners, all finite.
 *
 * @param {string} adapter
 * @param {string} field
 * @param {unknown} ring
 * @returns {number[]}
 */
export function readRing(adapter, field, ring) {
  const corners =
    Array.isArray(ring) || (ArrayBuffer.isView(ring) && 'length' in ring)
      ? Array.from(/** @type {any} */ (ring))
      : undefined;
  if (corners === undefined) {
    throw new MasklossError('domain', field, `${adapter}: ${field} is ${describe(ring)}, must be an array of corners`);
  }
  const flat = isPoint(corners[0])
    ? corners.flatMap((point) => (isPoint(point) ? pair(point) : [Number.NaN]))
    : corners;
  if (flat.length % 2 !== 0 || flat.length < 6) {
    throw new MasklossError(
      'length',
      field,
      `${adapter}: ${field} has ${flat.length} numbers, must be x and y of at least three corners`,
    );
  }
  for (const v of flat) readFinite(adapter, field, v);
  return /** @type {number[]} */ (flat);
}

/** @param {unknown} value */
function isPoint(value) {
  return Array.isArray(value)
    ? value.length === 2 && typeof value[0] === 'number'
    : typeof value === 'object' && value !== null && 'x' in value && 'y' in value;
}

/** @param {any} point */
function pair(point) {
  return Array.isArray(point) ? point : [point.x, point.y];
}
