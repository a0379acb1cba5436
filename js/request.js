import { describe } from './adapters/options.js';
import { fault } from './input.js';
import { PLANES } from './outputs.js';

/**
 * @typedef {import('./outputs.js').Outputs} Outputs
 *
 * What a caller asks for, as the program takes it: losses by name with options of their own, and options that they share.
 * `all` leaves out what is not defined for the input.
 *
 * @typedef {object} Request
 * @property {{name: string, options: Option[]}[]} specs
 * @property {boolean} all
 * @property {Option[]} shared
 *
 * One option, whatever the caller gave: the losses refuse by name what they do not take.
 *
 * @typedef {object} Option
 * @property {string} name
 * @property {string} type null, boolean, number, string, numbers or list; otherwise the value in words
 * @property {boolean} [flag]
 * @property {number} [number]
 * @property {string} [text]
 * @property {number[]} [numbers]
 * @property {Option[]} [list]
 */

/** Longer lists are no option of any loss and not worth the way across. */
const MAX_LIST = 65536;

/**
 * @param {string} name
 * @param {unknown} value
 * @returns {Option}
 */
function option(name, value) {
  if (value === null) return { name, type: 'null' };
  if (typeof value === 'boolean') return { name, type: 'boolean', flag: value };
  if (typeof value === 'number') return { name, type: 'number', number: value };
  if (typeof value === 'string') return { name, type: 'string', text: value };
  if (Array.isArray(value) || (ArrayBuffer.isView(value) && 'length' in value)) {
    const list = /** @type {ArrayLike<unknown>} */ (value);
    if (list.length > MAX_LIST) return { name, type: `a list of ${list.length}` };
    const elements = Array.from(list);
    if (elements.every((x) => typeof x === 'number')) return { name, type: 'numbers', numbers: elements };
    return {
      name,
      type: 'list',
      list: elements.map((x) => (Array.isArray(x) ? { name: '', type: 'a list' } : option('', x))),
    };
  }
  return { name, type: describe(value) };
}

/**
 * The options of a call; those set to undefined are as if absent. The signal is kept apart, and so is where planes go, whose
 * option is true.
 *
 * @param {string} field
 * @param {unknown} given
 * @returns {{options: Option[], signal: AbortSignal | undefined, places: import('./outputs.js').Places | undefined}}
 */
export function readOptions(field, given) {
  const { signal, ...rest } = readAny(field, given);
  /** @type {import('./outputs.js').Places | undefined} */
  let places;
  for (const plane of PLANES) {
    const value = rest[plane];
    if (value !== 'view') {
      if (!ArrayBuffer.isView(value)) continue;
      if (Object.prototype.toString.call(value) !== '[object Float32Array]')
        throw fault(
          'option',
          plane,
          `is ${describe(value)}, must be true, false, 'view' or a Float32Array to write into`,
        );
    }
    places = { ...places, [plane]: value };
    rest[plane] = true;
  }
  if (signal !== undefined && !isSignal(signal))
    throw fault('option', 'signal', `is ${describe(signal)}, must be an AbortSignal`);
  try {
    const options = Object.entries(rest)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => option(name, value));
    return { options, signal, places };
  } catch (error) {
    throw unreadable(field, error);
  }
}

/**
 * A copy of an options object, so that its getters run here and only once.
 *
 * @param {string} field
 * @param {unknown} given
 * @returns {Record<string, unknown>}
 */
export function readAny(field, given) {
  if (given === undefined) return {};
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    throw fault('option', field, `is ${describe(given)}, must be an object`);
  try {
    return { ...given };
  } catch (error) {
    throw unreadable(field, error);
  }
}

/**
 * @param {string} field
 * @param {unknown} error
 */
export function unreadable(field, error) {
  return fault('option', field, `could not be read: ${error instanceof Error ? error.message : String(error)}`, error);
}

/** @param {unknown} value @returns {value is AbortSignal} */
export function isSignal(value) {
  return typeof value === 'object' && value !== null && 'aborted' in value && 'addEventListener' in value;
}

/** There are fewer names, but a caller may give any. */
const MAX_PLAIN = 256;

/** What is asked without options, by name: the same object for the same name. @type {Map<string, ReturnType<typeof readOne>>} */
const plain = new Map();

/**
 * @param {unknown} name
 * @param {unknown} given
 * @returns {{request: Request, signal: AbortSignal | undefined, outputs: Outputs}}
 */
export function readOne(name, given) {
  const known = given === undefined && plain.get(/** @type {string} */ (name));
  if (known) return known;
  if (typeof name !== 'string')
    throw fault('loss', 'name', `is ${describe(name)}, must be the name of a loss or metric`);
  const { options, signal, places } = readOptions('options', given);
  const read = {
    request: { specs: [{ name, options }], all: false, shared: [] },
    signal,
    outputs: new Map(places ? [[name, places]] : []),
  };
  if (given === undefined && plain.size < MAX_PLAIN) plain.set(name, read);
  return read;
}

/**
 * @param {unknown} names an array, 'all', or options by name
 * @param {unknown} given shared by all of them
 * @param {() => string[]} everything the names that 'all' means
 * @returns {{request: Request, signal: AbortSignal | undefined, outputs: Outputs}}
 */
export function readMany(names, given, everything) {
  const { options: shared, signal, places: common } = readOptions('options', given);
  for (const [plane, place] of Object.entries(common ?? {})) {
    if (place !== 'view')
      throw fault('option', plane, 'is an array for several losses, must be true, or stand with the name of one');
  }
  /** @type {Outputs} */
  const outputs = new Map();
  if (names === 'all') {
    const all = everything();
    if (common) for (const name of all) outputs.set(name, common);
    return { request: { specs: all.map((name) => ({ name, options: [] })), all: true, shared }, signal, outputs };
  }
  if (typeof names !== 'object' || names === null)
    throw fault(
      'option',
      'names',
      `is ${describe(names)}, must be a list of names, 'all', or an object {name: options}`,
    );
  const specs = Array.isArray(names)
    ? [...new Set(names)].map((name) => readOne(name, undefined).request.specs[0])
    : Object.entries(readAny('names', names)).map(([name, own]) => {
        const { options, signal: inner, places } = readOptions(name, own);
        if (inner)
          throw fault(
            'option',
            'signal',
            `is given for ${name}, must stand beside the names: it stops the whole report`,
          );
        if (places) outputs.set(name, places);
        return { name, options };
      });
  if (common) for (const { name } of specs) outputs.set(name, { ...common, ...outputs.get(name) });
  return { request: { specs, all: false, shared }, signal, outputs };
}
