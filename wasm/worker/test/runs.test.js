import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { toNpy } from '../../../js/adapters/npy.js';
import { toPng } from '../../../js/adapters/png.js';
import { load } from '../../../js/index.js';
import { json, migrate, scene, start, storage } from './edge.js';

const names = ['dice', 'iou', 'ce'];
const SIZE = 24;
/** @type {Awaited<ReturnType<typeof start>>} */
let edge;
let ml;
let masks;

before(async () => {
  ml = await load();
  edge = await start(
    { AUTH: 'off', RETRY_SECONDS: '0' },
    {
      ...storage,
      entry: 'test/faulty.mjs',
      queueConsumers: { ...storage.queueConsumers, jobs: { ...storage.queueConsumers.jobs, maxRetries: 8 } },
    },
  );
  await migrate(edge.mf);
  masks = await edge.mf.getR2Bucket('MASKS');
});
after(async () => {
  ml?.dispose();
  await edge?.stop();
});

const post = (path, body, headers = {}) =>
  fetch(edge.at(path), { method: 'POST', headers: { ...json, ...headers }, body: body && JSON.stringify(body) });
const get = async (path) => (await fetch(edge.at(path))).json();

/** Waits until a run has come to an end. */
async function settled(id, seconds = 240) {
  for (const end = Date.now() + seconds * 1000; Date.now() < end; ) {
    const run = await get(`/v1/runs/${id}`);
    if (['complete', 'failed', 'cancelled'].includes(run.state)) return run;
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  assert.fail(`run ${id}: ${JSON.stringify(await get(`/v1/runs/${id}`)).slice(0, 500)}`);
}

/** Puts a pair into the bucket; gives it as an input too. */
async function put(folder, i) {
  const { logits, labels } = scene(SIZE, i);
  const prediction = { data: logits, shape: [1, 1, SIZE, SIZE], form: 'logits' };
  const target = { data: labels, shape: [1, SIZE, SIZE], kind: 'labels' };
  const keys = { prediction: `${folder}/prediction/${i}`, target: `${folder}/target/${i}` };
  await masks.put(keys.prediction, toNpy(prediction));
  await masks.put(keys.target, await toPng(target));
  return { keys, input: { prediction, target } };
}

/** What the page's API says of the same pairs. */
async function expected(inputs) {
  const sum = ml.accumulate(names);
  for (const input of inputs) await sum.add(input);
  return sum.result();
}

async function pages(id, query = '') {
  const all = [];
  for (let next = `/v1/runs/${id}/results?limit=170${query}`; next; ) {
    const page = await get(next);
    all.push(...page.pairs);
    next = page.next;
  }
  return all;
}

test('a run of 500 pairs, with everything going wrong, ends complete, exact and counted once', {
  timeout: 300_000,
}, async () => {
  const good = [];
  const pairs = [];
  for (let i = 0; i < 500; i++) {
    // Files that come late are missing twice; those of `never/` are, and stay, missing.
    const { keys, input } = await put(i % 100 === 7 ? `late/${i}` : 'set', i);
    if (i % 125 === 60) {
      await masks.put(keys.target, (await toPng(input.target)).slice(0, 60)); // cut off
    } else if (i % 250 === 90) {
      keys.prediction = `never/${i}`;
    } else {
      good.push(input);
    }
    pairs.push(keys);
  }
  const order = { names, input: { form: 'logits' }, pairs, key: 'five hundred' };
  const begun = await post('/v1/runs', order);
  assert.equal(begun.status, 202);
  const { id, total } = await begun.json();
  assert.equal(total, 500);
  assert.equal(begun.headers.get('location'), `/v1/runs/${id}`);

  const again = await post('/v1/runs', order);
  assert.equal(again.status, 200, 'the same key starts nothing');
  assert.equal((await again.json()).id, id);
  const other = await post('/v1/runs', { ...order, names: ['dice'] });
  assert.equal(other.status, 409);
  assert.equal((await other.json()).code, 'conflict');

  const run = await settled(id);
  assert.deepEqual([run.state, run.total, run.done, run.failed, run.waiting], ['complete', 500, 494, 6, 0]);
  const want = await expected(good);
  for (const name of names) {
    assert.equal(run.results[name].value, want[name].value, `${name}, to the last bit`);
    assert.equal(run.results[name].valid, want[name].valid, `${name}: pixels`);
  }

  const rows = await pages(id);
  assert.deepEqual(
    rows.map((row) => row.seq),
    Array.from({ length: 500 }, (_, i) => i),
  );
  const failed = rows.filter((row) => row.state === 'failed');
  assert.deepEqual(
    failed.map((row) => [row.seq, row.code]),
    [60, 90, 185, 310, 340, 435].map((seq) => [seq, seq % 250 === 90 ? 'missing' : 'malformed']),
  );
  assert.deepEqual(await pages(id, '&state=failed'), failed);
  for (const row of rows.filter((row) => row.state === 'done').slice(0, 20)) {
    const { logits, labels } = scene(SIZE, row.seq);
    const one = await ml.evaluate('dice', {
      prediction: { data: logits, shape: [1, 1, SIZE, SIZE], form: 'logits' },
      target: { data: labels, shape: [1, SIZE, SIZE], kind: 'labels' },
    });
    assert.equal(row.results.dice.value, one.value, `pair ${row.seq}`);
  }

  const csv = await fetch(edge.at(`/v1/runs/${id}/results?format=csv&limit=1000`));
  assert.match(csv.headers.get('content-type'), /^text\/csv/);
  const lines = (await csv.text()).trim().split('\n');
  assert.equal(lines.length, 501);
  assert.equal(lines[0], `seq,prediction,target,state,attempts,code,detail,${names}`);
  assert.equal(Number(lines[1].split(',')[7]), rows[0].results.dice.value);
  const nd = await fetch(edge.at(`/v1/runs/${id}/results?limit=3`), { headers: { accept: 'application/x-ndjson' } });
  assert.equal(nd.headers.get('content-type'), 'application/x-ndjson');
  assert.match(nd.headers.get('link'), /after=2.*rel="next"/);
  assert.deepEqual(
    (await nd.text())
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line)),
    rows.slice(0, 3),
  );

  // What was missing has come: resume scores it, and adds it to the same total.
  for (const seq of [90, 340]) {
    const { input } = await put('set', seq);
    await masks.put(`never/${seq}`, toNpy(input.prediction));
    good.push(input);
  }
  assert.equal((await post(`/v1/runs/${id}/resume`)).status, 202);
  const whole = await settled(id);
  assert.deepEqual([whole.done, whole.failed], [496, 4]);
  const more = await expected(good);
  for (const name of names) assert.equal(whole.results[name].value, more[name].value, `${name} after resuming`);
});

test('a run by prefix finds its pairs', { timeout: 120_000 }, async () => {
  const inputs = [];
  for (let i = 0; i < 12; i++) inputs.push((await put('by-prefix', 1000 + i)).input);
  const begun = await post(
    '/v1/runs',
    { names, input: { form: 'logits' }, prefix: 'by-prefix/' },
    { 'idempotency-key': 'by prefix' },
  );
  assert.equal(begun.status, 202);
  const run = await settled((await begun.json()).id);
  assert.deepEqual([run.state, run.total, run.done], ['complete', 12, 12]);
  const want = await expected(inputs);
  for (const name of names) assert.equal(run.results[name].value, want[name].value);
});

test('a run that is cancelled stops, and resumes', { timeout: 120_000 }, async () => {
  const inputs = [];
  const pairs = [];
  for (let i = 0; i < 60; i++) {
    const { keys, input } = await put('cancelled', 2000 + i);
    inputs.push(input);
    pairs.push(keys);
  }
  const { id } = await (await post('/v1/runs', { names, input: { form: 'logits' }, pairs })).json();
  const cancelled = await (await post(`/v1/runs/${id}/cancel`)).json();
  assert.equal(cancelled.state, 'cancelled');
  await new Promise((resolve) => setTimeout(resolve, 3000));
  const still = await get(`/v1/runs/${id}`);
  assert.ok(still.waiting > 0, `${still.waiting} pairs wait`);
  assert.equal((await post(`/v1/runs/${id}/resume`)).status, 202);
  const run = await settled(id);
  assert.deepEqual([run.state, run.done], ['complete', 60]);
  const want = await expected(inputs);
  for (const name of names) assert.equal(run.results[name].value, want[name].value);
});

test('orders that cannot be are refused', async () => {
  const pair = { prediction: 'a', target: 'b' };
  for (const [order, status, code] of [
    [{ names: ['dise'], pairs: [pair] }, 404, 'loss'],
    [{ names: ['boundary'], pairs: [pair] }, 400, 'option'],
    [{ names: ['dice'], options: { gradient: true }, pairs: [pair] }, 400, 'option'],
    [{ names: ['dice'], options: { smoothNr: -1 }, pairs: [pair] }, 400, 'option'],
    [{ names: ['dice'], pairs: [pair, pair] }, 400, 'malformed'],
    [{ names: ['dice'], pairs: [] }, 400, 'malformed'],
    [{ names: ['dice'] }, 400, 'malformed'],
    [{ names: ['dice'], prefix: { prediction: 'a/', target: 'a/b/' } }, 400, 'malformed'],
    [{ names: ['dice'], pairs: [pair], input: { colour: 'red' } }, 400, 'malformed'],
    [{ names: ['dice'], pairs: [pair], input: { form: 'guess' } }, 400, 'malformed'],
    [{ names: 'all', pairs: [pair] }, 400, 'malformed'],
    [{ pairs: [pair] }, 400, 'malformed'],
  ]) {
    const answer = await post('/v1/runs', order);
    const problem = await answer.json();
    assert.deepEqual([answer.status, problem.code], [status, code], JSON.stringify([order, problem]));
    assert.equal(answer.headers.get('content-type'), 'application/problem+json');
  }
  for (const path of ['/v1/runs/none', '/v1/runs/none/results']) assert.equal((await fetch(edge.at(path))).status, 404);
  for (const path of ['/v1/runs/none/cancel', '/v1/runs/none/resume']) assert.equal((await post(path)).status, 404);
});
