import assert from 'node:assert/strict';
import test from 'node:test';
import { fromCvat, toCvat } from '../../adapters/index.js';
import { draw, show } from './drawing.js';
import { fault, NONSENSE, survives } from './fuzz.js';
import { randomMask, randomOf } from './random.js';

const DRAWN = draw(`
  .....
  ..##.
  .#.#.
  .....`);

// Row by row in the box (1, 1) to (3, 2): . # # # . #
const POINTS = [1, 3, 1, 1, 1, 1, 3, 2];

test('runs over the box, then the box, edges inclusive', () => {
  assert.deepEqual(toCvat(DRAWN), POINTS);
  assert.deepEqual(fromCvat(POINTS, { width: 5, height: 4 }), DRAWN);
  // The first run is of background and may be empty; the last may be of either.
  assert.deepEqual(toCvat(draw('#')), [0, 1, 0, 0, 0, 0]);
  assert.equal(show(fromCvat([0, 1, 2, 0, 0, 2, 0], { width: 4, height: 1 })), '#...');
});

test('the XML variant has a size where the points have a corner', () => {
  assert.deepEqual(toCvat(DRAWN, { variant: 'xml' }), { rle: '1, 3, 1, 1', left: 1, top: 1, width: 3, height: 2 });
  const attributes = { rle: '1, 3,1,1', left: '1', top: '1', width: '3', height: '2' };
  assert.deepEqual(fromCvat(attributes, { width: 5, height: 4 }), DRAWN);
});

test('the empty mask', () => {
  const empty = draw('... ...');
  assert.deepEqual(toCvat(empty), [0, 0, 0, 0, 0]);
  assert.deepEqual(fromCvat([0, 0, 0, 0, 0], { width: 3, height: 2 }), empty);
  assert.deepEqual(fromCvat(toCvat(empty, { variant: 'xml' }), { width: 3, height: 2 }), empty);
});

test('there and back', () => {
  const random = randomOf(8);
  for (let i = 0; i < 300; i++) {
    const mask = randomMask(random);
    const [height, width] = mask.shape.slice(1);
    const points = toCvat(mask);
    assert.deepEqual(fromCvat(points, { width, height }), mask);
    assert.deepEqual(fromCvat(toCvat(mask, { variant: 'xml' }), { shape: mask.shape }), mask);
    if (points.length > 5) {
      const [left, top, right, bottom] = points.slice(-4);
      assert.equal(
        points.slice(0, -4).reduce((a, b) => a + b),
        (right - left + 1) * (bottom - top + 1),
      );
    }
  }
});

test('one label of several, several labels of one', () => {
  const two = draw('.12.');
  assert.deepEqual(toCvat(two, { label: 2 }), [0, 1, 2, 0, 2, 0]);
  assert.equal(show(fromCvat([0, 1, 2, 0, 2, 0], { width: 4, height: 1, label: 7 })), '..7.');
  assert.throws(() => toCvat(two), fault('label', 'label'));
});

test('mistakes are named', () => {
  const size = { width: 5, height: 4 };
  /** @type {[any, any, any, string, RegExp][]} */
  const rows = [
    [[1, 2, 3, 4], size, 'length', 'points', /at least 5/],
    [[1, 3, 1, 1, 1, 3, 2], size, 'length', 'points', /must be 6/],
    [POINTS, { width: 3, height: 4 }, 'shape', 'points', /\[1, 1, 3, 2\], must lie in the image of 3x4/],
    [[1, 3, 2, 1, 1, 2], size, 'shape', 'points', /box is \[2, 1, 1, 2\]/],
    [[3, 0, 0, 1, 0], size, 'domain', 'points', /points\[0\] is 3, must be a whole number in \[0, 2\]/],
    [[1.5, 0, 0, 0, 0], size, 'domain', 'points', /1\.5/],
    [[1, 0, 0, 0.5, 0], size, 'domain', 'points', /0\.5/],
    [POINTS, {}, 'option', 'width', /missing/],
    [POINTS, { ...size, as: 'logits' }, 'option', 'as', /'logits'/],
    [{ rle: '1, x', left: 0, top: 0, width: 1, height: 1 }, size, 'domain', 'rle', /' x'/],
    [{ rle: '1', left: -1, top: 0, width: 1, height: 1 }, size, 'domain', 'left', /-1/],
    [{ counts: [1] }, size, 'domain', 'points', /an object/],
  ];
  for (const [source, options, code, field, message] of rows) {
    assert.throws(() => fromCvat(source, options), fault(code, field, message), JSON.stringify(source));
  }
});

test('no input but a mask or an error comes out', async () => {
  const random = randomOf(9);
  for (const nonsense of NONSENSE)
    await survives(() => fromCvat(/** @type {any} */ (nonsense), { width: 2, height: 2 }), String(nonsense));
  let masks = 0;
  for (let i = 0; i < 3000; i++) {
    const mask = randomMask(random);
    const [height, width] = mask.shape.slice(1);
    const points = toCvat(mask);
    if (random.int(0, 1)) points.splice(random.int(0, points.length - 1), random.int(0, 2), random.int(-1, 30));
    if (await survives(() => fromCvat(points, { width, height }), { points, width, height })) masks++;
  }
  assert.ok(masks > 1000 && masks < 2900, `${masks} of 3000`);
});
