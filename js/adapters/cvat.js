import { MasklossError } from '../error.js';
import { fillRuns } from './cocoRLE.js';
import { describe, oneOf, readInteger, readOptions, readSize } from './options.js';
import { SIZE_OPTIONS } from './polygons.js';
import { maskOfRegion, PICK_OPTIONS, REGION_OPTIONS, regionOfMask } from './region.js';

/**
 * CVAT masks: row after row of a box, the lengths of runs of 0, 1, 0, 1, ... In the canvas and the server the box follows the
 * runs as left, top, right, bottom, the last two inclusive; an empty mask is [0, 0, 0, 0, 0]. In the XML export the runs are
 * the text of `rle`, and the box has `left`, `top`, `width`, `height`. Neither is COCO RLE.
 *
 * @typedef {readonly number[]} CvatPoints
 * @typedef {{rle: string, left: number | string, top: number | string, width: number | string, height: number | string}} CvatXMLMask
 * @typedef {import('../mask.js').Mask} Mask
 */

/**
 * fromCvat reads the `points` of a CVAT mask, or the attributes of a `<mask>` of its XML, into an image of the given size.
 *
 * @param {CvatPoints | CvatXMLMask} source
 * @param {import('./polygons.js').SizeOptions & import('./region.js').RegionOptions} options
 * @returns {Mask}
 */
export function fromCvat(source, options) {
  const given = readOptions('fromCvat', options, [...SIZE_OPTIONS, ...REGION_OPTIONS]);
  const { width, height } = readSize('fromCvat', given);
  const { runs, left, top, right, bottom } =
    Array.isArray(source) || ArrayBuffer.isView(source)
      ? readPoints(/** @type {CvatPoints} */ (source))
      : readXML(/** @type {CvatXMLMask} */ (source));
  const bits = new Uint8Array(width * height);
  // The empty mask of CVAT states a box of one pixel and a run of none.
  if (runs.length === 1 && runs[0] === 0) return maskOfRegion('fromCvat', bits, width, height, given);
  if (left < 0 || top < 0 || right < left || bottom < top || right >= width || bottom >= height) {
    throw new MasklossError(
      'shape',
      'points',
      `fromCvat: the box is [${left}, ${top}, ${right}, ${bottom}], must lie in the image of ${width}x${height}`,
    );
  }
  const boxWidth = right - left + 1;
  const box = fillRuns('fromCvat', 'points', runs, boxWidth * (bottom - top + 1));
  for (let y = top, i = 0; y <= bottom; y++, i += boxWidth) {
    bits.set(box.subarray(i, i + boxWidth), y * width + left);
  }
  return maskOfRegion('fromCvat', bits, width, height, given);
}

/**
 * toCvat writes one region of a mask as `points`, or with `variant: 'xml'` as the attributes of a `<mask>`; the box is the
 * smallest there is.
 *
 * @template {'points' | 'xml'} [V='points']
 * @param {Mask} mask
 * @param {import('./region.js').PickOptions & {variant?: V}} [options]
 * @returns {V extends 'xml' ? {rle: string, left: number, top: number, width: number, height: number} : number[]}
 */
export function toCvat(mask, options) {
  const given = readOptions('toCvat', options, ['variant', ...PICK_OPTIONS]);
  const variant = oneOf('toCvat', 'variant', given.variant ?? 'points', ['points', 'xml']);
  const { bits, width } = regionOfMask('toCvat', mask, given);
  const { left, top, right, bottom } = boxOf(bits, width) ?? { left: 0, top: 0, right: 0, bottom: 0 };
  /** @type {number[]} */
  const runs = [];
  let value = 0;
  let run = 0;
  for (let y = top; y <= bottom; y++) {
    for (let x = left; x <= right; x++) {
      const bit = bits[y * width + x];
      if (bit !== value) {
        runs.push(run);
        run = 0;
        value = bit;
      }
      run++;
    }
  }
  // Only the empty mask ends up without a pixel of the region, and CVAT writes its one run as 0.
  runs.push(runs.length === 0 ? 0 : run);
  const result =
    variant === 'xml'
      ? { rle: runs.join(', '), left, top, width: right - left + 1, height: bottom - top + 1 }
      : [...runs, left, top, right, bottom];
  return /** @type {any} */ (result);
}

/**
 * The smallest box around the pixels that are set, edges inclusive.
 *
 * @param {Uint8Array} bits
 * @param {number} width
 */
export function boxOf(bits, width) {
  const first = bits.indexOf(1);
  if (first < 0) return undefined;
  const top = Math.floor(first / width);
  const bottom = Math.floor(bits.lastIndexOf(1) / width);
  let left = width;
  let right = 0;
  for (let y = top; y <= bottom; y++) {
    const row = bits.subarray(y * width, (y + 1) * width);
    const start = row.indexOf(1);
    if (start < 0) continue;
    left = Math.min(left, start);
    right = Math.max(right, row.lastIndexOf(1));
  }
  return { left, top, right, bottom };
}

/** @param {CvatPoints} points */
function readPoints(points) {
  const values = Array.from(points);
  if (values.length < 5) {
    throw new MasklossError(
      'length',
      'points',
      `fromCvat: points has ${values.length} values, must be at least 5: runs, then left, top, right, bottom`,
    );
  }
  const [left, top, right, bottom] = values
    .splice(-4)
    .map((v) => readInteger('fromCvat', 'points', v, 0, 2 ** 31 - 1, 'domain'));
  return { runs: values, left, top, right, bottom };
}

/** @param {CvatXMLMask} source */
function readXML(source) {
  if (typeof source?.rle !== 'string') {
    throw new MasklossError(
      'domain',
      'points',
      `fromCvat: points is ${describe(source)}, must be an array of points, or { rle, left, top, width, height }`,
    );
  }
  const runs = source.rle.split(',').map((text) => wholeNumber('rle', text));
  const left = wholeNumber('left', source.left);
  const top = wholeNumber('top', source.top);
  const width = wholeNumber('width', source.width);
  const height = wholeNumber('height', source.height);
  return { runs, left, top, right: left + width - 1, bottom: top + height - 1 };
}

/**
 * @param {string} field
 * @param {unknown} text a number, or its digits as XML has them
 */
function wholeNumber(field, text) {
  const digits = String(text).trim();
  if (!/^\d{1,10}$/.test(digits)) {
    throw new MasklossError('domain', field, `fromCvat: ${field} has ${describe(text)}, must be a whole number`);
  }
  return Number(digits);
}
