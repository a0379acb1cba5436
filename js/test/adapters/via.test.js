import assert from 'node:assert/strict';
import test from 'node:test';
import { fromVia, toVia } from '../../adapters/index.js';
import { draw, lines, show } from './drawing.js';
import { fault, NONSENSE, survives } from './fuzz.js';
import { randomMask, randomOf } from './random.js';

const region = (/** @type {object} */ shape, /** @type {object} */ attributes = {}) => ({
  shape_attributes: shape,
  region_attributes: attributes,
});

test('the four shapes that have an area', () => {
  const size = { width: 7, height: 5 };
  const polygon = { name: 'polygon', all_points_x: [1, 4, 4, 1], all_points_y: [1, 1, 3, 3] };
  const square = lines(`
    .......
    .###...
    .###...
    .......
    .......`);
  assert.equal(show(fromVia(region(polygon), size)), square);
  assert.equal(show(fromVia([region({ name: 'rect', x: 1, y: 1, width: 3, height: 2 })], size)), square);
  // The centre (3.5, 2.5) and all centres within 2: (5.5, 2.5) is at 2 exactly.
  assert.equal(
    show(fromVia(region({ name: 'circle', cx: 3.5, cy: 2.5, r: 2 }), size)),
    lines(`
    ...#...
    ..###..
    .#####.
    ..###..
    ...#...`),
  );
  const ellipse = { name: 'ellipse', cx: 3.5, cy: 2.5, rx: 3, ry: 1 };
  const flat = lines(`
    .......
    ...#...
    #######
    ...#...
    .......`);
  assert.equal(show(fromVia(region(ellipse), size)), flat);
  assert.equal(show(fromVia(region({ ...ellipse, rx: 1, ry: 3, theta: Math.PI / 2 }), size)), flat);
});

test('classes by attribute, as text or as the box that is ticked', () => {
  const image = {
    regions: {
      0: region({ name: 'rect', x: 0, y: 0, width: 2, height: 1 }, { kind: 'cat' }),
      1: region({ name: 'rect', x: 1, y: 0, width: 2, height: 1 }, { kind: { cat: false, dog: true } }),
    },
  };
  const options = { width: 4, height: 1, attribute: 'kind', labels: { cat: 1, dog: 2 } };
  assert.equal(show(fromVia(image, options)), '#22.');
  assert.equal(show(fromVia(Object.values(image.regions), options)), '#22.');
  assert.throws(() => fromVia(image, { ...options, labels: { cat: 1 } }), fault('label', 'labels', /'dog'/));
  assert.throws(() => fromVia(image, { ...options, attribute: 'name' }), fault('label', 'labels', /undefined/));
  assert.throws(() => fromVia(image, { width: 4, height: 1, labels: { cat: 1 } }), fault('option', 'attribute'));
});

test('holes become a polygon that goes there and back', () => {
  const ring = draw(`
    ###.
    #.#.
    ###.
    ...#`);
  const regions = toVia(ring, { attributes: { kind: 'cat' } });
  assert.deepEqual(regions, [
    {
      shape_attributes: {
        name: 'polygon',
        all_points_x: [0, 3, 3, 0, 0, 1, 2, 2, 1, 1, 0],
        all_points_y: [0, 0, 3, 3, 0, 2, 2, 1, 1, 2, 0],
      },
      region_attributes: { kind: 'cat' },
    },
    {
      shape_attributes: { name: 'polygon', all_points_x: [3, 4, 4, 3], all_points_y: [3, 3, 4, 4] },
      region_attributes: { kind: 'cat' },
    },
  ]);
  assert.deepEqual(fromVia(regions, { width: 4, height: 4 }), ring);
  assert.deepEqual(toVia(draw('..')), []);
});

test('a hole belongs to the part around it, however the part winds', () => {
  const winding = draw(`
    .#...
    ##...
    #....
    ####.
    #..#.
    ####.`);
  assert.equal(toVia(winding).length, 1);
  assert.deepEqual(fromVia(toVia(winding), { width: 5, height: 6 }), winding);
});

test('there and back', () => {
  const random = randomOf(14);
  for (let i = 0; i < 400; i++) {
    const mask = randomMask(random);
    for (const rasterizer of /** @type {const} */ (['evenodd', 'nonzero'])) {
      assert.equal(show(fromVia(toVia(mask), { shape: mask.shape, rasterizer })), show(mask));
    }
  }
});

test('mistakes are named', () => {
  const size = { width: 4, height: 4 };
  assert.throws(
    () => fromVia([], { ...size, attribute: 'kind', labels: /** @type {any} */ ('cat') }),
    fault('option', 'labels', /'cat'/),
  );
  /** @type {[any, string, string, RegExp][]} */
  const rows = [
    [region({ name: 'point', cx: 1, cy: 1 }), 'domain', 'regions[0]', /'point'.*no area/],
    [
      [region({ name: 'rect', x: 0, y: 0, width: 1, height: 1 }), region({ name: 'rect', x: 0, y: 0, width: 1 })],
      'value',
      'regions[1].height',
      /undefined/,
    ],
    [region({ name: 'polygon', all_points_x: [1, 2], all_points_y: [1] }), 'length', 'regions[0]', /one length/],
    [region({ name: 'polygon', all_points_x: [1, 2], all_points_y: [1, 2] }), 'length', 'regions[0]', /three corners/],
    [region({ name: 'circle', cx: 1, cy: 1, r: '2' }), 'value', 'regions[0].r', /'2'/],
    ['regions', 'domain', 'regions', /'regions'/],
  ];
  for (const [source, code, field, message] of rows) {
    assert.throws(() => fromVia(source, size), fault(/** @type {any} */ (code), field, message), String(message));
  }
});

test('no input but a mask or an error comes out', async () => {
  for (const nonsense of NONSENSE) {
    await survives(() => fromVia(/** @type {any} */ (nonsense), { width: 2, height: 2 }), String(nonsense));
    for (const key of ['name', 'x', 'all_points_x', 'cx', 'rx', 'theta']) {
      for (const name of ['polygon', 'rect', 'circle', 'ellipse']) {
        const shape = {
          name,
          x: 0,
          y: 0,
          width: 1,
          height: 1,
          cx: 1,
          cy: 1,
          r: 1,
          rx: 1,
          ry: 1,
          all_points_x: [0, 1, 1],
          all_points_y: [0, 0, 1],
          [key]: nonsense,
        };
        await survives(() => fromVia(region(shape), { width: 3, height: 3 }), `${name} ${key} ${String(nonsense)}`);
      }
    }
  }
});
