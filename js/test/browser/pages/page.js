// What the tests call by page.evaluate: page.score(...) scores in the page, page.inWorker(...) in a worker of the page's.

import { load } from '../../../index.js';
import { score } from './score.js';

globalThis.page = {
  score,

  /** @param {Parameters<typeof score>} task */
  inWorker(...task) {
    const worker = new Worker(new URL('./worker.js', import.meta.url), { type: 'module' });
    return new Promise((resolve, reject) => {
      worker.onmessage = ({ data }) => resolve(data);
      worker.onerror = (event) => reject(new Error(event.message));
      worker.postMessage(task);
    }).finally(() => worker.terminate());
  },

  /** How load fails. @param {import('../../../index.js').LoadOptions} options */
  async failure(options) {
    try {
      (await load(options)).dispose();
      return undefined;
    } catch (error) {
      return { name: error.name, code: error.code, field: error.field, message: error.message };
    }
  },

  /** The names of the globals, and what is under those that matter. */
  globals() {
    return { names: Object.getOwnPropertyNames(globalThis).sort(), fs: globalThis.fs.of, Go: globalThis.Go.name };
  },

  /** Aborts in the middle of a big evaluation, and scores again. @param {import('../../../index.js').LoadOptions} options */
  async abort(options) {
    const ml = await load(options);
    const side = 3000;
    const data = Float32Array.from({ length: side * side }, (_, i) => ((i * 7919) % 1013) / 512 - 1);
    const input = {
      prediction: { data, shape: [1, 1, side, side], form: 'logits' },
      target: { data: new Uint8Array(side * side).map((_, i) => i & 1), shape: [1, side, side], kind: 'labels' },
    };
    const controller = new AbortController();
    const evaluation = ml.evaluate('lovasz-hinge', input, { signal: controller.signal });
    setTimeout(() => controller.abort(), 20);
    const code = await evaluation.catch((error) => error.code);
    const { value } = await ml.evaluate('dice', input);
    ml.dispose();
    return { code, value };
  },
};
