import { MasklossError } from '../error.js';

/**
 * Deflates bytes to a zlib stream with the codec of the host.
 *
 * @param {Uint8Array<ArrayBuffer>} bytes
 * @returns {Promise<Uint8Array<ArrayBuffer>>}
 */
export async function deflate(bytes) {
  const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream('deflate'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/**
 * Inflates a zlib stream that must hold `length` bytes, and stops as soon as it holds more: a small file cannot fill the memory.
 *
 * @param {string} adapter
 * @param {Uint8Array<ArrayBuffer>[]} parts
 * @param {number} length
 * @returns {Promise<Uint8Array<ArrayBuffer>>}
 */
export async function inflate(adapter, parts, length) {
  const out = allocate(adapter, length);
  let at = 0;
  const reader = new Blob(parts).stream().pipeThrough(new DecompressionStream('deflate')).getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      if (at + value.length > length) {
        throw new MasklossError(
          'length',
          'IDAT',
          `${adapter}: IDAT inflates to more than ${length} bytes, must be as many as width, height and depth say`,
        );
      }
      out.set(value, at);
      at += value.length;
    }
  } catch (cause) {
    await reader.cancel().catch(() => {});
    if (cause instanceof MasklossError) throw cause;
    throw new MasklossError(
      'domain',
      'IDAT',
      `${adapter}: IDAT is not a zlib stream (${/** @type {Error} */ (cause).message}), must be whole and undamaged`,
      { cause },
    );
  }
  if (at !== length) {
    throw new MasklossError(
      'length',
      'IDAT',
      `${adapter}: IDAT inflates to ${at} bytes, must be ${length} as width, height and depth say`,
    );
  }
  return out;
}

/**
 * @param {string} adapter
 * @param {number} length
 */
function allocate(adapter, length) {
  try {
    return new Uint8Array(length);
  } catch (cause) {
    throw new MasklossError('memory', 'IDAT', `${adapter}: ${length} bytes are needed, more than this host gives`, {
      cause,
    });
  }
}
