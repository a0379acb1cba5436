// What a visitor downloads: the module compressed as hosts serve it, against the budget.

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, gzipSync } from 'node:zlib';

// The runtime, syscall/js and vert alone are 0.5 MB; the rest is ours.
const budget = 645_000;

const wasm = readFileSync(fileURLToPath(new URL('../maskloss.wasm', import.meta.url)));
const brotli = brotliCompressSync(wasm).byteLength;
const megabytes = (/** @type {number} */ bytes) => `${(bytes / 1e6).toFixed(3)} MB`;
console.log(
  `maskloss.wasm: ${megabytes(wasm.byteLength)}, gzip ${megabytes(gzipSync(wasm, { level: 9 }).byteLength)}, ` +
    `brotli ${megabytes(brotli)} of ${megabytes(budget)}`,
);
console.log(`integrity: sha384-${createHash('sha384').update(wasm).digest('base64')}`);
if (brotli > budget) {
  console.error(`size: maskloss.wasm is ${brotli} bytes in brotli, must be at most ${budget}`);
  process.exitCode = 1;
}
