// A static file server for the demo, the tests and the benchmark. It never caches, so an edit shows at the next reload.

import { readFile, realpath } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { site } from './site.js';

/**
 * Reads one file by its path below the root: `index.html`, `js/index.js`. Resolves to undefined where there is none.
 * @typedef {(path: string) => Promise<Uint8Array | undefined>} Read
 */

// Browsers compile wasm while it streams only under its own type, and run a module only under a JavaScript one.
const types = /** @type {Record<string, string>} */ ({
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.jpg': 'image/jpeg',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.map': 'application/json',
  '.md': 'text/markdown; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.wasm': 'application/wasm',
  '.webmanifest': 'application/manifest+json',
  '.webp': 'image/webp',
  '.woff2': 'font/woff2',
});

/**
 * The files of a folder. Hidden ones, and whatever a link leads to outside of the folder, are not served.
 * @param {string} root
 * @returns {Read}
 */
export function directory(root) {
  return async (path) => {
    if (path.split('/').some((part) => part.startsWith('.'))) return undefined;
    try {
      const file = await realpath(join(root, path));
      if (!file.startsWith((await realpath(root)) + sep)) return undefined;
      return await readFile(file);
    } catch (error) {
      if (['ENOENT', 'ENOTDIR', 'EISDIR'].includes(/** @type {NodeJS.ErrnoException} */ (error).code ?? '')) {
        return undefined;
      }
      throw error;
    }
  };
}

/**
 * The path of a request below `base`, with index.html where it ends in a slash; undefined where it lies elsewhere.
 * @param {string} url
 * @param {string} base
 */
function pathOf(url, base) {
  let path;
  try {
    path = decodeURIComponent(url.split(/[?#]/, 1)[0] ?? '');
  } catch {
    return undefined;
  }
  if (!path.startsWith(base) || /[\\\0]/.test(path)) return undefined;
  const below = path.slice(base.length);
  if (below.split('/').includes('..')) return undefined;
  return below === '' || below.endsWith('/') ? `${below}index.html` : below;
}

/**
 * Serves files over HTTP.
 * @param {Read} read
 * @param {{ port?: number, host?: string, base?: string, headers?: Record<string, string>, brotli?: Read }} [options]
 *   `port` 0 takes a free one; `base` is the folder of the address ("/demo/"); `headers` go with every answer; `brotli` gives
 *   what a file is in brotli, for clients that take it.
 * @returns {Promise<{ url: string, close: () => Promise<void> }>}
 */
export async function serve(read, { port = 0, host = '127.0.0.1', base = '/', headers = {}, brotli } = {}) {
  const server = createServer(async (request, response) => {
    /** @param {number} status @param {Uint8Array | string} body @param {Record<string, string>} own */
    const answer = (status, body, own) => {
      response.writeHead(status, {
        'cache-control': 'no-store',
        'x-content-type-options': 'nosniff',
        'content-length': String(Buffer.byteLength(body)),
        ...own,
        ...headers,
      });
      response.end(request.method === 'HEAD' ? undefined : body);
    };
    const text = { 'content-type': 'text/plain; charset=utf-8' };
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      return answer(405, 'only GET and HEAD\n', { ...text, allow: 'GET, HEAD' });
    }
    try {
      const path = pathOf(request.url ?? '/', base);
      const body = path === undefined ? undefined : await read(path);
      if (path !== undefined && body) {
        const own = { 'content-type': types[extname(path).toLowerCase()] ?? 'application/octet-stream' };
        const packed = /\bbr\b/.test(String(request.headers['accept-encoding'])) ? await brotli?.(path) : undefined;
        return packed ? answer(200, packed, { ...own, 'content-encoding': 'br' }) : answer(200, body, own);
      }
      const folder = path === undefined ? undefined : await read(`${path}/index.html`);
      if (folder) return answer(301, '', { location: `${base}${path}/` });
      return answer(404, `no such file: ${request.url}\n`, text);
    } catch (error) {
      return answer(500, `${error instanceof Error ? error.message : error}\n`, text);
    }
  });
  await new Promise((resolve, reject) => {
    server.once('error', reject).listen(port, host, () => resolve(undefined));
  });
  const address = /** @type {import('node:net').AddressInfo} */ (server.address());
  return {
    url: `http://localhost:${address.port}${base}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Serves the demo at PORT until interrupted. */
async function main() {
  const port = Number(process.env.PORT || 8080);
  const root = fileURLToPath(new URL('../..', import.meta.url));
  try {
    const { url } = await serve(site(root), { port, host: process.env.HOST || '127.0.0.1' });
    console.log(`the demo is at ${url} (Ctrl-C stops it)`);
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'EADDRINUSE') throw error;
    console.error(`port ${port} is taken: choose another with PORT=${port + 1} make demo`);
    process.exitCode = 1;
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main();
