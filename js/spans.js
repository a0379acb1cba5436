/** Pixels of a block: the losses go by these, see package losses. */
const BLOCK = 1024;

/**
 * Some elements of an array.
 *
 * @typedef {{at: number, data: import('./input.js').Elements}} Piece
 */

/**
 * The blocks of all images of a prediction.
 *
 * @param {readonly number[]} shape [N, C, H, W] or [N, C, D, H, W]
 */
export function blocksOf(shape) {
  return shape[0] * Math.ceil(pixelsOf(shape) / BLOCK);
}

/** @param {readonly number[]} shape */
function pixelsOf([, , ...sizes]) {
  return sizes.reduce((total, size) => total * size, 1);
}

/**
 * Where the blocks [from, to) are in an array of one or more planes per image: pairs of start and end.
 *
 * @param {readonly number[]} shape of the prediction
 * @param {number} length of the array
 * @param {number} from
 * @param {number} to
 * @returns {number[][]}
 */
export function spans(shape, length, from, to) {
  const pixels = pixelsOf(shape);
  const each = Math.ceil(pixels / BLOCK);
  const planes = length / (shape[0] * pixels);
  const ranges = [];
  for (let image = Math.floor(from / each); image * each < to; image++) {
    const start = Math.max(from - image * each, 0) * BLOCK;
    const end = Math.min((to - image * each) * BLOCK, pixels);
    for (let plane = image * planes; plane < (image + 1) * planes; plane++) {
      ranges.push([plane * pixels + start, plane * pixels + end]);
    }
  }
  return ranges;
}
