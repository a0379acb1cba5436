/**
 * An input that stays in wasm memory: it stands wherever an input is wanted, and nothing is copied for it. Write into the views
 * to change it; every access gives a fresh one, as a view is good until the next call only.
 */
export class Held {
  #instance;
  #kept;

  /**
   * @param {import('./instance.js').Instance} instance
   * @param {import('./instance.js').KeptInput} kept
   */
  constructor(instance, kept) {
    this.#instance = instance;
    this.#kept = kept;
  }

  /** The prediction's data. */
  get prediction() {
    return this.#read().prediction;
  }

  /** The target's data. */
  get target() {
    return this.#read().target;
  }

  /** The weight of each pixel; null where there is none. */
  get weight() {
    return this.#read().weight;
  }

  #read() {
    return this.#instance.read(this.#kept);
  }

  /** Gives the memory back; the held input is of no more use. */
  dispose() {
    this.#instance.drop('input', this.#kept.handle, this.#kept.block);
  }

  [Symbol.dispose ?? Symbol.for('Symbol.dispose')]() {
    this.dispose();
  }

  /**
   * @param {Held} held
   */
  static kept(held) {
    return held.#kept;
  }
}
