import assert from 'node:assert/strict';
import { request } from 'node:http';
import { connect } from 'node:net';
import { after, before, test } from 'node:test';
import { deflateSync } from 'node:zlib';
import { crc32 } from '../../../js/adapters/crc.js';
import { toPng } from '../../../js/adapters/png.js';
import { bytes, json, octets, random, scene, start } from './edge.js';

const TOKEN = 'a-token-that-is-long-enough';
const SIZE = 16;
const { logits, labels, body } = scene(SIZE, 9);
const good = `/v1/evaluate/dice?shape=1,1,${SIZE},${SIZE}&form=logits`;
const truth = new Map();

/** @type {Awaited<ReturnType<typeof start>>} */
let edge;
before(async () => {
  edge = await start({
    AUTH: 'off',
    BODY_SECONDS: '1',
    MAX_BYTES: '100000',
    MAX_JSON_BYTES: '50000',
    MAX_PIXELS: '65536',
  });
});
after(() => edge?.stop());

const post = (path, given, headers, at = edge) => fetch(at.at(path), { method: 'POST', body: given, headers });

/** That a right request is answered as ever. */
async function unaffected(at = edge, headers = {}) {
  const answer = await post(good, body, { ...octets, ...headers }, at);
  const { value } = await answer.json();
  assert.equal(answer.status, 200);
  if (!truth.has('value')) truth.set('value', value);
  assert.equal(value, truth.get('value'));
}

/** That an answer is a problem of a status and a code. */
async function refused(answer, status, code, label) {
  const text = await answer.text();
  assert.equal(answer.status, status, `${label}: ${text}`);
  assert.equal(answer.headers.get('content-type'), 'application/problem+json', label);
  const problem = JSON.parse(text);
  assert.deepEqual(
    [problem.status, problem.code, problem.instance],
    [status, code, answer.headers.get('x-request-id')],
    `${label}: ${text}`,
  );
  assert.ok(problem.detail && problem.title && problem.type, label);
  assert.doesNotMatch(text, /goroutine|\.go:|wasm:\/\//, label);
  await unaffected();
}

/** A PNG file whose header says what it likes. */
function claim(width, height, pixels = 10) {
  const chunk = (type, content) => {
    const out = Buffer.alloc(12 + content.length);
    out.writeUInt32BE(content.length);
    out.write(type, 4, 'latin1');
    content.copy(out, 8);
    out.writeUInt32BE(crc32(out.subarray(4, 8 + content.length)), 8 + content.length);
    return out;
  };
  const header = Buffer.from([0, 0, 0, 0, 0, 0, 0, 0, 8, 0, 0, 0, 0]);
  header.writeUInt32BE(width);
  header.writeUInt32BE(height, 4);
  const signature = Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]);
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(Buffer.alloc(pixels))),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function npy(descr, shape, data) {
  const header = `{'descr': '${descr}', 'fortran_order': False, 'shape': (${shape}), }\n`;
  return Buffer.concat([
    Buffer.from([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, header.length & 255, header.length >> 8]),
    Buffer.from(header),
    data,
  ]);
}

function form(prediction, target) {
  const out = new FormData();
  out.set('prediction', new Blob([prediction]), 'p');
  out.set('target', new Blob([target]), 't');
  return out;
}

test('octets that cannot be', async () => {
  const nan = logits.slice();
  nan[7] = Number.NaN;
  const infinite = logits.slice();
  infinite[9] = Number.POSITIVE_INFINITY;
  for (const [label, path, given, status, code] of [
    ['truncated', good, body.subarray(0, 100), 400, 'length'],
    ['empty', good, Buffer.alloc(0), 400, 'length'],
    ['a byte too many', good, Buffer.concat([body, Buffer.alloc(1)]), 400, 'length'],
    ['NaN', good, bytes(nan, labels), 422, 'value'],
    ['infinity', good, bytes(infinite, labels), 422, 'value'],
    [
      'labels of 255',
      good,
      bytes(
        logits,
        labels.map((l) => l * 255),
      ),
      422,
      'label',
    ],
    ['probabilities of 255', good.replace('logits', 'probs'), body, 422, 'domain'],
    ['a shape of 10^9 pixels', good.replace(`${SIZE},${SIZE}`, '31623,31623'), body, 413, 'size'],
    ['a shape of 10^18 pixels', good.replace(`${SIZE},${SIZE}`, '1000000000,1000000000'), body, 400, 'shape'],
    ['a shape of 0', good.replace(`${SIZE},${SIZE}`, '0,16'), body, 400, 'shape'],
    ['a negative shape', good.replace(`${SIZE},${SIZE}`, '-16,-16'), body, 400, 'shape'],
    ['a shape of words', good.replace(`${SIZE},${SIZE}`, 'a,b'), body, 400, 'malformed'],
    ['a shape of three', good.replace(`1,1,${SIZE}`, `1,${SIZE}`), body, 400, 'shape'],
    ['an option nobody knows', `${good}&__proto__=1`, body, 400, 'option'],
    ['an option out of range', `${good}&smoothNr=-1`, body, 400, 'option'],
    ['an option that is NaN', `${good}&smoothNr=NaN`, body, 400, 'option'],
    ['a query that is none', `${good}&%zz`, body, 400, 'malformed'],
    ['an unknown loss', good.replace('dice', 'constructor'), body, 404, 'loss'],
    ['a loss with a slash', good.replace('dice', 'dice%2f..'), body, 404, 'loss'],
  ]) {
    await refused(await post(path, given, octets), status, code, label);
  }
});

test('JSON and files that cannot be', async () => {
  const png = await toPng({ data: labels, shape: [1, SIZE, SIZE], kind: 'labels' });
  const floats = Buffer.from(logits.buffer);
  for (const [label, given, status, code] of [
    ['no JSON', '{', 400, 'malformed'],
    ['a list', '[]', 400, 'malformed'],
    ['deep nesting', '['.repeat(20000), 400, 'malformed'],
    [
      'a huge exponent',
      '{"prediction":{"data":[1e999],"shape":[1,1,1,1],"form":"logits"},"target":{"data":[1],"kind":"labels"}}',
      422,
      'value',
    ],
    [
      'data of text',
      '{"prediction":{"data":["1"],"shape":[1,1,1,1],"form":"logits"},"target":{"data":[1],"kind":"labels"}}',
      400,
      'malformed',
    ],
    [
      'a label of a half',
      '{"prediction":{"data":[1],"shape":[1,1,1,1],"form":"logits"},"target":{"data":[0.5],"kind":"labels"}}',
      422,
      'label',
    ],
    ['header of 10^9 pixels', form(claim(31623, 31623), png), 413, 'size'],
    ['header of 2^62 pixels', form(claim(2 ** 31 - 1, 2 ** 31 - 1), png), 413, 'size'],
    ['header of no pixels', form(claim(0, 16), png), 400, 'malformed'],
    ['more pixels than in the header', form(claim(4, 4, 60000), png), 400, 'malformed'],
    ['fewer pixels than in the header', form(claim(200, 200, 10), png), 400, 'malformed'],
    ['a cut PNG', form(png.slice(0, 50), png), 400, 'malformed'],
    [
      'a PNG with a flipped bit',
      form(
        png.map((b, i) => (i === 60 ? b ^ 4 : b)),
        png,
      ),
      400,
      'malformed',
    ],
    ['no file of any kind', form('hello', png), 400, 'malformed'],
    ['an NPY of 10^12', form(npy('<f4', '1000000, 1000000', floats), png), 413, 'size'],
    ['an NPY cut off', form(npy('<f4', '16, 16', floats.subarray(1)), png), 400, 'length'],
    ['an NPY of objects', form(npy('|O8', '16, 16', floats), png), 400, 'malformed'],
    ['an RLE of 10^18', form('{"size":[1000000000,1000000000],"counts":[1]}', png), 413, 'size'],
    ['an RLE that overruns', form('{"size":[4,4],"counts":[4,2147483647]}', png), 400, 'length'],
    ['an RLE of rubbish', form('{"size":[4,4],"counts":"~~~"}', png), 400, 'malformed'],
    ['of different sizes', form('{"size":[4,4],"counts":[16]}', png), 400, 'shape'],
    [
      'no target',
      (() => {
        const f = form(png, png);
        f.delete('target');
        return f;
      })(),
      400,
      'malformed',
    ],
  ]) {
    await refused(await post('/v1/evaluate/dice', given, typeof given === 'string' ? json : {}), status, code, label);
  }
  const shapeless = Buffer.from('--x\r\nContent-Disposition: form-data; name="prediction"\r\n\r\nabc');
  await refused(
    await post('/v1/evaluate/dice', shapeless, { 'content-type': 'multipart/form-data; boundary=x' }),
    400,
    'malformed',
    'a form without an end',
  );
  await refused(
    await post('/v1/evaluate/dice', shapeless, { 'content-type': 'multipart/form-data' }),
    400,
    'malformed',
    'a form without a boundary',
  );
});

test('types, sizes and headers that cannot be', async () => {
  for (const [label, headers, given, status, code] of [
    ['no type', { 'content-type': '' }, body, 415, 'type'],
    ['text', { 'content-type': 'text/html' }, body, 415, 'type'],
    ['two types', { 'content-type': 'application/json, application/octet-stream' }, body, 415, 'type'],
    ['compressed', { ...octets, 'content-encoding': 'gzip' }, body, 415, 'type'],
    ['a charset', { 'content-type': 'application/json; charset=utf-16' }, '{}', 415, 'type'],
    ['not acceptable', { ...octets, accept: 'text/html' }, body, 406, 'accept'],
    ['too large, as it says', octets, Buffer.alloc(100001), 413, 'size'],
    ['JSON too large, as it says', json, Buffer.alloc(50001, 32), 413, 'size'],
  ]) {
    await refused(await post(good, given, headers), status, code, label);
  }
  const stream = (chunks) =>
    new ReadableStream({
      async pull(controller) {
        const chunk = chunks.shift();
        if (chunk === undefined) controller.close();
        else controller.enqueue(chunk);
      },
    });
  const undeclared = await fetch(edge.at(good), {
    method: 'POST',
    headers: octets,
    body: stream(Array.from({ length: 300 }, () => new Uint8Array(4096))),
    duplex: 'half',
  });
  await refused(undeclared, 413, 'size', 'too large, without saying so');
  const whole = await fetch(edge.at(good), {
    method: 'POST',
    headers: octets,
    body: stream([body.subarray(0, 333), body.subarray(333)]),
    duplex: 'half',
  });
  assert.equal((await whole.json()).value, truth.get('value'), 'in pieces');
  const late = await fetch(edge.at(good), {
    method: 'POST',
    headers: octets,
    duplex: 'half',
    body: new ReadableStream({
      async pull(controller) {
        await new Promise((resolve) => setTimeout(resolve, 300));
        try {
          controller.enqueue(new Uint8Array(1));
        } catch {}
      },
    }),
  });
  await refused(late, 408, 'timeout', 'a slow body');
});

test('an id of the caller is kept only where it is plain', async () => {
  for (const [given, kept] of [
    ['abc-DEF_123', true],
    ['a"b\\c-123456', false],
    ['x'.repeat(65), false],
    ['a, b, c, d, e', false],
  ]) {
    const id = (await fetch(edge.at('/healthz'), { headers: { 'x-request-id': given } })).headers.get('x-request-id');
    assert.equal(id === given, kept, id);
  }
});

test('bytes that are no HTTP, and bodies that break off', async () => {
  const { hostname, port } = edge.url;
  const raw = (text) =>
    new Promise((resolve) => {
      const socket = connect(Number(port), hostname, () => socket.end(text));
      socket.setTimeout(3000, () => socket.destroy());
      socket
        .on('data', () => {})
        .on('error', resolve)
        .on('close', resolve);
    });
  await raw('GARBAGE\r\n\r\n');
  await raw(
    `POST ${good} HTTP/1.1\r\nhost: x\r\ncontent-type: application/octet-stream\r\ncontent-length: 1280\r\n\r\nabc`,
  );
  await raw(
    `POST ${good} HTTP/1.1\r\nhost: x\r\ncontent-type: application/octet-stream\r\ncontent-length: 99999999999999999999\r\n\r\nabc`,
  );
  await raw(
    `POST ${good} HTTP/1.1\r\nhost: x\r\ncontent-type: application/octet-stream\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n`,
  );
  await new Promise((resolve) => {
    const cut = request(edge.at(good), { method: 'POST', headers: { ...octets, 'content-length': 1280 } }, resolve);
    cut.on('error', resolve);
    cut.write('abc');
    setTimeout(() => cut.destroy(), 100);
  });
  await unaffected();
});

test('tokens: none that is empty, undefined or wrong opens the door', { timeout: 120_000 }, async () => {
  for (const [bindings, bearer, open] of [
    [{ TOKEN }, TOKEN, true],
    [{ TOKEN }, undefined, false],
    [{ TOKEN }, '', false],
    [{ TOKEN }, 'undefined', false],
    [{ TOKEN }, `${TOKEN} `.repeat(2).trim(), false],
    [{ TOKEN }, TOKEN.slice(1), false],
    [{ TOKEN, AUTH: 'off' }, undefined, false],
    [{ TOKEN: '' }, '', false],
    [{ TOKEN: '', AUTH: 'off' }, undefined, false],
    [{ TOKEN: 'undefined' }, 'undefined', false],
    [{}, undefined, false],
    [{}, 'undefined', false],
    [{ AUTH: 'token' }, '<undefined>', false],
  ]) {
    const guarded = await start(bindings);
    try {
      const headers = bearer === undefined ? {} : { authorization: `Bearer ${bearer}` };
      const label = JSON.stringify([bindings, bearer]);
      for (const [path, given, kind] of [
        [good, body, octets],
        ['/v1/report?names=dice', '{}', json],
        ['/v1/runs', '{}', json],
      ]) {
        const answer = await post(path, given, { ...kind, ...headers }, guarded);
        const text = await answer.text();
        assert.equal(answer.status !== 401, open, `${label} ${path}: ${text}`);
        if (!open) assert.equal(JSON.parse(text).code, 'token');
        if (!open) assert.match(answer.headers.get('www-authenticate'), /^Bearer/);
      }
      assert.equal((await fetch(guarded.at('/v1/losses'))).status, 200);
      if (open) await unaffected(guarded, headers);
      assert.ok(!guarded.lines.join('\n').includes(TOKEN), 'the log does not tell the secret');
    } finally {
      await guarded.stop();
    }
  }
});

test('who asks too often is told when to come back', async () => {
  const busy = await start(
    { AUTH: 'off', RETRY_AFTER: '10' },
    { ratelimits: { LIMITER: { simple: { limit: 5, period: 10 } } } },
  );
  try {
    const answers = [];
    for (let i = 0; i < 12; i++) answers.push(await post(good, body, octets, busy));
    const limited = answers.filter((answer) => answer.status === 429);
    assert.ok(limited.length >= 5 && answers[0].status === 200, `${limited.length} of 12`);
    assert.equal(limited[0].headers.get('retry-after'), '10');
    assert.equal((await limited[0].json()).code, 'rate');
    assert.equal((await fetch(busy.at('/healthz'))).status, 200, 'health is not counted');
  } finally {
    await busy.stop();
  }
});

test('a worker that is misconfigured serves nobody', async () => {
  const wrong = await start({ AUTH: 'of' });
  try {
    const answer = await post(good, body, octets, wrong);
    assert.equal(answer.status, 500);
    assert.equal((await answer.json()).code, 'config');
    assert.ok(wrong.lines.some((line) => line.includes('AUTH')));
  } finally {
    await wrong.stop();
  }
});

test('10,000 bodies of chance: a status for each, never a 500, and the worker lives', {
  timeout: 240_000,
}, async () => {
  const next = random(4242);
  const pick = (list) => list[Math.floor(next() * list.length)];
  const png = Buffer.from(await toPng({ data: labels, shape: [1, SIZE, SIZE], kind: 'labels' }));
  const part = (name, content) =>
    Buffer.concat([
      Buffer.from(`--x\r\nContent-Disposition: form-data; name="${name}"; filename="f"\r\n\r\n`),
      content,
      Buffer.from('\r\n'),
    ]);
  const end = Buffer.from('--x--\r\n');
  const document = Buffer.from(
    JSON.stringify({
      prediction: { data: [0.5, 1, 0, 1], shape: [1, 1, 2, 2], form: 'probs' },
      target: { data: [1, 1, 0, 0], shape: [1, 2, 2], kind: 'labels' },
    }),
  );
  const seeds = [
    ['application/octet-stream', good, body],
    [
      'application/octet-stream',
      '/v1/report?names=all&shape=1,1,2,2&form=logits',
      bytes(logits.subarray(0, 4), labels.subarray(0, 4)),
    ],
    ['application/json', '/v1/evaluate/iou', document],
    [
      'multipart/form-data; boundary=x',
      '/v1/evaluate/dice',
      Buffer.concat([part('prediction', png), part('target', png), end]),
    ],
    [
      'multipart/form-data; boundary=x',
      '/v1/evaluate/iou',
      Buffer.concat([
        part('prediction', npy('|u1', '4, 4', Buffer.alloc(16))),
        part('target', Buffer.from('{"size":[4,4],"counts":"04<"}')),
        end,
      ]),
    ],
  ];
  const statuses = new Map();
  // Files and JSON boot a program each: every fortieth body is one, so that the time stays bounded; the tests of Go have more.
  const one = async (i) => {
    const [type, path, seed] = i % 40 === 0 ? pick(seeds.slice(2)) : seeds[i % 40 === 1 ? 1 : 0];
    let given = Buffer.from(seed);
    for (let n = 1 + Math.floor(next() * 4); n > 0; n--) {
      const at = Math.floor(next() * given.length);
      const how = next();
      if (how < 0.6) given[at] = Math.floor(next() * 256);
      else if (how < 0.8) given = given.subarray(0, at);
      else given = Buffer.concat([given.subarray(0, at), given.subarray(Math.floor(next() * given.length))]);
      if (given.length === 0) break;
    }
    const answer = await post(path, given, { 'content-type': type });
    const text = await answer.text();
    statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
    assert.ok([200, 400, 413, 415, 422].includes(answer.status), `${answer.status} ${type} ${text}`);
    JSON.parse(text);
  };
  for (let i = 0; i < 10_000; i += 16)
    await Promise.all(Array.from({ length: Math.min(16, 10_000 - i) }, (_, k) => one(i + k)));
  await unaffected();
  const { resident } = await (await fetch(edge.at('/healthz'))).json();
  console.log(`edge: statuses ${JSON.stringify(Object.fromEntries(statuses))}, ${JSON.stringify(resident)}`);
  assert.ok(resident.peak < 100e6);
  assert.ok(
    !edge.lines.some((line) => /"event":"(panic|crash)"/.test(line)),
    edge.lines.find((line) => /panic|crash/.test(line)),
  );
});
