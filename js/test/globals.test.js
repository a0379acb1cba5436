import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runInThisContext } from 'node:vm';

// What a page has under the names that wasm_exec.js uses: a property, a var of a classic script, which cannot be deleted, and an
// accessor.
const own = { Go: class Theirs {}, path: '/here' };
Object.assign(globalThis, { Go: own.Go });
runInThisContext("var path = '/here'");
let reads = 0;
Object.defineProperty(globalThis, 'fs', { get: () => ++reads, configurable: true });

/** The names of all globals, and what is under those that matter: Node itself replaces others as they are first used. */
function snapshot() {
  const names = Object.getOwnPropertyNames(globalThis).sort();
  return {
    names,
    own: ['Go', 'fs', 'process', 'path', 'context'].map((name) => Object.getOwnPropertyDescriptor(globalThis, name)),
  };
}

test('the globals of the page are back as they were', async () => {
  const before = snapshot();
  const { load } = await import('../index.js');
  const ml = await load();
  assert.deepEqual(snapshot(), before);
  assert.equal(/** @type {any} */ (globalThis).Go, own.Go);
  assert.equal(/** @type {any} */ (globalThis).path, '/here');
  assert.equal(reads, 0);
  const data = Float32Array.of(0);
  const { value } = await ml.evaluate('ce', {
    prediction: { data, shape: [1, 1, 1, 1], form: 'logits' },
    target: { data: Uint8Array.of(1), shape: [1, 1, 1], kind: 'labels' },
  });
  assert.ok(Math.abs(value - Math.LN2) < 1e-6);
  ml.dispose();
});
