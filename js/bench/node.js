// The contestants in Node.

import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { maskloss } from './maskloss.js';
import { onnxruntime } from './onnxruntime.js';
import { comparator, plain } from './plain.js';
import { SLOW_CASES, tensorflow } from './tensorflow.js';
import { twins } from './twins.js';

const require = createRequire(import.meta.url);

/**
 * @param {string | undefined} twinsFile the compiled C; none is left out
 * @returns {Promise<import('./suite.js').Contestant[]>}
 */
export async function nodeContestants(twinsFile) {
  const tf = require('@tensorflow/tfjs');
  const { setWasmPaths } = require('@tensorflow/tfjs-backend-wasm');
  const { InferenceSession, Tensor, env } = await import('onnxruntime-web');
  tf.enableProdMode();
  setWasmPaths(`${join(dirname(require.resolve('@tensorflow/tfjs-backend-wasm')), '../wasm-out')}/`);
  // One thread each, as Maskloss has by default.
  tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);
  env.wasm.numThreads = 1;
  await tf.setBackend('wasm');
  return [
    ...(await maskloss()),
    ...(twinsFile ? [await twins(new Uint8Array(await readFile(twinsFile)))] : []),
    plain,
    comparator,
    tensorflow(tf, 'wasm', { name: 'tf-wasm', title: 'TensorFlow.js wasm' }),
    tensorflow(tf, 'cpu', { name: 'tf-cpu', title: 'TensorFlow.js cpu', only: SLOW_CASES }),
    onnxruntime({ InferenceSession, Tensor }),
  ];
}
