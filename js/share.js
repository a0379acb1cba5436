import { narrow, newBuffer, pixelsOf, split, TILE_BYTES, total } from './tiles.js';

/**
 * @typedef {import('./input.js').Elements} Elements
 * @typedef {import('./pool.js').Slot} Slot
 * @typedef {import('./request.js').Request} Request
 * @typedef {import('./tiles.js').Frame} Frame
 * @typedef {import('./tiles.js').Tile} Tile
 */

let latest = 0;

/** A held input shared out to workers: each keeps a range of the pixels of every image in its wasm memory, and sums over it. */
export class Share {
  #id = ++latest;
  #frame;
  #ranges;
  /** How often it was copied. */
  #copies = 0;
  /** What was given to them and not yet confirmed. @type {Promise<unknown>[]} */
  #given = [];
  /** The end of the latest sum. @type {Promise<unknown>} */
  #last = Promise.resolve();
  /** Those that copies went in, to be used again. @type {Tile['buffer'][]} */
  #buffers = [];

  /**
   * @param {Frame} frame of the input
   * @param {Slot[]} slots
   */
  constructor(frame, slots) {
    this.#frame = frame;
    this.slots = slots;
    this.#ranges = split(frame, slots.length);
    for (const [k, slot] of slots.entries())
      this.#expect(slot.call('keep', { id: this.#id, frame: narrow(frame, this.#ranges[k].pixels) }));
  }

  /** @param {Promise<unknown>} done */
  #expect(done) {
    done.catch(() => {}); // sum hears
    this.#given.push(done);
  }

  /**
   * Copies what the workers do not have yet, at first all of it.
   *
   * @param {Elements[]} arrays
   * @param {Set<number>} changed those that may be others than the last time
   * @param {Tile['buffer'][]} spare
   */
  copy(arrays, changed, spare) {
    for (const [part, whole] of arrays.entries()) {
      if (this.#copies > 0 && !changed.has(part)) continue;
      for (const k of this.slots.keys()) this.#copyTo(k, part, whole, spare);
    }
    this.#copies++;
  }

  /**
   * @param {number} k the worker's number
   * @param {number} part
   * @param {Elements} whole
   * @param {Tile['buffer'][]} spare
   */
  #copyTo(k, part, whole, spare) {
    const { from, pixels } = this.#ranges[k];
    const each = pixelsOf(this.#frame);
    const length = (whole.length / each) * pixels;
    const most = TILE_BYTES / whole.BYTES_PER_ELEMENT;
    for (let at = 0; at < length; at += most) {
      const buffer = spare.pop() ?? newBuffer(TILE_BYTES);
      const data = new /** @type {any} */ (whole.constructor)(buffer, 0, Math.min(most, length - at));
      for (let i = 0; i < data.length; ) {
        const [plane, first] = [Math.floor((at + i) / pixels), (at + i) % pixels];
        const count = Math.min(data.length - i, pixels - first);
        const start = plane * each + from + first;
        data.set(whole.subarray(start, start + count), i);
        i += count;
      }
      const carried = buffer instanceof ArrayBuffer ? [buffer] : [];
      const written = this.slots[k].call('write', { id: this.#id, part, at, data }, carried);
      this.#expect(written.then((back) => this.#buffers.push(back ?? buffer)));
    }
  }

  /**
   * Buffers for the next copy: none of the first, as they would be a copy of all that nobody needs.
   *
   * @param {Tile['buffer'][]} spare
   */
  buffers(spare) {
    const own = this.#buffers.splice(0);
    return this.#copies > 1 ? [...own, ...spare] : [];
  }

  /**
   * The sums of losses, as the state of a job.
   *
   * @param {Request} request
   * @returns {Promise<Float64Array>}
   */
  sum(request) {
    const summed = this.#sum(request);
    this.#last = summed.catch(() => {});
    return summed;
  }

  /** @param {Request} request @returns {Promise<Float64Array>} */
  async #sum(request) {
    const given = this.#given.splice(0);
    const states = this.slots.map((slot) => slot.call('sumKept', { id: this.#id, request }));
    for (const outcome of await Promise.allSettled([...given, ...states])) {
      if (outcome.status === 'rejected') throw outcome.reason;
    }
    return total(await Promise.all(states));
  }

  /** Frees it, once nobody sums it. */
  async drop() {
    await this.#last;
    for (const slot of this.slots) slot.call('drop', { id: this.#id }).catch(() => {}); // who is dead has nothing
  }
}
