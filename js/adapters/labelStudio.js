import { MasklossError } from '../error.js';
import { bitReader, bitWriter } from './bits.js';
import { fillEllipse } from './ellipse.js';
import { checkProbabilities, checkThreshold, holdsLabels } from './form.js';
import { describe, readFinite, readOptions, readSize } from './options.js';
import { planeOf } from './plane.js';
import { fillPolygons, readRing, SIZE_OPTIONS } from './polygons.js';
import { PICK_OPTIONS, regionOfMask } from './region.js';
import { SHAPE_OPTIONS, shapePainter } from './shapes.js';

/**
 * Label Studio: a brush is the run lengths of the RGBA bytes of the whole image, all four equal to the alpha of the paint, 0 to
 * 255. The stream, highest bit first: 32 bits the number of words, 5 the bits per word - 1, four times 4 the bits of a run
 * length - 1; then runs: 1 bit whether one word repeats or words follow, 2 bits which of the four run lengths, the length - 1,
 * the word or words. Polygons, rectangles and ellipses are in percent of the image.
 *
 * @typedef {import('../mask.js').Mask} Mask
 *
 * @typedef {object} LabelStudioResult one region of an annotation; other results (choices, texts) are passed over
 * @property {string} [type]
 * @property {number} [original_width]
 * @property {number} [original_height]
 * @property {{[key: string]: any}} value
 *
 * @typedef {import('./polygons.js').SizeOptions & import('./shapes.js').ShapeOptions & {threshold?: number, rasterizer?: import('./polygons.js').Rasterizer}} LabelStudioOptions
 */

const RUN_BITS = [3, 4, 8, 16];

/**
 * fromLabelStudio reads the `rle` of a brush (then the size is needed), one result, or all the results of an annotation.
 *
 * A brush pixel counts as soon as its alpha is above `threshold`, 0 by default; as probs or soft it is alpha / 255.
 * `labels` maps the names of the labelling interface to classes.
 *
 * @param {ArrayLike<number> | LabelStudioResult | readonly LabelStudioResult[]} source
 * @param {LabelStudioOptions} [options]
 * @returns {Mask}
 */
export function fromLabelStudio(source, options) {
  const given = readOptions('fromLabelStudio', options, ['threshold', 'rasterizer', ...SIZE_OPTIONS, ...SHAPE_OPTIONS]);
  const soft = given.as === 'probs' || given.as === 'soft';
  const threshold = given.threshold ?? 0;
  checkThreshold('fromLabelStudio', threshold);
  if (soft && given.threshold !== undefined) {
    throw new MasklossError(
      'option',
      'threshold',
      `fromLabelStudio: threshold is given, must be left out for as: '${given.as}'`,
    );
  }
  const results = readResults(source);
  const sized = results.find((result) => result.original_width !== undefined);
  const { width, height } = readSize('fromLabelStudio', given, {
    width: sized?.original_width,
    height: sized?.original_height,
  });
  const painter = shapePainter('fromLabelStudio', width, height, given);
  for (const result of results) {
    readSize(
      'fromLabelStudio',
      { width, height, maxPixels: given.maxPixels },
      { width: result.original_width, height: result.original_height },
    );
    const cover = coverOf(result.value, width, height, given.rasterizer);
    painter.paint(
      soft ? cover : cover.map((a) => (a > threshold ? 1 : 0)),
      given.labels === undefined ? undefined : nameOf(result),
      255,
    );
  }
  return painter.mask();
}

/**
 * toLabelStudio writes a mask as one brush result; add `from_name`, `to_name` and an id to import it. A region of labels
 * becomes alpha 255; probabilities become alpha 255 p, unless `threshold` makes a region of them. `name` is its label.
 *
 * @param {Mask} mask
 * @param {import('./region.js').PickOptions & {name?: string}} [options]
 * @returns {{original_width: number, original_height: number, image_rotation: 0, type: 'brushlabels', value: {format: 'rle', rle: number[], brushlabels: string[]}}}
 */
export function toLabelStudio(mask, options) {
  const given = readOptions('toLabelStudio', options, ['name', ...PICK_OPTIONS]);
  const soft = !holdsLabels(mask) && given.threshold === undefined && mask.form !== 'logits';
  const { alpha, width, height } = soft ? softAlpha(mask, given) : hardAlpha(mask, given);
  return {
    original_width: width,
    original_height: height,
    image_rotation: 0,
    type: 'brushlabels',
    value: { format: 'rle', rle: packAlpha(alpha), brushlabels: given.name === undefined ? [] : [given.name] },
  };
}

/**
 * @param {Mask} mask
 * @param {import('./region.js').PickOptions} options
 */
function hardAlpha(mask, options) {
  const { bits, width, height } = regionOfMask('toLabelStudio', mask, options);
  return { alpha: bits.map((bit) => bit * 255), width, height };
}

/**
 * @param {Mask} mask
 * @param {import('./region.js').PickOptions} options
 */
function softAlpha(mask, { plane, label }) {
  if (label !== undefined) {
    throw new MasklossError('option', 'label', 'toLabelStudio: label is given, must be left out for probabilities');
  }
  const { values, width, height } = planeOf('toLabelStudio', mask, plane);
  checkProbabilities('toLabelStudio', values);
  return { alpha: Uint8Array.from(values, (p) => Math.round(255 * p)), width, height };
}

/**
 * The stream of a whole image. Every pixel is four equal words, so that nothing but repeats ever occurs.
 *
 * @param {Uint8Array} alpha
 * @returns {number[]}
 */
function packAlpha(alpha) {
  const { bytes, write } = bitWriter();
  write(4 * alpha.length, 32);
  write(8 - 1, 5);
  for (const bits of RUN_BITS) write(bits - 1, 4);
  for (let i = 0; i < alpha.length; ) {
    const from = i;
    while (i < alpha.length && alpha[i] === alpha[from]) i++;
    for (let left = 4 * (i - from); left > 0; ) {
      const run = Math.min(left, 2 ** 16);
      const size = RUN_BITS.findIndex((bits) => run <= 2 ** bits);
      write(1, 1);
      write(size, 2);
      write(run - 1, RUN_BITS[size]);
      write(alpha[from], 8);
      left -= run;
    }
  }
  return bytes;
}

/**
 * The alpha of every pixel: each fourth word.
 *
 * @param {ArrayLike<number>} bytes
 * @param {number} width
 * @param {number} height
 * @returns {Uint8Array}
 */
function unpackAlpha(bytes, width, height) {
  const { read } = bitReader('fromLabelStudio', bytes);
  const words = read(32);
  const wordBits = read(5) + 1;
  const runBits = RUN_BITS.map(() => read(4) + 1);
  if (words !== 4 * width * height) {
    throw new MasklossError(
      'shape',
      'rle',
      `fromLabelStudio: rle holds ${words} words, must be ${4 * width * height}, four for each pixel of ${width}x${height}`,
    );
  }
  if (wordBits !== 8) {
    throw new MasklossError('domain', 'rle', `fromLabelStudio: rle has words of ${wordBits} bits, must be 8`);
  }
  const alpha = new Uint8Array(width * height);
  for (let at = 0; at < words; ) {
    const repeat = read(1) === 1;
    const end = at + read(runBits[read(2)]) + 1;
    if (end > words) {
      throw new MasklossError(
        'length',
        'rle',
        `fromLabelStudio: rle has a run up to word ${end}, must end at ${words}`,
      );
    }
    // Word i is an alpha if i % 4 is 3; pixel p begins at word 4 p.
    if (repeat) alpha.fill(read(8), at >> 2, end >> 2);
    else {
      for (let i = at; i < end; i++) {
        const word = read(8);
        if ((i & 3) === 3) alpha[i >> 2] = word;
      }
    }
    at = end;
  }
  return alpha;
}

/**
 * How much of each pixel a region covers, 0 to 255.
 *
 * @param {{[key: string]: any}} value
 * @param {number} width
 * @param {number} height
 * @param {import('./polygons.js').Rasterizer | undefined} rasterizer
 * @returns {Uint8Array}
 */
function coverOf(value, width, height, rasterizer) {
  if (value.rle !== undefined) return unpackAlpha(readBytes(value.rle), width, height);
  return fillShape(value, width, height, rasterizer).map((bit) => bit * 255);
}

/**
 * @param {{[key: string]: any}} value
 * @param {number} width
 * @param {number} height
 * @param {import('./polygons.js').Rasterizer | undefined} rasterizer
 */
function fillShape(value, width, height, rasterizer) {
  const number = (/** @type {string} */ key) => readFinite('fromLabelStudio', key, value[key]);
  const turn = value.rotation === undefined ? 0 : (number('rotation') * Math.PI) / 180;
  if (value.points !== undefined) {
    const ring = readRing('fromLabelStudio', 'points', value.points);
    return fillPolygons(
      'fromLabelStudio',
      [ring.map((v, i) => (v / 100) * (i % 2 ? height : width))],
      width,
      height,
      rasterizer,
    );
  }
  if (value.radiusX !== undefined) {
    const [cx, rx] = [number('x'), number('radiusX')].map((v) => (v / 100) * width);
    const [cy, ry] = [number('y'), number('radiusY')].map((v) => (v / 100) * height);
    return fillEllipse(width, height, { cx, cy, rx, ry, angle: turn });
  }
  if (value.width !== undefined && value.height !== undefined) {
    const [x, w] = [number('x'), number('width')].map((v) => (v / 100) * width);
    const [y, h] = [number('y'), number('height')].map((v) => (v / 100) * height);
    // A rectangle turns about its top left corner.
    const [cos, sin] = [Math.cos(turn), Math.sin(turn)];
    const ring = [
      [0, 0],
      [w, 0],
      [w, h],
      [0, h],
    ].flatMap(([dx, dy]) => [x + dx * cos - dy * sin, y + dx * sin + dy * cos]);
    return fillPolygons('fromLabelStudio', [ring], width, height, rasterizer);
  }
  throw new MasklossError(
    'domain',
    'value',
    `fromLabelStudio: value has ${Object.keys(value).join(', ')}, must be a brush, polygon, rectangle or ellipse: points and lines have no area`,
  );
}

/**
 * @param {unknown} source
 * @returns {LabelStudioResult[]}
 */
function readResults(source) {
  const list = Array.isArray(source) && typeof source[0] !== 'number' ? source : undefined;
  if (list === undefined && (Array.isArray(source) || ArrayBuffer.isView(source))) return [{ value: { rle: source } }];
  const results = list ?? [source];
  for (const [i, result] of results.entries()) {
    if (typeof result?.value !== 'object' || result.value === null) {
      throw new MasklossError(
        'domain',
        `results[${i}]`,
        `fromLabelStudio: results[${i}] is ${describe(result)}, must be a result with a value, or the rle of a brush`,
      );
    }
  }
  return results.filter((result) => isRegion(result.value));
}

/** @param {{[key: string]: any}} value */
function isRegion(value) {
  return ['rle', 'points', 'radiusX', 'x', 'vertices'].some((key) => value[key] !== undefined);
}

/**
 * @param {unknown} rle
 * @returns {ArrayLike<number>}
 */
function readBytes(rle) {
  if (rle instanceof Uint8Array || rle instanceof Uint8ClampedArray) return rle;
  if (!Array.isArray(rle)) {
    throw new MasklossError('domain', 'rle', `fromLabelStudio: rle is ${describe(rle)}, must be an array of bytes`);
  }
  const wrong = rle.findIndex((byte) => !(Number.isInteger(byte) && byte >= 0 && byte <= 255));
  if (wrong >= 0) {
    throw new MasklossError(
      'domain',
      'rle',
      `fromLabelStudio: rle[${wrong}] is ${describe(rle[wrong])}, must be a byte`,
    );
  }
  return rle;
}

/**
 * The one label of a region: it stands in the value under a key such as brushlabels or polygonlabels.
 *
 * @param {LabelStudioResult} result
 * @returns {string | undefined}
 */
function nameOf({ value }) {
  const key = Object.keys(value).find((k) => k.endsWith('labels') && Array.isArray(value[k]));
  const names = key === undefined ? [] : value[key];
  if (names.length > 1) {
    throw new MasklossError(
      'label',
      'labels',
      `fromLabelStudio: a region is named ${names.join(' and ')}, must have one label`,
    );
  }
  return names[0];
}
