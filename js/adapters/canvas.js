import { MasklossError } from '../error.js';
import { readColors } from './color.js';
import { holdsLabels } from './form.js';
import { describe, readInteger, readOptions } from './options.js';
import { fromPixels, PIXEL_OPTIONS } from './pixels.js';
import { planeOf } from './plane.js';

/**
 * @typedef {import('../mask.js').Mask} Mask
 * @typedef {{data: Uint8ClampedArray | Uint8Array, width: number, height: number}} ImageDataLike
 *
 * @typedef {object} RowOrder
 * @property {boolean} [flipY] the rows of the image come from bottom to top, as WebGL reads them; those of the mask never do
 *
 * @typedef {import('./pixels.js').PixelOptions & import('./pixels.js').Destination & RowOrder} ImageOptions
 */

/**
 * fromCanvas reads a whole 2-d canvas at its own size.
 *
 * - `as: 'labels'` (the default): 1 where the channel is above `threshold` (default 0, so that any trace of paint counts), or
 *   the class of each exact colour with `colors`, or the channel itself as class id with `threshold: null`
 * - `as: 'probs'` or `'soft'`: channel / 255
 *
 * With `into` the numbers go into that array, which is the mask's data then.
 *
 * `channel` is alpha unless told otherwise. Browsers store colours premultiplied by alpha, so red, green and blue are exact
 * only where the canvas is opaque; alpha always is.
 *
 * @param {HTMLCanvasElement | OffscreenCanvas | CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D} canvas
 * @param {ImageOptions} [options]
 * @returns {Mask}
 */
export function fromCanvas(canvas, options) {
  return readImage('fromCanvas', imageOf(canvas), options);
}

/**
 * fromImageData reads an ImageData, or anything with `data` (RGBA, 8 bits), `width` and `height`, such as the segmentation map
 * of a TensorFlow.js model, or a pixelBuffer, which is read where it is. Options as for fromCanvas.
 *
 * @param {ImageDataLike} image
 * @param {ImageOptions} [options]
 * @returns {Mask}
 */
export function fromImageData(image, options) {
  return readImage('fromImageData', image, options);
}

/**
 * @param {string} adapter
 * @param {ImageDataLike} image
 * @param {ImageOptions | undefined} options
 */
function readImage(adapter, image, options) {
  const { flipY = false, ...given } = readOptions(adapter, options, [...PIXEL_OPTIONS, 'into', 'flipY']);
  if (typeof flipY !== 'boolean') {
    throw new MasklossError('option', 'flipY', `${adapter}: flipY is ${describe(flipY)}, must be true or false`);
  }
  const data = image?.data;
  if (!(data instanceof Uint8ClampedArray) && !(data instanceof Uint8Array)) {
    throw new MasklossError(
      'domain',
      'data',
      `${adapter}: data is ${describe(data)}, must be the Uint8ClampedArray of an ImageData`,
    );
  }
  const width = readInteger(adapter, 'width', image.width, 1, 2 ** 31 - 1, 'shape');
  const height = readInteger(adapter, 'height', image.height, 1, 2 ** 31 - 1, 'shape');
  const as = given.as ?? 'labels';
  const byColor = given.colors !== undefined;
  const mask = fromPixels(
    adapter,
    { data, width, height, channels: 4, max: 255 },
    {
      ...given,
      as,
      channel: given.channel ?? (byColor ? undefined : 'alpha'),
      threshold: given.threshold === undefined && as === 'labels' && !byColor ? 0 : given.threshold,
    },
  );
  if (flipY) flipRows(mask.data, width);
  return mask;
}

/** @param {Mask['data']} data @param {number} width */
function flipRows(data, width) {
  const row = data.slice(0, width);
  for (let top = 0, bottom = data.length - width; top < bottom; top += width, bottom -= width) {
    row.set(data.subarray(top, top + width));
    data.copyWithin(top, bottom, bottom + width);
    data.set(row, bottom);
  }
}

/**
 * @param {any} canvas
 * @returns {ImageDataLike}
 */
function imageOf(canvas) {
  const context =
    typeof canvas?.getImageData === 'function' ? canvas : canvas?.getContext?.('2d', { willReadFrequently: true });
  if (typeof context?.getImageData !== 'function') {
    throw new MasklossError(
      'domain',
      'canvas',
      `fromCanvas: canvas is ${describe(canvas)}, must be a canvas with a 2d context, or the context: draw a webgl canvas onto one first, or read its pixels into a pixelBuffer`,
    );
  }
  const { width, height } = context.canvas;
  if (!(width > 0 && height > 0)) {
    throw new MasklossError(
      'shape',
      'canvas',
      `fromCanvas: canvas is ${width}x${height}, must have at least one pixel`,
    );
  }
  try {
    return context.getImageData(0, 0, width, height);
  } catch (cause) {
    throw new MasklossError(
      'domain',
      'canvas',
      `fromCanvas: canvas cannot be read (${/** @type {Error} */ (cause).message}), must hold no image of another site without CORS`,
      { cause },
    );
  }
}

/**
 * toImageData draws a mask: an ImageData where the host has one, else an object with `data`, `width` and `height`.
 *
 * Labels take the colours of `colors`; without them label 1 is opaque white and the rest transparent, and other labels are an
 * error. Probabilities become the alpha of white, or of the one colour in `colors`. What fromCanvas or fromImageData read comes
 * back as it was. Of several planes `plane` chooses one, counted in memory order.
 *
 * @param {Mask} mask
 * @param {{colors?: import('./color.js').ColorMap, plane?: number}} [options]
 * @returns {ImageData | ImageDataLike}
 */
export function toImageData(mask, options) {
  const { colors, plane } = readOptions('toImageData', options, ['colors', 'plane']);
  const { values, width, height } = planeOf('toImageData', mask, plane);
  const data = new Uint8ClampedArray(width * height * 4);
  if (holdsLabels(mask)) paintLabels(data, values, width, colors);
  else paintProbabilities(data, values, mask.form, colors);
  return typeof ImageData === 'function' ? new ImageData(data, width, height) : { data, width, height };
}

/**
 * @param {Uint8ClampedArray} data
 * @param {ArrayLike<number>} labels
 * @param {number} width
 * @param {import('./color.js').ColorMap | undefined} colors
 */
function paintLabels(data, labels, width, colors) {
  const color = new Map(
    colors === undefined
      ? [
          [0, [0, 0, 0, 0]],
          [1, [255, 255, 255, 255]],
        ]
      : readColors('toImageData', colors),
  );
  // A pixel is one number, looked up where the label is another than that of the pixel before.
  const pixels = new Uint32Array(data.buffer);
  const pixel = new Uint32Array(1);
  const rgba = new Uint8Array(pixel.buffer);
  let word = 0;
  for (let i = 0; i < labels.length; i++) {
    if (i === 0 || labels[i] !== labels[i - 1]) {
      const of = color.get(labels[i]);
      if (of === undefined) {
        throw new MasklossError(
          'label',
          'colors',
          `toImageData: pixel (${i % width}, ${Math.floor(i / width)}) has label ${labels[i]}, must have a colour in colors`,
        );
      }
      rgba.set(of);
      word = pixel[0];
    }
    pixels[i] = word;
  }
}

/**
 * @param {Uint8ClampedArray} data
 * @param {ArrayLike<number>} values
 * @param {string | undefined} form
 * @param {import('./color.js').ColorMap | undefined} colors
 */
function paintProbabilities(data, values, form, colors) {
  const listed = colors === undefined ? [] : readColors('toImageData', colors);
  if (listed.length > 1) {
    throw new MasklossError(
      'option',
      'colors',
      `toImageData: colors has ${listed.length} colours, must have one for probabilities`,
    );
  }
  if (form === 'logits') {
    throw new MasklossError(
      'domain',
      'mask',
      'toImageData: mask holds logits, must hold labels or probabilities: apply the sigmoid or softmax first',
    );
  }
  const [r, g, b] = listed[0]?.[1] ?? [255, 255, 255];
  for (let i = 0; i < values.length; i++) {
    const p = values[i];
    if (!(p >= 0 && p <= 1)) {
      throw new MasklossError('domain', 'mask', `toImageData: data[${i}] is ${p}, must be in [0, 1]`);
    }
    data[4 * i] = r;
    data[4 * i + 1] = g;
    data[4 * i + 2] = b;
    data[4 * i + 3] = Math.round(255 * p);
  }
}
