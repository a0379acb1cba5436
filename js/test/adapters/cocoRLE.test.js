import assert from 'node:assert/strict';
import test from 'node:test';
import { fromCocoRLE, toCocoRLE } from '../../mask.js';
import { draw, lines, show } from './drawing.js';
import { fault, NONSENSE, survives } from './fuzz.js';
import { randomMask, randomOf } from './random.js';

test('columns first', () => {
  const mask = draw(`
    .#.
    .##`);
  // Columns: 0 0, 1 1, 0 1.
  assert.deepEqual(toCocoRLE(mask, { counts: 'array' }), { size: [2, 3], counts: [2, 2, 1, 1] });
  assert.deepEqual(fromCocoRLE({ size: [2, 3], counts: [2, 2, 1, 1] }), mask);
});

test('the compressed string by hand', () => {
  // 6 3 2 1 1 1 2 3 5 1: the first three as they are, then differences to two before: -2 -1 0 1 2 3 -2.
  // Each fits five bits: 48 + value, negatives as 32 + value: '6' '3' '2' 'N' 'O' '0' '1' '2' '3' 'N'.
  const ring = draw(`
    .....
    .###.
    .#.#.
    .###.
    ....#`);
  assert.equal(toCocoRLE(ring).counts, '632NO0123N');
  assert.equal(show(fromCocoRLE({ size: [5, 5], counts: '632NO0123N' })), show(ring));
  // 100 = 3 * 32 + 4: low group 4 with the continuation bit is 'T' (48 + 36), then 3 is '3'.
  assert.equal(toCocoRLE({ data: new Uint8Array(100), shape: [1, 10, 10], form: 'labels' }).counts, 'T3');
  // 16 has bit 4 set, so a zero group must follow to keep it positive: '`' (48 + 48), '0'. The first run is empty: '0'.
  assert.equal(toCocoRLE({ data: new Uint8Array(16).fill(1), shape: [1, 4, 4], form: 'labels' }).counts, '0`0');
});

test('strings as pycocotools writes them', () => {
  // encode() of polygons drawn on h x w; see polygons.test.js.
  assert.equal(show(fromCocoRLE({ size: [6, 6], counts: '0T1' })), lines('###### '.repeat(6)));
  assert.equal(
    show(fromCocoRLE({ size: [9, 9], counts: '`0252N2N21O2N2N2N' })),
    lines(`
      .........
      ....#....
      ....##...
      ...###...
      ...####..
      ..#####..
      ..######.
      .#######.
      .########`),
  );
});

test('there and back', () => {
  const random = randomOf(3);
  for (let i = 0; i < 300; i++) {
    const mask = randomMask(random);
    assert.deepEqual(fromCocoRLE(toCocoRLE(mask)), mask);
    assert.deepEqual(fromCocoRLE(toCocoRLE(mask, { counts: 'array' })), mask);
  }
});

test('which region, which form', () => {
  for (const kind of /** @type {const} */ (['labels', 'instances'])) {
    const counts = toCocoRLE(
      { data: Uint8Array.of(0, 2), shape: [1, 1, 2], kind },
      { label: 2, counts: 'array' },
    ).counts;
    assert.deepEqual(counts, [1, 1]);
  }
  const mask = draw('.12');
  assert.deepEqual(toCocoRLE(mask, { label: 2, counts: 'array' }).counts, [2, 1]);
  assert.throws(() => toCocoRLE(mask), fault('label', 'label', /data\[2\] is 2.*pass label/));
  const probs = /** @type {const} */ ({ data: Float32Array.of(0.2, 0.7), shape: [1, 1, 1, 2], form: 'probs' });
  assert.deepEqual(
    toCocoRLE({ ...probs, shape: [...probs.shape] }, { threshold: 0.5, counts: 'array' }).counts,
    [1, 1],
  );
  assert.throws(
    () => toCocoRLE({ ...probs, shape: [...probs.shape] }),
    fault('domain', 'threshold', /0\.2.*pass threshold/),
  );
  const rle = { size: [1, 2], counts: [1, 1] };
  assert.deepEqual(fromCocoRLE(rle, { as: 'probs' }), {
    data: Float32Array.of(0, 1),
    shape: [1, 1, 1, 2],
    form: 'probs',
  });
  assert.deepEqual(fromCocoRLE(rle, { as: 'soft' }), {
    data: Float32Array.of(0, 1),
    shape: [1, 1, 1, 2],
    kind: 'soft',
  });
  assert.deepEqual(fromCocoRLE(rle, { label: 2 }).data, Uint8Array.of(0, 2));
  assert.deepEqual(fromCocoRLE(rle, { label: 255 }).data, Uint8Array.of(0, 255));
  assert.deepEqual(fromCocoRLE(rle, { label: 256 }).data, Uint16Array.of(0, 256));
  assert.deepEqual(fromCocoRLE(rle, { label: 300 }).data, Uint16Array.of(0, 300));
  assert.deepEqual(fromCocoRLE(rle, { as: 'instances', label: 7 }), {
    data: Uint8Array.of(0, 7),
    shape: [1, 1, 2],
    form: 'labels',
    kind: 'instances',
  });
  const batch = /** @type {const} */ ({ data: Uint8Array.of(0, 1, 1, 0), shape: [2, 1, 2], form: 'labels' });
  assert.throws(() => toCocoRLE({ ...batch, shape: [...batch.shape] }), fault('shape', 'plane'));
  assert.throws(
    () => toCocoRLE({ ...batch, shape: [...batch.shape] }, { plane: 2 }),
    fault('option', 'plane', /\[0, 1\]/),
  );
  assert.deepEqual(toCocoRLE({ ...batch, shape: [...batch.shape] }, { plane: 1, counts: 'array' }).counts, [0, 1, 1]);
});

test('mistakes are named', () => {
  /** @type {[any, any, string, RegExp][]} */
  const rows = [
    [{ size: [2, 2], counts: [1, 2] }, 'length', 'counts', /add up to 3, must be 4/],
    [{ size: [2, 2], counts: [5, -1] }, 'domain', 'counts', /counts\[0\] is 5/],
    [{ size: [2, 2], counts: [4.5] }, 'domain', 'counts', /4\.5/],
    [{ size: [2, 2], counts: 'T' }, 'length', 'counts', /ends inside a number/],
    [{ size: [2, 2], counts: '4 ' }, 'domain', 'counts', /' ' at 1/],
    [{ size: [2, 2], counts: 'oooooooooooo0' }, 'domain', 'counts', /more than 7/],
    [{ size: [2], counts: [2] }, 'shape', 'size', /\[height, width\]/],
    [{ size: [0, 2], counts: [] }, 'shape', 'height', /is 0/],
    [{ size: [100000, 100000], counts: [1e10] }, 'memory', 'maxPixels', /100000x100000/],
    [{ size: [2, 2] }, 'domain', 'counts', /undefined/],
  ];
  for (const [rle, code, field, message] of rows) {
    assert.throws(() => fromCocoRLE(rle), fault(code, field, message), JSON.stringify(rle));
  }
});

test('no input but a mask or an error comes out', async () => {
  const random = randomOf(4);
  for (const nonsense of NONSENSE) {
    await survives(() => fromCocoRLE(/** @type {any} */ (nonsense)), String(nonsense));
    await survives(() => fromCocoRLE({ size: [2, 2], counts: /** @type {any} */ (nonsense) }), String(nonsense));
  }
  let masks = 0;
  for (let i = 0; i < 3000; i++) {
    const { size, counts } = toCocoRLE(randomMask(random));
    const text = [.../** @type {string} */ (counts)];
    if (random.int(0, 1))
      text.splice(random.int(0, text.length), random.int(0, 2), String.fromCharCode(random.int(40, 120)));
    const rle = { size: size.map((n) => n + (random.int(0, 9) ? 0 : random.int(-2, 2))), counts: text.join('') };
    if (await survives(() => fromCocoRLE(rle), rle)) masks++;
  }
  assert.ok(masks > 500 && masks < 2900, `${masks} of 3000`);
});
