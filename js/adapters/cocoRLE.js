import { MasklossError } from '../error.js';
import { describe, oneOf, readOptions, readSize } from './options.js';
import { maskOfRegion, PICK_OPTIONS, REGION_OPTIONS, regionOfMask } from './region.js';

/**
 * COCO run lengths: the pixels column after column, as the lengths of runs of 0, 1, 0, 1, ... The first run may be 0 long.
 *
 * The compressed string writes each length in groups of 5 bits, lowest first, one character (code 48 + group, + 32 if more
 * follow) each; the sign is bit 4 of the last group. From the fourth on, a length is stored as its difference to the one two
 * before, the last run of the same value.
 *
 * Lin et al., Microsoft COCO: Common objects in context, ECCV 2014; pycocotools.
 *
 * @typedef {{size: readonly number[], counts: readonly number[] | string}} CocoRLE size is [height, width]
 * @typedef {import('../mask.js').Mask} Mask
 */

/**
 * fromCocoRLE reads `{ size: [height, width], counts }`, counts as numbers or as a compressed string.
 *
 * @param {CocoRLE} rle
 * @param {import('./region.js').RegionOptions & {maxPixels?: number}} [options]
 * @returns {Mask}
 */
export function fromCocoRLE(rle, options) {
  const given = readOptions('fromCocoRLE', options, ['maxPixels', ...REGION_OPTIONS]);
  if (!Array.isArray(rle?.size) || rle.size.length !== 2) {
    throw new MasklossError('shape', 'size', `fromCocoRLE: size is ${describe(rle?.size)}, must be [height, width]`);
  }
  const [height, width] = rle.size;
  readSize('fromCocoRLE', { maxPixels: given.maxPixels }, { width, height });
  const counts = typeof rle.counts === 'string' ? unpackCounts(rle.counts) : rle.counts;
  const columns = fillRuns('fromCocoRLE', 'counts', counts, width * height);
  const bits = new Uint8Array(columns.length);
  for (let x = 0, i = 0; x < width; x++) {
    for (let y = 0; y < height; y++) bits[y * width + x] = columns[i++];
  }
  return maskOfRegion('fromCocoRLE', bits, width, height, given);
}

/**
 * toCocoRLE writes one region of a mask, `counts` as the compressed string or, with `counts: 'array'`, as numbers; the bytes
 * are those of pycocotools.
 *
 * @param {Mask} mask
 * @param {import('./region.js').PickOptions & {counts?: 'string' | 'array'}} [options]
 * @returns {{size: [number, number], counts: string | number[]}}
 */
export function toCocoRLE(mask, options) {
  const given = readOptions('toCocoRLE', options, ['counts', ...PICK_OPTIONS]);
  const packed = oneOf('toCocoRLE', 'counts', given.counts ?? 'string', ['string', 'array']) === 'string';
  const { bits, width, height } = regionOfMask('toCocoRLE', mask, given);
  /** @type {number[]} */
  const counts = [];
  let value = 0;
  let run = 0;
  for (let x = 0; x < width; x++) {
    for (let i = x; i < bits.length; i += width) {
      if (bits[i] !== value) {
        counts.push(run);
        run = 0;
        value = bits[i];
      }
      run++;
    }
  }
  counts.push(run);
  return { size: [height, width], counts: packed ? packCounts(counts) : counts };
}

/**
 * 0 and 1 in runs, the first of 0; the lengths must add up to `total`.
 *
 * @param {string} adapter
 * @param {string} field
 * @param {ArrayLike<number>} runs
 * @param {number} total
 * @returns {Uint8Array}
 */
export function fillRuns(adapter, field, runs, total) {
  if (!Array.isArray(runs) && !(ArrayBuffer.isView(runs) && 'length' in runs)) {
    throw new MasklossError(
      'domain',
      field,
      `${adapter}: ${field} is ${describe(runs)}, must be an array of run lengths`,
    );
  }
  let sum = 0;
  for (let i = 0; i < runs.length; i++) {
    const run = runs[i];
    if (!(Number.isInteger(run) && run >= 0 && run <= total)) {
      throw new MasklossError(
        'domain',
        field,
        `${adapter}: ${field}[${i}] is ${describe(run)}, must be a whole number in [0, ${total}]`,
      );
    }
    sum += run;
  }
  if (sum !== total) {
    throw new MasklossError(
      'length',
      field,
      `${adapter}: ${field} add up to ${sum}, must be ${total}, the number of pixels`,
    );
  }
  const bits = new Uint8Array(total);
  let at = 0;
  for (let i = 0; i < runs.length; i++) {
    if (i % 2 === 1) bits.fill(1, at, at + runs[i]);
    at += runs[i];
  }
  return bits;
}

/**
 * @param {string} text
 * @returns {number[]}
 */
function unpackCounts(text) {
  /** @type {number[]} */
  const counts = [];
  for (let i = 0; i < text.length; ) {
    let value = 0;
    let more = true;
    for (let place = 1; more; place *= 32) {
      const group = text.charCodeAt(i) - 48;
      if (!(group >= 0 && group < 64)) {
        throw i < text.length
          ? new MasklossError(
              'domain',
              'counts',
              `fromCocoRLE: counts has ${describe(text[i])} at ${i}, must be a character from '0' to 'o'`,
            )
          : new MasklossError('length', 'counts', 'fromCocoRLE: counts ends inside a number, must be whole');
      }
      if (place > 32 ** 6) {
        throw new MasklossError(
          'domain',
          'counts',
          `fromCocoRLE: counts has a number of more than 7 characters at ${i}, must fit in 32 bits`,
        );
      }
      value += (group & 31) * place;
      more = group >= 32;
      if (!more && group & 16) value -= 32 * place;
      i++;
    }
    counts.push(counts.length > 2 ? value + counts[counts.length - 2] : value);
  }
  return counts;
}

/**
 * @param {readonly number[]} counts
 * @returns {string}
 */
function packCounts(counts) {
  let text = '';
  for (let i = 0; i < counts.length; i++) {
    let rest = i > 2 ? counts[i] - counts[i - 2] : counts[i];
    for (let more = true; more; ) {
      const group = ((rest % 32) + 32) % 32;
      rest = Math.floor(rest / 32);
      more = group & 16 ? rest !== -1 : rest !== 0;
      text += String.fromCharCode(48 + group + (more ? 32 : 0));
    }
  }
  return text;
}
