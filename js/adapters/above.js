// One byte of each RGBA pixel against a threshold, sixteen pixels at a time: a module of one function, put together here as it is
// too small to be fetched. Where WebAssembly or its SIMD is not to be had, the caller does it in JavaScript, at a third of the speed.

import { roomFor, roomOf } from './room.js';

/** Pixels at a time that are copied in: they stay in the second cache. Fewer would stay in the first, but the copies of their bits
 * would be so small that writing them to the caller's memory takes longer than that saves. */
const TILE = 32768;

/** An instruction of SIMD. @param {number[]} code */
const simd = (...code) => [0xfd, ...code];

/** @param {number} n of local variable */
const get = (n) => [0x20, n];

/** @param {number} n of local variable */
const set = (n) => [0x21, n];

/** @param {number} n of local variable @param {number[]} bytes to go on by, in signed LEB128 */
const advance = (n, ...bytes) => [...get(n), 0x41, ...bytes, 0x6a, ...set(n)];

const [AT, END, THRESHOLD, TO, LIMIT, ONE] = [0, 1, 2, 3, 4, 5];

/**
 * Four pixels from AT on, as the bytes of a channel, each in 32 bits. A shift by a constant is one instruction, by a variable three.
 *
 * @param {number} offset
 * @param {number} channel
 */
const four = (offset, channel) => [
  ...[...get(AT), ...simd(0x00), 0, offset], // v128.load
  ...(channel > 0 ? [0x41, 8 * channel, ...simd(0xad, 1)] : []), // i32.const, i32x4.shr_u
  ...(channel < 3 ? [0x41, 0xff, 1, ...simd(0x11), ...simd(0x4e)] : []), // i32.const 255, i32x4.splat, v128.and
];

/** @param {number} channel */
const body = (channel) => [
  ...[2, 1, 0x7f, 2, 0x7b], // locals: TO, which is 0; LIMIT and ONE
  ...[...get(THRESHOLD), ...simd(0x0f), ...set(LIMIT)], // i8x16.splat
  ...[0x41, 1, ...simd(0x0f), ...set(ONE)], // i32.const 1, i8x16.splat
  ...[0x03, 0x40], // loop
  ...get(TO),
  ...[...four(0, channel), ...four(16, channel), ...simd(0x86, 1)], // i16x8.narrow_i32x4_u
  ...[...four(32, channel), ...four(48, channel), ...simd(0x86, 1)],
  ...simd(0x66), // i8x16.narrow_i16x8_u
  // What is left beyond the threshold, and of that one at most: a comparison of unsigned bytes takes four instructions.
  ...[...get(LIMIT), ...simd(0x73), ...get(ONE), ...simd(0x77)], // i8x16.sub_sat_u, i8x16.min_u
  ...[...simd(0x0b), 0, 0], // v128.store
  ...[...advance(TO, 16), ...advance(AT, 0xc0, 0)],
  ...[...get(AT), ...get(END), 0x49, 0x0d, 0], // again while AT < END
  ...[0x0b, 0x0b],
];

/** Unsigned LEB128. @param {number} x @returns {number[]} */
const leb = (x) => (x < 128 ? [x] : [(x & 127) | 128, ...leb(x >>> 7)]);

/** @param {number} id @param {number[]} content */
const section = (id, ...content) => [id, ...leb(content.length), ...content];

/** @param {number[]} code */
const moduleOf = (code) => [
  ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
  ...section(1, 1, 0x60, 3, 0x7f, 0x7f, 0x7f, 0), // (i32, i32, i32) -> ()
  ...section(2, 1, 1, 0x6d, 1, 0x6d, 2, 0, 1), // import m.m, a memory
  ...section(3, 1, 0),
  ...section(7, 1, 1, 0x66, 0, 0), // export f
  ...section(10, 1, ...leb(code.length), ...code),
];

/** By channel. @type {(WebAssembly.Module | undefined)[]} */
const modules = [];

/** @param {import('./room.js').Room} room @param {number} channel */
function kernelOf(room, channel) {
  modules[channel] ??= new WebAssembly.Module(Uint8Array.from(moduleOf(body(channel))));
  const { exports } = new WebAssembly.Instance(modules[channel], { m: { m: room.memory } });
  return /** @type {import('./room.js').Kernel} */ (exports.f);
}

/** @type {import('./room.js').Room | undefined} */
let tile;

/** Where pixels come to that have no room of their own. */
function tileRoom() {
  tile ??= roomFor(TILE, TILE);
  return tile;
}

/** Whether WebAssembly and its SIMD are to be had. */
let able = true;

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
  if (!able) return false;
  const own = roomOf(rgba);
  /** @type {import('./room.js').Room} */
  let room;
  try {
    room = own ?? tileRoom();
    room.kernels[channel] ??= kernelOf(room, channel);
  } catch {
    able = false;
    return false;
  }
  const kernel = room.kernels[channel];
  const turn = room.bits.length;
  for (let at = 0; at < bits.length; at += turn) {
    const n = Math.min(turn, bits.length - at);
    if (!own) room.pixels.set(rgba.subarray(4 * at, 4 * (at + n)));
    const from = own ? rgba.byteOffset + 4 * at : room.pixels.byteOffset;
    kernel(from, from + 4 * n, threshold);
    bits.set(n === turn ? room.bits : room.bits.subarray(0, n), at);
  }
  return true;
}
