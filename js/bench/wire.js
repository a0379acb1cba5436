// What a visitor downloads, compressed as hosts serve it.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import { modulesOf } from '../scripts/modules.js';
import { directory } from '../scripts/serve.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const shipped = 'build/package';
const modules = 'js/bench/node_modules';

/** Each file by itself, as it travels. @param {string[]} files below the repository */
async function weigh(files) {
  const weights = { files: files.length, raw: 0, gzip: 0, brotli: 0 };
  for (const file of files) {
    const bytes = await readFile(join(root, file));
    weights.raw += bytes.byteLength;
    weights.gzip += (await promisify(gzip)(bytes, { level: 9 })).byteLength;
    weights.brotli += (
      await promisify(brotliCompress)(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } })
    ).byteLength;
  }
  return weights;
}

/** @typedef {{ title: string, files: number, raw: number, gzip: number, brotli: number }} Load bytes */

/** @returns {Promise<Load[]>} */
export async function wire() {
  const loads = {
    'Maskloss, all losses and metrics': [
      ...(await modulesOf(directory(root), `${shipped}/index.js`)),
      `${shipped}/maskloss.wasm`,
    ],
    'TensorFlow.js, core and wasm': [
      `${modules}/@tensorflow/tfjs-core/dist/tf-core.min.js`,
      `${modules}/@tensorflow/tfjs-backend-wasm/dist/tf-backend-wasm.min.js`,
      `${modules}/@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm`,
    ],
    'TensorFlow.js, all and wasm': [
      `${modules}/@tensorflow/tfjs/dist/tf.min.js`,
      `${modules}/@tensorflow/tfjs-backend-wasm/dist/tf-backend-wasm.min.js`,
      `${modules}/@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm`,
    ],
    'ONNX Runtime Web, wasm': [
      `${modules}/onnxruntime-web/dist/ort.wasm.bundle.min.mjs`,
      `${modules}/onnxruntime-web/dist/ort-wasm-simd-threaded.wasm`,
    ],
  };
  const weighed = [];
  for (const [title, files] of Object.entries(loads)) weighed.push({ title, ...(await weigh(files)) });
  return weighed;
}
