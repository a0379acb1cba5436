import { MasklossError } from '../error.js';
import { arrange, toNumbers } from './array.js';
import { checkProbabilities, holdsLabels } from './form.js';
import { checkPixels, describe, oneOf, readFinite, readInteger, readOptions, readSize } from './options.js';
import { planeOf } from './plane.js';
import { SIZE_OPTIONS } from './polygons.js';
import { PICK_OPTIONS, regionOfMask } from './region.js';

/**
 * @typedef {import('../mask.js').Mask} Mask
 *
 * @typedef {object} SamChoice
 * @property {'logits' | 'labels'} [as] logits (the default), or labels: 1 where the logit is above the threshold
 * @property {number} [threshold] labels only, default 0
 * @property {number} [candidate] which of several masks: the decoder returns one to four; needed where there are more than one
 * @property {'longest' | 'stretch'} [fit] how the image was made square for the model: `longest` (SAM, the default) scales its
 *   longest side and pads the rest; `stretch` (SAM 2) scales both sides
 * @property {number} [inputSize] the side of the square that the model sees, default 1024
 */

/**
 * fromSam brings the low-resolution logits of a Segment Anything decoder, `[1, M, 256, 256]`, to the size of the image, as its
 * own post-processing does: bilinear with half-pixel centres (align_corners = false) to the input square, without the padding,
 * and from there to the image. Two steps on purpose: one alone gives other numbers.
 *
 * @param {any} lowRes a tensor with `dims` or `shape` and `data`, or the Float32Array of one square mask
 * @param {import('./polygons.js').SizeOptions & SamChoice} options the size of the original image
 * @returns {Mask}
 */
export function fromSam(lowRes, options) {
  const given = readOptions('fromSam', options, ['as', 'threshold', 'candidate', 'fit', 'inputSize', ...SIZE_OPTIONS]);
  const { width, height } = readSize('fromSam', given);
  const as = oneOf('fromSam', 'as', given.as ?? 'logits', ['logits', 'labels']);
  const fit = oneOf('fromSam', 'fit', given.fit ?? 'longest', ['longest', 'stretch']);
  if (as === 'logits' && given.threshold !== undefined) {
    throw new MasklossError(
      'option',
      'threshold',
      "fromSam: threshold is given, must be left out unless as is 'labels'",
    );
  }
  const low = readLogits(lowRes, given.candidate);
  const side = inputSideOf('fromSam', fit, given.inputSize);
  let image;
  if (fit === 'stretch') image = resize(low.values, low.width, low.height, low.width, width, height);
  else {
    checkPixels('fromSam', side, side, given.maxPixels);
    const square = resize(low.values, low.width, low.height, low.width, side, side);
    const inside = insideOf(width, height, side);
    image = resize(square, inside.width, inside.height, side, width, height);
  }
  return arrange('fromSam', image, [height, width], as === 'logits' ? { as } : { as, threshold: given.threshold ?? 0 });
}

/**
 * toSam makes the `mask_input` of a Segment Anything decoder, `[1, 1, 256, 256]` logits, of one plane of a mask: the share p of
 * the region in each low-resolution pixel, as log(p / (1 - p)) with p held in [clip, 1 - clip]; the padding is background.
 * Detail finer than a low-resolution pixel is lost, so that fromSam gives back the region but for its border.
 *
 * @param {Mask} mask labels (`label` chooses one), probabilities, or anything with `threshold`
 * @param {import('./region.js').PickOptions & Pick<SamChoice, 'fit' | 'inputSize'> & {side?: number, clip?: number}} [options]
 *   side: of the low resolution, default 256; clip: in (0, 0.5), default 0.001, logits of -6.9 to 6.9
 * @returns {{data: Float32Array, dims: [1, 1, number, number]}}
 */
export function toSam(mask, options) {
  const given = readOptions('toSam', options, ['fit', 'inputSize', 'side', 'clip', ...PICK_OPTIONS]);
  const fit = oneOf('toSam', 'fit', given.fit ?? 'longest', ['longest', 'stretch']);
  const { clip = 0.001 } = given;
  if (!(clip > 0 && clip < 0.5)) {
    throw new MasklossError('option', 'clip', `toSam: clip is ${describe(clip)}, must be in (0, 0.5)`);
  }
  const side = readInteger('toSam', 'side', given.side ?? 256, 1, 4096);
  const { cover, width, height } = coverOf('toSam', mask, given);
  const square = inputSideOf('toSam', fit, given.inputSize);
  const inside = fit === 'stretch' ? { width: square, height: square } : insideOf(width, height, square);
  const columns = shares(side, (square / side) * (width / inside.width), width);
  const rows = shares(side, (square / side) * (height / inside.height), height);
  const data = new Float32Array(side * side);
  for (let v = 0; v < side; v++) {
    for (let u = 0; u < side; u++) {
      let sum = 0;
      for (const [y, tall] of rows[v]) {
        for (const [x, wide] of columns[u]) sum += tall * wide * cover[y * width + x];
      }
      const p = Math.min(1 - clip, Math.max(clip, sum));
      data[v * side + u] = Math.log(p / (1 - p));
    }
  }
  return { data, dims: [1, 1, side, side] };
}

/**
 * samStability is how little a mask changes when its threshold moves by `offset`: the pixels above threshold + offset over the
 * pixels above threshold - offset. 1 where both are none.
 *
 * Kirillov et al., Segment anything, ICCV 2023.
 *
 * @param {ArrayLike<number> | Mask} logits
 * @param {{threshold?: number, offset?: number}} [options] default 0 and 1
 * @returns {number} in [0, 1]
 */
export function samStability(logits, options) {
  const { threshold = 0, offset = 1 } = readOptions('samStability', options, ['threshold', 'offset']);
  readFinite('samStability', 'threshold', threshold);
  readFinite('samStability', 'offset', offset);
  const values = toNumbers('samStability', /** @type {any} */ (logits)?.data ?? logits);
  let sure = 0;
  let possible = 0;
  for (let i = 0; i < values.length; i++) {
    if (values[i] > threshold + offset) sure++;
    if (values[i] > threshold - offset) possible++;
  }
  return possible === 0 ? 1 : sure / possible;
}

/**
 * @param {any} source
 * @param {number | undefined} candidate
 * @returns {{values: Float32Array, width: number, height: number}}
 */
function readLogits(source, candidate) {
  const raw = ArrayBuffer.isView(source) || Array.isArray(source) ? source : source?.data;
  const values = Float32Array.from(toNumbers('fromSam', raw));
  const side = Math.round(Math.sqrt(values.length));
  const dims = source?.dims ?? source?.shape ?? [side, side];
  if (
    !Array.isArray(dims) ||
    dims.length < 2 ||
    dims.some((n) => !Number.isInteger(n) || n < 1) ||
    dims.reduce((a, b) => a * b, 1) !== values.length
  ) {
    throw new MasklossError(
      'shape',
      'dims',
      `fromSam: dims is ${describe(dims)} for ${values.length} logits, must be [1, M, H, W] or one square`,
    );
  }
  const [height, width] = dims.slice(-2);
  const masks = values.length / (width * height);
  if (masks > 1 && candidate === undefined) {
    throw new MasklossError(
      'option',
      'candidate',
      `fromSam: candidate is missing, must be one of 0 to ${masks - 1}: take the one of the best predicted IoU`,
    );
  }
  const at = readInteger('fromSam', 'candidate', candidate ?? 0, 0, masks - 1) * width * height;
  const wrong = values.findIndex((v) => !Number.isFinite(v));
  if (wrong >= 0) {
    throw new MasklossError('value', 'data', `fromSam: data[${wrong}] is ${values[wrong]}, must be finite`);
  }
  return { values: values.subarray(at, at + width * height), width, height };
}

/**
 * @param {string} adapter
 * @param {'longest' | 'stretch'} fit
 * @param {number | undefined} inputSize
 */
function inputSideOf(adapter, fit, inputSize) {
  if (fit === 'stretch' && inputSize !== undefined) {
    throw new MasklossError(
      'option',
      'inputSize',
      `${adapter}: inputSize is given, must be left out for fit: 'stretch', which does not depend on it`,
    );
  }
  return readInteger(adapter, 'inputSize', inputSize ?? 1024, 1, 16384);
}

/**
 * The part of the input square that the image fills, computed in float32 as the model's own code does.
 *
 * @param {number} width
 * @param {number} height
 * @param {number} side
 */
function insideOf(width, height, side) {
  const scale = Math.fround(side / Math.max(width, height));
  const scaled = (/** @type {number} */ n) =>
    Math.max(1, Math.min(side, Math.floor(Math.fround(Math.fround(scale * n) + 0.5))));
  return { width: scaled(width), height: scaled(height) };
}

/**
 * How much of each pixel of one plane is inside.
 *
 * @param {string} adapter
 * @param {Mask} mask
 * @param {import('./region.js').PickOptions} options
 * @returns {{cover: ArrayLike<number>, width: number, height: number}}
 */
function coverOf(adapter, mask, { label, threshold, plane }) {
  if (holdsLabels(mask) || threshold !== undefined || label !== undefined || mask.form === 'logits') {
    const { bits, width, height } = regionOfMask(adapter, mask, { label, threshold, plane });
    return { cover: bits, width, height };
  }
  const { values, width, height } = planeOf(adapter, mask, plane);
  checkProbabilities(adapter, values);
  return { cover: values, width, height };
}

/**
 * The pixels that each of `count` boxes of `size` pixels in a row covers, each with its share of the box.
 *
 * @param {number} count
 * @param {number} size
 * @param {number} end
 */
function shares(count, size, end) {
  return Array.from({ length: count }, (_, i) => {
    const [from, to] = [i * size, (i + 1) * size];
    /** @type {[number, number][]} */
    const pixels = [];
    for (let x = Math.floor(from); x < Math.min(end, Math.ceil(to)); x++) {
      pixels.push([x, (Math.min(to, x + 1) - Math.max(from, x)) / size]);
    }
    return pixels;
  });
}

/**
 * Bilinear with half-pixel centres: output pixel i looks at (i + 0.5) * from / to - 0.5, held inside the source. Reads the
 * top left fromWidth x fromHeight of rows that are `stride` apart.
 *
 * @param {Float32Array} source
 * @param {number} fromWidth
 * @param {number} fromHeight
 * @param {number} stride
 * @param {number} width
 * @param {number} height
 */
function resize(source, fromWidth, fromHeight, stride, width, height) {
  const columns = taps(fromWidth, width);
  const rows = taps(fromHeight, height);
  const out = new Float32Array(width * height);
  for (let y = 0, k = 0; y < height; y++) {
    const [top, bottom, down] = [rows.near[y] * stride, rows.far[y] * stride, rows.weight[y]];
    for (let x = 0; x < width; x++, k++) {
      const [left, right, along] = [columns.near[x], columns.far[x], columns.weight[x]];
      const upper = (1 - along) * source[top + left] + along * source[top + right];
      const lower = (1 - along) * source[bottom + left] + along * source[bottom + right];
      out[k] = (1 - down) * upper + down * lower;
    }
  }
  return out;
}

/**
 * @param {number} from
 * @param {number} to
 */
function taps(from, to) {
  const near = new Int32Array(to);
  const far = new Int32Array(to);
  const weight = new Float64Array(to);
  for (let i = 0; i < to; i++) {
    const at = Math.max(0, ((i + 0.5) * from) / to - 0.5);
    near[i] = Math.min(Math.floor(at), from - 1);
    far[i] = Math.min(near[i] + 1, from - 1);
    weight[i] = at - near[i];
  }
  return { near, far, weight };
}
