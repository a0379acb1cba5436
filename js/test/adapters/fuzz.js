import assert from 'node:assert/strict';
import { MasklossError } from '../../error.js';

const CODES = [
  'load',
  'shape',
  'length',
  'label',
  'domain',
  'option',
  'value',
  'loss',
  'memory',
  'aborted',
  'internal',
];

/**
 * Runs a parser on bad input: it may return a mask whose data fills its shape, or throw a MasklossError, nothing else.
 *
 * @param {() => import('../../mask.js').Mask | Promise<import('../../mask.js').Mask>} parse
 * @param {unknown} input shown when it fails
 * @returns {Promise<boolean>} whether a mask came out
 */
export async function survives(parse, input) {
  try {
    const mask = await parse();
    assert.equal(
      mask.data.length,
      mask.shape.reduce((a, b) => a * b, 1),
    );
    return true;
  } catch (error) {
    if (error instanceof MasklossError && CODES.includes(error.code) && error.message.length < 600) return false;
    const shown = ArrayBuffer.isView(input)
      ? Buffer.from(/** @type {Uint8Array} */ (input)).toString('hex')
      : JSON.stringify(input);
    throw new Error(`${error} for ${shown}`, { cause: error });
  }
}

/**
 * Changes some bytes, cuts, repeats.
 *
 * @param {Uint8Array} bytes
 * @param {import('./random.js').randomOf extends (seed: number) => infer R ? R : never} random
 */
export function damage(bytes, random) {
  const out = bytes.slice(0, random.int(0, 2) === 0 ? random.int(0, bytes.length) : bytes.length);
  for (let n = random.int(0, 3); n > 0 && out.length > 0; n--) out[random.int(0, out.length - 1)] = random.int(0, 255);
  return out;
}

/** Anything but what a parser wants. */
export const NONSENSE = [
  undefined,
  null,
  true,
  0,
  -1,
  Number.NaN,
  '',
  'text',
  [],
  {},
  [null],
  [{}],
  [[]],
  new Uint8Array(0),
  new Map(),
  () => {},
  Symbol.iterator,
  7n,
];

/**
 * A MasklossError of this code and field, whose message matches.
 *
 * @param {import('../../error.js').ErrorCode} code
 * @param {string} field
 * @param {RegExp} [message]
 */
export function fault(code, field, message = /./) {
  return (/** @type {any} */ error) => {
    assert.ok(error instanceof MasklossError, `${error}`);
    assert.deepEqual([error.code, error.field], [code, field], error.message);
    assert.match(error.message, message);
    return true;
  };
}
