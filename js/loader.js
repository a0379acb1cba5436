import { MasklossError } from './error.js';

/**
 * Where the wasm comes from.
 *
 * @typedef {string | URL | Response | BufferSource | WebAssembly.Module} WasmSource
 *
 * @typedef {object} LoaderOptions
 * @property {WasmSource | PromiseLike<WasmSource>} [wasm] default: maskloss.wasm beside this module
 * @property {AbortSignal} [signal]
 * @property {(loaded: number, total: number) => void} [onProgress] bytes so far and in all; total is 0 where nobody knows it
 */

/** A module of one function that splats an i8 over a vector: valid only where there is SIMD. */
const SIMD = Uint8Array.of(
  0,
  97,
  115,
  109,
  1,
  0,
  0,
  0,
  1,
  5,
  1,
  96,
  0,
  1,
  123,
  3,
  2,
  1,
  0,
  10,
  8,
  1,
  6,
  0,
  65,
  0,
  253,
  15,
  11,
);

/**
 * Compiles the wasm. Whatever goes wrong is a `load` error that says what was found where and what to do.
 *
 * @param {LoaderOptions} options
 * @returns {Promise<WebAssembly.Module>}
 */
export async function compile({ wasm, signal, onProgress }) {
  try {
    signal?.throwIfAborted();
    const source = wasm === undefined ? new URL('./maskloss.wasm', import.meta.url) : await wasm;
    if (source instanceof WebAssembly.Module) return source;
    if (source instanceof ArrayBuffer || ArrayBuffer.isView(source))
      return await compileBytes(source, 'the bytes given');
    if (isResponse(source)) return await compileResponse(source, signal, onProgress);
    if (typeof source === 'string' || source instanceof URL) return await compileURL(source, signal, onProgress);
    throw fault(
      `wasm is ${source === null ? 'null' : typeof source}, must be a URL, a Response, bytes or a WebAssembly.Module`,
    );
  } catch (error) {
    if (signal?.aborted) throw new MasklossError('aborted', 'signal', 'load: aborted', { cause: error });
    if (error instanceof MasklossError) throw error;
    throw fault(`the wasm could not be loaded: ${messageOf(error)}`, error);
  }
}

/**
 * @param {string | URL} given
 * @param {AbortSignal | undefined} signal
 * @param {LoaderOptions['onProgress']} onProgress
 */
async function compileURL(given, signal, onProgress) {
  const url = absolute(given);
  if (url.protocol === 'file:' && onNode()) {
    const { readFile } = await builtin('node:fs/promises');
    const bytes = await readFile(url, { signal }).catch((/** @type {Error} */ error) => {
      throw fault(`${url} could not be read: ${error.message}`, error);
    });
    onProgress?.(bytes.length, bytes.length);
    return compileBytes(bytes, url.href);
  }
  const response = await fetch(url, { signal, credentials: 'same-origin' }).catch((error) => {
    throw fault(
      `${url} could not be fetched: ${messageOf(error)}. Is the address right, and does its host allow this page to read it?`,
      error,
    );
  });
  return compileResponse(response, signal, onProgress);
}

/**
 * @param {Response} response
 * @param {AbortSignal | undefined} signal
 * @param {LoaderOptions['onProgress']} onProgress
 */
async function compileResponse(response, signal, onProgress) {
  const where = response.url || 'the response given';
  const type = response.headers.get('content-type')?.split(';', 1)[0]?.trim();
  if (response.ok && type === 'application/wasm' && WebAssembly.compileStreaming) {
    // Compiles while it downloads.
    return WebAssembly.compileStreaming(onProgress ? watched(response, onProgress) : response).catch((error) => {
      signal?.throwIfAborted();
      throw diagnosis(error, where);
    });
  }
  const bytes = new Uint8Array(await (onProgress ? watched(response, onProgress) : response).arrayBuffer());
  if (!response.ok)
    throw fault(
      `${where} answered ${response.status}${isPage(bytes) ? ' and an HTML page' : ''}: pass the right address as wasm`,
    );
  return compileBytes(bytes, where, type);
}

/**
 * @param {BufferSource} source
 * @param {string} where
 * @param {string} [type] its content type
 */
async function compileBytes(source, where, type) {
  const bytes = ArrayBuffer.isView(source)
    ? new Uint8Array(source.buffer, source.byteOffset, source.byteLength)
    : new Uint8Array(source);
  if (bytes.length < 8 || bytes[0] !== 0 || bytes[1] !== 0x61 || bytes[2] !== 0x73 || bytes[3] !== 0x6d) {
    const found = isPage(bytes) ? 'an HTML page' : `${bytes.length} bytes of something else${type ? ` (${type})` : ''}`;
    throw fault(`${where} is no wasm but ${found}: pass the address of maskloss.wasm as wasm`);
  }
  return WebAssembly.compile(/** @type {BufferSource} */ (source)).catch((error) => {
    throw diagnosis(error, where);
  });
}

/**
 * Why a compilation may have failed.
 *
 * @param {unknown} error
 * @param {string} where
 */
function diagnosis(error, where) {
  const text = messageOf(error);
  if (/content security policy|unsafe-eval|\bcsp\b/i.test(text)) {
    return fault(
      `the content security policy of this page forbids WebAssembly: add 'wasm-unsafe-eval' to script-src`,
      error,
    );
  }
  if (!WebAssembly.validate(SIMD)) return fault('this engine has no WebAssembly SIMD, a newer one is needed', error);
  return fault(`${where} could not be compiled: ${text}`, error);
}

/**
 * The response, telling of every piece that arrives.
 *
 * @param {Response} response
 * @param {NonNullable<LoaderOptions['onProgress']>} onProgress
 */
function watched(response, onProgress) {
  if (!response.body) return response;
  // The length is that of the bytes as sent: compressed ones come out as more.
  const total = response.headers.get('content-encoding') ? 0 : Number(response.headers.get('content-length') ?? 0);
  let loaded = 0;
  const body = response.body.pipeThrough(
    new TransformStream({
      transform(piece, controller) {
        loaded += piece.length;
        onProgress(loaded, total);
        controller.enqueue(piece);
      },
    }),
  );
  return new Response(body, { headers: { 'content-type': response.headers.get('content-type') ?? '' } });
}

/** @param {Uint8Array} bytes */
function isPage(bytes) {
  return /^\s*</.test(new TextDecoder().decode(bytes.subarray(0, 64)));
}

/** @param {unknown} source @returns {source is Response} */
function isResponse(source) {
  return typeof source === 'object' && source !== null && 'headers' in source && 'arrayBuffer' in source;
}

/** @param {string | URL} given */
function absolute(given) {
  if (given instanceof URL) return given;
  const here =
    globalThis.document?.baseURI ??
    globalThis.location?.href ??
    (onNode() ? `file://${globalThis.process.cwd()}/` : undefined);
  try {
    return new URL(given, here);
  } catch (error) {
    throw fault(`wasm is '${given}', must be an address${here ? '' : ' that is absolute'}`, error);
  }
}

/** Whether files can be read with Node's modules. */
export function onNode() {
  return typeof globalThis.process?.versions?.node === 'string';
}

/**
 * A module of Node's. The name is no literal, so that bundlers for browsers leave it alone.
 *
 * @param {string} name
 * @returns {Promise<any>}
 */
export function builtin(name) {
  return import(/* webpackIgnore: true */ /* @vite-ignore */ name);
}

/**
 * @param {string} message
 * @param {unknown} [cause]
 */
function fault(message, cause) {
  return new MasklossError('load', 'wasm', `load: ${message}`, cause === undefined ? undefined : { cause });
}

/** @param {unknown} error */
function messageOf(error) {
  return error instanceof Error ? error.message : String(error);
}
