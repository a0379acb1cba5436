// Memory of WebAssembly that pixels can be in, for a kernel to read them where they are.

const PAGE = 65536;

/**
 * @typedef {(at: number, end: number, threshold: number) => void} Kernel from one pixel to another, sixteen at a time; its bits go
 *   where the memory begins
 *
 * @typedef {object} Room
 * @property {WebAssembly.Memory} memory
 * @property {Uint8Array} bits as many as are taken at a time
 * @property {Uint8ClampedArray<ArrayBuffer>} pixels RGBA, behind the bits
 * @property {Kernel[]} kernels by channel, as far as they were needed
 */

/** By the buffer of its memory, which never grows. @type {WeakMap<ArrayBufferLike, Room>} */
const rooms = new WeakMap();

/**
 * @param {number} count of pixels
 * @param {number} turn pixels at a time, a multiple of 64
 * @returns {Room}
 */
export function roomFor(count, turn) {
  const bytes = turn + 4 * count + 64; // the last sixteen pixels are read whole
  const pages = Math.ceil(bytes / PAGE);
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
  const buffer = /** @type {ArrayBuffer} */ (memory.buffer);
  const room = {
    memory,
    bits: new Uint8Array(buffer, 0, turn),
    pixels: new Uint8ClampedArray(buffer, turn, 4 * count),
    kernels: [],
  };
  rooms.set(buffer, room);
  return room;
}

/**
 * The room in whose pixels an array lies.
 *
 * @param {Uint8Array} rgba
 */
export function roomOf({ buffer, byteOffset, length }) {
  const room = rooms.get(buffer);
  if (!room) return undefined;
  const start = byteOffset - room.pixels.byteOffset;
  return start >= 0 && start + length <= room.pixels.length ? room : undefined;
}
