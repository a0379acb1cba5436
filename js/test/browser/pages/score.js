// Scores a scene, in a page, a worker or Node. Everything comes back as text that tells all bits, NaN and -0 too.

import { load } from '../../../index.js';
import { scene } from '../../scene.js';

/**
 * @param {number[]} shape of the scene
 * @param {any} names
 * @param {object} options of the report
 * @param {import('../../../index.js').LoadOptions} [loading]
 */
export async function score(shape, names, options, loading) {
  const ml = await load(loading);
  const input = scene(shape);
  const held = ml.hold(input);
  const [cold, warm] = [await ml.report(input, names, options), await ml.report(held, names, options)];
  held.dispose();
  ml.dispose();
  return [text(cold), text(warm)];
}

/**
 * A line per loss; planes as a hash of their bits.
 *
 * @param {Record<string, import('../../../index.js').Result>} report
 */
function text(report) {
  return Object.entries(report).map(
    ([name, result]) =>
      `${name} ${JSON.stringify(result, (_, value) => {
        if (value instanceof Float32Array) return hash(value);
        return typeof value === 'number' ? (Object.is(value, -0) ? '-0' : String(value)) : value;
      })}`,
  );
}

/** FNV-1a over the words of an array. @param {Float32Array} array */
function hash(array) {
  let state = 0x811c9dc5;
  for (const word of new Uint32Array(array.buffer, array.byteOffset, array.length)) {
    state = Math.imul(state ^ word, 0x01000193);
  }
  return `${array.length} numbers, hash ${(state >>> 0).toString(16)}`;
}
