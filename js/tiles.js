/**
 * An input cut into tiles: pixels of one image that follow each other, in a buffer of their own. What is a sum does not ask where
 * a pixel is, nor how many there are: to a worker a tile is an input of as many images and classes but fewer pixels, of which
 * only those of one image are scored.
 */

import { MasklossError } from './error.js';
import { product, TYPES, typeOf } from './input.js';

/**
 * @typedef {import('./input.js').CheckedInput} CheckedInput
 * @typedef {import('./input.js').Elements} Elements
 *
 * An array of an input: prediction, target or weight.
 *
 * @typedef {{type: 'f32' | 'u8' | 'u16' | 'i32', planes: number}} Part `planes` of each image
 *
 * An input without its pixels.
 *
 * @typedef {Omit<CheckedInput, 'prediction' | 'target' | 'weight'> & {parts: Part[]}} Frame
 *
 * @typedef {object} Tile
 * @property {number} image
 * @property {number} from first pixel in its image
 * @property {number} pixels
 * @property {ArrayBuffer | SharedArrayBuffer} buffer the parts, one after the other
 *
 * @typedef {{from: number, pixels: number}} Range of pixels of an image
 *
 * A tile on its way back: shared memory has never left.
 *
 * @typedef {Omit<Tile, 'buffer'> & {buffer?: ArrayBuffer}} Returned
 */

/** Pixels of a block: the losses go by these, see package losses. */
export const BLOCK = 1024;

/** Bytes of a tile: they stay in the cache of a core between their copy and their score, and are worth a message. */
export const TILE_BYTES = 2 ** 22;

const ALIGN = 8;

/** @param {Frame} frame */
export function pixelsOf({ shape: [, , ...sizes] }) {
  return product(sizes);
}

/**
 * Whether the target is of the prediction's sizes. What is not can be no tile, and no input either.
 *
 * @param {CheckedInput} input
 */
export function fits({ shape, targetShape }) {
  const [images, classes, ...sizes] = shape;
  const depth = sizes.length === 3 ? sizes[0] : 1;
  // In two dimensions the depth of one may be left out.
  const between = [[depth], [classes, depth], ...(depth === 1 ? [[], [classes]] : [])];
  return between.some((some) => String([images, ...some, ...sizes.slice(-2)]) === String(targetShape));
}

/** @param {CheckedInput} input @returns {Elements[]} */
export function arraysOf({ prediction, target, weight }) {
  return weight ? [prediction, target, weight] : [prediction, target];
}

/** @param {CheckedInput} input @returns {Frame} */
export function frameOf(input) {
  const { prediction, target, weight, ...frame } = input;
  const pixels = product(input.shape) / input.shape[1];
  const parts = arraysOf(input).map((data) => ({
    type: /** @type {Part['type']} */ (typeOf(data)),
    planes: data.length / pixels,
  }));
  return { ...frame, parts };
}

/**
 * The frame of a tile of so many pixels. All of them are in one row.
 *
 * @param {Frame} frame
 * @param {number} pixels
 * @returns {Frame}
 */
export function narrow(frame, pixels) {
  const [images, classes] = frame.shape;
  const { planes } = frame.parts[1];
  const perClass = frame.kind === 'soft' || planes > 1;
  return {
    ...frame,
    shape: [images, classes, 1, pixels],
    targetShape: perClass ? [images, planes, 1, pixels] : [images, 1, pixels],
  };
}

/** The frame of one of its images. @param {Frame} frame @returns {Frame} */
export function single({ shape: [, ...sizes], targetShape: [, ...targetSizes], ...frame }) {
  return { ...frame, shape: [1, ...sizes], targetShape: [1, ...targetSizes] };
}

/**
 * Where the tiles of a frame are. They are of the same size but for the last of each image, and at least as many as wanted
 * where there are blocks enough.
 *
 * @param {Frame} frame
 * @param {number} wanted
 * @returns {{image: number, from: number, pixels: number}[]}
 */
export function cut(frame, wanted) {
  const pixels = pixelsOf(frame);
  const blocks = Math.ceil(pixels / BLOCK);
  const bytes =
    BLOCK * frame.parts.reduce((total, { type, planes }) => total + planes * TYPES[type].BYTES_PER_ELEMENT, 0);
  const most = Math.max(1, Math.floor((TILE_BYTES - frame.parts.length * ALIGN) / bytes));
  const size = BLOCK * Math.min(most, Math.ceil((blocks * frame.shape[0]) / wanted));
  const tiles = [];
  for (let image = 0; image < frame.shape[0]; image++) {
    for (let from = 0; from < pixels; from += size) tiles.push({ image, from, pixels: Math.min(size, pixels - from) });
  }
  return tiles;
}

/**
 * Ranges of whole blocks, as equal as can be, in which each image of a frame is shared out.
 *
 * @param {Frame} frame
 * @param {number} count at most one for each block
 * @returns {Range[]}
 */
export function split(frame, count) {
  const pixels = pixelsOf(frame);
  const blocks = Math.ceil(pixels / BLOCK);
  const bound = (/** @type {number} */ k) => Math.min(pixels, BLOCK * Math.floor((k * blocks) / count));
  return Array.from({ length: count }, (_, k) => ({ from: bound(k), pixels: bound(k + 1) - bound(k) }));
}

/** Memory that workers can read at once where there is such: a page has it when it is cross-origin isolated. @param {number} size */
export function newBuffer(size) {
  const shares = typeof SharedArrayBuffer === 'function' && globalThis.crossOriginIsolated !== false;
  try {
    return shares ? new SharedArrayBuffer(size) : new ArrayBuffer(size);
  } catch (error) {
    throw new MasklossError('memory', '', `${size} bytes more are needed for a copy of the input`, { cause: error });
  }
}

/** Bytes of a tile's parts. @param {Frame} frame @param {number} pixels */
export function sizeOf(frame, pixels) {
  return frame.parts.reduce((at, { type, planes }) => align(at + planes * pixels * TYPES[type].BYTES_PER_ELEMENT), 0);
}

/**
 * The parts of a tile.
 *
 * @param {Frame} frame
 * @param {Tile} tile
 * @returns {Elements[]}
 */
export function viewsOf(frame, { pixels, buffer }) {
  let at = 0;
  return frame.parts.map(({ type, planes }) => {
    const Class = /** @type {any} */ (TYPES[type]);
    const view = new Class(buffer, at, planes * pixels);
    at = align(at + view.byteLength);
    return view;
  });
}

/** @param {number} bytes */
function align(bytes) {
  return Math.ceil(bytes / ALIGN) * ALIGN;
}

/**
 * Copies between whole arrays, image by image and plane by plane, and the pixels of a tile.
 *
 * @param {'in' | 'out'} way into the tile, or out of it
 * @param {{image: number, from: number, pixels: number}} tile
 * @param {Elements} part of the tile
 * @param {Elements} whole
 * @param {number} each pixels of an image
 */
export function copyTile(way, { image, from, pixels }, part, whole, each) {
  const planes = part.length / pixels;
  for (let plane = 0; plane < planes; plane++) {
    const at = (image * planes + plane) * each + from;
    if (way === 'in') part.set(whole.subarray(at, at + pixels), plane * pixels);
    else whole.set(part.subarray(plane * pixels, (plane + 1) * pixels), at);
  }
}

/**
 * The sum of states: number by number, in any order.
 *
 * @param {Float64Array[]} states the first of which is changed
 * @returns {Float64Array}
 */
export function total([first, ...others]) {
  for (const state of others) {
    for (const [i, x] of state.entries()) first[i] += x;
  }
  return first;
}
