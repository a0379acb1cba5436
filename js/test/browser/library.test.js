// The library in a real browser: in a page, in a worker, under a content security policy, with workers of its own, isolated or
// not. Every number equals Node's, to the last bit.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { launch } from '../../scripts/chromium.js';
import { directory, serve } from '../../scripts/serve.js';
import { score } from './pages/score.js';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const policy =
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; connect-src 'self'; img-src data:";

/** Hosts by the headers they send. @type {Record<string, Record<string, string>>} */
const headers = {
  plain: {},
  strict: { 'content-security-policy': policy },
  forbidding: { 'content-security-policy': policy.replace(" 'wasm-unsafe-eval'", '') },
  isolated: { 'cross-origin-opener-policy': 'same-origin', 'cross-origin-embedder-policy': 'require-corp' },
};

/** @type {Record<string, Awaited<ReturnType<typeof serve>>>} */
const servers = {};
/** @type {import('playwright-core').Browser} */
let browser;

before(async () => {
  for (const [name, own] of Object.entries(headers)) servers[name] = await serve(directory(root), { headers: own });
  browser = await launch();
});
after(async () => {
  await browser?.close();
  for (const server of Object.values(servers)) await server.close();
});

/**
 * Runs in a fresh page of a host, which must not complain.
 *
 * @param {keyof typeof headers} host
 * @param {(page: import('playwright-core').Page) => Promise<void>} run
 * @param {RegExp} [allowed] complaints that belong to the test
 */
async function on(host, run, allowed) {
  const context = await browser.newContext();
  const page = await context.newPage();
  /** @type {string[]} */
  const complaints = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
  });
  try {
    await page.goto(`${servers[host].url}js/test/browser/pages/page.html`);
    await page.waitForFunction('globalThis.page');
    await run(page);
    assert.deepEqual(
      complaints.filter((text) => !allowed?.test(text)),
      [],
    );
  } finally {
    await context.close();
  }
}

const planes = { gradient: true, heatmap: true };
/** @type {[number[], any, object][]} */
const tasks = [
  [[1, 1, 70, 90], 'all', planes],
  [[2, 3, 40, 50], 'all', planes],
  [[1, 2, 3, 20, 30], ['ce', 'dice', 'focal', 'lovasz-softmax', 'boundary', 'iou'], planes],
];
const shared = /** @type {[number[], any, object]} */ ([
  [2, 3, 371, 389],
  ['ce', 'dice', 'lovasz-softmax', 'iou'],
  { gradient: true },
]);

/** @param {'score' | 'inWorker'} how @param {keyof typeof headers} host */
function same(how, host) {
  return on(host, async (page) => {
    for (const task of tasks) {
      const got = await page.evaluate(([how, task]) => globalThis.page[how](...task), [how, task]);
      assert.deepEqual(got, await score(...task));
    }
  });
}

describe('numbers are those of Node, bit for bit', () => {
  test('in a page', () => same('score', 'plain'));
  test('in a Web Worker', () => same('inWorker', 'plain'));
  test("under a policy with 'wasm-unsafe-eval'", () => same('score', 'strict'));
  test('in a Web Worker under that policy', () => same('inWorker', 'strict'));
  for (const host of /** @type {const} */ (['plain', 'strict', 'isolated'])) {
    test(`of a pool of workers, ${host}`, () =>
      on(host, async (page) => {
        assert.equal(await page.evaluate('crossOriginIsolated'), host === 'isolated');
        const got = await page.evaluate((task) => globalThis.page.score(...task), [...shared, { workers: 2 }]);
        assert.deepEqual(got, await score(...shared));
      }));
  }
});

describe('pixels that the browser writes into a pixelBuffer are those of fromCanvas', () => {
  /** @param {'frame' | 'webgl'} way @param {RegExp} [allowed] */
  const equal = (way, allowed) =>
    on(
      'plain',
      async (page) => {
        const [canvas, buffer] = await page.evaluate((way) => globalThis.page[way](), way);
        assert.deepEqual(canvas.shape, [1, 157, 301]);
        const painted = canvas.data.filter((/** @type {number} */ label) => label === 1).length;
        assert.ok(painted > 7000 && painted < 9000, `${painted}`);
        assert.deepEqual(buffer, canvas);
      },
      allowed,
    );

  test('a VideoFrame', () => equal('frame'));
  test('WebGL, from bottom to top', () => equal('webgl', /GPU stall/));
});

test('an abort ends workers in the middle of a task', () =>
  on('plain', async (page) => {
    const { code, value } = await page.evaluate(() => globalThis.page.abort({ workers: 1 }));
    assert.equal(code, 'aborted');
    assert.ok(value > 0 && value < 1);
  }));

test('the page keeps its globals and gets no other', () =>
  on('plain', async (page) => {
    const before = await page.evaluate(() => globalThis.page.globals());
    await page.evaluate((task) => globalThis.page.score(...task), tasks[0]);
    assert.deepEqual(await page.evaluate(() => globalThis.page.globals()), before);
    assert.equal(before.fs, 'the page');
    assert.equal(before.Go, 'TheirGo');
    for (const name of ['process', 'path', 'context', 'maskloss']) assert.ok(!before.names.includes(name), name);
  }));

describe('load explains itself', () => {
  const failure = (/** @type {import('playwright-core').Page} */ page, /** @type {object} */ options) =>
    page.evaluate((options) => globalThis.page.failure(options), options);

  test('a policy that forbids wasm', () =>
    on(
      'forbidding',
      async (page) => {
        const { code, message } = await failure(page, {});
        assert.equal(code, 'load');
        assert.match(message, /add 'wasm-unsafe-eval' to script-src/);
      },
      /wasm-unsafe-eval|unsafe-eval/,
    ));

  test('a page where wasm should be', () =>
    on('plain', async (page) => {
      const { code, message } = await failure(page, { wasm: 'page.html' });
      assert.equal(code, 'load');
      assert.match(message, /pages\/page\.html is no wasm but an HTML page/);
    }));

  test('a file that is not there', () =>
    on(
      'plain',
      async (page) => {
        const { code, message } = await failure(page, { wasm: '/nowhere.wasm' });
        assert.equal(code, 'load');
        assert.match(message, /nowhere\.wasm answered 404/);
      },
      /404/,
    ));

  test('a host that cannot be reached', () =>
    on(
      'plain',
      async (page) => {
        const { code, message } = await failure(page, { wasm: 'http://localhost:1/maskloss.wasm' });
        assert.equal(code, 'load');
        assert.match(message, /could not be fetched/);
      },
      /ERR_/,
    ));

  test('a worker that is not there', async () => {
    const files = directory(root);
    const server = await serve(async (path) => (path === 'js/worker.js' ? undefined : files(path)));
    servers.workerless = server;
    await on(
      'workerless',
      async (page) => {
        const { code, field, message } = await failure(page, { workers: 1 });
        assert.equal(code, 'load');
        assert.equal(field, 'workers');
        assert.match(message, /worker\.js must be served beside index\.js/);
        // 'auto' does without.
        const got = await page.evaluate(
          (task) => globalThis.page.score(...task),
          [[1, 1, 1100, 1000], ['dice'], {}, { workers: 'auto' }],
        );
        assert.deepEqual(got, await score([1, 1, 1100, 1000], ['dice'], {}));
      },
      /404|worker/i,
    );
  });
});
