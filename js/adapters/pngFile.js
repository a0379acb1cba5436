import { MasklossError } from '../error.js';
import { crc32 } from './crc.js';
import { checkPixels, describe, readInteger } from './options.js';
import { deflate, inflate } from './zlib.js';

/**
 * PNG (W3C recommendation, third edition), samples as they are in the file: palette indices stay indices, 16 bits stay 16 bits,
 * nothing is converted by gamma or colour profile.
 *
 * @typedef {object} PngImage
 * @property {number} width
 * @property {number} height
 * @property {1 | 2 | 4 | 8 | 16} depth bits per sample
 * @property {number} channels 1 grey or palette index, 2 grey+alpha, 3 RGB, 4 RGBA
 * @property {Uint8Array | Uint16Array} data one number per sample, not scaled; Uint16Array for 16 bits
 * @property {number[][]} [palette] the colour of each index, r, g, b, a
 */

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

/** @type {Record<number, {channels: number, depths: readonly number[]}>} by colour type */
const COLOR_TYPES = {
  0: { channels: 1, depths: [1, 2, 4, 8, 16] },
  2: { channels: 3, depths: [8, 16] },
  3: { channels: 1, depths: [1, 2, 4, 8] },
  4: { channels: 2, depths: [8, 16] },
  6: { channels: 4, depths: [8, 16] },
};

/** The seven passes of Adam7: first column and row, then the distance to the next. */
const ADAM7 = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
];

/**
 * Reads a PNG file. Checksums are verified; the size is checked before anything is inflated.
 *
 * @param {string} adapter
 * @param {Uint8Array<ArrayBuffer>} bytes
 * @param {number} [maxPixels] default 2^28
 * @returns {Promise<PngImage>}
 */
export async function decodePng(adapter, bytes, maxPixels) {
  const { header, palette, parts } = readChunks(adapter, bytes);
  const { width, height, depth, colorType, interlaced } = header;
  checkPixels(adapter, width, height, maxPixels);
  const { channels } = COLOR_TYPES[colorType];
  const passes = (interlaced ? ADAM7 : [[0, 0, 1, 1]])
    .map(([x, y, dx, dy]) => ({
      x,
      y,
      dx,
      dy,
      width: Math.ceil((width - x) / dx),
      height: Math.ceil((height - y) / dy),
    }))
    .filter((pass) => pass.width > 0 && pass.height > 0);
  const rowBytes = (/** @type {number} */ n) => Math.ceil((n * channels * depth) / 8);
  const length = passes.reduce((sum, pass) => sum + pass.height * (1 + rowBytes(pass.width)), 0);
  const raw = await inflate(adapter, parts, length);
  const count = width * height * channels;
  const data = depth === 16 ? new Uint16Array(count) : new Uint8Array(count);
  let at = 0;
  for (const pass of passes) {
    const size = rowBytes(pass.width);
    unfilter(adapter, raw.subarray(at, at + pass.height * (1 + size)), size, Math.max(1, (channels * depth) >> 3));
    for (let row = 0; row < pass.height; row++, at += 1 + size) {
      const to = ((pass.y + row * pass.dy) * width + pass.x) * channels;
      unpack(raw.subarray(at + 1, at + 1 + size), depth, channels, pass.width, data, to, pass.dx * channels);
    }
  }
  if (palette !== undefined) checkIndices(adapter, /** @type {Uint8Array} */ (data), palette, width);
  return { width, height, depth, channels, data, palette };
}

/**
 * Writes a PNG file of one channel: indexed with a palette, else grey; depth 8 or 16, rows not filtered.
 *
 * @param {{width: number, height: number, depth: 8 | 16, data: Uint8Array | Uint16Array, palette?: number[][]}} image
 * @returns {Promise<Uint8Array<ArrayBuffer>>}
 */
export async function encodePng({ width, height, depth, data, palette }) {
  const header = new Uint8Array(13);
  const view = new DataView(header.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  header.set([depth, palette ? 3 : 0, 0, 0, 0], 8);
  const chunks = [chunk('IHDR', header)];
  if (palette) {
    chunks.push(chunk('PLTE', Uint8Array.from(palette.flatMap((color) => color.slice(0, 3)))));
    if (palette.some(([, , , a]) => a < 255))
      chunks.push(
        chunk(
          'tRNS',
          Uint8Array.from(palette, ([, , , a]) => a),
        ),
      );
  }
  const rowBytes = (width * depth) / 8;
  const raw = new Uint8Array(height * (1 + rowBytes));
  for (let y = 0; y < height; y++) {
    const to = y * (1 + rowBytes) + 1;
    for (let x = 0; x < width; x++) {
      const v = data[y * width + x];
      if (depth === 8) raw[to + x] = v;
      else raw.set([v >> 8, v & 255], to + 2 * x);
    }
  }
  chunks.push(chunk('IDAT', await deflate(raw)), chunk('IEND', new Uint8Array(0)));
  const file = new Uint8Array(SIGNATURE.length + chunks.reduce((sum, c) => sum + c.length, 0));
  file.set(SIGNATURE);
  let at = SIGNATURE.length;
  for (const c of chunks) {
    file.set(c, at);
    at += c.length;
  }
  return file;
}

/**
 * @param {string} type
 * @param {Uint8Array} content
 * @returns {Uint8Array}
 */
function chunk(type, content) {
  const out = new Uint8Array(12 + content.length);
  const view = new DataView(out.buffer);
  view.setUint32(0, content.length);
  for (let i = 0; i < 4; i++) out[4 + i] = type.charCodeAt(i);
  out.set(content, 8);
  view.setUint32(8 + content.length, crc32(out.subarray(4, 8 + content.length)));
  return out;
}

/**
 * The header, the palette and the compressed parts.
 *
 * @param {string} adapter
 * @param {Uint8Array<ArrayBuffer>} bytes
 */
function readChunks(adapter, bytes) {
  if (bytes.length < 8 || SIGNATURE.some((byte, i) => bytes[i] !== byte)) {
    throw new MasklossError('domain', 'bytes', `${adapter}: bytes do not begin as a PNG file does, must be one`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  /** @type {ReturnType<typeof readHeader> | undefined} */
  let header;
  /** @type {number[][] | undefined} */
  let palette;
  /** @type {Uint8Array<ArrayBuffer>[]} */
  const parts = [];
  let previous = '';
  for (let at = 8; previous !== 'IEND'; ) {
    if (at + 12 > bytes.length) {
      throw new MasklossError(
        'length',
        'bytes',
        `${adapter}: bytes ends after ${previous || 'the signature'}, must end with IEND`,
      );
    }
    const length = view.getUint32(at);
    const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    if (!/^[A-Za-z]{4}$/.test(type)) {
      throw new MasklossError(
        'domain',
        'bytes',
        `${adapter}: byte ${at + 4} begins no chunk type, must be four letters`,
      );
    }
    if (length > bytes.length - at - 12) {
      throw new MasklossError(
        'length',
        type,
        `${adapter}: ${type} has ${length} bytes, must fit in the ${bytes.length - at - 12} that are left`,
      );
    }
    if (crc32(bytes.subarray(at + 4, at + 8 + length)) !== view.getUint32(at + 8 + length)) {
      throw new MasklossError('domain', type, `${adapter}: ${type} has a wrong checksum, must be undamaged`);
    }
    const content = bytes.subarray(at + 8, at + 8 + length);
    if ((type === 'IHDR') !== (header === undefined)) {
      throw new MasklossError(
        'domain',
        type,
        `${adapter}: ${type} stands ${header ? 'twice' : 'first'}, must be one IHDR before all else`,
      );
    }
    if (type === 'IHDR') header = readHeader(adapter, content);
    else if (type === 'PLTE') palette = readPalette(adapter, content, parts.length > 0 || palette !== undefined);
    else if (type === 'tRNS' && palette !== undefined && header?.colorType === 3) addAlpha(adapter, palette, content);
    else if (type === 'IDAT') {
      if (parts.length > 0 && previous !== 'IDAT') {
        throw new MasklossError(
          'domain',
          'IDAT',
          `${adapter}: IDAT stands after ${previous}, must follow the other IDAT`,
        );
      }
      parts.push(content);
    } else if (type !== 'IEND' && type[0] < 'a') {
      throw new MasklossError(
        'domain',
        type,
        `${adapter}: ${type} is no chunk of this version of PNG, must not be critical`,
      );
    }
    previous = type;
    at += 12 + length;
  }
  if (header === undefined || parts.length === 0) {
    throw new MasklossError('length', 'IDAT', `${adapter}: IDAT is missing, must be there`);
  }
  if (header.colorType === 3 && palette === undefined) {
    throw new MasklossError('domain', 'PLTE', `${adapter}: PLTE is missing, must be there in an indexed file`);
  }
  return { header, palette: header.colorType === 3 ? palette : undefined, parts };
}

/**
 * @param {string} adapter
 * @param {Uint8Array} content
 */
function readHeader(adapter, content) {
  if (content.length !== 13) {
    throw new MasklossError('length', 'IHDR', `${adapter}: IHDR has ${content.length} bytes, must be 13`);
  }
  const view = new DataView(content.buffer, content.byteOffset, 13);
  const width = readInteger(adapter, 'width', view.getUint32(0), 1, 2 ** 31 - 1, 'shape');
  const height = readInteger(adapter, 'height', view.getUint32(4), 1, 2 ** 31 - 1, 'shape');
  const [depth, colorType, compression, filter, interlace] = content.subarray(8);
  if (!COLOR_TYPES[colorType]?.depths.includes(depth)) {
    throw new MasklossError(
      'domain',
      'IHDR',
      `${adapter}: IHDR has colour type ${colorType} with ${depth} bits, must be a pair that PNG has`,
    );
  }
  if (compression !== 0 || filter !== 0 || interlace > 1) {
    throw new MasklossError(
      'domain',
      'IHDR',
      `${adapter}: IHDR has compression ${compression}, filter ${filter}, interlace ${interlace}, must be 0, 0 and 0 or 1`,
    );
  }
  return { width, height, depth: /** @type {PngImage['depth']} */ (depth), colorType, interlaced: interlace === 1 };
}

/**
 * @param {string} adapter
 * @param {Uint8Array} content
 * @param {boolean} late
 */
function readPalette(adapter, content, late) {
  if (late || content.length === 0 || content.length % 3 !== 0 || content.length > 768) {
    throw new MasklossError(
      'domain',
      'PLTE',
      `${adapter}: PLTE has ${content.length} bytes${late ? ' and stands too late or twice' : ''}, must be 1 to 256 colours before IDAT`,
    );
  }
  return Array.from({ length: content.length / 3 }, (_, i) => [...content.subarray(3 * i, 3 * i + 3), 255]);
}

/**
 * @param {string} adapter
 * @param {number[][]} palette
 * @param {Uint8Array} content
 */
function addAlpha(adapter, palette, content) {
  if (content.length > palette.length) {
    throw new MasklossError(
      'length',
      'tRNS',
      `${adapter}: tRNS has ${content.length} bytes, must be at most ${palette.length}, one for each colour`,
    );
  }
  content.forEach((alpha, i) => {
    palette[i][3] = alpha;
  });
}

/**
 * Undoes the filter of every row in place.
 *
 * @param {string} adapter
 * @param {Uint8Array} rows each a filter type and `size` bytes
 * @param {number} size
 * @param {number} back distance to the same byte of the pixel on the left
 */
function unfilter(adapter, rows, size, back) {
  /** @type {Uint8Array} */
  let above = new Uint8Array(size);
  for (let start = 0; start < rows.length; start += 1 + size) {
    const filter = rows[start];
    const row = rows.subarray(start + 1, start + 1 + size);
    if (filter > 4) {
      throw new MasklossError(
        'domain',
        'IDAT',
        `${adapter}: row ${start / (1 + size)} has filter ${filter}, must be 0 to 4`,
      );
    }
    if (filter === 1) for (let i = back; i < size; i++) row[i] += row[i - back];
    else if (filter === 2) for (let i = 0; i < size; i++) row[i] += above[i];
    else if (filter === 3) for (let i = 0; i < size; i++) row[i] += ((i < back ? 0 : row[i - back]) + above[i]) >> 1;
    else if (filter === 4)
      for (let i = 0; i < size; i++) row[i] += i < back ? above[i] : paeth(row[i - back], above[i], above[i - back]);
    above = row;
  }
}

/**
 * Of left, above and upper left the one nearest to left + above - upperLeft; ties in this order.
 *
 * @param {number} left
 * @param {number} above
 * @param {number} upperLeft
 */
function paeth(left, above, upperLeft) {
  const toLeft = Math.abs(above - upperLeft);
  const toAbove = Math.abs(left - upperLeft);
  const toUpperLeft = Math.abs(left + above - 2 * upperLeft);
  if (toLeft <= toAbove && toLeft <= toUpperLeft) return left;
  return toAbove <= toUpperLeft ? above : upperLeft;
}

/**
 * Spreads the samples of a row, `pixels` of them, over the image.
 *
 * @param {Uint8Array} row
 * @param {number} depth
 * @param {number} channels
 * @param {number} pixels
 * @param {Uint8Array | Uint16Array} data
 * @param {number} to where the first pixel goes
 * @param {number} step from pixel to pixel
 */
function unpack(row, depth, channels, pixels, data, to, step) {
  if (depth === 8 && step === channels) {
    data.set(row, to);
    return;
  }
  for (let x = 0; x < pixels; x++, to += step) {
    for (let c = 0; c < channels; c++) {
      const i = x * channels + c;
      const bit = i * depth;
      if (depth === 16) data[to + c] = (row[2 * i] << 8) | row[2 * i + 1];
      else data[to + c] = (row[bit >> 3] >> (8 - depth - (bit & 7))) & (2 ** depth - 1);
    }
  }
}

/**
 * @param {string} adapter
 * @param {Uint8Array} data
 * @param {number[][]} palette
 * @param {number} width
 */
function checkIndices(adapter, data, palette, width) {
  const wrong = data.findIndex((index) => index >= palette.length);
  if (wrong >= 0) {
    throw new MasklossError(
      'domain',
      'PLTE',
      `${adapter}: pixel (${wrong % width}, ${Math.floor(wrong / width)}) has index ${describe(data[wrong])}, must be below ${palette.length}, the length of the palette`,
    );
  }
}
