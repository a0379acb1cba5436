import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { load } from '../index.js';
import { numbers, scene } from './scene.js';

const MB = 2 ** 20;

test('ten thousand evaluations of mixed losses and sizes: memory stays flat, numbers stay the same', async () => {
  const ml = await load();
  const { losses } = ml.describe();
  const inputs = [
    [1, 1, 1, 1],
    [1, 1, 5, 7],
    [1, 1, 64, 64],
    [2, 1, 33, 31],
    [1, 3, 32, 32],
    [2, 4, 17, 19],
    [1, 2, 3, 20, 20],
    [1, 1, 100, 130],
  ].map((shape, i) => scene(shape, i));
  const held = ml.hold(inputs[2]);
  const next = numbers(7);
  /** @type {Map<string, unknown>} */
  const first = new Map();
  const sizes = [];
  for (let i = 0; i < 10_000; i++) {
    const k = next() % (inputs.length + 1);
    const { name, kind } = losses[next() % losses.length];
    const planes = kind === 'loss' && next() % 4 === 0;
    const key = `${k} ${name} ${planes}`;
    // What is not defined for an input says so, at the end as at the start.
    const got = await ml
      .evaluate(name, inputs[k] ?? held, planes ? { gradient: true, heatmap: true } : {})
      .catch(({ message }) => message);
    const seen = first.get(key);
    if (seen === undefined) first.set(key, got);
    else if (i >= 9000 || i % 50 === 0) assert.deepEqual(got, seen, key);
    if (i === 100 || i === 5000) sizes.push(ml.memory());
  }
  assert.ok(first.size > 300, `${first.size}`);
  // Go takes room for what it keeps of types in pieces of 256 KB, the first time it meets them.
  sizes.push(ml.memory());
  const [early, late, last] = sizes;
  assert.ok(last - early <= MB, `${sizes}`);
  assert.equal(last, late);
  ml.dispose();
});

/** @param {number[]} shape */
function big(shape) {
  const [n, c, h, w] = shape;
  // A small tile over and over: filling is not what is tested.
  const tile = scene([1, 1, 64, 64]);
  const data = new Float32Array(n * c * h * w);
  for (let at = 0; at < data.length; at += 4096)
    data.set(tile.prediction.data.subarray(0, Math.min(4096, data.length - at)), at);
  const target = new Uint8Array(n * h * w);
  for (let i = 0; i < target.length; i++) target[i] = (i >> 9) % c;
  return { prediction: { data, shape, form: 'logits' }, target: { data: target, shape: [n, h, w], kind: 'labels' } };
}

for (const [what, shape] of /** @type {[string, number[]][]} */ ([
  ['12 Mpx of 3 classes', [1, 3, 3000, 4000]],
  ['1 Mpx of 100 classes', [1, 100, 1000, 1000]],
])) {
  test(`${what} run in less than three times their memory`, async () => {
    const ml = await load();
    const input = big(shape);
    const bytes = input.prediction.data.byteLength + input.target.data.byteLength;
    const report = await ml.report(input, ['ce', 'dice', 'iou']);
    for (const { value, valid } of Object.values(report)) {
      assert.ok(Number.isFinite(value));
      assert.equal(valid, input.target.data.length);
    }
    const { gradient, heatmap } = await ml.evaluate('dice', input, { gradient: true });
    assert.equal(gradient?.length, input.prediction.data.length);
    assert.equal(heatmap, undefined);
    assert.ok(ml.memory() < 3 * bytes, `${ml.memory() / MB} MB for ${bytes / MB} MB`);
    // And once more: nothing grows but the garbage that may gather, see wasm/arena.go.
    const before = ml.memory();
    assert.deepEqual(await ml.report(input, ['ce', 'dice', 'iou']), report);
    assert.ok(ml.memory() - before <= 16 * MB, `${(ml.memory() - before) / MB} MB more`);
    ml.dispose();
  });
}

test('calls that workers share leave no garbage behind', async () => {
  const pool = await load({ workers: 2 });
  const input = scene([1, 3, 512, 1024], 4);
  const held = pool.hold(input);
  for (const given of [held, input]) {
    const run = async (/** @type {number} */ times) => {
      for (let i = 0; i < times; i++) await pool.report(given, ['ce', 'focal', 'dice']);
      return pool.memory();
    };
    const before = await run(5);
    assert.equal(await run(80), before, given === held ? 'held' : 'copied');
  }
  pool.dispose();
});

test('sizes that overflow the memory are an error, and the instance lives on', async () => {
  const ml = await load();
  const small = scene([1, 3, 16, 16]);
  const want = await ml.report(small, 'all');
  const lives = async () => assert.deepEqual(await ml.report(small, 'all'), want);
  // Zeros that nobody reads: the machine does not have to have them.
  const data = new Float32Array(1.2e9);
  const huge = {
    prediction: { data, shape: [1, 1, 30_000, 40_000], form: 'logits' },
    target: { data: new Uint8Array(1.2e9), shape: [1, 30_000, 40_000], kind: 'labels' },
  };
  for (const call of [
    () => ml.evaluate('dice', huge),
    async () => ml.hold(huge),
    async () => ml.accumulate(['dice']).add(huge),
    async () => ml.oneHot({ data: new Uint8Array(1e6), shape: [1, 1000, 1000], kind: 'labels' }, 4000),
    async () =>
      ml.distanceMap({ data: new Uint8Array(1e6), shape: [1, 1000, 1000], kind: 'labels' }, { classes: 1500 }),
  ]) {
    await assert.rejects(call, { name: 'MasklossError', code: 'memory' });
    await lives();
  }
  assert.ok(ml.memory() < 64 * MB, `${ml.memory()}`);
  ml.dispose();
});

test('a host that has less memory than it seems: the program is started again', () => {
  const script = `
    import assert from 'node:assert/strict';
    import { load } from ${JSON.stringify(new URL('../index.js', import.meta.url).href)};
    import { scene } from ${JSON.stringify(new URL('scene.js', import.meta.url).href)};
    const ml = await load();
    const small = scene([1, 3, 16, 16]);
    const want = await ml.report(small, 'all');
    const held = ml.hold(small);
    const sum = ml.accumulate(['dice']);
    const side = 6000;
    const big = { prediction: { data: new Float32Array(side * side), shape: [1, 1, side, side], form: 'logits' }, target: { data: new Uint8Array(side * side), shape: [1, side, side], kind: 'labels' } };
    for (const call of [() => ml.evaluate('dice', big), async () => ml.hold(big), () => ml.report(big, ['ce'], { signal: new AbortController().signal })]) {
      await assert.rejects(call, { name: 'MasklossError', code: 'memory' });
      assert.deepEqual(await ml.report(small, 'all'), want);
    }
    // What the old program held is lost, and says so.
    await assert.rejects(ml.evaluate('dice', held), { code: 'memory', message: /lost/ });
    assert.throws(() => held.target, { code: 'memory' });
    await assert.rejects(sum.add(small), { code: 'memory' });
    held.dispose();
    sum.dispose();
    // What needs outputs beside its input: 40 MB in, 64 MB out, of the 128 MB that there are.
    const half = { prediction: { data: new Float32Array(8e6), shape: [1, 1, 2000, 4000], form: 'logits' }, target: { data: new Uint8Array(8e6), shape: [1, 2000, 4000], kind: 'labels' } };
    await assert.rejects(ml.report(half, ['ce', 'dice'], { gradient: true, heatmap: true }), { code: 'memory' });
    assert.ok(Math.abs((await ml.evaluate('ce', half)).value - Math.LN2) < 1e-6);
    const again = ml.hold(small);
    assert.deepEqual(await ml.report(again, 'all'), want);
    console.log('lives on');
  `;
  const flags = ['--wasm-max-mem-pages=2048', '--input-type=module', '-e', script];
  const { status, stdout, stderr } = spawnSync(process.execPath, flags, { encoding: 'utf8', timeout: 120_000 });
  assert.equal(status, 0, stderr);
  assert.equal(stdout, 'lives on\n');
});
