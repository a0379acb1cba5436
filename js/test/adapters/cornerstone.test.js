import assert from 'node:assert/strict';
import test from 'node:test';
import { fromCornerstone, toCornerstone } from '../../adapters/index.js';
import { show } from './drawing.js';
import { fault, NONSENSE, survives } from './fuzz.js';
import { randomMask, randomOf } from './random.js';

test('scalar data is not copied', () => {
  const voxels = Uint8Array.of(0, 1, 2, 0, 0, 2);
  const mask = fromCornerstone(voxels, { width: 3, height: 2 });
  assert.deepEqual(mask, { data: voxels, shape: [1, 2, 3], form: 'labels', kind: 'labels' });
  assert.equal(mask.data.buffer, voxels.buffer);
  assert.equal(toCornerstone(mask).scalarData, mask.data);
});

test('a volume: column fastest, then row, then slice', () => {
  const voxels = Uint16Array.of(0, 1, 2, 3, 4, 500, 6, 7);
  const source = { scalarData: voxels, dimensions: [2, 2, 2] };
  assert.deepEqual(fromCornerstone(source), { data: voxels, shape: [1, 2, 2, 2], form: 'labels', kind: 'labels' });
  assert.deepEqual(fromCornerstone(source, { slice: 1 }), {
    data: Uint16Array.of(4, 500, 6, 7),
    shape: [1, 2, 2],
    form: 'labels',
    kind: 'labels',
  });
  assert.deepEqual(toCornerstone(fromCornerstone(source)), { width: 2, height: 2, depth: 2, scalarData: voxels });
});

test('rows of runs, ends not included', () => {
  const rows = new Map([
    [0, [{ value: 1, start: 1, end: 3 }]],
    [
      3,
      [
        { value: 2, start: 0, end: 1 },
        { value: 3, start: 2, end: 4 },
      ],
    ],
  ]);
  const source = { rows, width: 4, height: 2, depth: 2 };
  assert.equal(show(fromCornerstone(source, { slice: 0 })), '.##.\n....');
  assert.equal(show(fromCornerstone(rows, { width: 4, height: 2, depth: 2, slice: 1 })), '....\n2.33');
  assert.deepEqual(toCornerstone(fromCornerstone(source), { variant: 'rows' }), source);
  assert.deepEqual(
    fromCornerstone({ rows: new Map([[0, [{ value: 300, start: 0, end: 1 }]]]), width: 1, height: 1 }).data,
    Uint16Array.of(300),
  );
});

test('there and back', () => {
  const random = randomOf(15);
  for (let i = 0; i < 200; i++) {
    const mask = randomMask(random, 4);
    assert.deepEqual(fromCornerstone(toCornerstone(mask)), mask);
    assert.deepEqual(fromCornerstone(toCornerstone(mask, { variant: 'rows' })), mask);
  }
});

test('mistakes are named', () => {
  const voxels = Uint8Array.of(0, 1, 2, 0);
  const run = (/** @type {any} */ value) => new Map([[0, [{ value: 1, start: 0, end: 1, ...value }]]]);
  const size = { width: 2, height: 2 };
  /** @type {[any, any, any, string, RegExp][]} */
  const rows = [
    [voxels, { width: 3, height: 2 }, 'length', 'scalarData', /4 values, must be 3x2x1/],
    [voxels, { width: 2 }, 'shape', 'height', /undefined/],
    [{ scalarData: voxels, dimensions: [2, 2, 1] }, { width: 4 }, 'shape', 'width', /is 2, must be 4/],
    [voxels, { ...size, slice: 1 }, 'option', 'slice', /\[0, 0\]/],
    [voxels, { ...size, classes: 2 }, 'label', 'data', /data\[2\] is 2/],
    [voxels, { ...size, as: 'probs' }, 'option', 'as', /'probs'/],
    [run({ end: 3 }), size, 'shape', 'end', /is 3/],
    [run({ start: 2, end: 1 }), size, 'shape', 'end', /\[2, 2\]/],
    [run({ value: -1 }), size, 'label', 'value', /-1/],
    [new Map([[2, []]]), size, 'shape', 'rows', /is 2/],
    [new Map([[0, 5]]), size, 'domain', 'rows', /is 5/],
    [new Map(), { width: 1e6, height: 1e6 }, 'memory', 'maxPixels', /1000000x1000000/],
    [{}, size, 'domain', 'source', /scalar data or a Map/],
  ];
  for (const [source, options, code, field, message] of rows) {
    assert.throws(() => fromCornerstone(source, options), fault(code, field, message), String(message));
  }
  assert.throws(
    () => toCornerstone({ data: new Float32Array(1), shape: [1, 1, 1, 1], form: 'probs' }),
    fault('shape', 'mask'),
  );
});

test('no input but a mask or an error comes out', async () => {
  for (const nonsense of NONSENSE) {
    for (const source of [
      nonsense,
      { rows: nonsense },
      { scalarData: nonsense },
      new Map([[nonsense, nonsense]]),
      new Map([[0, [nonsense]]]),
    ]) {
      await survives(() => fromCornerstone(source, { width: 1, height: 1 }), String(nonsense));
    }
  }
});
