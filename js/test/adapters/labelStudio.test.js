import assert from 'node:assert/strict';
import test from 'node:test';
import { fromLabelStudio, toLabelStudio } from '../../adapters/index.js';
import { draw, lines, show } from './drawing.js';
import { damage, fault, NONSENSE, survives } from './fuzz.js';
import { randomMask, randomOf } from './random.js';

const hex = (/** @type {ArrayLike<number>} */ bytes) => Buffer.from(Array.from(bytes)).toString('hex');
const bytes = (/** @type {string} */ text) => [...Buffer.from(text, 'hex')];

test('one opaque pixel, bit by bit', () => {
  // 4 words in 32 bits; 8 - 1 in 5; run sizes 3, 4, 8, 16, each - 1, in 4; then a repeat (1) of size class 0 (00),
  // 4 - 1 in 3 bits, the word 255:
  const bits = `${'0'.repeat(29)}100 00111 0010 0011 0111 1111 1 00 011 11111111`.replaceAll(' ', '');
  const want = bits
    .padEnd(72, '0')
    .match(/.{8}/g)
    ?.map((byte) => Number.parseInt(byte, 2));
  assert.deepEqual(toLabelStudio(draw('#')).value.rle, want);
});

test('the bytes of the packer that Label Studio uses', () => {
  // @thi.ng/rle-pack encode(rgba, n) with r = g = b = a = alpha.
  assert.equal(hex(toLabelStudio(draw('.##.')).value.rle), '00000010391bfc6013ffc600');
  const long = { data: new Uint8Array(301), shape: [1, 1, 301], form: /** @type {const} */ ('labels') };
  long.data[300] = 1;
  assert.equal(hex(toLabelStudio(long).value.rle), '000004b4391bff04af008ffc');
  // A run of 65540 words is one of 65536 and one of 4.
  const longer = { data: new Uint8Array(16385).fill(1), shape: [1, 1, 16385], form: /** @type {const} */ ('labels') };
  assert.equal(hex(toLabelStudio(longer).value.rle), '00010004391bffffffff8ffc');
  const soft = fromLabelStudio(bytes('00000018391bfc6011a047013ffc6000'), { width: 6, height: 1, as: 'soft' });
  assert.deepEqual(
    soft.data,
    Float32Array.from([0, 64, 128, 255, 255, 0], (a) => a / 255),
  );
  assert.equal(hex(toLabelStudio(soft).value.rle), '00000018391bfc6011a047013ffc6000');
});

test('only each fourth word counts, whether words repeat or not', () => {
  // rgba 1 2 3 0, 1 2 3 255, 9 9 9 9, 7 7 7 128.
  const rle = bytes('00000010391bf8e02040600020407ff184c40f0400');
  assert.deepEqual(fromLabelStudio(rle, { width: 4, height: 1 }).data, Uint8Array.of(0, 1, 1, 1));
  assert.deepEqual(fromLabelStudio(rle, { width: 4, height: 1, threshold: 100 }).data, Uint8Array.of(0, 1, 0, 1));
  assert.deepEqual(
    fromLabelStudio(Uint8Array.from(rle), { width: 2, height: 2, as: 'probs' }).data,
    Float32Array.from([0, 255, 9, 128], (a) => a / 255),
  );
});

test('there and back, hard and soft', () => {
  const random = randomOf(10);
  for (let i = 0; i < 300; i++) {
    const mask = randomMask(random);
    const result = toLabelStudio(mask, { name: 'cat' });
    assert.deepEqual(
      [result.original_width, result.original_height, result.type, result.value.brushlabels],
      [mask.shape[2], mask.shape[1], 'brushlabels', ['cat']],
    );
    assert.deepEqual(fromLabelStudio(result), mask);
    const soft = {
      data: Float32Array.from(mask.data, () => random.int(0, 255) / 255),
      shape: [1, ...mask.shape],
      form: /** @type {const} */ ('probs'),
    };
    assert.deepEqual(fromLabelStudio(toLabelStudio(soft), { as: 'probs' }), soft);
  }
});

test('an annotation of several regions, in percent', () => {
  const size = { original_width: 8, original_height: 4 };
  const results = [
    { ...size, type: 'choices', value: { choices: ['indoor'] } },
    {
      ...size,
      type: 'polygonlabels',
      value: {
        points: [
          [0, 0],
          [50, 0],
          [50, 50],
          [0, 50],
        ],
        polygonlabels: ['cat'],
      },
    },
    {
      ...size,
      type: 'rectanglelabels',
      value: { x: 75, y: 50, width: 25, height: 50, rotation: 0, rectanglelabels: ['dog'] },
    },
    {
      ...size,
      type: 'brushlabels',
      value: { ...toLabelStudio(draw('........ ........ ........ #.......')).value, brushlabels: ['dog'] },
    },
  ];
  assert.equal(
    show(fromLabelStudio(results, { labels: { cat: 1, dog: 2 } })),
    lines(`
    ####....
    ####....
    ......22
    2.....22`),
  );
  assert.equal(
    show(fromLabelStudio(results, { as: 'instances' })),
    lines(`
    ####....
    ####....
    ......22
    3.....22`),
  );
  assert.throws(() => fromLabelStudio(results, { labels: { cat: 1 } }), fault('label', 'labels', /'dog'/));
});

test('rectangles turn about their top left corner, ellipses about their centre', () => {
  const size = { original_width: 7, original_height: 7 };
  const percent = (/** @type {number} */ n) => (100 * n) / 7;
  // 3 wide and 1 high from (4, 1), turned by 90 degrees clockwise: x from 3 to 4, y from 1 to 4.
  const rectangle = {
    ...size,
    value: { x: percent(4), y: percent(1), width: percent(3), height: percent(1), rotation: 90 },
  };
  assert.equal(
    show(fromLabelStudio(rectangle)),
    lines(`
    .......
    ...#...
    ...#...
    ...#...
    .......
    .......
    .......`),
  );
  const ellipse = { ...size, value: { x: 50, y: 50, radiusX: percent(3.2), radiusY: percent(1.2), rotation: 90 } };
  assert.equal(
    show(fromLabelStudio(ellipse)),
    lines(`
    ...#...
    ...#...
    ..###..
    ..###..
    ..###..
    ...#...
    ...#...`),
  );
  // Clockwise by 45 degrees: the long axis falls to the right.
  const tilted = { ...size, value: { ...ellipse.value, radiusY: percent(0.8), rotation: 45 } };
  assert.equal(
    show(fromLabelStudio(tilted)),
    lines(`
    .......
    .#.....
    ..##...
    ..###..
    ...##..
    .....#.
    .......`),
  );
});

test('mistakes are named', () => {
  const rle = toLabelStudio(draw('.##.')).value.rle;
  const size = { width: 4, height: 1 };
  /** @type {[any, any, any, string, RegExp][]} */
  const rows = [
    [rle, { width: 3, height: 1 }, 'shape', 'rle', /16 words, must be 12/],
    [rle, {}, 'option', 'width', /missing/],
    [rle.slice(0, -2), size, 'length', 'rle', /ends inside a run/],
    [rle.map((b, i) => (i === 4 ? b | 0x80 : b)), size, 'domain', 'rle', /24 bits, must be 8/],
    [[...rle, 256], size, 'domain', 'rle', /rle\[12\] is 256/],
    [rle, { ...size, threshold: 3, as: 'soft' }, 'option', 'threshold', /left out/],
    [rle, { ...size, labels: { cat: 1 }, label: 2 }, 'option', 'labels', /left out/],
    [{ original_width: 4, original_height: 2, value: { rle } }, size, 'shape', 'height', /is 2, must be 1/],
    [{ value: { x: 1, y: 2, width: 0.5 } }, size, 'domain', 'value', /no area/],
    [{ value: { x: 'a', y: 2, width: 5, height: 5 } }, size, 'value', 'x', /'a'/],
    [{ value: { points: [[0, 0]] } }, size, 'length', 'points', /three corners/],
    [{ rle }, size, 'domain', 'results[0]', /must be a result with a value/],
  ];
  for (const [source, options, code, field, message] of rows) {
    assert.throws(() => fromLabelStudio(source, options), fault(code, field, message), String(message));
  }
});

test('only probabilities become paint', () => {
  const one = (/** @type {number} */ v) => ({
    data: Float32Array.of(v),
    shape: [1, 1, 1, 1],
    kind: /** @type {const} */ ('soft'),
  });
  assert.throws(() => toLabelStudio(one(255)), fault('domain', 'data', /data\[0\] is 255/));
  assert.throws(() => toLabelStudio(one(Number.NaN)), fault('value', 'data', /NaN/));
  assert.deepEqual(toLabelStudio(one(0.7), { threshold: 0.5 }), toLabelStudio(draw('#')));
});

test('no input but a mask or an error comes out, and no count is believed', async () => {
  const random = randomOf(11);
  for (const nonsense of NONSENSE) {
    await survives(() => fromLabelStudio(/** @type {any} */ (nonsense), { width: 2, height: 2 }), String(nonsense));
    await survives(() => fromLabelStudio({ value: { rle: nonsense } }, { width: 2, height: 2 }), String(nonsense));
  }
  const huge = [255, 255, 255, 255, ...bytes('391bfc7fe0')];
  assert.throws(() => fromLabelStudio(huge, { width: 4, height: 1 }), fault('shape', 'rle', /4294967295/));
  let masks = 0;
  for (let i = 0; i < 3000; i++) {
    const mask = randomMask(random);
    const rle = damage(Uint8Array.from(toLabelStudio(mask).value.rle), random);
    if (await survives(() => fromLabelStudio(rle, { shape: mask.shape }), rle)) masks++;
  }
  assert.ok(masks > 300 && masks < 2700, `${masks} of 3000`);
});
