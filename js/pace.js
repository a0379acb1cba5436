/** Calls of a kind after which the slower way is tried again: the machine may be busier, or less so. */
const RETRY = 16;

/** Kinds of work that are remembered. */
const MOST = 64;

/**
 * @typedef {'alone' | 'shared'} Way on one thread, or by workers
 * @typedef {{seen: number, last: number}} Took how often, and milliseconds lately
 */

/**
 * How long kinds of work take on one thread and by workers, on this machine as busy as it is: the faster way is taken. It is tried
 * first on one thread, then by workers, and the other way once in a while.
 */
export class Pace {
  /** @type {Map<string, {calls: number, alone: Took, shared: Took}>} */
  #kinds = new Map();

  /** @param {string} kind @returns {Way} */
  choose(kind) {
    let pace = this.#kinds.get(kind);
    if (!pace) {
      if (this.#kinds.size >= MOST) this.#kinds.clear();
      pace = { calls: 0, alone: { seen: 0, last: 0 }, shared: { seen: 0, last: 0 } };
      this.#kinds.set(kind, pace);
    }
    // The first time of each is that of fresh memory.
    if (pace.alone.seen === 0) return 'alone';
    if (pace.shared.seen < 2) return 'shared';
    if (pace.alone.seen < 2) return 'alone';
    const faster = pace.shared.last < pace.alone.last;
    return (++pace.calls % RETRY === 0) === faster ? 'alone' : 'shared';
  }

  /**
   * @param {string} kind
   * @param {Way} way
   * @param {number} ms
   */
  took(kind, way, ms) {
    const took = this.#kinds.get(kind)?.[way];
    if (!took) return;
    took.last = took.seen < 2 ? ms : (took.last + ms) / 2;
    took.seen++;
  }
}
