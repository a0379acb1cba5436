// From nothing to the first number: a page that was never open before loads everything and scores one image of 256 x 256.
// Both pages ask for all their scripts and the wasm at once, the scripts first, get them in brotli, as hosts serve them, and make
// their input while they load; ours is the package as published.

import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';
import { brotliCompress } from 'node:zlib';
import { preload } from '../scripts/modules.js';
import { spreadOf } from './rounds.js';

const brotli = promisify(brotliCompress);

/** Milliseconds between pages. */
const PAUSE = 300;

/**
 * Milliseconds from opening a window to visiting a page in it. A new window loads pages of the browser's own, on both cores, which
 * a visit at once would wait for; a reader's window is long open.
 */
const SETTLING = 1000;

const PACKAGE = '../build/package';
const MODULES = '/js/bench/node_modules/@tensorflow';

const data = `
  const logits = Float32Array.from({ length: 65536 }, (_, i) => (i % 13) - 6);
  const labels = Uint8Array.from({ length: 65536 }, (_, i) => i % 3 === 0 ? 1 : 0);`;

/** @type {Record<string, { title: string, page: string }>} */
const PAGES = {
  maskloss: {
    title: 'Maskloss',
    page: `<!doctype html><title>Maskloss</title><link rel="icon" href="data:,">
<link rel="modulepreload" href="${PACKAGE}/index.js">
<link rel="preload" href="${PACKAGE}/maskloss.wasm" as="fetch" type="application/wasm" crossorigin>
<script type="module">
  import { load } from '${PACKAGE}/index.js';
  const loading = load();${data}
  const ml = await loading;
  const { value } = await ml.evaluate('ce', {
    prediction: { data: logits, shape: [1, 1, 256, 256], form: 'logits' },
    target: { data: labels, shape: [1, 256, 256], kind: 'labels' },
  });
  globalThis.first = { value, ms: performance.now() };
</script>`,
  },
  'tf-wasm': {
    title: 'TensorFlow.js wasm',
    page: `<!doctype html><title>TensorFlow.js</title><link rel="icon" href="data:,">
<link rel="preload" href="${MODULES}/tfjs-core/dist/tf-core.min.js" as="script">
<link rel="preload" href="${MODULES}/tfjs-backend-wasm/dist/tf-backend-wasm.min.js" as="script">
<link rel="preload" href="${MODULES}/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm" as="fetch" type="application/wasm" crossorigin>
<script src="${MODULES}/tfjs-core/dist/tf-core.min.js"></script>
<script src="${MODULES}/tfjs-backend-wasm/dist/tf-backend-wasm.min.js"></script>
<script type="module">
  tf.wasm.setWasmPaths('${MODULES}/tfjs-backend-wasm/dist/');
  tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);
  const loading = tf.setBackend('wasm');${data}
  await loading;
  const [value] = tf.losses.sigmoidCrossEntropy(tf.tensor(labels, [65536], 'float32'), tf.tensor1d(logits)).dataSync();
  globalThis.first = { value, ms: performance.now() };
</script>`,
  },
};

/**
 * The pages, by their addresses below the server's root.
 *
 * @param {import('../scripts/serve.js').Read} read the files of the repository
 * @returns {Promise<Map<string, string>>}
 */
export async function pages(read) {
  const list = Object.entries(PAGES).map(async ([name, { page }]) => {
    const path = `first/${name}.html`;
    return /** @type {const} */ ([path, await preload(read, path, page)]);
  });
  return new Map(await Promise.all(list));
}

/**
 * Files in brotli: each is compressed once, when it is first asked for.
 *
 * @param {import('../scripts/serve.js').Read} read
 * @returns {import('../scripts/serve.js').Read}
 */
export function inBrotli(read) {
  /** @type {Map<string, ReturnType<typeof read>>} */
  const packed = new Map();
  const pack = async (/** @type {string} */ path) => {
    const body = await read(path);
    return body && brotli(body);
  };
  return (path) => {
    const known = packed.get(path) ?? pack(path);
    packed.set(path, known);
    return known;
  };
}

/**
 * @param {import('playwright-core').Browser} browser
 * @param {string} url of the server
 * @param {number} times
 * @returns {Promise<(import('./rounds.js').Spread & { name: string, title: string, value: number })[]>}
 */
export async function firstNumber(browser, url, times) {
  const results = Object.entries(PAGES).map(([name, { title }]) => ({
    name,
    title,
    times: /** @type {number[]} */ ([]),
    value: 0,
  }));
  // The first visit is the server's, which compresses. Then the pages take turns, so that each comes as often after the other.
  for (let i = -1; i < times; i++) {
    for (const result of i % 2 === 0 ? results : results.toReversed()) {
      // What the last page leaves behind is tidied up first.
      await setTimeout(PAUSE);
      // A context of its own has no cache.
      const context = await browser.newContext();
      const page = await context.newPage();
      await setTimeout(SETTLING);
      await page.goto(`${url}first/${result.name}.html`);
      const handle = await page.waitForFunction(() => /** @type {any} */ (globalThis).first, undefined, {
        timeout: 60_000,
      });
      const { value, ms } = await handle.jsonValue();
      if (i >= 0) result.times.push(ms);
      result.value = value;
      await context.close();
    }
  }
  return results.map(({ name, title, times, value }) => ({ name, title, value, ...spreadOf(times) }));
}
