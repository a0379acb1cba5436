import { MasklossError } from '../error.js';
import { fillEllipse } from './ellipse.js';
import { describe, readFinite, readOptions, readSize } from './options.js';
import { fillPolygons, readRing, SIZE_OPTIONS } from './polygons.js';
import { PICK_OPTIONS, regionOfMask } from './region.js';
import { SHAPE_OPTIONS, shapePainter } from './shapes.js';
import { traceParts } from './trace.js';

/**
 * VGG Image Annotator 2: a region is `{ shape_attributes, region_attributes }`, the shape a polygon (`all_points_x`,
 * `all_points_y`), rect (`x`, `y`, `width`, `height`), circle (`cx`, `cy`, `r`) or ellipse (`cx`, `cy`, `rx`, `ry`, `theta` in
 * radians), in pixels; the class is one of the region attributes.
 *
 * @typedef {{shape_attributes: {[key: string]: any}, region_attributes?: {[key: string]: any}}} ViaRegion
 * @typedef {import('../mask.js').Mask} Mask
 *
 * @typedef {import('./polygons.js').SizeOptions & import('./shapes.js').ShapeOptions & {attribute?: string, rasterizer?: import('./polygons.js').Rasterizer}} ViaOptions
 *   attribute: which region attribute names the class, needed with labels
 */

/**
 * fromVia reads one region, a list of them, or the metadata of an image (`{ regions }`).
 *
 * @param {ViaRegion | readonly ViaRegion[] | {regions: readonly ViaRegion[] | {[key: string]: ViaRegion}}} source
 * @param {ViaOptions} options
 * @returns {Mask}
 */
export function fromVia(source, options) {
  const given = readOptions('fromVia', options, ['attribute', 'rasterizer', ...SIZE_OPTIONS, ...SHAPE_OPTIONS]);
  const { width, height } = readSize('fromVia', given);
  if ((given.labels === undefined) !== (given.attribute === undefined)) {
    throw new MasklossError('option', 'attribute', 'fromVia: labels or attribute is missing, must be given together');
  }
  const painter = shapePainter('fromVia', width, height, given);
  for (const [i, region] of readRegions(source).entries()) {
    const cover = fillShape(`regions[${i}]`, region?.shape_attributes, width, height, given.rasterizer);
    painter.paint(cover, given.attribute === undefined ? undefined : nameOf(region, given.attribute));
  }
  return painter.mask();
}

/**
 * toVia writes one region of a mask as polygons along its pixel edges, one for each part. VIA has no holes: a polygon goes
 * from its outer ring to each hole and back along the same line, which fills the same pixels. `attributes` are set on each.
 *
 * @param {Mask} mask
 * @param {import('./region.js').PickOptions & {attributes?: {[key: string]: string}}} [options]
 * @returns {{shape_attributes: {name: 'polygon', all_points_x: number[], all_points_y: number[]}, region_attributes: {[key: string]: string}}[]}
 */
export function toVia(mask, options) {
  const given = readOptions('toVia', options, ['attributes', ...PICK_OPTIONS]);
  const { bits, width, height } = regionOfMask('toVia', mask, given);
  return traceParts(bits, width, height).map(({ outer, holes }) => {
    const ring = [...outer];
    if (holes.length > 0) ring.push(outer[0], outer[1]);
    for (const hole of holes) ring.push(...hole, hole[0], hole[1], outer[0], outer[1]);
    return {
      shape_attributes: {
        name: /** @type {const} */ ('polygon'),
        all_points_x: ring.filter((_, i) => i % 2 === 0),
        all_points_y: ring.filter((_, i) => i % 2 === 1),
      },
      region_attributes: { ...given.attributes },
    };
  });
}

/**
 * @param {any} source
 * @returns {ViaRegion[]}
 */
function readRegions(source) {
  const regions = source?.regions ?? source;
  if (Array.isArray(regions)) return regions;
  if (typeof regions === 'object' && regions !== null)
    return 'shape_attributes' in regions ? [regions] : Object.values(regions);
  throw new MasklossError(
    'domain',
    'regions',
    `fromVia: regions is ${describe(source)}, must be a region, a list of regions, or { regions }`,
  );
}

/**
 * @param {string} field
 * @param {any} shape
 * @param {number} width
 * @param {number} height
 * @param {import('./polygons.js').Rasterizer | undefined} rasterizer
 */
function fillShape(field, shape, width, height, rasterizer) {
  const number = (/** @type {string} */ key) => readFinite('fromVia', `${field}.${key}`, shape[key]);
  switch (shape?.name) {
    case 'polygon': {
      const [xs, ys] = [shape.all_points_x, shape.all_points_y];
      if (!Array.isArray(xs) || !Array.isArray(ys) || xs.length !== ys.length) {
        throw new MasklossError(
          'length',
          field,
          `fromVia: ${field} has all_points_x ${describe(xs)} and all_points_y ${describe(ys)}, must be arrays of one length`,
        );
      }
      const ring = readRing(
        'fromVia',
        field,
        xs.flatMap((x, i) => [x, ys[i]]),
      );
      return fillPolygons('fromVia', [ring], width, height, rasterizer);
    }
    case 'rect': {
      const [x, y, right, bottom] = [
        number('x'),
        number('y'),
        number('x') + number('width'),
        number('y') + number('height'),
      ];
      return fillPolygons('fromVia', [[x, y, right, y, right, bottom, x, bottom]], width, height, rasterizer);
    }
    case 'circle':
      return fillEllipse(width, height, { cx: number('cx'), cy: number('cy'), rx: number('r'), ry: number('r') });
    case 'ellipse':
      return fillEllipse(width, height, {
        cx: number('cx'),
        cy: number('cy'),
        rx: number('rx'),
        ry: number('ry'),
        angle: shape.theta === undefined ? 0 : number('theta'),
      });
    default:
      throw new MasklossError(
        'domain',
        field,
        `fromVia: ${field} is ${describe(shape?.name)}, must be a polygon, rect, circle or ellipse: points and lines have no area`,
      );
  }
}

/**
 * @param {ViaRegion} region
 * @param {string} attribute
 * @returns {string | undefined}
 */
function nameOf(region, attribute) {
  const value = region.region_attributes?.[attribute];
  if (typeof value !== 'object' || value === null) return value === undefined ? undefined : String(value);
  // A checkbox attribute is an object of the boxes that are ticked.
  const ticked = Object.keys(value).filter((key) => value[key]);
  if (ticked.length > 1) {
    throw new MasklossError(
      'label',
      'labels',
      `fromVia: a region is named ${ticked.join(' and ')}, must have one label`,
    );
  }
  return ticked[0];
}
