import assert from 'node:assert/strict';
import test from 'node:test';
import { fromLabelme, toLabelme } from '../../adapters/index.js';
import { draw, lines, show } from './drawing.js';
import { fault, NONSENSE, survives } from './fuzz.js';
import { randomMask, randomOf } from './random.js';

// base64 of what PIL saves for numpy.array([[1, 0, 1], [1, 1, 1]], uint8).
const PATCH = 'iVBORw0KGgoAAAANSUhEUgAAAAMAAAACCAAAAAC4HznGAAAAEElEQVR4nGNgZGBkYmBkAAAAHgAGlsuf7QAAAABJRU5ErkJggg==';

test('a patch stands at its box, values 0 and 1', async () => {
  const shape = {
    label: 'cat',
    shape_type: 'mask',
    points: [
      [1, 1],
      [3, 2],
    ],
    mask: PATCH,
  };
  assert.equal(
    show(await fromLabelme(shape, { width: 5, height: 4 })),
    lines(`
    .....
    .#.#.
    .###.
    .....`),
  );
});

test('integer corners cut the patch to the box, fractional ones round the first and keep it whole', async () => {
  const at = (/** @type {number[][]} */ points) =>
    fromLabelme({ shape_type: 'mask', points, mask: PATCH }, { width: 5, height: 4 });
  assert.equal(
    show(
      await at([
        [0, 0],
        [1, 1],
      ]),
    ),
    lines(`
    #....
    ##...
    .....
    .....`),
  );
  assert.equal(
    show(
      await at([
        [1.5, 0.5],
        [3.4, 1.4],
      ]),
    ),
    lines(`
    ..#.#
    ..###
    .....
    .....`),
  );
  assert.equal(
    show(
      await at([
        [-1.2, 2.9],
        [1, 4],
      ]),
    ),
    lines(`
    .....
    .....
    .....
    .#...`),
  );
  assert.equal(
    show(
      await at([
        [3, -1],
        [5, 0],
      ]),
    ),
    lines(`
    ...##
    .....
    .....
    .....`),
  );
  await assert.rejects(
    at([
      [0, 0],
      [3, 1],
    ]),
    fault('shape', 'shapes[0]', /3x2, must fill its box of 4x2/),
  );
});

test('a whole file: its size, its classes, later shapes on top', async () => {
  const file = {
    imageWidth: 6,
    imageHeight: 5,
    shapes: [
      {
        label: 'road',
        shape_type: 'polygon',
        points: [
          [0, 0],
          [6, 0],
          [6, 2],
          [0, 2],
        ],
      },
      {
        label: 'car',
        shape_type: 'rectangle',
        points: [
          [3, 3],
          [1, 1],
        ],
      },
      {
        label: 'sign',
        shape_type: 'circle',
        points: [
          [4.5, 3.5],
          [5.6, 3.5],
        ],
      },
    ],
  };
  assert.equal(
    show(await fromLabelme(file, { labels: { road: 1, car: 2, sign: 3 } })),
    lines(`
    ######
    #22###
    .22.3.
    ...333
    ....3.`),
  );
  await assert.rejects(fromLabelme(file, { labels: { road: 1 } }), fault('label', 'labels', /'car'/));
  await assert.rejects(fromLabelme(file, { width: 7, height: 5 }), fault('shape', 'width', /is 6, must be 7/));
  assert.equal(
    (await fromLabelme(file, { as: 'probs' })).data.reduce((a, b) => a + b),
    19,
  );
});

test('there and back', async () => {
  const random = randomOf(12);
  for (let i = 0; i < 60; i++) {
    const mask = randomMask(random);
    mask.data[random.int(0, mask.data.length - 1)] = 1;
    const shape = await toLabelme(mask, { name: 'cat' });
    assert.deepEqual(
      [shape.label, shape.shape_type, Object.keys(shape).sort()],
      ['cat', 'mask', ['description', 'flags', 'group_id', 'label', 'mask', 'points', 'shape_type']],
    );
    assert.deepEqual(await fromLabelme(JSON.parse(JSON.stringify(shape)), { shape: mask.shape }), mask);
  }
  assert.deepEqual((await toLabelme(draw('... .#.'))).points, [
    [1, 1],
    [1, 1],
  ]);
  await assert.rejects(toLabelme(draw('..')), fault('domain', 'mask', /empty/));
});

test('mistakes are named', async () => {
  const size = { width: 5, height: 4 };
  const points = [
    [1, 1],
    [3, 2],
  ];
  /** @type {[any, any, any, string, RegExp][]} */
  const rows = [
    [{ shape_type: 'mask', points, mask: '***' }, size, 'domain', 'shapes[0]', /base64/],
    [{ shape_type: 'mask', points, mask: null }, size, 'domain', 'shapes[0]', /null/],
    [{ shape_type: 'mask', points, mask: 'AAAA' }, size, 'domain', 'bytes', /PNG/],
    [{ shape_type: 'mask', points: [[1, 1]], mask: PATCH }, size, 'length', 'shapes[0]', /two of/],
    [
      {
        shape_type: 'mask',
        points: [
          [1, 1],
          [3, 'a'],
        ],
        mask: PATCH,
      },
      size,
      'value',
      'shapes[0]',
      /'a'/,
    ],
    [
      [
        {
          points: [
            [0, 0],
            [1, 0],
            [1, 1],
          ],
        },
        { shape_type: 'line', points },
      ],
      size,
      'domain',
      'shapes[1]',
      /'line'.*no area/,
    ],
    [{ shapes: 'none' }, size, 'domain', 'shapes', /'none'/],
    [{ shape_type: 'polygon', points }, {}, 'option', 'width', /missing/],
  ];
  for (const [source, options, code, field, message] of rows) {
    await assert.rejects(fromLabelme(source, options), fault(code, field, message), String(message));
  }
});

test('no input but a mask or an error comes out', async () => {
  const random = randomOf(13);
  for (const nonsense of NONSENSE) {
    await survives(() => fromLabelme(/** @type {any} */ (nonsense), { width: 2, height: 2 }), String(nonsense));
    for (const key of ['points', 'mask', 'shape_type', 'label']) {
      const shape = {
        shape_type: 'mask',
        points: [
          [0, 0],
          [2, 1],
        ],
        mask: PATCH,
        [key]: nonsense,
      };
      await survives(() => fromLabelme(/** @type {any} */ (shape), { width: 3, height: 3 }), String(nonsense));
    }
  }
  for (let i = 0; i < 300; i++) {
    const text = [...PATCH];
    text.splice(random.int(0, text.length), random.int(0, 3), PATCH[random.int(0, PATCH.length - 1)]);
    const shape = {
      shape_type: 'mask',
      points: [
        [0, 0],
        [2, 1],
      ],
      mask: text.join(''),
    };
    await survives(() => fromLabelme(shape, { width: 3, height: 3 }), shape);
  }
});
