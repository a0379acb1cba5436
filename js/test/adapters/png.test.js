import assert from 'node:assert/strict';
import test from 'node:test';
import zlib from 'node:zlib';
import { fromPng, toPng } from '../../adapters/index.js';
import { decodePng } from '../../adapters/pngFile.js';
import { draw } from './drawing.js';
import { damage, fault, NONSENSE, survives } from './fuzz.js';
import { joinChunks, writePng } from './pngWriter.js';
import { randomMask, randomOf } from './random.js';

const base64 = (/** @type {string} */ text) => new Uint8Array(Buffer.from(text, 'base64'));

test('files of other writers', async () => {
  // PIL: numpy.array([[0, 1, 2, 3, 1], [3, 2, 1, 0, 2]]) with a palette, two bits.
  const indexed = base64(
    'iVBORw0KGgoAAAANSUhEUgAAAAUAAAACAgMAAADtBP7OAAAADFBMVEUAAACAAAAAgAAJCQlFlb8pAAAADklEQVR4nGOQdmB40gAAA9UBwKFHnN4AAAAASUVORK5CYII=',
  );
  assert.deepEqual(await fromPng(indexed), {
    data: Uint8Array.of(0, 1, 2, 3, 1, 3, 2, 1, 0, 2),
    shape: [1, 2, 5],
    form: 'labels',
    kind: 'labels',
  });
  // PIL: one bit.
  const bits = base64(
    'iVBORw0KGgoAAAANSUhEUgAAAAkAAAACAQAAAACiLct+AAAADklEQVR4nGPceJ6BgQEABr0Bgu1lWrUAAAAASUVORK5CYII=',
  );
  assert.deepEqual((await fromPng(bits)).data, Uint8Array.of(1, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0));
  // PIL: 16 bits, numpy.array([[0, 1, 258], [65535, 40000, 7]]).
  const deep = base64(
    'iVBORw0KGgoAAAANSUhEUgAAAAMAAAACEAAAAADoj+WFAAAAFklEQVR4nGNkYGBgZGRk+v9/jv1/VgAQagPkOjdjRwAAAABJRU5ErkJggg==',
  );
  assert.deepEqual((await fromPng(deep)).data, Uint16Array.of(0, 1, 258, 65535, 40000, 7));
  // PIL: RGB of 1 2 3, 4 5 6, 7 8 9, 200 100 50.
  const rgb = base64(
    'iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAIAAAD91JpzAAAAFklEQVR4nGNkZGJmZmZmYWNjOxijCQAETQFtcAcdnQAAAABJRU5ErkJggg==',
  );
  assert.deepEqual((await fromPng(rgb, { channel: 'green' })).data, Uint8Array.of(2, 5, 8, 100));
});

test('interlaced and filtered files of pnmtopng', async () => {
  const slope = Array.from({ length: 45 }, (_, i) => ((i % 9) * 7 + Math.floor(i / 9) * 31) % 256);
  const files = {
    interlaced:
      'iVBORw0KGgoAAAANSUhEUgAAAAkAAAAFCAAAAAHFP6khAAAALklEQVQImWNgsGCQYayRkWHkk2HskmG04+Pj42Nk5+PjY7GDEYzy7FDAYgdjAQCPSQQvmAFvoAAAAABJRU5ErkJggg==',
    paeth: 'iVBORw0KGgoAAAANSUhEUgAAAAkAAAAFCAAAAACyOJm3AAAAEElEQVQImWNhYIcCFnniWAAo9gGpLujW7AAAAABJRU5ErkJggg==',
    average:
      'iVBORw0KGgoAAAANSUhEUgAAAAkAAAAFCAAAAACyOJm3AAAAH0lEQVQImWNmYOfmExKVlFFglheGAmZ9OMsOzvKDsQBcMgPmxya1pgAAAABJRU5ErkJggg==',
    up: 'iVBORw0KGgoAAAANSUhEUgAAAAkAAAAFCAAAAACyOJm3AAAAF0lEQVQImWNiYOcTlVHWMrRgkocB/CwAgzYFY6OG2ScAAAAASUVORK5CYII=',
  };
  for (const [name, text] of Object.entries(files)) {
    assert.deepEqual([...(await fromPng(base64(text))).data], slope, name);
  }
  const squares = Array.from({ length: 45 }, (_, i) => ((i % 9) ** 2 + Math.floor(i / 9)) % 4);
  const twoBits =
    'iVBORw0KGgoAAAANSUhEUgAAAAkAAAAFAgAAAAGPj7GAAAAAGklEQVQImWNggINVDQyhDP+BOC3NgeHMmQMAL6gGOBKhnwgAAAAASUVORK5CYII=';
  assert.deepEqual([...(await fromPng(base64(twoBits))).data], squares);
  const deep =
    'iVBORw0KGgoAAAANSUhEUgAAAAMAAAAFEAIAAAEohC0gAAAAXElEQVQImWNgYJCONNvEwLJFgdc6jWGJ2P78WyeYWLawbmHdwsgUJbvZkmeJ2BKxJWIMQdy5KR17mZiimKKYo5iYopijmKIYGXVl2szvB3EjIAtUATcTNzM3hAQALKsWWEe62lsAAAAASUVORK5CYII=';
  const red = Array.from({ length: 15 }, (_, i) => (3 * (i % 3) * 7001 + Math.floor(i / 3) * 301) % 65536);
  assert.deepEqual([...(await fromPng(base64(deep), { channel: 'red' })).data], red);
});

test('every colour type, depth, filter and interlace, at sizes that leave passes empty', async () => {
  const random = randomOf(19);
  const kinds = /** @type {const} */ ([
    [0, [1, 2, 4, 8, 16]],
    [2, [8, 16]],
    [3, [1, 2, 4, 8]],
    [4, [8, 16]],
    [6, [8, 16]],
  ]);
  for (const [colorType, depths] of kinds) {
    for (const depth of depths) {
      for (const interlaced of [false, true]) {
        for (const [width, height] of [
          [1, 1],
          [2, 1],
          [1, 5],
          [5, 3],
          [8, 8],
          [17, 11],
        ]) {
          const channels = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 }[colorType];
          const data = Array.from({ length: width * height * channels }, () => random.int(0, 2 ** depth - 1));
          const palette = colorType === 3 ? Array.from({ length: 2 ** depth }, (_, i) => [i, 255 - i, 7]) : undefined;
          const bytes = writePng({
            width,
            height,
            depth,
            colorType,
            data,
            palette,
            interlaced,
            filter: () => random.int(0, 4),
          });
          const image = await decodePng('test', bytes);
          const name = `${colorType} ${depth} ${interlaced} ${width}x${height}`;
          assert.deepEqual(
            [image.width, image.height, image.depth, image.channels],
            [width, height, depth, channels],
            name,
          );
          assert.deepEqual([...image.data], data, name);
        }
      }
    }
  }
});

test('grey as probability, channels and colours', async () => {
  const grey = (/** @type {number} */ depth, /** @type {number[]} */ data) =>
    writePng({ width: data.length, height: 1, depth, colorType: 0, data });
  assert.deepEqual(await fromPng(grey(8, [0, 51, 255]), { as: 'probs' }), {
    data: Float32Array.of(0, 0.2, 1),
    shape: [1, 1, 1, 3],
    form: 'probs',
  });
  assert.deepEqual((await fromPng(grey(16, [0, 13107]), { as: 'soft' })).data, Float32Array.of(0, 0.2));
  assert.deepEqual((await fromPng(grey(2, [0, 1, 3]), { as: 'probs' })).data, Float32Array.of(0, 1 / 3, 1));
  assert.deepEqual((await fromPng(grey(8, [0, 100, 200]), { threshold: 100 })).data, Uint8Array.of(0, 0, 1));
  assert.equal((await fromPng(grey(8, [0, 2]), { classes: 3 })).classes, 3);
  const rgba = writePng({ width: 2, height: 1, depth: 8, colorType: 6, data: [255, 0, 0, 255, 0, 0, 0, 0] });
  assert.deepEqual((await fromPng(rgba, { colors: ['#000', '#f00'] })).data, Uint8Array.of(1, 0));
  assert.deepEqual((await fromPng(rgba, { channel: 'alpha', as: 'probs' })).data, Float32Array.of(1, 0));
  const rgb16 = writePng({ width: 2, height: 1, depth: 16, colorType: 2, data: [65535, 0, 0, 257, 514, 771] });
  assert.deepEqual((await fromPng(rgb16, { colors: ['#010203', '#f00'] })).data, Uint8Array.of(1, 0));
  const black = { colors: ['#000', '#808080'] };
  assert.deepEqual((await fromPng(grey(8, [128, 0]), black)).data, Uint8Array.of(1, 0));
  const greyAlpha = writePng({ width: 3, height: 1, depth: 8, colorType: 4, data: [128, 255, 128, 0, 0, 255] });
  assert.deepEqual((await fromPng(greyAlpha, black)).data, Uint8Array.of(1, 0, 0));
  assert.deepEqual((await fromPng(greyAlpha, { channel: 'alpha' })).data, Uint8Array.of(255, 0, 255));
  const palette = [
    [0, 0, 0],
    [255, 0, 0],
    [0, 255, 0],
  ];
  const indexed = writePng({ width: 3, height: 1, depth: 8, colorType: 3, data: [2, 0, 1], palette });
  assert.deepEqual((await fromPng(indexed)).data, Uint8Array.of(2, 0, 1));
  assert.deepEqual((await fromPng(indexed, { colors: ['#0f0', '#f00', '#000'] })).data, Uint8Array.of(0, 2, 1));
  assert.deepEqual((await fromPng(new Blob([indexed]), { channel: 'red', threshold: 0 })).data, Uint8Array.of(0, 0, 1));
});

test('there and back: ids, 16 bits, palettes, probabilities', async () => {
  const random = randomOf(20);
  const colors = { 0: '#000', 1: '#f00', 2: '#0f0', 9: '#12345678' };
  for (let i = 0; i < 40; i++) {
    const mask = randomMask(random, 3);
    assert.deepEqual(await fromPng(await toPng(mask)), mask);
    assert.deepEqual(await fromPng(await toPng(mask, { colors })), mask);
    assert.deepEqual(await fromPng(await toPng(mask, { colors }), { colors }), mask);
    const deep = { ...mask, data: Uint16Array.from(mask.data, () => random.int(256, 65535)) };
    assert.deepEqual(await fromPng((await toPng(deep)).buffer), deep);
    const probs = {
      data: Float32Array.from(mask.data, () => random.int(0, 255) / 255),
      shape: [1, ...mask.shape],
      form: /** @type {const} */ ('probs'),
    };
    assert.deepEqual(await fromPng(await toPng(probs), { as: 'probs' }), probs);
    assert.deepEqual(await fromPng(await toPng(probs, { depth: 8 }), { as: 'probs' }), probs);
  }
});

test('labels up to 255 take 8 bits', async () => {
  for (const [most, depth] of [
    [255, 8],
    [256, 16],
  ]) {
    const bytes = await toPng({ data: Uint16Array.of(0, most), shape: [1, 1, 2], form: 'labels' });
    assert.equal((await decodePng('test', bytes)).depth, depth);
  }
});

test('what toPng cannot write', async () => {
  await assert.rejects(
    toPng({ data: Int32Array.of(70000), shape: [1, 1, 1], form: 'labels' }),
    fault('label', 'data', /70000/),
  );
  await assert.rejects(
    toPng({ data: Int32Array.of(-1), shape: [1, 1, 1], form: 'labels' }),
    fault('label', 'data', /-1/),
  );
  await assert.rejects(toPng(draw('.5'), { colors: ['#000', '#fff'] }), fault('label', 'data', /\[0, 1\]/));
  await assert.rejects(
    toPng({ data: Float32Array.of(2), shape: [1, 1, 1, 1], form: 'probs' }),
    fault('domain', 'data', /\[0, 1\]/),
  );
  await assert.rejects(
    toPng({ data: Float32Array.of(2), shape: [1, 1, 1, 1], form: 'logits' }),
    fault('domain', 'mask', /toNpy/),
  );
  await assert.rejects(toPng(draw('.#'), { depth: /** @type {any} */ (4) }), fault('option', 'depth', /'4'/));
});

test('mistakes are named', async () => {
  const grey = writePng({ width: 3, height: 1, depth: 8, colorType: 0, data: [0, 1, 2] });
  const rgb = writePng({ width: 1, height: 1, depth: 8, colorType: 2, data: [0, 1, 2] });
  const short = writePng({
    width: 1,
    height: 1,
    depth: 8,
    colorType: 3,
    data: [2],
    palette: [
      [0, 0, 0],
      [1, 1, 1],
    ],
  });
  const indexed = writePng({ width: 1, height: 1, depth: 8, colorType: 3, data: [0], palette: [[0, 0, 0]] });
  const header = (/** @type {number} */ width, /** @type {number} */ height, depth = 8, type = 0, interlace = 0) => {
    const content = Buffer.alloc(13);
    content.writeUInt32BE(width, 0);
    content.writeUInt32BE(height, 4);
    content.set([depth, type, 0, 0, interlace], 8);
    return /** @type {[string, Uint8Array]} */ (['IHDR', content]);
  };
  const idat = (/** @type {number[]} */ raw) =>
    /** @type {[string, Uint8Array]} */ (['IDAT', zlib.deflateSync(Buffer.from(raw))]);
  /** @type {[string, Uint8Array]} */
  const iend = ['IEND', new Uint8Array(0)];
  const flipped = grey.slice();
  flipped[grey.length - 20] ^= 1;
  /** @type {[any, any, any, string, RegExp][]} */
  const rows = [
    ['file.png', {}, 'domain', 'file', /'file.png'/],
    [Uint8Array.of(1, 2), {}, 'domain', 'bytes', /PNG/],
    [grey.subarray(0, -1), {}, 'length', 'bytes', /IEND/],
    [flipped, {}, 'domain', 'IDAT', /checksum/],
    [grey, { channel: 'alpha' }, 'option', 'channel', /does not have/],
    [grey, { as: 'logits' }, 'option', 'as', /no scores/],
    [grey, { classes: 2 }, 'label', 'data', /data\[2\] is 2/],
    [grey, { maxPixels: 2 }, 'memory', 'maxPixels', /3x1/],
    [rgb, {}, 'option', 'channel', /3 channels/],
    [rgb, { colors: ['#000'] }, 'domain', 'data', /\[0, 1, 2, 255\]/],
    [short, {}, 'domain', 'PLTE', /index 2, must be below 2/],
    [indexed, { as: 'probs' }, 'option', 'as', /palette/],
    [joinChunks([header(0, 1), idat([0]), iend]), {}, 'shape', 'width', /is 0/],
    [joinChunks([header(1, 1, 3), idat([0, 0]), iend]), {}, 'domain', 'IHDR', /colour type 0 with 3 bits/],
    [joinChunks([header(1, 1, 8, 0, 2), idat([0, 0]), iend]), {}, 'domain', 'IHDR', /interlace 2/],
    [joinChunks([header(1, 1), header(1, 1), idat([0, 0]), iend]), {}, 'domain', 'IHDR', /twice/],
    [joinChunks([idat([0, 0]), iend]), {}, 'domain', 'IDAT', /first/],
    [
      joinChunks([header(1, 1, 8, 3), idat([0, 0]), ['PLTE', new Uint8Array(3)], iend]),
      {},
      'domain',
      'PLTE',
      /too late/,
    ],
    [
      joinChunks([header(1, 1, 8, 3), ['PLTE', new Uint8Array(3)], ['PLTE', new Uint8Array(3)], idat([0, 0]), iend]),
      {},
      'domain',
      'PLTE',
      /twice/,
    ],
    [
      joinChunks([header(1, 1, 8, 3), ['PLTE', new Uint8Array(4)], idat([0, 0]), iend]),
      {},
      'domain',
      'PLTE',
      /4 bytes/,
    ],
    [
      joinChunks([header(1, 1, 8, 3), ['PLTE', new Uint8Array(3)], ['tRNS', new Uint8Array(2)], idat([0, 0]), iend]),
      {},
      'length',
      'tRNS',
      /at most 1/,
    ],
    [joinChunks([header(1, 1), iend]), {}, 'length', 'IDAT', /missing/],
    [joinChunks([header(1, 1, 8, 3), idat([0, 0]), iend]), {}, 'domain', 'PLTE', /missing/],
    [joinChunks([header(1, 1), ['ABCD', new Uint8Array(1)], idat([0, 0]), iend]), {}, 'domain', 'ABCD', /critical/],
    [
      joinChunks([header(1, 1), idat([0, 0]), ['tEXt', new Uint8Array(1)], idat([0]), iend]),
      {},
      'domain',
      'IDAT',
      /after tEXt/,
    ],
    [joinChunks([header(2, 1), idat([0, 0]), iend]), {}, 'length', 'IDAT', /2 bytes, must be 3/],
    [joinChunks([header(1, 1), idat([0, 0, 0]), iend]), {}, 'length', 'IDAT', /more than 2/],
    [joinChunks([header(1, 1), idat([5, 0]), iend]), {}, 'domain', 'IDAT', /filter 5/],
    [joinChunks([header(1, 1), ['IDAT', Uint8Array.of(1, 2, 3)], iend]), {}, 'domain', 'IDAT', /zlib/],
    [
      joinChunks([header(1, 1), ['IDAT', zlib.deflateSync(Buffer.from([0, 0])).subarray(0, -5)], iend]),
      {},
      'domain',
      'IDAT',
      /zlib/,
    ],
  ];
  for (const [bytes, options, code, field, message] of rows) {
    await assert.rejects(fromPng(bytes, options), fault(code, field, message), String(message));
  }
});

test('a bomb goes off neither by its header nor by what it inflates to', async () => {
  const content = Buffer.alloc(13);
  content.writeUInt32BE(2 ** 31 - 1, 0);
  content.writeUInt32BE(2 ** 31 - 1, 4);
  content.set([16, 6, 0, 0, 1], 8);
  await assert.rejects(
    fromPng(
      joinChunks([
        ['IHDR', content],
        ['IDAT', Uint8Array.of(1)],
        ['IEND', new Uint8Array(0)],
      ]),
      { channel: 'red' },
    ),
    fault('memory', 'maxPixels', /2147483647x2147483647/),
  );
  // 64 MB of zeros in 64 kB, for an image of one pixel.
  content.writeUInt32BE(1, 0);
  content.writeUInt32BE(1, 4);
  content.set([8, 0, 0, 0, 0], 8);
  const zeros = zlib.deflateSync(Buffer.alloc(2 ** 26));
  const before = process.memoryUsage().arrayBuffers;
  await assert.rejects(
    fromPng(
      joinChunks([
        ['IHDR', content],
        ['IDAT', zeros],
        ['IEND', new Uint8Array(0)],
      ]),
    ),
    fault('length', 'IDAT', /more than 2/),
  );
  assert.ok(process.memoryUsage().arrayBuffers - before < 2 ** 24);
});

test('no input but a mask or an error comes out', async () => {
  const random = randomOf(21);
  for (const nonsense of NONSENSE) await survives(() => fromPng(/** @type {any} */ (nonsense)), String(nonsense));
  const palette = [
    [0, 0, 0],
    [1, 1, 1],
    [2, 2, 2],
    [3, 3, 3],
  ];
  const data = Array.from({ length: 99 }, () => random.int(0, 3));
  const files = [
    writePng({ width: 11, height: 9, depth: 8, colorType: 0, data, interlaced: true }),
    writePng({ width: 11, height: 9, depth: 2, colorType: 3, data, palette, filter: (y) => y % 5 }),
    writePng({ width: 11, height: 3, depth: 16, colorType: 2, data }),
  ];
  let masks = 0;
  for (let i = 0; i < 600; i++) {
    const bytes = damage(files[i % 3], random);
    if (i % 2) mend(bytes);
    if (await survives(() => fromPng(bytes, { maxPixels: 2 ** 20, ...(i % 3 === 2 ? { channel: 'red' } : {}) }), bytes))
      masks++;
  }
  assert.ok(masks > 50 && masks < 550, `${masks} of 600`);
});

/** Sets the checksums right, so that what they guard is reached. @param {Uint8Array} bytes */
function mend(bytes) {
  const view = new DataView(bytes.buffer);
  for (let at = 8; at + 12 <= bytes.length; ) {
    const length = view.getUint32(at);
    if (at + 12 + length > bytes.length) return;
    const whole = joinChunks([
      [Buffer.from(bytes.subarray(at + 4, at + 8)).toString('latin1'), bytes.subarray(at + 8, at + 8 + length)],
    ]);
    bytes.set(whole.subarray(-4), at + 8 + length);
    at += 12 + length;
  }
}
