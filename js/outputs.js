import { fault, product } from './input.js';

/**
 * Where planes go, by the name of the loss: an array of the caller's, so that a page that scores in a loop makes no garbage, or
 * nowhere: a view of them where they are.
 *
 * @typedef {{gradient?: Float32Array | 'view', heatmap?: Float32Array | 'view'}} Places
 * @typedef {Map<string, Places>} Outputs
 */

/** The options that may be an array. */
export const PLANES = /** @type {const} */ (['gradient', 'heatmap']);

/**
 * Checks the arrays before anything is scored.
 *
 * @param {Outputs} outputs
 * @param {readonly number[]} shape of the prediction
 */
export function checkOutputs(outputs, shape) {
  if (outputs.size === 0) return;
  const seen = new Set();
  for (const arrays of outputs.values()) {
    for (const plane of PLANES) {
      const array = arrays[plane];
      if (!array || array === 'view') continue;
      if (seen.has(array)) throw fault('option', plane, 'is an array that is given twice, must be one of its own');
      seen.add(array);
      checkOutput(plane, array, product(shape) / (plane === 'gradient' ? 1 : shape[1]));
    }
  }
}

/**
 * @param {string} plane
 * @param {Float32Array} array
 * @param {number} length
 */
function checkOutput(plane, array, length) {
  if (array.length === length) return;
  const gone = array.buffer.byteLength === 0 ? ', its buffer is empty or was transferred away' : '';
  throw fault('length', plane, `has ${array.length} elements${gone}, must have ${length}`);
}

/**
 * The caller's array for a plane, or undefined. It is looked at again, as its buffer may be gone since.
 *
 * @param {Outputs} outputs
 * @param {string} name
 * @param {string} plane
 * @param {number} length
 * @returns {Float32Array | undefined}
 */
export function outputOf(outputs, name, plane, length) {
  const array = placeOf(outputs, name, plane);
  if (!array || array === 'view') return undefined;
  checkOutput(plane, array, length);
  return array;
}

/** @param {Outputs} outputs @param {string} name @param {string} plane */
function placeOf(outputs, name, plane) {
  return outputs.get(name)?.[/** @type {(typeof PLANES)[number]} */ (plane)];
}

/**
 * A plane where the caller wants it, who may want a view.
 *
 * @param {Outputs} outputs
 * @param {string} name
 * @param {string} plane
 * @param {Float32Array} view
 * @returns {Float32Array}
 */
export function bringOut(outputs, name, plane, view) {
  return placeOf(outputs, name, plane) === 'view' ? view : copyOut(outputs, name, plane, view);
}

/**
 * A plane copied to where the caller wants it.
 *
 * @param {Outputs} outputs
 * @param {string} name
 * @param {string} plane
 * @param {Float32Array} view
 * @returns {Float32Array}
 */
export function copyOut(outputs, name, plane, view) {
  const array = outputOf(outputs, name, plane, view.length);
  if (!array) return view.slice();
  array.set(view);
  return array;
}
