// The benchmark in a page of headless Chromium. The page is isolated from other origins, so that its clock is precise.

import { fileURLToPath } from 'node:url';
import { launch } from '../scripts/chromium.js';
import { directory, serve } from '../scripts/serve.js';
import { firstNumber, inBrotli, pages } from './firstNumber.js';

const root = fileURLToPath(new URL('../..', import.meta.url));

const MODULES = '/js/bench/node_modules/@tensorflow';

const PAGE = `<!doctype html><title>bench</title><link rel="icon" href="data:,">
<script src="${MODULES}/tfjs/dist/tf.min.js"></script>
<script src="${MODULES}/tfjs-backend-wasm/dist/tf-backend-wasm.min.js"></script>`;

/**
 * @param {{ quick: boolean, only: string, parts: string[], twins?: string, tell: (text: string) => void }} options `twins`: path of the compiled C
 *   below the repository
 */
export async function runBrowser({ quick, only, parts, twins, tell }) {
  const files = directory(root);
  const firstPages = await pages(files);
  const server = await serve(
    async (path) => {
      const page = path === 'bench.html' ? PAGE : firstPages.get(path);
      return page ? Buffer.from(page) : files(path);
    },
    {
      headers: { 'cross-origin-opener-policy': 'same-origin', 'cross-origin-embedder-policy': 'require-corp' },
      brotli: inBrotli(async (path) =>
        /\.(js|wasm)$/.test(path) && parts.includes('first') ? files(path) : undefined,
      ),
    },
  );
  // WebGL without a graphics card is allowed, and labelled.
  const browser = await launch({ args: ['--enable-unsafe-swiftshader'] });
  try {
    /** @type {Pick<import('./run.js').Environment, 'titles' | 'outcomes'>} */
    const nothing = { titles: {}, outcomes: [] };
    const raced = parts.some((part) => ['races', 'growth', 'pool'].includes(part));
    const options = { quick, only, parts, twins: twins && `/${twins}` };
    const results = raced ? await races(browser, server.url, options, tell) : nothing;
    const wanted = parts.includes('first');
    if (wanted) tell('first number');
    const first = wanted ? await firstNumber(browser, server.url, quick ? 2 : 30) : undefined;
    return { version: `Chromium ${browser.version()}`, ...results, first };
  } finally {
    await browser.close();
    await server.close();
  }
}

/**
 * @param {import('playwright-core').Browser} browser
 * @param {string} url of the server
 * @param {object} options
 * @param {(text: string) => void} tell
 */
async function races(browser, url, options, tell) {
  const page = await browser.newPage();
  page.on('pageerror', (error) => tell(`page: ${error.message}`));
  await page.exposeFunction('tell', tell);
  await page.goto(`${url}bench.html`);
  const results = await page.evaluate(async ({ module, options }) => (await import(module)).runPage(options), {
    module: '/js/bench/page.js',
    options,
  });
  await page.close();
  return results;
}
