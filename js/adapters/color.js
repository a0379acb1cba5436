import { MasklossError } from '../error.js';
import { describe, readInteger } from './options.js';

/**
 * A colour: '#rrggbb', '#rgb', '#rrggbbaa', or [r, g, b] / [r, g, b, a] of 0..255. Without alpha it is opaque.
 * @typedef {string | readonly number[]} Color
 *
 * Which colour each class has: a list, the index being the class, or an object or Map with the class as key.
 * @typedef {readonly Color[] | {readonly [label: number]: Color} | ReadonlyMap<number, Color>} ColorMap
 */

/**
 * The colours of the classes as [class, [r, g, b, a]], in the order given.
 *
 * @param {string} adapter
 * @param {ColorMap} colors
 * @returns {[number, number[]][]}
 */
export function readColors(adapter, colors) {
  if (typeof colors !== 'object' || colors === null) {
    throw new MasklossError(
      'option',
      'colors',
      `${adapter}: colors is ${describe(colors)}, must be a list of colours, or an object of class to colour`,
    );
  }
  /** @type {Iterable<[unknown, unknown]>} */
  const entries = colors instanceof Map ? colors.entries() : Object.entries(colors);
  return Array.from(entries, ([label, color]) => [
    readInteger(adapter, 'colors', Number(label), 0, 65535),
    readColor(adapter, color),
  ]);
}

/**
 * @param {string} adapter
 * @param {unknown} color
 * @returns {number[]} r, g, b, a
 */
export function readColor(adapter, color) {
  if (
    Array.isArray(color) &&
    (color.length === 3 || color.length === 4) &&
    color.every((v) => Number.isInteger(v) && v >= 0 && v <= 255)
  ) {
    return color.length === 3 ? [...color, 255] : [...color];
  }
  if (typeof color === 'string' && /^#([0-9a-f]{3}|[0-9a-f]{6}|[0-9a-f]{8})$/i.test(color)) {
    const digits = color.length === 4 ? color.slice(1).replace(/./g, '$&$&') : color.slice(1);
    return [0, 2, 4, 6].map((i) => (i < digits.length ? Number.parseInt(digits.slice(i, i + 2), 16) : 255));
  }
  throw new MasklossError(
    'option',
    'colors',
    `${adapter}: colors has ${describe(color)}, must be '#rrggbb' or [r, g, b] of 0..255`,
  );
}
