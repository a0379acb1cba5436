import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after, before } from 'node:test';
import { directory, serve } from './serve.js';

/** @type {string} */
let folder;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'serve-'));
  const root = join(folder, 'root');
  await mkdir(join(root, 'sub/.hidden'), { recursive: true });
  await writeFile(join(folder, 'secret.txt'), 'secret');
  await writeFile(join(root, 'index.html'), '<p>home');
  await writeFile(join(root, 'a.wasm'), '\0asm');
  await writeFile(join(root, 'sub/index.html'), '<p>sub');
  await writeFile(join(root, 'sub/über.js'), '');
  await writeFile(join(root, 'sub/.hidden/x.txt'), 'hidden');
  await symlink(join(folder, 'secret.txt'), join(root, 'link.txt'));
});
after(() => rm(folder, { recursive: true }));

/**
 * Asks with the path as written: fetch and URL would tidy the dots away.
 * @param {string} origin @param {string} path @param {string} [method]
 * @returns {Promise<{ status: number | undefined, headers: import('node:http').IncomingHttpHeaders, body: string }>}
 */
function get(origin, path, method = 'GET') {
  const { port } = new URL(origin);
  return new Promise((resolve, reject) => {
    request({ host: '127.0.0.1', port, path, method }, async (response) => {
      let body = '';
      for await (const chunk of response) body += chunk;
      resolve({ status: response.statusCode, headers: response.headers, body });
    })
      .on('error', reject)
      .end();
  });
}

const answers = [
  { path: '/', status: 200, type: 'text/html; charset=utf-8', body: '<p>home' },
  { path: '/index.html?x=1', status: 200, type: 'text/html; charset=utf-8', body: '<p>home' },
  { path: '/a.wasm', status: 200, type: 'application/wasm', body: '\0asm' },
  { path: '/sub/', status: 200, type: 'text/html; charset=utf-8', body: '<p>sub' },
  { path: '/sub/%C3%BCber.js', status: 200, type: 'text/javascript; charset=utf-8', body: '' },
  { path: '/none', status: 404 },
  { path: '/sub/.hidden/x.txt', status: 404 },
  { path: '/link.txt', status: 404 },
  { path: '/../secret.txt', status: 404 },
  { path: '/sub/../../secret.txt', status: 404 },
  { path: '/%2e%2e/secret.txt', status: 404 },
  { path: '/..%2fsecret.txt', status: 404 },
  { path: '/..%5csecret.txt', status: 404 },
  { path: '/index.html%00', status: 404 },
  { path: '/%zz', status: 404 },
];

test('answers with the right type, and with nothing outside of the folder', async (t) => {
  const server = await serve(directory(join(folder, 'root')));
  for (const { path, status, type, body } of answers) {
    await t.test(path, async () => {
      const got = await get(server.url, path);
      assert.equal(got.status, status);
      assert.equal(got.headers['cache-control'], 'no-store');
      if (type) assert.equal(got.headers['content-type'], type);
      if (body !== undefined) assert.equal(got.body, body);
      assert.ok(!got.body.includes('secret\n') && got.body !== 'secret');
    });
  }
  await server.close();
});

test('a folder without its slash leads to the one with it, below the base too', async () => {
  const server = await serve(directory(join(folder, 'root')), { base: '/demo/' });
  const { status, headers } = await get(server.url, '/demo/sub');
  assert.deepEqual([status, headers.location], [301, '/demo/sub/']);
  assert.equal((await get(server.url, '/demo/')).body, '<p>home');
  assert.equal((await get(server.url, '/')).status, 404);
  await server.close();
});

test('HEAD has no body, other methods are refused, headers of the caller win', async () => {
  const server = await serve(directory(join(folder, 'root')), { headers: { 'cache-control': 'max-age=1' } });
  const head = await get(server.url, '/', 'HEAD');
  assert.deepEqual([head.status, head.body, head.headers['content-length']], [200, '', '7']);
  assert.equal(head.headers['cache-control'], 'max-age=1');
  assert.equal((await get(server.url, '/', 'POST')).status, 405);
  await server.close();
});

test('a reader that throws is a 500 with its reason', async () => {
  const server = await serve(() => Promise.reject(new Error('disk on fire')));
  const { status, body } = await get(server.url, '/');
  assert.deepEqual([status, body], [500, 'disk on fire\n']);
  await server.close();
});
