import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { after, before, describe, test } from 'node:test';
import { load } from '../index.js';
import { Pace } from '../pace.js';
import { copyTile, cut, fits, frameOf, narrow, sizeOf, TILE_BYTES, viewsOf } from '../tiles.js';
import { scene } from './scene.js';

/** @typedef {import('../index.js').Maskloss} Maskloss */

/** @type {Maskloss} */
let one;
/** @type {Maskloss} */
let pool;
before(async () => {
  [one, pool] = await Promise.all([load(), load({ workers: 3 })]);
});
after(() => {
  one.dispose();
  pool.dispose();
});

// Big enough to be shared by all three, and of sizes that are no multiple of a block.
const binary = scene([1, 1, 901, 907]);
const classes = scene([2, 3, 371, 389]);
const volume = scene([1, 2, 7, 251, 259]);

/** A suite with tiles in shared memory, and with tiles that are handed over, as in a page that is not isolated. */
function withBoth(/** @type {string} */ name, /** @type {() => void} */ suite) {
  // A pool uses the memory of its tiles again.
  const fresh = async () => {
    pool.dispose();
    pool = await load({ workers: 3 });
  };
  describe(`${name}: shared memory`, suite);
  describe(`${name}: tiles handed over`, () => {
    before(() => {
      Reflect.set(globalThis, 'crossOriginIsolated', false);
      return fresh();
    });
    after(() => {
      Reflect.deleteProperty(globalThis, 'crossOriginIsolated');
      return fresh();
    });
    suite();
  });
}

withBoth('a pool gives the bits of one thread', () => {
  for (const [what, input] of /** @type {const} */ ([
    ['one channel', binary],
    ['classes', classes],
    ['a volume', volume],
    ['a small input', scene([1, 3, 20, 30])],
    [
      'a soft target',
      { ...binary, target: { data: Float32Array.from(binary.target.data), shape: [1, 1, 901, 907], kind: 'soft' } },
    ],
    [
      'weights and ignored pixels',
      { ...classes, weight: Float32Array.from(classes.target.data, (x, i) => 0.5 + (x + (i % 7)) / 8), ignore: 1 },
    ],
  ])) {
    test(`${what}: sums with their planes`, async () => {
      const names = /** @type {const} */ (['ce', 'focal', 'dice', 'generalized-dice', 'tversky']);
      const options = { gradient: true, heatmap: true };
      assert.deepEqual(await pool.report(input, names, options), await one.report(input, names, options));
    });
  }

  test('sums and others, with their planes', async () => {
    for (const [input, names] of /** @type {[any, any][]} */ ([
      [binary, ['ce', 'lovasz-hinge', 'focal']],
      [classes, ['boundary', 'dice', 'lovasz-softmax', 'iou']],
    ])) {
      const options = Object.fromEntries(
        names.map((/** @type {string} */ name) => [name, name === 'iou' ? {} : { gradient: true, heatmap: true }]),
      );
      assert.deepEqual(await pool.report(input, options), await one.report(input, options));
    }
  });

  describe('images of a batch', () => {
    const several = scene([5, 1, 61, 83]);
    const multiclass = scene([4, 3, 90, 71]);
    const perChannel = {
      ...multiclass,
      target: { ...multiclass.target, data: new Uint8Array(4 * 3 * 90 * 71), shape: [4, 3, 90, 71] },
    };
    perChannel.target.data.forEach((_, i, all) => {
      all[i] = (i >> 5) % 3 === 0 ? 1 : 0;
    });
    // The second has no foreground, and the third counts nowhere.
    const uneven = {
      ...several,
      ignore: 9,
      target: { ...several.target, data: several.target.data.map((x, i) => [x, 0, 9][Math.floor(i / (61 * 83))] ?? x) },
    };
    const planes = { gradient: true, heatmap: true };
    /** @type {[string, any, any][]} */
    const cases = [
      ['lovasz-hinge', several, { scope: 'image' }],
      ['lovasz-hinge', several, { scope: 'image', ...planes }],
      ['lovasz-hinge', several, { scope: 'batch', ...planes }],
      ['lovasz-hinge', perChannel, { scope: 'image', mode: 'multilabel', ...planes }],
      ['lovasz-hinge', uneven, { scope: 'image', ...planes }],
      ['lovasz-softmax', multiclass, { scope: 'image', ...planes }],
      ['lovasz-softmax', multiclass, { scope: 'batch', ...planes }],
      ['boundary', several, planes],
      ['boundary', uneven, planes],
      ['boundary', multiclass, planes],
      ['boundary', multiclass, { alphaRegion: 0.5, ...planes }],
      ['boundary', scene([3, 1, 6, 31, 40]), planes],
    ];
    for (const [name, input, options] of cases) {
      test(`${name} of ${input.prediction.shape} with ${Object.keys(options)}`, async () => {
        assert.deepEqual(await pool.evaluate(name, input, options), await one.evaluate(name, input, options));
      });
    }

    test('beside sums and what goes as a whole', async () => {
      const options = { ce: {}, 'lovasz-hinge': planes, boundary: planes, dice: planes, iou: {} };
      assert.deepEqual(await pool.report(uneven, options), await one.report(uneven, options));
    });

    test('bigger than a tile', async () => {
      const big = scene([2, 1, 1100, 1000]);
      const { gradient, ...rest } = await pool.evaluate('boundary', big, { gradient: true });
      const want = await one.evaluate('boundary', big, { gradient: true });
      assert.deepEqual({ ...rest, gradient }, want);
    });
  });

  test('planes into arrays of the caller', async () => {
    const length = binary.prediction.data.length;
    for (const name of /** @type {const} */ (['ce', 'lovasz-hinge'])) {
      const [gradient, heatmap] = [new Float32Array(length).fill(7), new Float32Array(length).fill(7)];
      const got = await pool.evaluate(name, binary, { gradient, heatmap });
      assert.equal(got.gradient, gradient);
      assert.equal(got.heatmap, heatmap);
      assert.deepEqual(got, await one.evaluate(name, binary, { gradient: true, heatmap: true }));
    }
  });

  test('an array that is gone before the planes come', async () => {
    const gradient = new Float32Array(binary.prediction.data.length);
    const evaluation = pool.evaluate('ce', binary, { gradient });
    structuredClone(gradient.buffer, { transfer: [gradient.buffer] });
    await assert.rejects(evaluation, { code: 'length', field: 'gradient' });
  });

  test('everything that is defined, in the same order', async () => {
    for (const input of [scene([1, 1, 301, 307]), scene([1, 3, 171, 187])]) {
      const [got, want] = [await pool.report(input, 'all'), await one.report(input, 'all')];
      assert.deepEqual(Object.keys(got), Object.keys(want));
      assert.deepEqual(got, want);
    }
  });

  test('terms that are not reduced', async () => {
    for (const names of /** @type {const} */ ([['ce'], ['dice', 'focal']])) {
      const options = { reduction: /** @type {const} */ ('none') };
      assert.deepEqual(await pool.report(classes, names, options), await one.report(classes, names, options));
    }
  });

  test('held inputs, as they are now', async () => {
    const held = pool.hold(binary);
    assert.deepEqual(await pool.evaluate('dice', held), await one.evaluate('dice', binary));
    held.target.fill(1);
    const target = { ...binary.target, data: new Uint8Array(901 * 907).fill(1) };
    assert.deepEqual(await pool.evaluate('dice', held), await one.evaluate('dice', { ...binary, target }));
    held.dispose();
  });

  describe('held inputs, of which workers keep their shares', () => {
    const sums = /** @type {const} */ (['ce', 'focal', 'dice', 'generalized-dice', 'tversky']);
    const batch = scene([3, 4, 331, 337]);
    for (const [what, input] of /** @type {[string, any][]} */ ([
      ['one channel', binary],
      ['classes', classes],
      ['a volume', volume],
      ['a batch', batch],
      [
        'weights and ignored pixels',
        { ...batch, weight: Float32Array.from(batch.target.data, (x) => 1 + x / 4), ignore: 1 },
      ],
    ])) {
      test(`${what}: again and again`, async () => {
        const held = pool.hold(input);
        const want = await one.report(input, sums);
        for (let i = 0; i < 3; i++) assert.deepEqual(await pool.report(held, sums), want);
        assert.deepEqual(
          await pool.evaluate('dice', held, { scope: 'image' }),
          await one.evaluate('dice', input, { scope: 'image' }),
        );
        const planes = { gradient: true, heatmap: true };
        assert.deepEqual(await pool.evaluate('ce', held, planes), await one.evaluate('ce', input, planes));
        held.dispose();
      });
    }

    test('an array that changes, time after time, through the same view', async () => {
      const held = pool.hold(batch);
      await pool.evaluate('ce', held);
      const { target } = held;
      for (const label of [1, 3, 0]) {
        target.fill(label, 0, 331 * 337);
        const want = { ...batch, target: { ...batch.target, data: target.slice() } };
        assert.deepEqual(await pool.evaluate('ce', held), await one.evaluate('ce', want));
      }
      held.prediction.fill(0.25, 1000, 5000);
      const data = held.prediction.slice();
      const want = {
        ...batch,
        prediction: { ...batch.prediction, data },
        target: { ...batch.target, data: held.target.slice() },
      };
      assert.deepEqual(await pool.evaluate('ce', held), await one.evaluate('ce', want));
      held.dispose();
    });

    test('what is written after the call does not count', async () => {
      const held = pool.hold(binary);
      const first = pool.evaluate('ce', held);
      held.prediction.fill(Number.NaN);
      assert.deepEqual(await first, await one.evaluate('ce', binary));
      await assert.rejects(pool.evaluate('ce', held), { code: 'value', field: 'prediction.data' });
      held.prediction.set(binary.prediction.data);
      const second = pool.evaluate('ce', held);
      held.dispose();
      assert.deepEqual(await second, await one.evaluate('ce', binary));
      for (const ml of [pool, one]) {
        const gone = ml.hold(binary);
        gone.dispose();
        gone.dispose();
        await assert.rejects(ml.evaluate('ce', gone), { code: 'internal', message: /disposed of/ });
        assert.throws(() => gone.target, { message: /disposed of/ });
      }
      assert.deepEqual(await pool.evaluate('ce', binary), await one.evaluate('ce', binary));
    });

    test('an error names the place in the whole', async () => {
      const data = binary.target.data.slice();
      data[700_001] = 7;
      const wrong = { ...binary, target: { ...binary.target, data } };
      const held = pool.hold(wrong);
      const { message } = await one.evaluate('ce', wrong).then(assert.fail, (error) => error);
      assert.match(message, /700001/);
      for (let i = 0; i < 2; i++) await assert.rejects(pool.evaluate('ce', held), { message });
      held.target[700_001] = 1;
      data[700_001] = 1;
      assert.deepEqual(await pool.evaluate('ce', held), await one.evaluate('ce', wrong));
      held.dispose();
    });

    test('two at once, and a signal', async () => {
      const [a, b] = [pool.hold(binary), pool.hold(classes)];
      const want = [await one.evaluate('ce', binary), await one.evaluate('ce', classes)];
      for (let i = 0; i < 3; i++)
        assert.deepEqual(await Promise.all([pool.evaluate('ce', a), pool.evaluate('ce', b)]), want);
      const abort = new AbortController();
      const stopped = pool.evaluate('ce', a, { signal: abort.signal });
      abort.abort();
      await assert.rejects(stopped, { code: 'aborted' });
      assert.deepEqual([await pool.evaluate('ce', a), await pool.evaluate('ce', b)], want);
      a.dispose();
      b.dispose();
    });

    test('memory of those that were disposed of is used again', async () => {
      const score = async () => {
        const held = pool.hold(batch);
        await pool.evaluate('ce', held);
        held.dispose();
      };
      for (let i = 0; i < 3; i++) await score();
      const before = pool.memory();
      for (let i = 0; i < 12; i++) await score();
      // Each has 5.7 MB; what garbage a worker may have is less.
      assert.ok(pool.memory() - before < 16e6, `${before} bytes became ${pool.memory()}`);
    });
  });

  test('many at once', async () => {
    const inputs = [3, 4, 5, 6, 7, 8].map((seed) => scene([1, 3, 200, 40 * seed], seed));
    const got = await Promise.all(
      inputs.flatMap((input) => [pool.evaluate('dice', input), pool.evaluate('lovasz-softmax', input)]),
    );
    for (const [i, input] of inputs.entries()) {
      assert.deepEqual(got[2 * i], await one.evaluate('dice', input));
      assert.deepEqual(got[2 * i + 1], await one.evaluate('lovasz-softmax', input));
    }
  });

  test('an input is copied before the call returns', async () => {
    const input = structuredClone(binary);
    const promise = pool.evaluate('dice', input);
    input.prediction.data.fill(0);
    assert.deepEqual(await promise, await one.evaluate('dice', binary));
  });
});

withBoth('a pool tells errors as one thread does', () => {
  /** @type {[string, any, any][]} */
  const cases = [
    [
      'NaN in the share of the last worker, and before',
      ['ce', 'dice'],
      {
        ...binary,
        prediction: {
          ...binary.prediction,
          data: binary.prediction.data.map((x, i) => (i === 300_001 || i === 800_000 ? NaN : x)),
        },
      },
    ],
    [
      'a label that is no class',
      ['ce'],
      { ...classes, target: { ...classes.target, data: classes.target.data.map((x, i) => (i === 280_000 ? 7 : x)) } },
    ],
    ['a loss that is not defined', ['dice', 'lovasz-hinge'], classes],
    [
      'a score that is no number, in the last image of a batch',
      ['boundary'],
      {
        ...classes,
        prediction: { ...classes.prediction, data: classes.prediction.data.map((x, i) => (i === 700_000 ? NaN : x)) },
      },
    ],
    [
      'a label that is no class, in the last image of a batch',
      ['boundary', 'lovasz-softmax'],
      { ...classes, target: { ...classes.target, data: classes.target.data.map((x, i) => (i === 280_000 ? 7 : x)) } },
    ],
    ['an unknown loss', ['dise'], classes],
    ['sizes that do not belong together', ['dice'], { ...classes, target: binary.target }],
  ];
  for (const [what, names, input] of cases) {
    test(what, async () => {
      const want = await one.report(input, names).catch((error) => error);
      await assert.rejects(pool.report(input, names), (/** @type {any} */ got) => {
        assert.deepEqual(
          [got.name, got.code, got.field, got.message],
          [want.name, want.code, want.field, want.message],
        );
        return true;
      });
      assert.deepEqual(await pool.evaluate('dice', classes), await one.evaluate('dice', classes));
    });
  }
  test('an option that is wrong for all', async () => {
    await assert.rejects(pool.report(classes, 'all', { mode: 'binary' }), { code: 'option', field: 'mode' });
    await assert.rejects(pool.report(classes, 'all', { classWeights: [1] }), { code: 'option', field: 'classWeights' });
  });
});

describe('a signal', () => {
  // Noise of a size that takes a while to sort.
  const slow = scene([1, 1, 2000, 2000]);

  test('stops workers in the middle of a task', async () => {
    await pool.evaluate('lovasz-hinge', slow); // warm
    const controller = new AbortController();
    const promise = pool.evaluate('lovasz-hinge', slow, { signal: controller.signal });
    setTimeout(() => controller.abort('changed my mind'), 30);
    await assert.rejects(promise, (/** @type {any} */ error) => {
      assert.equal(error.code, 'aborted');
      assert.equal(error.cause, 'changed my mind');
      return true;
    });
    assert.deepEqual(await pool.evaluate('dice', binary), await one.evaluate('dice', binary));
  });

  test('stops what waits for a worker', async () => {
    const controller = new AbortController();
    const busy = [1, 2, 3, 4].map(() => pool.evaluate('lovasz-hinge', scene([1, 1, 300, 300])));
    const promise = pool.evaluate('dice', binary, { signal: controller.signal });
    controller.abort();
    await assert.rejects(promise, { code: 'aborted' });
    const want = await one.evaluate('lovasz-hinge', scene([1, 1, 300, 300]));
    for (const got of await Promise.all(busy)) assert.deepEqual(got, want);
  });

  test('stops this thread between steps', async () => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 1);
    const options = { signal: controller.signal, gradient: true };
    await assert.rejects(one.report(slow, ['ce', 'focal', 'dice', 'tversky'], options), { code: 'aborted' });
    assert.deepEqual(await one.evaluate('dice', binary), await pool.evaluate('dice', binary));
  });

  test('that never fires changes nothing', async () => {
    const { signal } = new AbortController();
    const names = /** @type {const} */ (['ce', 'dice', 'lovasz-hinge']);
    const [got, other] = await Promise.all([
      one.report(slow, names, { signal, gradient: true }),
      one.report(binary, names, { gradient: true }),
    ]);
    assert.deepEqual(got, await one.report(slow, names, { gradient: true }));
    assert.deepEqual(other, await one.report(binary, names, { gradient: true }));
  });
});

test('auto: workers start at the first input that is worth them, which this thread scores', async () => {
  const auto = await load({ workers: 'auto' });
  const before = auto.memory();
  assert.deepEqual(await auto.evaluate('dice', classes), await one.evaluate('dice', classes));
  assert.equal(auto.memory(), before);
  const big = scene([1, 1, 1100, 1000]);
  const want = await one.evaluate('dice', big);
  assert.deepEqual(await auto.evaluate('dice', big), want);
  const alone = auto.memory();
  for (let i = 0; i < 1000 && auto.memory() === alone; i++) await new Promise((resolve) => setTimeout(resolve, 10));
  assert.ok(auto.memory() > alone);
  assert.deepEqual(await auto.evaluate('dice', big), want);
  auto.dispose();
});

test('pace: the faster way, and the other once in a while', () => {
  const pace = new Pace();
  const run = (/** @type {number} */ alone, /** @type {number} */ shared, /** @type {number} */ calls) =>
    Array.from({ length: calls }, () => {
      const way = pace.choose('work');
      pace.took('work', way, way === 'alone' ? alone : shared);
      return way;
    }).filter((way) => way === 'shared').length;
  assert.deepEqual(run(20, 10, 4), 2); // one thread, workers twice as the first time is slow, one thread
  assert.equal(run(20, 10, 160), 150);
  assert.ok(run(20, 100, 160) < 20);
  assert.ok(run(20, 10, 160) > 80);
});

test('a disposed pool is an error, and what it was doing is aborted', async () => {
  const own = await load({ workers: 1 });
  const promise = own.evaluate('lovasz-hinge', scene([1, 1, 1000, 1000]));
  own.dispose();
  await assert.rejects(promise, { code: 'aborted' });
  await assert.rejects(own.evaluate('dice', binary), { code: 'internal' });
  assert.equal(own.memory(), 0);
});

test("workers start beside a library that makes Node's Worker global", async () => {
  const { Worker: WorkerThread } = await import('node:worker_threads');
  assert.equal(globalThis.Worker, undefined);
  globalThis.Worker = /** @type {any} */ (WorkerThread);
  try {
    const ml = await load({ workers: 1, signal: AbortSignal.timeout(20_000) });
    assert.deepEqual(await ml.evaluate('dice', binary), await one.evaluate('dice', binary));
    ml.dispose();
  } finally {
    Reflect.deleteProperty(globalThis, 'Worker');
  }
});

test('a process ends by itself, disposed of or not', () => {
  const script = `
    import { load } from ${JSON.stringify(new URL('../index.js', import.meta.url).href)};
    const ml = await load({ workers: 2 });
    const input = { prediction: { data: new Float32Array(1e6), shape: [1, 1, 1000, 1000], form: 'logits' }, target: { data: new Uint8Array(1e6), shape: [1, 1000, 1000], kind: 'labels' } };
    console.log((await ml.evaluate('ce', input)).value);
  `;
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
    encoding: 'utf8',
    timeout: 60_000,
  });
  assert.equal(status, 0, stderr);
  assert.ok(Math.abs(Number(stdout) - Math.LN2) < 1e-6, stdout);
});

describe('tiles', () => {
  test('are of whole blocks, but for the last of each image', () => {
    // Two images of 2 x 1500 pixels: two blocks each, the second of 476 pixels.
    const frame = frameOf(checked([2, 2, 50, 30]));
    assert.deepEqual(cut(frame, 4), [
      { image: 0, from: 0, pixels: 1024 },
      { image: 0, from: 1024, pixels: 476 },
      { image: 1, from: 0, pixels: 1024 },
      { image: 1, from: 1024, pixels: 476 },
    ]);
    assert.deepEqual(cut(frame, 1), [
      { image: 0, from: 0, pixels: 1500 },
      { image: 1, from: 0, pixels: 1500 },
    ]);
  });

  test('fit into a buffer, or are a block', () => {
    for (const shape of [
      [1, 1, 3000, 2000],
      [3, 3, 700, 900],
      [1, 19, 512, 512],
      [1, 900, 64, 64],
    ]) {
      const frame = frameOf(checked(shape));
      for (const { pixels } of cut(frame, 1))
        assert.ok(sizeOf(frame, pixels) <= TILE_BYTES || pixels === 1024, `${shape}`);
    }
  });

  test('hold all of an input', () => {
    const input = checked([2, 3, 50, 70]);
    const frame = frameOf(input);
    const whole = [new Float32Array(2 * 3 * 3500), new Uint8Array(2 * 3500)];
    for (const place of cut(frame, 8)) {
      const tile = { ...place, buffer: new ArrayBuffer(sizeOf(frame, place.pixels)) };
      for (const [k, part] of viewsOf(frame, tile).entries()) {
        copyTile('in', tile, part, k ? input.target : input.prediction, 3500);
        copyTile('out', tile, part, whole[k], 3500);
      }
    }
    assert.deepEqual(whole, [input.prediction, input.target]);
  });

  test('need a target of the sizes of the prediction', () => {
    for (const [shape, targetShape, want] of /** @type {[number[], number[], boolean][]} */ ([
      [[2, 3, 5, 7], [2, 5, 7], true],
      [[2, 3, 5, 7], [2, 3, 5, 7], true],
      [[2, 3, 5, 7], [2, 1, 5, 7], true],
      [[2, 3, 1, 5, 7], [2, 5, 7], true],
      [[2, 3, 4, 5, 7], [2, 4, 5, 7], true],
      [[2, 3, 4, 5, 7], [2, 3, 4, 5, 7], true],
      [[2, 3, 4, 5, 7], [2, 3, 5, 7], false],
      [[2, 3, 5, 7], [2, 7, 5], false],
      [[2, 3, 5, 7], [1, 5, 7], false],
    ])) {
      assert.equal(fits({ ...checked(shape), targetShape }), want, `${shape} ${targetShape}`);
    }
  });

  test('are rows to a worker', () => {
    assert.deepEqual(narrow(frameOf(checked([2, 3, 50, 70])), 1024).shape, [2, 3, 1, 1024]);
    assert.deepEqual(narrow(frameOf(checked([2, 3, 4, 50, 70])), 1024).targetShape, [2, 1, 1024]);
  });
});

/** A scene as it is after the checks. @param {number[]} shape @returns {import('../input.js').CheckedInput} */
function checked(shape) {
  const { prediction, target } = scene(shape);
  const { data, form } = /** @type {any} */ (prediction);
  const [targetShape, labels] = [[...target.shape], /** @type {Uint8Array} */ (target.data)];
  return { shape, form, prediction: data, kind: 'labels', targetShape, target: labels, weight: null, ignore: [] };
}
