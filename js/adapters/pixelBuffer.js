import { MasklossError } from '../error.js';
import { readInteger } from './options.js';
import { roomFor } from './room.js';

/** Pixels at a time: their bits, a page, stay in the first cache. */
const TURN = 4096;

/** What a memory of 4 GiB has room for. */
const MAX_COUNT = 2 ** 30 - 2 * TURN;

/**
 * pixelBuffer makes room for the RGBA pixels of an image where the kernels read them: what is written into its `data` need not be
 * copied before fromImageData reads it. WebGL's `readPixels` and the `copyTo` of a VideoFrame write there, and `data.set` where
 * the pixels are in an array already. It is an image like any other besides: 8 bits, zero at first, not premultiplied unless what
 * was written is.
 *
 * Make one for a canvas and keep it, as browsers set aside much address space for each.
 *
 * @param {number} width
 * @param {number} height
 * @returns {{data: Uint8ClampedArray<ArrayBuffer>, width: number, height: number}}
 */
export function pixelBuffer(width, height) {
  readInteger('pixelBuffer', 'width', width, 1, MAX_COUNT, 'shape');
  readInteger('pixelBuffer', 'height', height, 1, Math.floor(MAX_COUNT / width), 'shape');
  return { data: dataFor(width * height), width, height };
}

/** @param {number} count of pixels */
function dataFor(count) {
  try {
    // Where WebAssembly is not to be had, any memory will do.
    return typeof WebAssembly === 'object' ? roomFor(count, TURN).pixels : new Uint8ClampedArray(4 * count);
  } catch (cause) {
    throw new MasklossError(
      'memory',
      'width',
      `pixelBuffer: ${count} pixels take ${4 * count} bytes, must be as many as can be had: give up buffers that are not needed`,
      { cause },
    );
  }
}
