/**
 * An input that stays in wasm memory: it stands wherever an input is wanted, and nothing is copied for it. Write into the views
 * to change it; every access gives a fresh one, as a view is good until the next call only.
 */
export class Held {
  #instance;
  #kept;
  #forget;

  /**
   * @param {import('./instance.js').Instance} instance
   * @param {import('./instance.js').KeptInput} kept
   * @param {() => void} forget what else there is of it
   */
  constructor(instance, kept, forget) {
    this.#instance = instance;
    this.#kept = kept;
    this.#forget = forget;
  }

  /** The prediction's data. */
  get prediction() {
    return this.#lend(0).prediction;
  }

  /** The target's data. */
  get target() {
    return this.#lend(1).target;
  }

  /** The weight of each pixel; null where there is none. */
  get weight() {
    return this.#lend(2).weight;
  }

  /** @param {number} place */
  #lend(place) {
    this.#kept.lent.add(place);
    return this.#instance.read(this.#kept);
  }

  /** Gives the memory back; the held input is of no more use. */
  dispose() {
    this.#forget();
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
