import { fault } from './input.js';
import { readAny } from './request.js';

/**
 * @typedef {import('./instance.js').Result} Result
 */

/**
 * Losses and metrics summed over a data set bigger than memory, input by input. States of parts of it, from other workers or
 * machines, merge in any order to the same bits.
 */
export class Accumulator {
  #instance;
  #tally;
  #read;

  /**
   * @param {import('./instance.js').Instance} instance
   * @param {import('./instance.js').Handle} tally
   * @param {(input: unknown) => import('./input.js').CheckedInput | import('./instance.js').KeptInput} read
   */
  constructor(instance, tally, read) {
    this.#instance = instance;
    this.#tally = tally;
    this.#read = read;
  }

  /**
   * Adds an input. It has been read when this returns.
   *
   * @param {import('./input.js').Input | import('./held.js').Held} input
   * @returns {Promise<void>}
   */
  async add(input) {
    this.#instance.add(this.#tally, this.#read(input));
  }

  /**
   * What was summed so far, by name: plain numbers that can be stored and sent.
   *
   * @returns {Record<string, Float64Array>}
   */
  state() {
    return this.#instance.tallyState(this.#tally);
  }

  /**
   * Adds the state of another accumulator of the same names and options.
   *
   * @param {Record<string, Float64Array | readonly number[]>} state
   */
  merge(state) {
    if (state === undefined) throw fault('option', 'state', 'is undefined, must be what state() gave');
    const states = Object.entries(readAny('state', state)).map(([name, numbers]) => {
      if (!Array.isArray(numbers) && !(ArrayBuffer.isView(numbers) && 'length' in numbers)) {
        throw fault('option', 'state', `of ${name} is ${typeof numbers}, must be a Float64Array`);
      }
      const copy = Float64Array.from(/** @type {ArrayLike<number>} */ (numbers));
      return /** @type {[string, Float64Array]} */ ([name, copy]);
    });
    this.#instance.merge(this.#tally, states);
  }

  /**
   * The numbers of all that was added.
   *
   * @returns {Record<string, Result>}
   */
  result() {
    return this.#instance.tallyResult(this.#tally);
  }

  /** Gives the memory back. */
  dispose() {
    this.#instance.drop('tally', this.#tally);
  }

  [Symbol.dispose ?? Symbol.for('Symbol.dispose')]() {
    this.dispose();
  }
}
