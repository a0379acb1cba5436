// The contestants in a page. TensorFlow.js stands in it already, as scripts.

import { growth } from './growth.js';
import { maskloss } from './maskloss.js';
import { onnxruntime } from './onnxruntime.js';
import { comparator, plain } from './plain.js';
import { pool } from './pool.js';
import { runSuite } from './suite.js';
import { SLOW_CASES, tensorflow } from './tensorflow.js';
import { twins } from './twins.js';

const MODULES = '/js/bench/node_modules/';

/** @param {string | undefined} twinsAddress */
async function pageContestants(twinsAddress) {
  const { tf } = /** @type {any} */ (globalThis);
  const ort = await import(`${MODULES}onnxruntime-web/dist/ort.wasm.bundle.min.mjs`);
  tf.enableProdMode();
  tf.wasm.setWasmPaths(`${MODULES}@tensorflow/tfjs-backend-wasm/dist/`);
  // One thread each, as Maskloss has by default.
  tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);
  ort.env.wasm.numThreads = 1;
  ort.env.wasm.wasmPaths = `${location.origin}${MODULES}onnxruntime-web/dist/`;
  const graphics = await tf.setBackend('webgl').catch(() => false);
  await tf.setBackend('wasm');
  return [
    ...(await maskloss()),
    ...(twinsAddress ? [await twins(await (await fetch(twinsAddress)).arrayBuffer())] : []),
    plain,
    comparator,
    tensorflow(tf, 'wasm', { name: 'tf-wasm', title: 'TensorFlow.js wasm' }),
    tensorflow(tf, 'cpu', { name: 'tf-cpu', title: 'TensorFlow.js cpu', only: SLOW_CASES }),
    ...(graphics ? [tensorflow(tf, 'webgl', { name: 'tf-webgl', title: graphicsTitle(), only: SLOW_CASES })] : []),
    onnxruntime(ort),
  ];
}

/** Says so where WebGL is no graphics card but a program. */
function graphicsTitle() {
  const gl = document.createElement('canvas').getContext('webgl2');
  const info = gl?.getExtension('WEBGL_debug_renderer_info');
  const renderer = gl && info ? String(gl.getParameter(info.UNMASKED_RENDERER_WEBGL)) : '';
  return /swiftshader|llvmpipe|software/i.test(renderer) ? 'TensorFlow.js webgl (software)' : 'TensorFlow.js webgl';
}

/** @param {{ quick: boolean, only: string, parts: string[], twins?: string }} options */
export async function runPage({ quick, only, parts, twins: address }) {
  const tell = /** @type {any} */ (globalThis).tell;
  const contestants = parts.includes('races') ? await pageContestants(address) : [];
  const outcomes = contestants.length > 0 ? await runSuite(contestants, { quick, only, tell }) : [];
  for (const { end } of contestants) end?.();
  const titles = Object.fromEntries(contestants.map(({ name, title }) => [name, title]));
  return {
    titles,
    outcomes,
    growth: parts.includes('growth') ? await growth({ quick, tell }) : undefined,
    pool: parts.includes('pool') ? await pool({ quick, tell }) : undefined,
  };
}
