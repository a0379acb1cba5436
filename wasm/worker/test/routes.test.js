import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Validator } from '@seriousme/openapi-schema-validator';
import { toNpy } from '../../../js/adapters/npy.js';
import { fromPng, toPng } from '../../../js/adapters/png.js';
import { load } from '../../../js/index.js';
import { bytes, json, migrate, octets, scene, start, storage } from './edge.js';

/** @type {Awaited<ReturnType<typeof start>>} */
let edge;
let ml;
before(async () => {
  ml = await load();
  edge = await start({ AUTH: 'off', ORIGINS: 'https://app.example' }, storage);
  await migrate(edge.mf);
});
after(async () => {
  ml?.dispose();
  await edge?.stop();
});

const SIZE = 32;
const { logits, labels, body } = scene(SIZE, 5);
const input = {
  prediction: { data: logits, shape: [1, 1, SIZE, SIZE], form: 'logits' },
  target: { data: labels, shape: [1, SIZE, SIZE], kind: 'labels' },
};
const query = `shape=1,1,${SIZE},${SIZE}&form=logits`;
const document = () => ({
  prediction: { ...input.prediction, data: [...logits] },
  target: { ...input.target, data: [...labels] },
});
const post = (path, given, headers) => fetch(edge.at(path), { method: 'POST', body: given, headers });

test('every loss and metric gives the numbers of the JavaScript API, to the last bit', async () => {
  for (const { name, targets, modes } of ml.describe().losses) {
    if (!targets.includes('labels') || !modes.includes('binary')) continue;
    const want = await ml.evaluate(name, input);
    const here = await (await post(`/v1/evaluate/${name}?${query}`, body, octets)).json();
    assert.equal(here.value, want.value, `${name} as octets`);
    assert.equal(here.valid, want.valid, name);
    assert.deepEqual(here.params, want.params, name);
    assert.deepEqual(here.warnings, want.warnings, name);
    const event = await (await post(`/v1/evaluate/${name}`, JSON.stringify(document()), json)).json();
    assert.deepEqual(event, here, `${name} as JSON`);
  }
});

test('gradient, heat map and values are those of the JavaScript API', async () => {
  const options = { gradient: true, heatmap: true, reduction: 'none' };
  const want = await ml.evaluate('focal', input, options);
  const answer = await post(`/v1/evaluate/focal?${query}&gradient=true&heatmap=true&reduction=none`, body, octets);
  const got = await answer.json();
  for (const plane of ['gradient', 'heatmap', 'values']) {
    assert.deepEqual(Float32Array.from(got[plane]), want[plane], plane);
  }
  assert.deepEqual(got.valuesShape, want.valuesShape);

  const raw = await post(`/v1/evaluate/focal?${query}&gradient=true`, body, {
    ...octets,
    accept: 'application/octet-stream',
  });
  assert.equal(raw.headers.get('content-type'), 'application/octet-stream');
  assert.equal(raw.headers.get('x-maskloss-plane'), 'gradient');
  const mean = await ml.evaluate('focal', input, { gradient: true });
  assert.equal(Number(raw.headers.get('x-maskloss-value')), mean.value);
  assert.deepEqual(new Float32Array(await raw.arrayBuffer()), mean.gradient);

  for (const [given, headers, path] of [
    [body, octets, `?${query}`],
    [JSON.stringify(document()), json, ''],
  ]) {
    const drawn = await post(`/v1/evaluate/focal${path}`, given, { ...headers, accept: 'image/png' });
    assert.equal(drawn.headers.get('content-type'), 'image/png');
    const picture = await fromPng(new Uint8Array(await drawn.arrayBuffer()));
    assert.deepEqual(picture.shape, [1, SIZE, SIZE]);
  }
});

test('a report is what its losses are alone', async () => {
  const got = await (await post(`/v1/report?names=dice,iou,focal&gamma=1.5&${query}`, body, octets)).json();
  const want = await ml.report(input, ['dice', 'iou', 'focal'], { gamma: 1.5 });
  assert.deepEqual(Object.keys(got), ['dice', 'iou', 'focal']);
  for (const name of Object.keys(got)) assert.equal(got[name].value, want[name].value, name);
  const all = await (await post(`/v1/report?names=all&${query}`, body, octets)).json();
  const every = await ml.report(input, 'all');
  assert.deepEqual(Object.keys(all).sort(), Object.keys(every).sort());
  for (const name of Object.keys(all))
    assert.equal(all[name].value, Number.isNaN(every[name].value) ? null : every[name].value, name);
});

test('files give what the arrays in them give', async () => {
  const files = (prediction, fields = {}) => {
    const form = new FormData();
    form.set('prediction', new Blob([prediction]), 'prediction');
    form.set('target', new Blob([target]), 'target.png');
    for (const [key, value] of Object.entries(fields)) form.set(key, value);
    return post('/v1/evaluate/dice', form);
  };
  const target = await toPng(input.target, { colors: { 0: [0, 0, 0], 1: [255, 0, 0] } });
  const dice = async (prediction) => (await ml.evaluate('dice', { ...input, prediction })).value;
  const npy = await files(toNpy(input.prediction), { form: 'logits' });
  assert.equal((await npy.json()).value, await dice(input.prediction));
  const probs = Float32Array.from(logits, (x) => 1 / (1 + Math.exp(-x)));
  for (const depth of /** @type {const} */ ([8, 16])) {
    const grey = await toPng({ data: probs, shape: [1, 1, SIZE, SIZE], form: 'probs' }, { depth });
    const read = await fromPng(grey, { as: 'probs' });
    assert.equal(
      (await (await files(grey)).json()).value,
      await dice({ ...read, shape: [1, 1, SIZE, SIZE], form: 'probs' }),
      `grey of ${depth}`,
    );
  }
});

test('the manifest is that of the page', async () => {
  const manifest = await (await fetch(edge.at('/v1/losses'))).json();
  const want = ml.describe();
  assert.deepEqual(
    manifest.losses.map((l) => l.name),
    want.losses.map((l) => l.name),
  );
  for (const { name, params } of want.losses) {
    const one = await (await fetch(edge.at(`/v1/losses/${name}`))).json();
    assert.deepEqual(
      one.params.map((p) => [p.name, p.type, p.default]),
      params.map((p) => [p.name, p.type, p.default]),
      name,
    );
  }
});

test('every route answers, with its status, type and headers', async () => {
  for (const [method, path, status, type] of [
    ['GET', '/healthz', 200, 'application/json'],
    ['GET', '/openapi.json', 200, 'application/json'],
    ['GET', '/v1/version', 200, 'application/json'],
    ['GET', '/v1/losses', 200, 'application/json'],
    ['HEAD', '/v1/losses', 200, 'application/json'],
    ['GET', '/v1/losses/dice', 200, 'application/json'],
    ['GET', '/v1/losses/dise', 404, 'application/problem+json'],
    ['GET', '/nowhere', 404, 'application/problem+json'],
    ['PUT', '/v1/runs', 405, 'application/problem+json'],
    ['GET', '/v1/evaluate/dice', 405, 'application/problem+json'],
    ['POST', '/v1/evaluate/dice', 415, 'application/problem+json'],
    ['GET', '/v1/runs/none', 404, 'application/problem+json'],
    ['OPTIONS', '/v1/report', 204, null],
  ]) {
    const answer = await fetch(edge.at(path), {
      method,
      headers: { origin: 'https://app.example', 'x-request-id': 'id-of-mine-1' },
    });
    const text = await answer.text();
    const got = [answer.status, answer.headers.get('content-type')];
    assert.deepEqual(got, [status, type], `${method} ${path}: ${text}`);
    assert.equal(answer.headers.get('x-request-id'), 'id-of-mine-1');
    assert.equal(answer.headers.get('access-control-allow-origin'), 'https://app.example');
    assert.match(answer.headers.get('server-timing'), /total;dur=/);
    if (method === 'POST') assert.equal(answer.headers.get('cache-control'), 'no-store');
    if (status >= 400) assert.equal(JSON.parse(text).instance, 'id-of-mine-1');
    if (status === 405) assert.ok(answer.headers.get('allow').includes('OPTIONS'));
  }
  const stranger = await fetch(edge.at('/v1/losses'), { headers: { origin: 'https://evil.example' } });
  assert.equal(stranger.headers.get('access-control-allow-origin'), null);
});

test('the document is valid, and every example in it does what it says', { timeout: 120_000 }, async () => {
  const document = await (await fetch(edge.at('/openapi.json'))).json();
  const outcome = await new Validator().validate(structuredClone(document));
  assert.ok(outcome.valid, JSON.stringify(outcome.errors));

  const masks = await edge.mf.getR2Bucket('MASKS');
  for (const i of [1, 2]) {
    await masks.put(`set/prediction/${i}.npy`, toNpy(input.prediction));
    await masks.put(`set/target/${i}.npy`, toNpy(input.target));
  }
  const resolve = (x) =>
    x?.$ref
      ? resolve(
          x.$ref
            .slice(2)
            .split('/')
            .reduce((at, key) => at[key], document),
        )
      : x;
  let count = 0;
  for (const [path, methods] of Object.entries(document.paths)) {
    for (const [method, operation] of Object.entries(methods)) {
      const content = resolve(operation.requestBody)?.content ?? { none: { examples: { none: { value: undefined } } } };
      for (const [type, { examples = {} }] of Object.entries(content)) {
        for (const [name, given] of Object.entries(examples)) {
          const { value } = resolve(given);
          let address = path.replace('{name}', 'dice');
          if (path.includes('{id}')) {
            const order = resolve(document.components.examples.pairs).value;
            address = path.replace('{id}', (await (await post('/v1/runs', JSON.stringify(order), json)).json()).id);
          }
          let given_ = value && JSON.stringify(value);
          if (type === 'multipart/form-data') {
            given_ = new FormData();
            for (const [field, text] of Object.entries(value)) given_.set(field, text);
          }
          const headers = type === 'application/json' ? json : {};
          const answer = await fetch(edge.at(address), { method: method.toUpperCase(), body: given_, headers });
          const text = await answer.text();
          const label = `${method} ${path} ${type} ${name}: ${answer.status} ${text.slice(0, 300)}`;
          assert.ok(answer.status < 300 && operation.responses[answer.status], label);
          const said = resolve(operation.responses[answer.status]).content['application/json']?.examples?.answer;
          // Computed by the Go package on the machine that wrote the document.
          if (said && type === 'application/json') {
            const { extra, ...got } = JSON.parse(text);
            assert.deepEqual(got, said.value, label);
          }
          count++;
        }
      }
    }
  }
  assert.ok(count > 60, `${count} examples`);
});

test('weights, soft targets and labels per class are read', async () => {
  const weights = Float32Array.from(labels, (_, i) => (i % 5) / 4);
  const soft = Float32Array.from(labels, (l) => l * 0.75);
  for (const [extra, given, wanted] of [
    ['pixelWeights=float32', bytes(logits, labels, weights), { ...input, weight: weights }],
    [
      'target=float32',
      bytes(logits, soft),
      { ...input, target: { data: soft, shape: [1, 1, SIZE, SIZE], kind: 'soft' } },
    ],
    ['ignore=1', body, { ...input, ignore: 1 }],
    ['target=int32', bytes(logits, Int32Array.from(labels)), input],
  ]) {
    const got = await (await post(`/v1/evaluate/ce?${query}&${extra}`, given, octets)).json();
    assert.equal(got.value, (await ml.evaluate('ce', wanted)).value, extra);
  }
  const odd = bytes(labels.subarray(0, 15), new Int32Array(labels.subarray(1, 16)));
  const got = await (await post('/v1/evaluate/iou?shape=1,1,3,5&prediction=labels&target=int32', odd, octets)).json();
  const want = await ml.evaluate('iou', {
    prediction: { data: labels.slice(0, 15), shape: [1, 1, 3, 5], form: 'labels' },
    target: { data: labels.slice(1, 16), shape: [1, 3, 5], kind: 'labels' },
  });
  assert.equal(got.value, want.value, 'not aligned');
});
