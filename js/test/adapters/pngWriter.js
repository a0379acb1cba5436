// A PNG writer of its own, for every colour type, depth, filter and both interlace methods, by the words of the standard: what
// the reader is tested against.

import zlib from 'node:zlib';

const CHANNELS = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };

// Which pass of Adam7 each pixel of the upper left 8 x 8 belongs to, as the standard draws it.
const PASS = ['16462646', '77777777', '56565656', '77777777', '36463646', '77777777', '56565656', '77777777'];

/**
 * @param {{width: number, height: number, depth: number, colorType: 0 | 2 | 3 | 4 | 6, data: ArrayLike<number>, palette?: number[][], interlaced?: boolean, filter?: (row: number) => number}} image
 */
export function writePng({ width, height, depth, colorType, data, palette, interlaced = false, filter = () => 0 }) {
  const channels = CHANNELS[colorType];
  const back = Math.max(1, (channels * depth) >> 3);
  /** @type {number[]} */
  const raw = [];
  for (const pass of interlaced ? '1234567' : '0') {
    let above = null;
    for (let y = 0; y < height; y++) {
      const columns = Array.from({ length: width }, (_, x) => x).filter(
        (x) => pass === '0' || PASS[y % 8][x % 8] === pass,
      );
      if (columns.length === 0) continue;
      const samples = columns.flatMap((x) =>
        Array.from({ length: channels }, (_, c) => data[(y * width + x) * channels + c]),
      );
      const bits = samples.map((v) => v.toString(2).padStart(depth, '0')).join('');
      const row = (bits.match(/.{1,8}/g) ?? []).map((byte) => Number.parseInt(byte.padEnd(8, '0'), 2));
      const type = filter(y);
      raw.push(
        type,
        ...row.map((v, i) => (v - predict(type, row[i - back] ?? 0, above?.[i] ?? 0, above?.[i - back] ?? 0)) & 255),
      );
      above = row;
    }
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([depth, colorType, 0, 0, interlaced ? 1 : 0], 8);
  const packed = zlib.deflateSync(Buffer.from(raw));
  const half = packed.length >> 1;
  return joinChunks([
    ['IHDR', header],
    ['tEXt', Buffer.from('Title\0drawn')],
    ...(palette ? [/** @type {[string, Buffer]} */ (['PLTE', Buffer.from(palette.flat())])] : []),
    ['IDAT', packed.subarray(0, half)],
    ['IDAT', packed.subarray(half)],
    ['IEND', Buffer.alloc(0)],
  ]);
}

/** @param {[string, Uint8Array][]} chunks @returns {Uint8Array<ArrayBuffer>} */
export function joinChunks(chunks) {
  const parts = chunks.map(([type, content]) => {
    const out = Buffer.alloc(12 + content.length);
    out.writeUInt32BE(content.length, 0);
    out.write(type, 4, 'latin1');
    out.set(content, 8);
    out.writeUInt32BE(crc(out.subarray(4, 8 + content.length)), 8 + content.length);
    return out;
  });
  return new Uint8Array(Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), ...parts]));
}

/** Long division, a bit at a time. @param {Uint8Array} bytes */
function crc(bytes) {
  let rest = 0xffffffff;
  for (const byte of bytes) {
    for (let bit = 0; bit < 8; bit++)
      rest = ((rest ^ (byte >> bit)) & 1 ? (rest >>> 1) ^ 0xedb88320 : rest >>> 1) >>> 0;
  }
  return (rest ^ 0xffffffff) >>> 0;
}

/** @param {number} type @param {number} a left @param {number} b above @param {number} c upper left */
function predict(type, a, b, c) {
  if (type < 3) return [0, a, b][type];
  if (type === 3) return Math.floor((a + b) / 2);
  const p = a + b - c;
  const [pa, pb, pc] = [Math.abs(p - a), Math.abs(p - b), Math.abs(p - c)];
  return pa <= pb && pa <= pc ? a : pb <= pc ? b : c;
}
