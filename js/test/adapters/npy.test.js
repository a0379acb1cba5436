import assert from 'node:assert/strict';
import test from 'node:test';
import { fromNpy, toNpy } from '../../adapters/index.js';
import { damage, fault, NONSENSE, survives } from './fuzz.js';
import { randomMask, randomOf } from './random.js';

// base64 of what numpy.save writes (NumPy 1.24), but for the padding, which is said once.
const PAD = 'ICAg';

/** @param {string} head @param {number} pads how often PAD stands @param {string} tail */
const file = (head, pads, tail) => new Uint8Array(Buffer.from(head + PAD.repeat(pads) + tail, 'base64'));

const FLOAT32 = file(
  'k05VTVBZAQB2AHsnZGVzY3InOiAnPGY0JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDEsIDEsIDIsIDMpLCB9',
  17,
  'IAoAAAAAAAAAPgAAgD4AAMA+AAAAPwAAID8=',
);
const UINT8 = file(
  'k05VTVBZAQB2AHsnZGVzY3InOiAnfHUxJywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDEsIDIsIDMpLCB9',
  18,
  'IAoAAQIDBAU=',
);
const UINT16 = file(
  'k05VTVBZAQB2AHsnZGVzY3InOiAnPHUyJywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDEsIDEsIDIpLCB9',
  18,
  'IAoBAGDq',
);
const INT32 = file(
  'k05VTVBZAQB2AHsnZGVzY3InOiAnPGk0JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDEsIDEsIDIpLCB9',
  18,
  'IAr/////cBEBAA==',
);
const INT64 = file(
  'k05VTVBZAQB2AHsnZGVzY3InOiAnPGk4JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDIsIDMpLCB9',
  19,
  'IAoAAAAAAAAAAAEAAAAAAAAAAAAAAAAAAAABAAAAAAAAAAEAAAAAAAAAAAAAAAAAAAA=',
);
const BOOL = file(
  'k05VTVBZAQB2AHsnZGVzY3InOiAnfGIxJywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDIsIDMpLCB9',
  19,
  'IAoAAQABAQA=',
);
const FLOAT16 = file(
  'k05VTVBZAQB2AHsnZGVzY3InOiAnPGYyJywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDIsIDMpLCB9',
  19,
  'IAoAAAA8AAAAPAA8AAA=',
);
const FLOAT64 = file(
  'k05VTVBZAQB2AHsnZGVzY3InOiAnPGY4JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDIsIDMpLCB9',
  19,
  'IAoAAAAAAAAAAAAAAAAAAPA/AAAAAAAAAAAAAAAAAADwPwAAAAAAAPA/AAAAAAAAAAA=',
);
const BIG_ENDIAN = file(
  'k05VTVBZAQB2AHsnZGVzY3InOiAnPmY0JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDIsIDMpLCB9',
  19,
  'IAoAAAAAP4AAAAAAAAA/gAAAP4AAAAAAAAA=',
);
const FORTRAN = file(
  'k05VTVBZAQB2AHsnZGVzY3InOiAnPGY0JywgJ2ZvcnRyYW5fb3JkZXInOiBUcnVlLCAnc2hhcGUnOiAoMiwgMyksIH0g',
  19,
  'IAoAAAAAAADAPgAAAD4AAAA/AACAPgAAID8=',
);

test('the types of NumPy, in C order', () => {
  assert.deepEqual(fromNpy(FLOAT32, { as: 'probs' }), {
    data: Float32Array.of(0, 0.125, 0.25, 0.375, 0.5, 0.625),
    shape: [1, 1, 2, 3],
    form: 'probs',
  });
  assert.deepEqual(fromNpy(UINT8), {
    data: Uint8Array.of(0, 1, 2, 3, 4, 5),
    shape: [1, 2, 3],
    form: 'labels',
    kind: 'labels',
  });
  assert.deepEqual(fromNpy(UINT16).data, Uint16Array.of(1, 60000));
  assert.deepEqual(fromNpy(INT32).data, Int32Array.of(-1, 70000));
  const bits = Uint8Array.of(0, 1, 0, 1, 1, 0);
  assert.deepEqual(fromNpy(INT64), { data: bits, shape: [1, 2, 3], form: 'labels', kind: 'labels' });
  assert.deepEqual(fromNpy(BOOL).data, bits);
  for (const bytes of [FLOAT16, FLOAT64, BIG_ENDIAN]) {
    assert.deepEqual(fromNpy(bytes, { as: 'soft' }).data, Float32Array.from(bits));
    assert.deepEqual(fromNpy(bytes, { as: 'labels' }).data, bits);
  }
});

test('Fortran order becomes C order', () => {
  assert.deepEqual(fromNpy(FORTRAN, { as: 'logits' }), {
    data: Float32Array.of(0, 0.125, 0.25, 0.375, 0.5, 0.625),
    shape: [1, 1, 2, 3],
    form: 'logits',
  });
});

test('written byte for byte as numpy.save does', () => {
  assert.deepEqual(toNpy(fromNpy(FLOAT32, { as: 'probs' })), FLOAT32);
  assert.deepEqual(toNpy(fromNpy(UINT8)), UINT8);
  assert.deepEqual(toNpy(fromNpy(UINT16)), UINT16);
  assert.deepEqual(toNpy(fromNpy(INT32)), INT32);
});

test('versions 2 and 3 have a longer length', () => {
  for (const version of [2, 3]) {
    const bytes = new Uint8Array(UINT8.length + 2);
    bytes.set(UINT8.subarray(0, 10));
    bytes.set([version], 6);
    bytes.set([UINT8[8], UINT8[9], 0, 0], 8);
    bytes.set(UINT8.subarray(10), 12);
    assert.deepEqual(fromNpy(bytes), fromNpy(UINT8));
  }
});

test('bytes may lie anywhere in a buffer', () => {
  const buffer = new Uint8Array(FLOAT32.length + 3);
  buffer.set(FLOAT32, 3);
  assert.deepEqual(fromNpy(buffer.subarray(3), { as: 'probs' }), fromNpy(FLOAT32, { as: 'probs' }));
  assert.deepEqual(
    fromNpy(FLOAT32.buffer.slice(FLOAT32.byteOffset, FLOAT32.byteOffset + FLOAT32.length), { as: 'probs' }),
    fromNpy(FLOAT32, { as: 'probs' }),
  );
});

test('there and back, in any order of axes', () => {
  const random = randomOf(17);
  for (let i = 0; i < 100; i++) {
    const mask = randomMask(random, 5);
    assert.deepEqual(fromNpy(toNpy(mask)), mask);
    assert.deepEqual(fromNpy(toNpy(mask, { layout: 'WH' }), { layout: 'WH' }), mask);
  }
});

test('mistakes are named', () => {
  const edit = (/** @type {string} */ from, /** @type {string} */ to) => {
    const bytes = UINT8.slice();
    const at = Buffer.from(bytes).indexOf(from);
    assert.ok(at > 0);
    bytes.set(Buffer.from(to), at);
    return bytes;
  };
  /** @type {[any, any, any, string, RegExp][]} */
  const rows = [
    [UINT8.subarray(1), {}, 'domain', 'bytes', /NUMPY/],
    [edit('NUMPY\x01', 'NUMPY\x04'), {}, 'domain', 'version', /is 4/],
    [UINT8.subarray(0, 100), {}, 'length', 'bytes', /header of 118/],
    [UINT8.subarray(0, -1), {}, 'length', 'bytes', /5 after the header, must be 6/],
    [Uint8Array.of(...UINT8, 0), {}, 'length', 'bytes', /7 after the header/],
    [edit("'|u1'", "'|O8'"), {}, 'domain', 'descr', /'\|O8'.*astype/],
    [edit("'|u1'", "'<c8'"), {}, 'domain', 'descr', /'<c8'/],
    [edit('(1, 2, 3)', '(1, 0, 3)'), {}, 'shape', 'shape', /is 0/],
    [edit('(1, 2, 3), }', '(111111111),'), {}, 'length', 'bytes', /111111111/],
    [edit('(1, 2, 3), }', '(999999999),'), {}, 'memory', 'shape', /999999999/],
    [edit('False', 'F()()'), {}, 'domain', 'header', /plain/],
    [FLOAT32, {}, 'option', 'as', /as is missing/],
    [FLOAT32, { as: 'probs', layout: 'HW' }, 'shape', 'layout', /2 axes, must be 4/],
    ['file.npy', {}, 'domain', 'bytes', /'file.npy'/],
  ];
  for (const [bytes, options, code, field, message] of rows) {
    assert.throws(() => fromNpy(bytes, options), fault(code, field, message), String(message));
  }
});

test('no input but a mask or an error comes out', async () => {
  const random = randomOf(18);
  for (const nonsense of NONSENSE) await survives(() => fromNpy(/** @type {any} */ (nonsense)), String(nonsense));
  const files = [FLOAT32, UINT8, FORTRAN, INT64, BIG_ENDIAN];
  for (let i = 0; i < 5000; i++) {
    const bytes = damage(files[i % files.length], random);
    await survives(() => fromNpy(bytes, { as: i % 3 ? 'labels' : 'logits' }), bytes);
  }
});
