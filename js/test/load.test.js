import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { after, before, describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { load, MasklossError } from '../index.js';
import { scene } from './scene.js';

const file = new URL('../maskloss.wasm', import.meta.url);
const bytes = await readFile(file);
const input = scene([1, 1, 8, 8]);

/** @type {import('node:http').Server} */
let server;
let base = '';

before(async () => {
  server = createServer((request, response) => {
    const answer = (
      /** @type {number} */ status,
      /** @type {Record<string, string | number>} */ headers,
      /** @type {unknown} */ body,
    ) => response.writeHead(status, headers).end(body);
    switch (request.url) {
      case '/maskloss.wasm':
        return answer(200, { 'content-type': 'application/wasm', 'content-length': bytes.length }, bytes);
      case '/packed.wasm':
        return answer(
          200,
          { 'content-type': 'application/wasm', 'content-encoding': 'gzip' },
          gzipSync(bytes, { level: 1 }),
        );
      case '/octets.wasm':
        return answer(200, { 'content-type': 'application/octet-stream', 'content-length': bytes.length }, bytes);
      case '/page.wasm':
        return answer(200, { 'content-type': 'text/html' }, '<!doctype html><title>our app</title>');
      case '/wrong-type.wasm':
        return answer(200, { 'content-type': 'application/wasm' }, '<!doctype html><title>our app</title>');
      case '/cut.wasm':
        return answer(200, { 'content-type': 'application/octet-stream' }, bytes.subarray(0, 100_000));
      case '/other.wasm':
        return answer(200, { 'content-type': 'application/wasm' }, Buffer.from('0061736d01000000', 'hex'));
      case '/slow.wasm':
        response.writeHead(200, { 'content-type': 'application/wasm' });
        return response.write(bytes.subarray(0, 1000));
      default:
        return answer(404, { 'content-type': 'text/html' }, '<!doctype html>no such file');
    }
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  base = `http://127.0.0.1:${/** @type {import('node:net').AddressInfo} */ (server.address()).port}`;
});
after(() => {
  server.closeAllConnections();
  server.close();
});

/** @param {import('../index.js').LoadOptions} options */
async function works(options) {
  const ml = await load(options);
  const { value } = await ml.evaluate('dice', input);
  ml.dispose();
  return value;
}

describe('load takes', () => {
  /** @type {[string, () => any][]} */
  const sources = [
    ['nothing: the file beside it', () => undefined],
    ['the address of a file', () => file],
    ['the same as a word', () => file.href],
    ['a path', () => 'js/maskloss.wasm'],
    ['an address', () => `${base}/maskloss.wasm`],
    ['one that sends it compressed', () => `${base}/packed.wasm`],
    ['one that sends it under another type', () => new URL('/octets.wasm', base)],
    ['a response', () => fetch(`${base}/maskloss.wasm`)],
    ['bytes', () => bytes],
    ['a buffer', () => bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length)],
    ['a module', () => WebAssembly.compile(bytes)],
  ];
  for (const [what, wasm] of sources) {
    test(what, async () => {
      const folder = process.cwd();
      process.chdir(new URL('../..', import.meta.url).pathname);
      try {
        assert.equal(await works({ wasm: await wasm() }), await works({}));
      } finally {
        process.chdir(folder);
      }
    });
  }
});

describe('progress', () => {
  for (const [what, wasm, total] of /** @type {[string, () => string, number][]} */ ([
    ['of a stream', () => `${base}/maskloss.wasm`, bytes.length],
    ['of bytes', () => `${base}/octets.wasm`, bytes.length],
    ['of a compressed stream, whose length nobody knows', () => `${base}/packed.wasm`, 0],
    ['of a file', () => pathToFileURL(file.pathname).href, bytes.length],
  ])) {
    test(what, async () => {
      /** @type {number[][]} */
      const seen = [];
      await works({ wasm: wasm(), onProgress: (...step) => seen.push(step) });
      assert.deepEqual(seen.at(-1), [bytes.length, total]);
      assert.ok(seen.every(([loaded], i) => i === 0 || loaded > seen[i - 1][0]));
    });
  }
});

describe('load explains', () => {
  /** @type {[string, () => any, RegExp][]} */
  const faults = [
    [
      'a page where wasm should be',
      () => `${base}/page.wasm`,
      /page\.wasm is no wasm but an HTML page: pass the address/,
    ],
    ['a page under the type of wasm', () => `${base}/wrong-type.wasm`, /wrong-type\.wasm could not be compiled.*magic/],
    ['a missing file', () => `${base}/nothing.wasm`, /nothing\.wasm answered 404 and an HTML page/],
    ['a file that is cut off', () => `${base}/cut.wasm`, /cut\.wasm could not be compiled/],
    ['a host that is not there', () => 'http://127.0.0.1:1/maskloss.wasm', /could not be fetched/],
    ['a path that is not there', () => 'no/such/file.wasm', /no\/such\/file\.wasm could not be read.*ENOENT/],
    ['wasm that is not ours', () => `${base}/other.wasm`, /does not belong|could not be started/],
    ['bytes that are no wasm', () => Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8), /8 bytes of something else/],
    ['nothing at all', () => new Uint8Array(0), /0 bytes/],
    ['a number', () => 5, /number, must be a URL/],
    ['null', () => null, /null, must be/],
  ];
  for (const [what, wasm, message] of faults) {
    test(what, async () => {
      await assert.rejects(load({ wasm: wasm() }), (/** @type {any} */ error) => {
        assert.ok(error instanceof MasklossError, error.stack);
        assert.equal(error.code, 'load');
        assert.equal(error.field, 'wasm');
        assert.match(error.message, message);
        return true;
      });
    });
  }
});

describe('load can be given up', () => {
  test('before', () => assert.rejects(load({ signal: AbortSignal.abort() }), { code: 'aborted', field: 'signal' }));
  test('while it downloads', async () => {
    const controller = new AbortController();
    const loading = load({ wasm: `${base}/slow.wasm`, signal: controller.signal });
    setTimeout(() => controller.abort(), 50);
    await assert.rejects(loading, { code: 'aborted', field: 'signal' });
  });
});

describe('load refuses', () => {
  for (const [what, options, field] of /** @type {[string, any, string][]} */ ([
    ['an unknown option', { wasmUrl: 'x' }, 'wasmUrl'],
    ['half a worker', { workers: 0.5 }, 'workers'],
    ['less than none', { workers: -1 }, 'workers'],
    ['a word that is not auto', { workers: 'many' }, 'workers'],
    ['a signal that is none', { signal: {} }, 'signal'],
    ['progress that is no function', { onProgress: 1 }, 'onProgress'],
    ['options that are none', 'x', 'options'],
  ])) {
    test(what, () => assert.rejects(load(options), { name: 'MasklossError', code: 'option', field }));
  }
});

test('several live side by side, and none leaves a global', async () => {
  const before = Object.getOwnPropertyNames(globalThis).sort();
  const context = Object.getOwnPropertyDescriptor(globalThis, 'process');
  const [a, b] = await Promise.all([load(), load()]);
  const held = a.hold(input);
  const other = scene([1, 3, 9, 9], 2);
  const [x, y] = await Promise.all([a.evaluate('dice', held), b.evaluate('dice', other)]);
  assert.notEqual(x.value, y.value);
  a.dispose();
  assert.deepEqual(await b.evaluate('dice', other), y);
  assert.deepEqual(Object.getOwnPropertyNames(globalThis).sort(), before);
  assert.deepEqual(Object.getOwnPropertyDescriptor(globalThis, 'process'), context);
  for (const name of ['Go', 'fs', 'path', 'context']) assert.ok(!(name in globalThis), name);
  b.dispose();
});
