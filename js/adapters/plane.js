import { MasklossError } from '../error.js';
import { layoutOf } from './array.js';
import { describe, readInteger } from './options.js';

/**
 * One H x W plane of a mask, as a view.
 *
 * @param {string} adapter
 * @param {import('../mask.js').Mask} mask
 * @param {number | undefined} plane
 */
export function planeOf(adapter, mask, plane) {
  layoutOf(adapter, mask);
  const [height, width] = mask.shape.slice(-2);
  const planes = mask.data.length / (width * height);
  if (plane === undefined && planes !== 1) {
    throw new MasklossError(
      'shape',
      'plane',
      `${adapter}: mask.shape is ${describe(mask.shape)}, must be one plane: pass plane, 0 to ${planes - 1}`,
    );
  }
  const at = readInteger(adapter, 'plane', plane ?? 0, 0, planes - 1) * width * height;
  return { values: mask.data.subarray(at, at + width * height), width, height };
}
