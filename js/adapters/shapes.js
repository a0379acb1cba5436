import { MasklossError } from '../error.js';
import { describe, oneOf, readInteger } from './options.js';

/**
 * @typedef {import('../mask.js').Mask} Mask
 *
 * @typedef {object} ShapeOptions how the named shapes of an annotation become one mask
 * @property {'labels' | 'instances' | 'probs' | 'soft'} [as] labels (the default): each shape in its class; instances: the first
 *   shape is 1, the second 2, ...; probs and soft: the union. Later shapes cover earlier ones
 * @property {{readonly [name: string]: number}} [labels] labels only: the class of each name; a name that is not listed is an error
 * @property {number} [label] labels only, instead of labels: the class of every shape, default 1
 */

export const SHAPE_OPTIONS = ['as', 'labels', 'label'];

/**
 * Paints shapes onto one mask, in order.
 *
 * @param {string} adapter
 * @param {number} width
 * @param {number} height
 * @param {ShapeOptions} options
 */
export function shapePainter(adapter, width, height, options) {
  const as = oneOf(adapter, 'as', options.as ?? 'labels', ['labels', 'instances', 'probs', 'soft']);
  const { labels, label } = options;
  if (labels !== undefined && (typeof labels !== 'object' || labels === null)) {
    throw new MasklossError(
      'option',
      'labels',
      `${adapter}: labels is ${describe(labels)}, must be an object of name to class`,
    );
  }
  for (const [field, value] of Object.entries({ labels, label })) {
    if (value !== undefined && (as !== 'labels' || (labels !== undefined && label !== undefined))) {
      throw new MasklossError(
        'option',
        field,
        `${adapter}: ${field} is given beside ${as === 'labels' ? 'labels' : `as: '${as}'`}, must be left out`,
      );
    }
  }
  const ids = as === 'labels' || as === 'instances';
  /** @type {Uint8Array | Uint16Array | Float32Array} */
  let data = ids ? new Uint8Array(width * height) : new Float32Array(width * height);
  let shapes = 0;
  return { paint, mask };

  /**
   * Covers the pixels where `cover` is not 0. Probabilities become cover / full where that is more than what is there.
   *
   * @param {Uint8Array} cover
   * @param {string | undefined} name
   * @param {number} [full]
   */
  function paint(cover, name, full = 1) {
    shapes++;
    if (!ids) {
      for (let i = 0; i < cover.length; i++) if (cover[i]) data[i] = Math.max(data[i], cover[i] / full);
      return;
    }
    const id = as === 'instances' ? readInteger(adapter, 'shapes', shapes, 1, 65535, 'domain') : classOf(name);
    if (id > 255 && data instanceof Uint8Array) data = Uint16Array.from(data);
    for (let i = 0; i < cover.length; i++) if (cover[i]) data[i] = id;
  }

  /** @param {string | undefined} name */
  function classOf(name) {
    if (labels === undefined) return readInteger(adapter, 'label', label ?? 1, 0, 65535);
    if (name === undefined || !Object.hasOwn(labels, name)) {
      throw new MasklossError(
        'label',
        'labels',
        `${adapter}: a shape is named ${describe(name)}, must be one of ${Object.keys(labels).join(', ')}: add it to labels`,
      );
    }
    return readInteger(adapter, `labels.${name}`, labels[name], 0, 65535);
  }

  /** @returns {Mask} */
  function mask() {
    if (as === 'probs') return { data, shape: [1, 1, height, width], form: 'probs' };
    if (as === 'soft') return { data, shape: [1, 1, height, width], kind: 'soft' };
    return { data, shape: [1, height, width], form: 'labels', kind: as };
  }
}
