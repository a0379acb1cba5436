import assert from 'node:assert/strict';
import test from 'node:test';
import { fromPolygons, toCocoRLE, toPolygons } from '../../mask.js';
import { draw, lines, show } from './drawing.js';
import { fault, NONSENSE, survives } from './fuzz.js';
import { randomMask, randomOf } from './random.js';

test('pixel centres: a ring in a ring is a hole under evenodd, and under nonzero if it turns the other way', () => {
  const outer = [1, 1, 6, 1, 6, 6, 1, 6];
  const inner = [2, 2, 5, 2, 5, 5, 2, 5];
  const back = [2, 5, 5, 5, 5, 2, 2, 2];
  const ring = lines(`
    .......
    .#####.
    .#...#.
    .#...#.
    .#...#.
    .#####.
    .......`);
  const full = ring.replaceAll('#...#', '#####');
  const size = { width: 7, height: 7 };
  assert.equal(show(fromPolygons([outer, inner], size)), ring);
  assert.equal(show(fromPolygons([outer, back], { ...size, rasterizer: 'nonzero' })), ring);
  assert.equal(show(fromPolygons([outer, inner], { ...size, rasterizer: 'nonzero' })), full);
  assert.equal(show(fromPolygons([outer, inner], { ...size, rasterizer: 'coco' })), full);
});

test('a star: its heart has winding number two', () => {
  const star = Array.from({ length: 5 }, (_, i) => {
    const angle = (4 * Math.PI * i) / 5 - Math.PI / 2;
    return { x: 6.5 + 6 * Math.cos(angle), y: 6.5 + 6 * Math.sin(angle) };
  });
  const heart = 6 * 13 + 6;
  assert.equal(fromPolygons(star, { width: 13, height: 13 }).data[heart], 0);
  assert.equal(fromPolygons(star, { width: 13, height: 13, rasterizer: 'nonzero' }).data[heart], 1);
});

test('a centre on a left or top edge is inside, on a right or bottom edge outside', () => {
  assert.equal(
    show(fromPolygons([0.5, 0.5, 2.5, 0.5, 2.5, 2.5, 0.5, 2.5], { width: 4, height: 4 })),
    lines(`
    ##..
    ##..
    ....
    ....`),
  );
  // A pixel at (0, 0) is [0, 1) x [0, 1): just short of its centre is out.
  assert.equal(show(fromPolygons([0.51, 0, 3, 0, 3, 1, 0.51, 1], { width: 3, height: 1 })), '.##');
});

test('triangles that share edges cover each pixel once', () => {
  const random = randomOf(5);
  for (let i = 0; i < 200; i++) {
    const [x, y] = [random.next() * 20, random.next() * 20];
    const corners = [0, 0, 20, 0, 20, 20, 0, 20];
    const counts = new Uint8Array(400);
    for (let k = 0; k < 8; k += 2) {
      const triangle = [corners[k], corners[k + 1], corners[(k + 2) % 8], corners[(k + 3) % 8], x, y];
      const rasterizer = /** @type {const} */ (['evenodd', 'nonzero'])[i % 2];
      fromPolygons(triangle, { width: 20, height: 20, rasterizer }).data.forEach((bit, p) => {
        counts[p] += bit;
      });
    }
    assert.ok(
      counts.every((n) => n === 1),
      `fan around ${x}, ${y}`,
    );
  }
});

test('coco: the strings of pycocotools', () => {
  /** @type {[number, number, number[], string][]} height, width, ring, frPyObjects */
  const rows = [
    [10, 12, [1.5, 2, 8.2, 1.1, 10, 7.7, 4, 9], 'f0372N2N0O0101O4L>'],
    [6, 6, [0, 0, 6, 0, 6, 6, 0, 6], '0T1'],
    [9, 9, [4.5, 0.5, 8.5, 8.5, 0.5, 8.5], '`0252N2N21O2N2N2N'],
    [8, 10, [-3, 2, 12, 3.3, 5, 11], '2441O10O000000000O1ON'],
  ];
  for (const [height, width, ring, counts] of rows) {
    assert.equal(toCocoRLE(fromPolygons([ring], { width, height, rasterizer: 'coco' })).counts, counts);
  }
  assert.equal(
    show(fromPolygons([rows[0][2]], { width: 12, height: 10, rasterizer: 'coco' })),
    lines(`
    ............
    ......##....
    ..#######...
    ..#######...
    ..#######...
    ...######...
    ...#######..
    ....######..
    ....##......
    ............`),
  );
});

test('coco: several rings are united, equal corners do no harm', () => {
  const [a, b] = [
    [0, 0, 3, 0, 3, 3, 0, 3],
    [2, 2, 5, 2, 5, 5, 2, 5],
  ];
  assert.equal(
    show(fromPolygons([a, b], { width: 5, height: 5, rasterizer: 'coco' })),
    lines(`
    ###..
    ###..
    #####
    ..###
    ..###`),
  );
  const doubled = [0, 0, 0, 0, 3, 0, 3, 3, 3, 3, 0, 3, 0, 0];
  assert.deepEqual(
    fromPolygons(doubled, { width: 5, height: 5, rasterizer: 'coco' }),
    fromPolygons(a, { width: 5, height: 5, rasterizer: 'coco' }),
  );
});

test('rings as COCO, as pairs, as objects; one or several; the size as shape', () => {
  const want = fromPolygons([[0, 0, 2, 0, 2, 1, 0, 1]], { width: 3, height: 2 });
  const pairs = [
    [0, 0],
    [2, 0],
    [2, 1],
    [0, 1],
  ];
  assert.deepEqual(fromPolygons([0, 0, 2, 0, 2, 1, 0, 1], { shape: [2, 3] }), want);
  assert.deepEqual(fromPolygons(pairs, { shape: [1, 2, 3] }), want);
  assert.deepEqual(fromPolygons([pairs], { shape: [1, 1, 2, 3] }), want);
  assert.deepEqual(
    fromPolygons(
      pairs.map(([x, y]) => ({ x, y })),
      { width: 3, height: 2 },
    ),
    want,
  );
  assert.deepEqual(
    fromPolygons(
      [Float32Array.of(0, 0, 2, 0, 2, 1, 0, 1)].map((ring) => [...ring]),
      { width: 3, height: 2 },
    ),
    want,
  );
  assert.deepEqual(fromPolygons([], { width: 3, height: 2 }).data, new Uint8Array(6));
});

test('toPolygons: outer rings clockwise from the top left, holes the other way, no corner on a line', () => {
  assert.deepEqual(toPolygons(draw('##')), [[0, 0, 2, 0, 2, 1, 0, 1]]);
  const ring = draw(`
    ....
    .###
    .#.#
    .###`);
  assert.deepEqual(toPolygons(ring), [
    [1, 1, 4, 1, 4, 4, 1, 4],
    [2, 3, 3, 3, 3, 2, 2, 2],
  ]);
  // Pixels that touch at a corner are two rings, not one that crosses itself.
  const diagonal = draw(`
    #.
    .#`);
  assert.deepEqual(toPolygons(diagonal), [
    [0, 0, 1, 0, 1, 1, 0, 1],
    [1, 1, 2, 1, 2, 2, 1, 2],
  ]);
  assert.deepEqual(toPolygons(draw('..')), []);
});

test('there and back by either rule', () => {
  const random = randomOf(6);
  for (let i = 0; i < 400; i++) {
    const mask = randomMask(random);
    const [height, width] = mask.shape.slice(1);
    for (const rasterizer of /** @type {const} */ (['evenodd', 'nonzero'])) {
      assert.equal(show(fromPolygons(toPolygons(mask), { width, height, rasterizer })), show(mask), rasterizer);
    }
  }
});

test('mistakes are named', () => {
  const size = { width: 4, height: 4 };
  const square = [0, 0, 2, 0, 2, 2, 0, 2];
  /** @type {[any, any, string, string, RegExp][]} */
  const rows = [
    [[[0, 0, 1, 1]], size, 'length', 'rings[0]', /4 numbers.*three corners/],
    [[[0, 0, 1, 1, 2, 2, 3]], size, 'length', 'rings[0]', /7 numbers/],
    [[square, [0, 0, Number.NaN, 1, 1, 1]], size, 'value', 'rings[1]', /NaN/],
    [[square, 'square'], size, 'domain', 'rings[1]', /'square'/],
    [square, { width: 4 }, 'option', 'height', /height is missing/],
    [square, { ...size, shape: [4, 4] }, 'option', 'shape', /both given/],
    [square, { shape: [2, 4, 4] }, 'option', 'shape', /\[2, 4, 4\]/],
    [square, { width: 4, height: 2.5 }, 'option', 'height', /2\.5/],
    [square, { ...size, rasterizer: 'pil' }, 'option', 'rasterizer', /'pil'/],
    [square, { width: 1e6, height: 1e6 }, 'memory', 'maxPixels', /1000000x1000000/],
    [[[0, 0, 1e9, 0, 0, 1e9]], { ...size, rasterizer: 'coco' }, 'domain', 'rings', /pixels long/],
    [undefined, size, 'domain', 'rings', /undefined/],
  ];
  for (const [rings, options, code, field, message] of rows) {
    assert.throws(
      () => fromPolygons(rings, options),
      fault(/** @type {any} */ (code), field, message),
      String(message),
    );
  }
});

test('no input but a mask or an error comes out, and far corners take no time', async () => {
  const random = randomOf(7);
  for (const nonsense of NONSENSE) {
    await survives(() => fromPolygons(/** @type {any} */ (nonsense), { width: 3, height: 3 }), String(nonsense));
    await survives(() => fromPolygons([/** @type {any} */ (nonsense)], { width: 3, height: 3 }), String(nonsense));
    await survives(
      () => fromPolygons([[/** @type {any} */ (nonsense), [0, 1], [1, 1]]], { width: 3, height: 3 }),
      String(nonsense),
    );
  }
  const far = [0, 1, -5, 0.5, 1e3, -1e12, 1e300, Number.MAX_VALUE, -Number.MAX_VALUE, Number.MIN_VALUE];
  const start = performance.now();
  for (let i = 0; i < 2000; i++) {
    const ring = Array.from({ length: 2 * random.int(3, 6) }, () => far[random.int(0, far.length - 1)]);
    const rasterizer = /** @type {const} */ (['evenodd', 'nonzero', 'coco'])[i % 3];
    await survives(() => fromPolygons([ring], { width: 9, height: 9, rasterizer }), { ring, rasterizer });
  }
  assert.ok(performance.now() - start < 5000);
});
