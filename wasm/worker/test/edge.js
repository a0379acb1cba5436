// Starts the worker under workerd, with storage of its own in memory, as the tests want it.

import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Miniflare } from 'miniflare';

const root = fileURLToPath(new URL('../../..', import.meta.url));

export const octets = { 'content-type': 'application/octet-stream' };
export const json = { 'content-type': 'application/json' };

/** The worker; `entry` is another module of this folder around it. */
export async function start(bindings = { AUTH: 'off' }, { entry = 'worker.mjs', ...options } = {}) {
  const lines = [];
  const mf = new Miniflare({
    modules: true,
    modulesRoot: root,
    scriptPath: `${root}wasm/worker/${entry}`,
    modulesRules: [
      { type: 'CompiledWasm', include: ['**/*.wasm'] },
      { type: 'ESModule', include: ['**/*.mjs', '**/*.js'] },
    ],
    compatibilityDate: '2026-04-20',
    cf: false,
    bindings,
    handleRuntimeStdio(stdout, stderr) {
      for (const stream of [stdout, stderr]) {
        stream.on('data', (piece) => lines.push(...String(piece).split('\n').filter(Boolean)));
      }
    },
    ...options,
  });
  const url = await mf.ready;
  return { mf, url, lines, stop: () => mf.dispose(), at: (path) => new URL(path, url) };
}

/** Storage for runs. */
export const storage = {
  r2Buckets: { MASKS: 'masks' },
  d1Databases: { DB: 'runs' },
  queueProducers: { JOBS: 'jobs' },
  queueConsumers: {
    jobs: { maxBatchSize: 10, maxBatchTimeout: 0.1, maxRetries: 3, deadLetterQueue: 'dead' },
    dead: { maxBatchSize: 100, maxBatchTimeout: 0.1 },
  },
};

/** Lays out the tables. */
export async function migrate(mf) {
  const db = await mf.getD1Database('DB');
  const folder = new URL('../migrations/', import.meta.url);
  for (const file of readdirSync(folder).sort()) {
    const statements = readFileSync(new URL(file, folder), 'utf8').replace(/--.*/g, '').split(';');
    for (const sql of statements) if (sql.trim()) await db.prepare(sql).run();
  }
  return db;
}

/** Bytes of arrays, one after the other. */
export function bytes(...arrays) {
  return Buffer.concat(arrays.map((a) => Buffer.from(a.buffer, a.byteOffset, a.byteLength)));
}

/** Numbers that are the same each time: a linear congruence of 2^32. */
export function random(seed) {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** An image of logits and the labels of a disc, with noise between them. */
export function scene(size, seed) {
  const next = random(seed);
  const logits = new Float32Array(size * size);
  const labels = new Uint8Array(size * size);
  const [x, y, r] = [next() * size, next() * size, (0.2 + next() / 4) * size];
  for (let i = 0; i < labels.length; i++) {
    const inside = Math.hypot((i % size) - x, Math.floor(i / size) - y) - r;
    labels[i] = inside < 0 ? 1 : 0;
    logits[i] = (next() - 0.5) * 4 - (inside / size) * 8;
  }
  return { logits, labels, body: bytes(logits, labels) };
}
