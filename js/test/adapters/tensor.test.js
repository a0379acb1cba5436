import assert from 'node:assert/strict';
import test from 'node:test';
import { fromTensor } from '../../mask.js';
import { fault, NONSENSE } from './fuzz.js';

/** As TensorFlow.js has them. @param {any} values @param {number[]} shape @param {string} dtype */
const tf = (values, shape, dtype = 'float32') => ({ shape, dtype, data: async () => values, dataSync: () => values });

test('TensorFlow.js: NHWC becomes NCHW', async () => {
  // Four pixels of two classes: class 0 is 1 3 5 7, class 1 is 2 4 6 8.
  const tensor = tf(Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8), [1, 2, 2, 2]);
  const want = { data: Float32Array.of(1, 3, 5, 7, 2, 4, 6, 8), shape: [1, 2, 2, 2], form: 'logits' };
  assert.deepEqual(await fromTensor(tensor, { as: 'logits' }), want);
  assert.deepEqual(
    (await fromTensor(tensor, { as: 'logits', layout: 'NCHW' })).data,
    Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8),
  );
  assert.deepEqual(await fromTensor(tf(Int32Array.of(0, 1, 2, 1), [1, 2, 2], 'int32')), {
    data: Int32Array.of(0, 1, 2, 1),
    shape: [1, 2, 2],
    form: 'labels',
    kind: 'labels',
  });
  assert.deepEqual((await fromTensor(tf(Uint8Array.of(0, 1), [1, 1, 2, 1], 'bool'))).data, Uint8Array.of(0, 1));
  await assert.rejects(fromTensor(tensor), fault('option', 'as'));
  await assert.rejects(fromTensor(tf(['a'], [1, 1], 'string')), fault('domain', 'tensor', /'string'/));
  await assert.rejects(
    fromTensor(tf(Float32Array.of(0, 1), [1, 2, 1]), { as: 'probs' }),
    fault('option', 'layout', /'HWC'/),
  );
});

test('ONNX Runtime: NCHW, on the host and on the GPU', async () => {
  const onHost = { dims: [1, 2, 1, 2], type: 'float32', data: Float32Array.of(1, 2, 3, 4), location: 'cpu' };
  const mask = await fromTensor(onHost, { as: 'logits' });
  assert.deepEqual(mask, { data: onHost.data, shape: [1, 2, 1, 2], form: 'logits' });
  assert.equal(mask.data, onHost.data);
  const onGpu = {
    dims: [1, 1, 1, 2],
    type: 'float32',
    location: 'gpu-buffer',
    getData: async () => Float32Array.of(0, 1),
    get data() {
      throw new Error('on the GPU');
    },
  };
  assert.deepEqual((await fromTensor(onGpu, { as: 'probs' })).data, Float32Array.of(0, 1));
  assert.deepEqual((await fromTensor({ dims: [1, 1, 1, 2], type: 'bool', data: Uint8Array.of(0, 1) })).kind, 'labels');
  assert.deepEqual(
    (await fromTensor({ dims: [1, 2], type: 'int64', data: BigInt64Array.of(3n, 4n) })).data,
    Uint8Array.of(3, 4),
  );
  assert.deepEqual(
    (await fromTensor({ ...onHost, dims: [1, 1, 2, 2] }, { threshold: 2 })).data,
    Uint8Array.of(0, 0, 1, 1),
  );
  await assert.rejects(
    fromTensor({ ...onHost, type: 'bool', data: Uint8Array.of(0, 1, 0, 1) }),
    fault('shape', 'shape', /argmax/),
  );
});

test('float16: every kind of number', async () => {
  // Bits and values as NumPy reads them: numpy.uint16(bits).view('<f2').
  const bits = Uint16Array.of(
    0x0000,
    0x8000,
    0x0001,
    0x03ff,
    0x0400,
    0x3555,
    0x3c00,
    0x7bff,
    0x7c00,
    0xfc00,
    0xc000,
    0x7e00,
  );
  const want = [
    0,
    -0,
    2 ** -24,
    1023 * 2 ** -24,
    2 ** -14,
    0.333251953125,
    1,
    65504,
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
    -2,
    Number.NaN,
  ];
  const mask = await fromTensor({ dims: [1, 1, 1, 12], type: 'float16', data: bits }, { as: 'logits' });
  assert.deepEqual(mask.data, Float32Array.from(want));
  assert.ok(Object.is(mask.data[1], -0));
});

test('transformers.js RawImage is an image', async () => {
  const grey = { data: Uint8Array.of(0, 255, 0, 1), width: 2, height: 2, channels: 1 };
  assert.deepEqual(await fromTensor(grey), {
    data: Uint8Array.of(0, 1, 0, 1),
    shape: [1, 2, 2],
    form: 'labels',
    kind: 'labels',
  });
  assert.deepEqual((await fromTensor(grey, { as: 'probs' })).data, Float32Array.of(0, 1, 0, 1 / 255));
  assert.deepEqual((await fromTensor(grey, { threshold: null })).data, Uint8Array.of(0, 255, 0, 1));
  const rgb = { data: Uint8ClampedArray.of(0, 0, 0, 255, 0, 0), width: 2, height: 1, channels: 3 };
  assert.deepEqual((await fromTensor(rgb, { colors: ['#000', '#f00'] })).data, Uint8Array.of(0, 1));
  await assert.rejects(fromTensor(rgb, { channel: 'alpha' }), fault('option', 'channel', /does not have/));
  await assert.rejects(fromTensor({ ...grey, width: 3 }), fault('length', 'data'));
  await assert.rejects(fromTensor(grey, /** @type {any} */ ({ layout: 'HW' })), fault('option', 'layout'));
});

test('MediaPipe: categories are labels, confidences are probabilities, neither is turned into the other', async () => {
  const category = {
    width: 2,
    height: 1,
    hasUint8Array: () => true,
    hasFloat32Array: () => false,
    getAsUint8Array: () => Uint8Array.of(0, 15),
    getAsFloat32Array: () => Float32Array.of(0, 15 / 255),
  };
  const confidence = {
    width: 2,
    height: 1,
    hasUint8Array: () => false,
    hasFloat32Array: () => true,
    getAsUint8Array: () => Uint8Array.of(0, 255),
    getAsFloat32Array: () => Float32Array.of(0, 1),
  };
  assert.deepEqual(await fromTensor(category), {
    data: Uint8Array.of(0, 15),
    shape: [1, 1, 2],
    form: 'labels',
    kind: 'labels',
  });
  assert.deepEqual(await fromTensor(confidence), { data: Float32Array.of(0, 1), shape: [1, 1, 1, 2], form: 'probs' });
  assert.deepEqual((await fromTensor(confidence, { threshold: 0.5 })).data, Uint8Array.of(0, 1));
  await assert.rejects(fromTensor(category, { as: 'probs' }), fault('domain', 'as', /category/));
  await assert.rejects(fromTensor(confidence, { as: 'labels' }), fault('domain', 'as', /threshold/));
});

test('anything else is refused', async () => {
  for (const nonsense of NONSENSE) await assert.rejects(fromTensor(nonsense), fault('domain', 'tensor'));
});
