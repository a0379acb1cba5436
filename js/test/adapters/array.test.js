import assert from 'node:assert/strict';
import test from 'node:test';
import { fromArray, toArray } from '../../mask.js';
import { fault, NONSENSE, survives } from './fuzz.js';
import { randomOf } from './random.js';

test('typed arrays of the right kind are views, others copies', () => {
  const floats = Float32Array.of(0, 0.25, 0.5, 1);
  assert.equal(fromArray(floats, { shape: [2, 2], as: 'probs' }).data, floats);
  const ids = Int32Array.of(-1, 70000);
  assert.equal(fromArray(ids, { shape: [1, 2] }).data, ids);
  const clamped = Uint8ClampedArray.of(0, 3);
  const mask = fromArray(clamped, { shape: [1, 2] });
  assert.ok(mask.data instanceof Uint8Array);
  assert.equal(mask.data.buffer, clamped.buffer);
  assert.deepEqual(fromArray(Float64Array.of(0.1), { shape: [1, 1], as: 'soft' }), {
    data: Float32Array.of(0.1),
    shape: [1, 1, 1, 1],
    kind: 'soft',
  });
});

test('what each form looks like', () => {
  const rows = [
    [0, 1],
    [1, 0],
  ];
  assert.deepEqual(fromArray(rows, { as: 'labels' }), {
    data: Uint8Array.of(0, 1, 1, 0),
    shape: [1, 2, 2],
    form: 'labels',
    kind: 'labels',
  });
  assert.deepEqual(fromArray(rows, { as: 'instances' }), {
    data: Uint8Array.of(0, 1, 1, 0),
    shape: [1, 2, 2],
    form: 'labels',
    kind: 'instances',
  });
  assert.deepEqual(fromArray(rows, { as: 'probs' }), {
    data: Float32Array.of(0, 1, 1, 0),
    shape: [1, 1, 2, 2],
    form: 'probs',
  });
  assert.deepEqual(fromArray(rows, { as: 'logits' }), {
    data: Float32Array.of(0, 1, 1, 0),
    shape: [1, 1, 2, 2],
    form: 'logits',
  });
  assert.deepEqual(fromArray([[true, false]], { as: 'labels' }).data, Uint8Array.of(1, 0));
  assert.deepEqual(fromArray(BigInt64Array.of(0n, 300n), { shape: [1, 2] }).data, Uint16Array.of(0, 300));
  assert.equal(fromArray([[0, 4]], { as: 'labels', classes: 5 }).classes, 5);
});

test('labels take the narrowest type that holds them', () => {
  const type = (/** @type {number[]} */ values) =>
    fromArray(values, { shape: [1, values.length], as: 'labels' }).data.constructor;
  assert.equal(type([0, 255]), Uint8Array);
  assert.equal(type([0, 256]), Uint16Array);
  assert.equal(type([0, 65536]), Int32Array);
  assert.equal(type([-1, 1]), Int32Array);
});

test('axes in any order', () => {
  // Two classes of 1 x 3: class 0 is 1 2 3, class 1 is 4 5 6.
  const planar = Float32Array.of(1, 2, 3, 4, 5, 6);
  const interleaved = Float32Array.of(1, 4, 2, 5, 3, 6);
  const want = { data: planar, shape: [1, 2, 1, 3], form: 'logits' };
  assert.deepEqual(fromArray(planar, { shape: [1, 2, 1, 3], as: 'logits' }), want);
  assert.deepEqual(fromArray(interleaved, { shape: [1, 1, 3, 2], layout: 'NHWC', as: 'logits' }), want);
  assert.deepEqual(fromArray(interleaved, { shape: [1, 3, 2], layout: 'HWC', as: 'logits' }), want);
  assert.deepEqual(fromArray(planar, { shape: [2, 1, 3], layout: 'CHW', as: 'logits' }), want);
  assert.deepEqual(
    fromArray(interleaved, { shape: [3, 2], layout: 'WH', as: 'labels' }).data,
    Uint8Array.of(1, 2, 3, 4, 5, 6),
  );
  assert.deepEqual(fromArray(planar, { shape: [2, 1, 3], as: 'labels' }).shape, [2, 1, 3]);
  assert.deepEqual(fromArray(planar, { shape: [2, 1, 3], layout: 'DHW', as: 'labels' }).shape, [1, 2, 1, 3]);
});

test('every order of five axes, there and back, number by number', () => {
  const random = randomOf(1);
  const size = { N: 2, C: 3, D: 2, H: 4, W: 5 };
  const orders = ['NCDHW', 'NDHWC', 'WHDCN', 'CNHWD', 'HWNCD'];
  const data = Float32Array.from({ length: 240 }, () => random.next());
  const mask = /** @type {const} */ ({ data, shape: [2, 3, 2, 4, 5], form: 'probs' });
  for (const layout of orders) {
    const out = toArray({ ...mask, shape: [...mask.shape] }, { layout });
    assert.deepEqual(
      out.shape,
      [...layout].map((axis) => size[/** @type {keyof typeof size} */ (axis)]),
    );
    const index = { N: 1, C: 2, D: 0, H: 3, W: 1 };
    const at = [...layout].reduce(
      (sum, axis, i) => sum * out.shape[i] + index[/** @type {keyof typeof index} */ (axis)],
      0,
    );
    assert.equal(out.data[at], data[(((1 * 3 + 2) * 2 + 0) * 4 + 3) * 5 + 1], layout);
    assert.deepEqual(fromArray(out.data, { shape: out.shape, layout, as: 'probs' }), mask);
  }
  assert.equal(toArray({ ...mask, shape: [...mask.shape] }).data, data);
});

test('a threshold makes labels of anything', () => {
  assert.deepEqual(
    fromArray(Float32Array.of(-1, 0, 0.1), { shape: [1, 3], threshold: 0 }).data,
    Uint8Array.of(0, 0, 1),
  );
  assert.throws(() => fromArray([[Number.NaN]], { threshold: 0 }), fault('value', 'data', /data\[0\] is NaN/));
});

test('mistakes are named', () => {
  const shape = [1, 2];
  /** @type {[any, any, any, string, RegExp][]} */
  const rows = [
    [
      Uint8Array.of(0, 255),
      { shape, as: 'probs' },
      'domain',
      'data',
      /data\[1\] is 255.*divide by 255, or pass as: 'labels'/,
    ],
    [Float32Array.of(0, -0.5), { shape, as: 'probs' }, 'domain', 'data', /pass as: 'logits'/],
    [Float32Array.of(0, 1.0000001), { shape, as: 'soft' }, 'domain', 'data', /clamp/],
    [Float32Array.of(0, 0.5), { shape, as: 'labels' }, 'label', 'data', /data\[1\] is 0.5/],
    [Float32Array.of(0, Number.POSITIVE_INFINITY), { shape, as: 'labels' }, 'value', 'data', /Infinity/],
    [Float64Array.of(0, 2 ** 31), { shape, as: 'labels' }, 'label', 'data', /2147483648/],
    [Float32Array.of(0, 0.5), { shape }, 'option', 'as', /as is missing/],
    [Float32Array.of(0, 0.5), { shape, as: 'mask' }, 'option', 'as', /'mask'/],
    [Uint8Array.of(0, 1), {}, 'option', 'shape', /shape is missing/],
    [Uint8Array.of(0, 1), { shape: [2, 2] }, 'length', 'data', /2 values, must be 4/],
    [Uint8Array.of(0, 1), { shape: [2] }, 'shape', 'shape', /two to five/],
    [Uint8Array.of(0, 1), { shape: [0, 2] }, 'shape', 'shape', /is 0/],
    [Uint8Array.of(0, 1), { shape, layout: 'HH' }, 'option', 'layout', /'HH'/],
    [Uint8Array.of(0, 1), { shape, layout: 'NH' }, 'option', 'layout', /with H and W/],
    [Uint8Array.of(0, 1), { shape, layout: 'NW' }, 'option', 'layout', /with H and W/],
    [Uint8Array.of(0, 1), { shape, layout: 'HX' }, 'option', 'layout', /'HX'/],
    [Float32Array.of(0, Number.NaN), { shape, as: 'probs' }, 'value', 'data', /data\[1\] is NaN/],
    [Float32Array.of(0, Number.POSITIVE_INFINITY), { shape, as: 'soft' }, 'value', 'data', /Infinity/],
    [Float32Array.of(0, 1.5), { shape, as: 'probs' }, 'domain', 'data', /divide by 255/],
    [Uint8Array.of(0, 1), { shape, layout: 'NHW' }, 'shape', 'layout', /3 axes, must be 2/],
    [Uint8Array.of(0, 1), { shape, size: 2 }, 'option', 'size', /size is not an option/],
    [Uint8Array.of(0, 7), { shape, classes: 3 }, 'label', 'data', /data\[1\] is 7, must be in \[0, 2\]/],
    [Uint8Array.of(0, 7), { shape, ignore: 7 }, 'option', 'ignore', /without classes/],
    [Float32Array.of(0, 1), { shape, as: 'probs', threshold: 0.5 }, 'option', 'threshold', /left out/],
    [Float32Array.of(0, 1, 0, 1), { shape: [1, 2, 1, 2], as: 'labels' }, 'shape', 'shape', /argmax/],
    [Float32Array.of(0, 1), { shape: [1, 1, 2], as: 'probs' }, 'option', 'layout', /'CHW', 'HWC' or 'NHW'/],
    [[[0, 1], [1]], { as: 'labels' }, 'shape', 'data', /ragged/],
    [[['a']], { as: 'labels' }, 'domain', 'data', /'a'/],
  ];
  for (const [data, options, code, field, message] of rows) {
    assert.throws(() => fromArray(data, options), fault(code, field, message), JSON.stringify(options));
  }
  assert.deepEqual(fromArray(Uint8Array.of(2, 255), { shape, classes: 3, ignore: [255] }).data, Uint8Array.of(2, 255));
});

test('toArray leaves out axes of length 1 only', () => {
  const mask = fromArray(Float32Array.of(1, 2, 3, 4), { shape: [1, 2, 1, 2], as: 'logits' });
  assert.deepEqual(toArray(mask, { layout: 'HWC' }), {
    data: Float32Array.of(1, 3, 2, 4),
    shape: [1, 2, 2],
    layout: 'HWC',
  });
  assert.throws(() => toArray(mask, { layout: 'HW' }), fault('shape', 'layout', /leaves out C, which has 2/));
});

test('nonsense gives errors, never crashes', async () => {
  for (const data of NONSENSE) {
    for (const options of [
      undefined,
      {},
      { shape: [1, 1], as: 'labels' },
      { shape: data },
      { as: data, layout: data },
      data,
    ]) {
      await survives(() => fromArray(/** @type {any} */ (data), /** @type {any} */ (options)), String(data));
    }
    assert.throws(() => toArray(/** @type {any} */ (data)), fault('shape', 'mask'));
  }
});
