import { MasklossError } from '../error.js';

/**
 * Reads numbers of up to 32 bits, highest bit first, from bytes; throws a `length` error past the end.
 *
 * @param {string} adapter
 * @param {ArrayLike<number>} bytes
 */
export function bitReader(adapter, bytes) {
  let at = 0;
  const end = bytes.length * 8;
  return {
    /** @param {number} count */
    read(count) {
      if (at + count > end) {
        throw new MasklossError(
          'length',
          'rle',
          `${adapter}: rle has ${bytes.length} bytes, must have more: it ends inside a run`,
        );
      }
      let value = 0;
      while (count > 0) {
        const free = 8 - (at & 7);
        const take = Math.min(free, count);
        value = value * 2 ** take + ((bytes[at >> 3] >> (free - take)) & (2 ** take - 1));
        at += take;
        count -= take;
      }
      return value;
    },
  };
}

/** Writes numbers of up to 32 bits, highest bit first; the last byte is filled up with zeros. */
export function bitWriter() {
  /** @type {number[]} */
  const bytes = [];
  let free = 0;
  return {
    bytes,
    /**
     * @param {number} value
     * @param {number} count
     */
    write(value, count) {
      while (count > 0) {
        if (free === 0) {
          bytes.push(0);
          free = 8;
        }
        const take = Math.min(free, count);
        const part = Math.floor(value / 2 ** (count - take)) % 2 ** take;
        bytes[bytes.length - 1] |= part << (free - take);
        free -= take;
        count -= take;
      }
    },
  };
}
