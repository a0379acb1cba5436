// One byte of each RGBA pixel against a threshold, sixteen pixels at a time: a module of one function, put together here as it is
// too small to be fetched. Where WebAssembly or its SIMD is not to be had, the caller does it in JavaScript, at a third of the speed.

/** Pixels at a time: they stay in the first cache. */
const TILE = 4096;

/** An instruction of SIMD. @param {number[]} code */
const simd = (...code) => [0xfd, ...code];

/** @param {number} n of local variable */
const get = (n) => [0x20, n];

/** @param {number} n of local variable */
const set = (n) => [0x21, n];

const [END, SHIFT, THRESHOLD, AT, LIMIT, BYTE] = [0, 1, 2, 3, 4, 5];

/** Unsigned LEB128. @param {number} x @returns {number[]} */
const leb = (x) => (x < 128 ? [x] : [(x & 127) | 128, ...leb(x >>> 7)]);

/** Four pixels from AT on, as the bytes wanted. @param {number} offset */
const four = (offset) => [
  ...[...get(AT), ...simd(0x00), 0, offset], // v128.load
  ...[...get(SHIFT), ...simd(0xad, 1)], // i32x4.shr_u
  ...[...get(BYTE), ...simd(0x4e)], // v128.and
];

const BODY = [
  ...[2, 1, 0x7f, 2, 0x7b], // locals: AT; LIMIT and BYTE
  ...[...get(THRESHOLD), ...simd(0x0f), ...set(LIMIT)], // i8x16.splat
  ...[0x41, 0xff, 1, ...simd(0x11), ...set(BYTE)], // i32.const 255, i32x4.splat
  ...[0x03, 0x40], // loop
  ...[...get(AT), 0x41, 2, 0x76], // AT / 4, where the sixteen go
  ...[...four(0), ...four(16), ...simd(0x86, 1)], // i16x8.narrow_i32x4_u
  ...[...four(32), ...four(48), ...simd(0x86, 1)],
  ...simd(0x66), // i8x16.narrow_i16x8_u
  ...[...get(LIMIT), ...simd(0x28), ...simd(0x61)], // i8x16.gt_u, i8x16.neg: 1 where it is above
  ...[...simd(0x0b), 0, ...leb(4 * TILE)], // v128.store, behind the pixels
  ...[...get(AT), 0x41, 0xc0, 0, 0x6a, 0x22, AT], // AT += 64
  ...[...get(END), 0x49, 0x0d, 0], // again while AT < END
  ...[0x0b, 0x0b],
];

/** @param {number} id @param {number[]} content */
const section = (id, ...content) => [id, ...leb(content.length), ...content];

const MODULE = [
  ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
  ...section(1, 1, 0x60, 3, 0x7f, 0x7f, 0x7f, 0), // (i32, i32, i32) -> ()
  ...section(3, 1, 0),
  ...section(5, 1, 0, 1), // a memory of one page
  ...section(7, 2, 1, 0x6d, 2, 0, 1, 0x66, 0, 0), // exports m and f
  ...section(10, 1, ...leb(BODY.length), ...BODY),
];

/** @typedef {(end: number, shift: number, threshold: number) => void} Above bytes in multiples of 64 */

/** @type {{above: Above, pixels: Uint8Array, bits: Uint8Array} | null | undefined} null where it cannot be had */
let kernel;

function start() {
  try {
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(Uint8Array.from(MODULE)));
    const { buffer } = /** @type {WebAssembly.Memory} */ (exports.m);
    return {
      above: /** @type {Above} */ (exports.f),
      pixels: new Uint8Array(buffer, 0, 4 * TILE),
      bits: new Uint8Array(buffer, 4 * TILE, TILE),
    };
  } catch {
    return null;
  }
}

/**
 * Writes 1 where a channel of a pixel is above a threshold, and 0 elsewhere.
 *
 * @param {Uint8Array} rgba
 * @param {number} channel 0 to 3
 * @param {number} threshold 0 to 254
 * @param {Uint8Array} bits one for each pixel
 * @returns {boolean} false where it cannot, and has written nothing
 */
export function rgbaAbove(rgba, channel, threshold, bits) {
  if (kernel === undefined) kernel = start();
  if (!kernel) return false;
  for (let at = 0; at < bits.length; at += TILE) {
    const n = Math.min(TILE, bits.length - at);
    kernel.pixels.set(rgba.subarray(4 * at, 4 * (at + n)));
    kernel.above(4 * n, 8 * channel, threshold);
    bits.set(n === TILE ? kernel.bits : kernel.bits.subarray(0, n), at);
  }
  return true;
}
