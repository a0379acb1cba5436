import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import test from 'node:test';
import { fromCanvas, fromImageData, pixelBuffer, toImageData } from '../../mask.js';
import { draw, lines, show } from './drawing.js';
import { fault, NONSENSE } from './fuzz.js';
import { randomMask, randomOf } from './random.js';

/** @param {number[][]} pixels rgba of each @param {number} width */
const image = (pixels, width = pixels.length) => ({
  data: Uint8ClampedArray.from(pixels.flat()),
  width,
  height: pixels.length / width,
});

const CLEAR = [0, 0, 0, 0];

test('labels: any trace of paint counts, as in CVAT', () => {
  const pixels = image([CLEAR, [9, 9, 9, 1], [0, 0, 0, 128], [255, 255, 255, 255]]);
  assert.deepEqual(fromImageData(pixels), {
    data: Uint8Array.of(0, 1, 1, 1),
    shape: [1, 1, 4],
    form: 'labels',
    kind: 'labels',
  });
  assert.deepEqual(fromImageData(pixels, { threshold: 127 }).data, Uint8Array.of(0, 0, 1, 1));
  assert.deepEqual(fromImageData(pixels, { channel: 'red', threshold: null }).data, Uint8Array.of(0, 9, 0, 255));
  assert.deepEqual(fromImageData(pixels, { channel: 'red', as: 'instances' }), {
    data: Uint8Array.of(0, 9, 0, 255),
    shape: [1, 1, 4],
    form: 'labels',
    kind: 'instances',
  });
});

test('every byte against every kind of threshold, in every channel, wherever the bytes lie', () => {
  const memory = new Uint8Array(4 * 259 + 1);
  for (const start of [0, 1]) {
    const data = memory.subarray(start, start + 4 * 259);
    // Pixels in which every channel takes every value, and three that are no whole turn.
    for (let i = 0; i < data.length; i++) data[i] = 37 * (i >> 2) + 101 * (i & 3);
    for (const [c, channel] of /** @type {const} */ (['red', 'green', 'blue', 'alpha']).entries()) {
      for (const threshold of [
        -Infinity,
        -1,
        -0.5,
        0,
        0.5,
        1,
        126,
        127,
        127.9,
        128,
        253,
        254,
        254.5,
        255,
        1e9,
        Infinity,
      ]) {
        const want = Uint8Array.from({ length: 259 }, (_, i) => (data[4 * i + c] > threshold ? 1 : 0));
        const got = fromImageData({ data, width: 37, height: 7 }, { channel, threshold });
        assert.deepEqual(got.data, want, `${channel} above ${threshold}`);
      }
    }
  }
});

test('big images, sixteen pixels at a time', () => {
  for (const [width, height] of [
    [64, 64],
    [4097, 1],
    [97, 131],
    [131, 251],
    [256, 256],
  ]) {
    const count = width * height;
    const memory = new Uint8Array(4 * count + 3);
    const data = memory.subarray(3);
    for (let i = 0; i < data.length; i++) data[i] = 37 * (i >> 2) + 101 * (i & 3) + (i >> 11);
    for (const [c, channel] of /** @type {const} */ (['red', 'green', 'blue', 'alpha']).entries()) {
      for (const threshold of [-1, 0, 0.5, 126, 127.9, 128, 253, 254, 254.5, 255]) {
        const want = Uint8Array.from({ length: count }, (_, i) => (data[4 * i + c] > threshold ? 1 : 0));
        const room = new Uint8Array(count + 2).subarray(1, count + 1);
        assert.deepEqual(fromImageData({ data, width, height }, { channel, threshold }).data, want);
        assert.equal(fromImageData({ data, width, height }, { channel, threshold, into: room }).data, room);
        assert.deepEqual(room, want, `${channel} above ${threshold} of ${width} x ${height}`);
      }
    }
  }
});

test('pixels in a buffer of their own are read where they are, and left as they are', () => {
  for (const [width, height] of [
    [1, 1],
    [17, 3],
    [64, 64],
    [4097, 1],
    [131, 251],
  ]) {
    const buffer = pixelBuffer(width, height);
    assert.equal(buffer.data.length, 4 * width * height);
    assert.ok(buffer.data.every((x) => x === 0));
    for (let i = 0; i < buffer.data.length; i++) buffer.data[i] = 37 * (i >> 2) + 101 * (i & 3) + (i >> 11);
    const array = { data: buffer.data.slice(), width, height };
    for (const options of /** @type {import('../../adapters/canvas.js').ImageOptions[]} */ ([
      ...['red', 'green', 'blue', 'alpha'].flatMap((channel) =>
        [-1, 0, 0.5, 127.9, 128, 254, 255, null].map((threshold) => ({ channel, threshold })),
      ),
      { channel: 'luma', threshold: 99 },
      { as: 'probs' },
      { flipY: true },
    ])) {
      const want = fromImageData(array, options);
      assert.deepEqual(fromImageData(buffer, options), want, JSON.stringify(options));
      const into = want.data.slice().fill(7);
      assert.deepEqual(fromImageData(buffer, { ...options, into: /** @type {any} */ (into) }), want);
    }
    // The buffer is still the image that it was, and the next one has its own.
    assert.deepEqual(buffer.data, array.data);
    assert.notEqual(pixelBuffer(width, height).data.buffer, buffer.data.buffer);
  }
});

test('a part of a buffer, wherever it begins and ends', () => {
  const buffer = pixelBuffer(15, 1024); // with the room for the bits these end where a page of wasm does
  const bytes = new Uint8Array(buffer.data.buffer);
  for (let i = 0; i < bytes.length; i++) bytes[i] = 37 * (i >> 2) + 101 * (i & 3) + (i >> 11);
  const end = buffer.data.byteOffset + buffer.data.length;
  for (const [from, to] of [
    [end - 60 * 1023, end],
    [end - 60 * 1021 - 1, end - 1],
    [end - 60 * 1019 - 4, end - 4],
    [bytes.length - 60 * 1023, bytes.length],
    [0, 60 * 1024],
  ]) {
    const data = bytes.subarray(from, to);
    const [got, want] = [data, data.slice()].map((data) =>
      fromImageData({ data, width: 15, height: data.length / 60 }, { channel: 'green', threshold: 99 }),
    );
    assert.deepEqual(got, want);
  }
});

test('a buffer of no size, or of more than there is room for', () => {
  for (const size of [0, -1, 1.5, NaN, '4', undefined, 2 ** 30]) {
    assert.throws(() => pixelBuffer(/** @type {any} */ (size), 1), fault('shape', 'width', /must be a whole number/));
    assert.throws(() => pixelBuffer(1, /** @type {any} */ (size)), fault('shape', 'height', /must be a whole number/));
  }
  assert.throws(() => pixelBuffer(2 ** 15, 2 ** 15), fault('shape', 'height', /height is 32768, .* in \[1, 32767\]/));
});

test('rows from bottom to top', () => {
  for (const height of [1, 2, 3, 4]) {
    const rows = Array.from({ length: height }, (_, y) => [0, 1, 2].map((x) => [0, 0, 0, 10 * y + x]));
    const up = image(rows.toReversed().flat(), 3);
    const down = image(rows.flat(), 3);
    for (const options of /** @type {import('../../adapters/canvas.js').ImageOptions[]} */ ([
      { threshold: null },
      { threshold: 11 },
      { as: 'probs' },
      { colors: Object.fromEntries(rows.flat().map((color, id) => [id, color])) },
    ])) {
      assert.deepEqual(fromImageData(up, { ...options, flipY: true }), fromImageData(down, options));
      assert.deepEqual(fromImageData(up, { ...options, flipY: false }), fromImageData(up, options));
    }
  }
  for (const flipY of [null, 1, 'yes']) {
    const options = { flipY: /** @type {any} */ (flipY) };
    assert.throws(() => fromImageData(image([CLEAR]), options), fault('option', 'flipY', /must be true or false/));
  }
});

test('big images without WebAssembly', () => {
  const code = `
    Object.defineProperty(WebAssembly, 'Module', { value: class { constructor() { throw new WebAssembly.CompileError('refused'); } } });
    const { fromImageData, pixelBuffer } = await import(${JSON.stringify(new URL('../../mask.js', import.meta.url).href)});
    const data = Uint8Array.from({ length: 4 * 6000 }, (_, i) => 91 * i + (i >> 9));
    const buffer = pixelBuffer(100, 60);
    buffer.data.set(data);
    for (const image of [{ data, width: 100, height: 60 }, buffer]) {
      const mask = fromImageData(image, { channel: 'green', threshold: 99 }).data;
      console.log(mask.length, mask.every((x, i) => x === (data[4 * i + 1] > 99 ? 1 : 0)));
    }`;
  assert.equal(output(code), '6000 true\n6000 true\n');
});

test('a buffer without WebAssembly, or without memory', () => {
  const { href } = new URL('../../mask.js', import.meta.url);
  const code = `
    const { pixelBuffer } = await import(${JSON.stringify(href)});
    Object.defineProperty(WebAssembly, 'Memory', { value: class { constructor() { throw new RangeError('full'); } } });
    try { pixelBuffer(300, 200); } catch ({ code, field, message }) { console.log(code, field, message); }
    delete globalThis.WebAssembly;
    console.log(pixelBuffer(300, 200).data.length);`;
  assert.equal(
    output(code),
    'memory width pixelBuffer: 60000 pixels take 240000 bytes, must be as many as can be had: give up buffers that are not needed\n240000\n',
  );
});

/** What a program prints. @param {string} code */
function output(code) {
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', code], { encoding: 'utf8' });
  assert.equal(stderr, '');
  return stdout;
}

test('a mask goes into the array that is given', () => {
  const pixels = image([CLEAR, [9, 9, 9, 1], [0, 0, 0, 128], [255, 255, 255, 255], [1, 2, 3, 4]]);
  const colors = [CLEAR, [9, 9, 9, 1], [0, 0, 0, 128], [255, 255, 255, 255], [1, 2, 3, 4]];
  const memory = new ArrayBuffer(64);
  for (const options of /** @type {import('../../adapters/pixels.js').PixelOptions[]} */ ([
    {},
    { threshold: 127 },
    { threshold: -1 },
    { threshold: 255 },
    { threshold: null },
    { colors: Object.fromEntries(colors.map((color, id) => [id, color])) },
    { as: 'probs' },
    { as: 'soft', channel: 'luma' },
  ])) {
    const want = fromImageData(pixels, options);
    for (const at of [0, 4, 5]) {
      const into =
        want.data instanceof Float32Array ? new Float32Array(memory, 4 * at, 5) : new Uint8Array(memory, at, 5);
      into.fill(7);
      const got = fromImageData(pixels, { ...options, into });
      assert.equal(got.data, into);
      assert.deepEqual(got, want, JSON.stringify(options));
    }
  }
  for (const into of [new Uint8Array(4), new Uint8Array(6), new Float32Array(5), [0, 0, 0, 0, 0], null, 'mask']) {
    for (const threshold of [0, null]) {
      const options = { into: /** @type {any} */ (into), threshold };
      assert.throws(() => fromImageData(pixels, options), fault('option', 'into', /must be a Uint8Array of 5/));
    }
  }
});

test('probabilities are the channel over 255, in float32', () => {
  const every = image(
    Array.from({ length: 256 }, (_, v) => [255 - v, 7, 8, v]),
    16,
  );
  const probs = fromImageData(every, { as: 'probs' });
  assert.deepEqual(probs.shape, [1, 1, 16, 16]);
  assert.equal(probs.form, 'probs');
  for (let v = 0; v < 256; v++) assert.equal(probs.data[v], Math.fround(v / 255));
  assert.equal(fromImageData(every, { as: 'soft', channel: 'red' }).data[0], 1);
  // (299 * 100 + 587 * 50 + 114 * 200) / 1000 / 255 = 82.05 / 255
  assert.equal(
    fromImageData(image([[100, 50, 200, 255]]), { as: 'probs', channel: 'luma' }).data[0],
    Math.fround(82.05 / 255),
  );
});

test('exact colours are classes', () => {
  const colors = ['#000', '#ff0000', [0, 128, 0]];
  const pixels = image([[0, 0, 0, 255], [255, 0, 0, 255], [0, 128, 0, 255], CLEAR]);
  assert.deepEqual(fromImageData(pixels, { colors }).data, Uint8Array.of(0, 1, 2, 0));
  assert.deepEqual(
    fromImageData(pixels, { colors: { 0: '#000', 255: '#f00', 300: '#008000' } }).data,
    Uint16Array.of(0, 255, 300, 0),
  );
  assert.deepEqual(
    fromImageData(pixels, {
      colors: new Map([
        [4, '#00000000'],
        [1, '#f00'],
        [2, '#008000'],
        [3, '#000000'],
      ]),
    }).data,
    Uint8Array.of(3, 1, 2, 4),
  );
  const blurred = image(
    [
      [0, 0, 0, 255],
      [255, 0, 0, 255],
      [250, 1, 2, 255],
      [0, 0, 0, 255],
    ],
    2,
  );
  assert.throws(
    () => fromImageData(blurred, { colors }),
    fault('domain', 'data', /pixel \(0, 1\) has colour \[250, 1, 2, 255\]/),
  );
});

test('options that exclude each other or the form', () => {
  const pixels = image([CLEAR]);
  /** @type {[any, string, RegExp][]} */
  const rows = [
    [{ colors: ['#000'], channel: 'red' }, 'colors', /must stand alone/],
    [{ colors: ['#000'], threshold: 3 }, 'colors', /must stand alone/],
    [{ colors: ['#000'], as: 'probs' }, 'colors', /must stand alone/],
    [{ colors: ['#000', '#000'] }, 'colors', /same colour/],
    [{ colors: ['#0000', '#ff000000', '#00000000'] }, 'colors', /'#0000'/],
    [{ colors: ['#ff000000', '#00000000'] }, 'colors', /same colour/],
    [{ colors: ['black'] }, 'colors', /'black'/],
    [{ colors: [[0, 0, 256]] }, 'colors', /256/],
    [{ colors: 'red' }, 'colors', /list of colours/],
    [{ as: 'logits' }, 'as', /no scores/],
    [{ as: 'probs', threshold: 1 }, 'threshold', /left out/],
    [{ channel: 'hue' }, 'channel', /'hue'/],
    [{ threshold: '5' }, 'threshold', /'5'/],
    [{ treshold: 5 }, 'treshold', /not an option/],
  ];
  for (const [options, field, message] of rows) {
    assert.throws(() => fromImageData(pixels, options), fault('option', field, message), JSON.stringify(options));
  }
  assert.throws(
    () => fromImageData({ data: new Uint8ClampedArray(4), width: 2, height: 1 }),
    fault('length', 'data', /4 values, must be 2x1x4/),
  );
  for (const nonsense of NONSENSE)
    assert.throws(() => fromImageData(/** @type {any} */ (nonsense)), { name: 'MasklossError' });
});

test('a canvas is read whole, at its own size', () => {
  const pixels = image([CLEAR, [1, 2, 3, 4], CLEAR, CLEAR, [5, 6, 7, 8], CLEAR], 3);
  /** @type {unknown[]} */
  const asked = [];
  const context = {
    canvas: { width: 3, height: 2 },
    getImageData: (/** @type {number[]} */ ...area) => {
      asked.push(area);
      return pixels;
    },
  };
  const canvas = { getContext: (/** @type {string} */ kind) => (kind === '2d' ? context : null) };
  const want = lines(`
    .#.
    .#.`);
  assert.equal(show(fromCanvas(/** @type {any} */ (canvas))), want);
  assert.equal(show(fromCanvas(/** @type {any} */ (context))), want);
  assert.deepEqual(asked, [
    [0, 0, 3, 2],
    [0, 0, 3, 2],
  ]);
});

test('canvases that cannot be read say why', () => {
  const tainted = {
    canvas: { width: 1, height: 1 },
    getImageData: () => {
      throw new Error('The canvas has been tainted');
    },
  };
  assert.throws(() => fromCanvas(/** @type {any} */ (tainted)), fault('domain', 'canvas', /tainted.*CORS/));
  const webgl = { getContext: () => null };
  assert.throws(() => fromCanvas(/** @type {any} */ (webgl)), fault('domain', 'canvas', /webgl/));
  const empty = { canvas: { width: 0, height: 5 }, getImageData: () => null };
  assert.throws(() => fromCanvas(/** @type {any} */ (empty)), fault('shape', 'canvas', /0x5/));
});

test('toImageData gives back what fromImageData read', () => {
  const random = randomOf(2);
  const colors = ['#00000000', '#d81b60', '#1e88e5', '#ffc107'];
  for (let i = 0; i < 50; i++) {
    const mask = randomMask(random, 4);
    assert.deepEqual(fromImageData(toImageData(mask, { colors }), { colors }), mask);
    const binary = randomMask(random);
    assert.deepEqual(fromImageData(toImageData(binary)), binary);
  }
  const bytes = Uint8ClampedArray.from({ length: 1024 }, (_, i) => (i % 4 === 3 ? i >> 2 : 255));
  const probs = fromImageData({ data: bytes, width: 256, height: 1 }, { as: 'probs' });
  assert.deepEqual(toImageData(probs).data, bytes);
});

test('toImageData asks for what it cannot know', () => {
  const half = /** @type {const} */ ({ data: Float32Array.of(0.5), form: 'probs' });
  assert.throws(
    () => toImageData({ ...half, shape: [1, 1, 1, 1] }, { colors: ['#000', '#fff'] }),
    fault('option', 'colors', /2 colours, must have one/),
  );
  assert.throws(() => toImageData(draw('.2')), fault('label', 'colors', /pixel \(1, 0\) has label 2/));
  assert.throws(
    () => toImageData({ data: new Float32Array(2), shape: [1, 2, 1, 1], form: 'probs' }),
    fault('shape', 'plane', /0 to 1/),
  );
  assert.throws(
    () => toImageData({ data: new Float32Array(1), shape: [1, 1, 1, 1], form: 'logits' }),
    fault('domain', 'mask', /sigmoid/),
  );
  const two = toImageData(
    { data: Float32Array.of(0, 1), shape: [1, 2, 1, 1], form: 'probs' },
    { plane: 1, colors: ['#102030'] },
  );
  assert.deepEqual([...two.data], [16, 32, 48, 255]);
});
