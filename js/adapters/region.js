import { MasklossError } from '../error.js';
import { holdsLabels } from './form.js';
import { oneOf, readInteger } from './options.js';
import { planeOf } from './plane.js';

/**
 * @typedef {import('../mask.js').Mask} Mask
 *
 * @typedef {object} RegionOptions how a region, pixels in or out, becomes a mask
 * @property {'labels' | 'instances' | 'probs' | 'soft'} [as] default 'labels'; probs and soft are 0 or 1
 * @property {number} [label] the number inside the region for labels and instances, default 1
 *
 * @typedef {object} PickOptions which pixels of a mask make the region
 * @property {number} [label] the pixels of this label; without it labels must be 0 or 1
 * @property {number} [threshold] for probabilities and logits: the pixels above it; without it they must be 0 or 1
 * @property {number} [plane] which H x W plane, counted in memory order, where there are several
 */

export const REGION_OPTIONS = ['as', 'label'];
export const PICK_OPTIONS = ['label', 'threshold', 'plane'];

/**
 * The mask of one region.
 *
 * @param {string} adapter
 * @param {Uint8Array} bits 0 or 1 per pixel; becomes the data of the mask
 * @param {number} width
 * @param {number} height
 * @param {RegionOptions} options
 * @returns {Mask}
 */
export function maskOfRegion(adapter, bits, width, height, options) {
  const as = oneOf(adapter, 'as', options.as ?? 'labels', ['labels', 'instances', 'probs', 'soft']);
  if (as === 'probs' || as === 'soft') {
    if (options.label !== undefined) {
      throw new MasklossError('option', 'label', `${adapter}: label is given, must be left out for as: '${as}'`);
    }
    const data = Float32Array.from(bits);
    return as === 'probs'
      ? { data, shape: [1, 1, height, width], form: 'probs' }
      : { data, shape: [1, 1, height, width], kind: 'soft' };
  }
  const label = readInteger(adapter, 'label', options.label ?? 1, 1, 65535);
  /** @type {Uint8Array | Uint16Array} */
  let data = bits;
  if (label > 255) data = Uint16Array.from(bits, (bit) => bit * label);
  else if (label > 1) for (let i = 0; i < bits.length; i++) bits[i] *= label;
  return { data, shape: [1, height, width], form: 'labels', kind: as };
}

/**
 * The region of a mask: 1 inside, 0 outside. A fresh array.
 *
 * @param {string} adapter
 * @param {Mask} mask
 * @param {PickOptions} options
 * @returns {{bits: Uint8Array, width: number, height: number}}
 */
export function regionOfMask(adapter, mask, { label, threshold, plane }) {
  const { values, width, height } = planeOf(adapter, mask, plane);
  const labels = holdsLabels(mask);
  if (labels ? threshold !== undefined : label !== undefined) {
    const field = labels ? 'threshold' : 'label';
    throw new MasklossError(
      'option',
      field,
      `${adapter}: ${field} is given, must be left out for ${labels ? 'labels' : 'probabilities and logits'}`,
    );
  }
  if (threshold !== undefined && !Number.isFinite(threshold)) {
    throw new MasklossError('option', 'threshold', `${adapter}: threshold is ${threshold}, must be a finite number`);
  }
  if (label !== undefined) readInteger(adapter, 'label', label, 0, 2 ** 31 - 1);
  const bits = new Uint8Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const v = values[i];
    if (label !== undefined) bits[i] = v === label ? 1 : 0;
    else if (threshold !== undefined) bits[i] = v > threshold ? 1 : 0;
    else if (v === 1) bits[i] = 1;
    else if (v !== 0) {
      throw labels
        ? new MasklossError(
            'label',
            'label',
            `${adapter}: data[${i}] is ${v}, must be 0 or 1: pass label to choose one`,
          )
        : new MasklossError('domain', 'threshold', `${adapter}: data[${i}] is ${v}, must be 0 or 1: pass threshold`);
    }
  }
  return { bits, width, height };
}
