import assert from 'node:assert/strict';
import test from 'node:test';
import { fromSam, samStability, toSam } from '../../adapters/index.js';
import { draw } from './drawing.js';
import { fault, NONSENSE, survives } from './fuzz.js';
import { randomOf } from './random.js';

test('two to four pixels: weights 0, 1/4, 3/4, 1 with half-pixel centres', () => {
  const low = Float32Array.of(0, 4, 8, 12);
  const mask = fromSam(low, { width: 4, height: 4, inputSize: 4 });
  assert.deepEqual(mask.shape, [1, 1, 4, 4]);
  assert.equal(mask.form, 'logits');
  assert.deepEqual([...mask.data], [0, 1, 3, 4, 2, 3, 5, 6, 6, 7, 9, 10, 8, 9, 11, 12]);
});

test('a wide image: the padding below is cut off before the second step', () => {
  // The square of 4 x 4 above; an image of 8 x 4 fills its upper 4 x 2: rows [0 1 3 4] and [2 3 5 6].
  // Columns from 4 to 8: weights .25 and .75 between neighbours, ends held: 0 .25 .75 1.5 2.5 3.25 3.75 4.
  // Rows from 2 to 4, weights 0, 1/4, 3/4, 1: +0 +.5 +1.5 +2. One step, or no cut, would give other rows.
  const across = [0, 0.25, 0.75, 1.5, 2.5, 3.25, 3.75, 4];
  const want = [0, 0.5, 1.5, 2].flatMap((down) => across.map((v) => v + down));
  assert.deepEqual([...fromSam(Float32Array.of(0, 4, 8, 12), { width: 8, height: 4, inputSize: 4 }).data], want);
});

test('the sizes of the real thing: 256 to 1024 to the image, against the definition', () => {
  const random = randomOf(16);
  const low = Float32Array.from({ length: 256 * 256 }, () => 20 * random.next() - 10);
  const [width, height] = [50, 75];
  // scale 1024 / 75: inside is floor(682.67 + .5) = 683 wide and 1024 high.
  const square = interpolate((x, y) => low[y * 256 + x], 256, 256, 1024, 1024);
  const want = interpolate((x, y) => square(x, y), 683, 1024, width, height);
  const got = fromSam({ dims: [1, 1, 256, 256], data: low }, { width, height });
  for (let y = 0; y < height; y += 7) {
    for (let x = 0; x < width; x += 3) {
      assert.ok(Math.abs(got.data[y * width + x] - want(x, y)) < 1e-5, `${x}, ${y}`);
    }
  }
  const labels = fromSam({ dims: [1, 1, 256, 256], data: low }, { width, height, as: 'labels' });
  assert.deepEqual(
    labels.data,
    Uint8Array.from(got.data, (v) => (v > 0 ? 1 : 0)),
  );
});

test('SAM 2 stretches the image: one step, no padding', () => {
  const mask = fromSam(
    { shape: [1, 2, 1, 2], data: Float32Array.of(9, 9, 0, 4) },
    { width: 4, height: 1, fit: 'stretch', candidate: 1 },
  );
  assert.deepEqual([...mask.data], [0, 1, 3, 4]);
});

test('the way back: the share of the region in each low-resolution pixel', () => {
  const logit = (/** @type {number} */ p) => Math.fround(Math.log(p / (1 - p)));
  const mask = draw(`
    ###.
    ##..
    #...
    ....`);
  const low = toSam(mask, { side: 2, inputSize: 4 });
  assert.deepEqual(low.dims, [1, 1, 2, 2]);
  assert.deepEqual([...low.data], [logit(0.999), logit(1 / 4), logit(1 / 4), logit(0.001)]);
  // 4 x 2 pixels fill the upper half of the square; the lower one is padding.
  const wide = toSam(draw('..## ..##'), { side: 2, inputSize: 4, clip: 0.01 });
  assert.deepEqual([...wide.data], [logit(0.01), logit(0.99), logit(0.01), logit(0.01)]);
  const stretched = toSam(draw('..## ..##'), { side: 2, fit: 'stretch' });
  assert.deepEqual([...stretched.data], [logit(0.001), logit(0.999), logit(0.001), logit(0.999)]);
  const soft = toSam({ data: Float32Array.of(0.5, 0.25), shape: [1, 2, 1, 1], form: 'probs' }, { plane: 1, side: 1 });
  assert.deepEqual([...soft.data], [logit(0.25)]);
  assert.deepEqual([...toSam(draw('2'), { label: 2, side: 1 }).data], [logit(0.999)]);
});

test('a disc there and back is the disc but for its border', () => {
  const [width, height] = [300, 200];
  const inside = (/** @type {number} */ i, /** @type {number} */ r) =>
    Math.hypot((i % width) - 140, Math.floor(i / width) - 90) < r;
  const data = Uint8Array.from({ length: width * height }, (_, i) => (inside(i, 60) ? 1 : 0));
  const back = fromSam(toSam({ data, shape: [1, height, width], form: 'labels' }), { width, height, as: 'labels' });
  back.data.forEach((bit, i) => {
    if (inside(i, 58.5)) assert.equal(bit, 1);
    else if (!inside(i, 61.5)) assert.equal(bit, 0);
  });
});

test('what toSam refuses', () => {
  const mask = draw('.#');
  assert.throws(() => toSam(mask, { clip: 0 }), fault('option', 'clip', /\(0, 0\.5\)/));
  assert.throws(() => toSam(mask, { fit: 'stretch', inputSize: 512 }), fault('option', 'inputSize'));
  assert.throws(() => toSam(draw('.2')), fault('label', 'label', /pass label/));
  const scores = /** @type {const} */ ({ data: Float32Array.of(3), form: 'logits' });
  assert.throws(() => toSam({ ...scores, shape: [1, 1, 1, 1] }), fault('domain', 'threshold', /pass threshold/));
});

test('stability: sure pixels over possible ones', () => {
  assert.equal(samStability([-2, -0.5, 0.5, 2, 3]), 2 / 4);
  assert.equal(samStability([-2, -0.5, 0.5, 2, 3], { offset: 0.1 }), 3 / 3);
  assert.equal(samStability({ data: Float32Array.of(5, 5), shape: [1, 1, 1, 2], form: 'logits' }), 1);
  assert.equal(samStability([-9]), 1);
});

test('mistakes are named', () => {
  const low = Float32Array.of(0, 4, 8, 12);
  const size = { width: 4, height: 4 };
  /** @type {[any, any, any, string, RegExp][]} */
  const rows = [
    [{ dims: [1, 3, 2, 2], data: new Float32Array(12) }, size, 'option', 'candidate', /0 to 2/],
    [{ dims: [1, 1, 2, 2], data: low }, { ...size, candidate: 1 }, 'option', 'candidate', /\[0, 0\]/],
    [{ dims: [1, 1, 3, 2], data: low }, size, 'shape', 'dims', /\[1, 1, 3, 2\] for 4/],
    [Float32Array.of(1, 2, 3), size, 'shape', 'dims', /3 logits/],
    [Float32Array.of(1, Number.NaN, 3, 4), size, 'value', 'data', /data\[1\] is NaN/],
    [Float32Array.of(Number.NaN, 2, 3, 4), size, 'value', 'data', /data\[0\] is NaN/],
    [low, { ...size, threshold: 0 }, 'option', 'threshold', /labels/],
    [low, { ...size, fit: 'stretch', inputSize: 4 }, 'option', 'inputSize', /stretch/],
    [low, { ...size, inputSize: 1e6 }, 'option', 'inputSize', /16384/],
    [low, {}, 'option', 'width', /missing/],
    [undefined, size, 'domain', 'data', /undefined/],
  ];
  for (const [source, options, code, field, message] of rows) {
    assert.throws(() => fromSam(source, options), fault(code, field, message), String(message));
  }
});

test('no input but a mask or an error comes out', async () => {
  for (const nonsense of NONSENSE) {
    for (const source of [
      nonsense,
      { data: nonsense },
      { dims: nonsense, data: new Float32Array(4) },
      { dims: [nonsense, 4], data: new Float32Array(4) },
    ]) {
      await survives(() => fromSam(source, { width: 1, height: 1, inputSize: 2 }), String(nonsense));
    }
  }
});

/**
 * Bilinear by definition, one pixel at a time.
 *
 * @param {(x: number, y: number) => number} source
 * @param {number} fromWidth @param {number} fromHeight @param {number} width @param {number} height
 */
function interpolate(source, fromWidth, fromHeight, width, height) {
  return (/** @type {number} */ x, /** @type {number} */ y) => {
    const sx = Math.max(0, ((x + 0.5) * fromWidth) / width - 0.5);
    const sy = Math.max(0, ((y + 0.5) * fromHeight) / height - 0.5);
    let sum = 0;
    for (const [ix, wx] of [
      [Math.floor(sx), 1 - (sx % 1)],
      [Math.floor(sx) + 1, sx % 1],
    ]) {
      for (const [iy, wy] of [
        [Math.floor(sy), 1 - (sy % 1)],
        [Math.floor(sy) + 1, sy % 1],
      ]) {
        if (wx * wy > 0) sum += wx * wy * source(Math.min(ix, fromWidth - 1), Math.min(iy, fromHeight - 1));
      }
    }
    return sum;
  };
}
