import assert from 'node:assert/strict';
import { Agent, request } from 'node:http';
import { test } from 'node:test';
import { octets, scene, start } from './edge.js';

/** Posts a body over a connection that stays open; gives the answer's text. A plainer client than fetch costs less. */
function send(edge, path, body, agent) {
  return new Promise((resolve, reject) => {
    const asked = request(
      edge.at(path),
      { method: 'POST', agent, headers: { ...octets, 'content-length': body.length } },
      (answer) => {
        let text = '';
        answer.setEncoding('utf8');
        answer.on('data', (piece) => {
          text += piece;
        });
        answer.on('end', () =>
          answer.statusCode === 200 ? resolve(text) : reject(new Error(`${answer.statusCode} ${text}`)),
        );
      },
    );
    asked.on('error', reject);
    asked.end(body);
  });
}

/** Sends a body so often, so many at a time; gives requests per second. */
async function hammer(edge, path, body, count, lanes) {
  const agent = new Agent({ keepAlive: true, maxSockets: lanes });
  let sent = 0;
  let first;
  const began = performance.now();
  const lane = async () => {
    while (sent++ < count) {
      const text = await send(edge, path, body, agent);
      first ??= text;
      assert.equal(text, first);
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  const rate = (count * 1000) / (performance.now() - began);
  agent.destroy();
  return { rate, value: JSON.parse(first).value };
}

const health = async (edge) => (await (await fetch(edge.at('/healthz'))).json()).resident;

test('small and large bodies, many at a time', { timeout: 240_000 }, async () => {
  const small = scene(16, 3).body;
  const path = '/v1/evaluate/dice?shape=1,1,16,16&form=logits';
  const edge = await start({ AUTH: 'off' });
  const perEvent = await start({ AUTH: 'off', RESIDENT: 'off' });
  try {
    await hammer(edge, path, small, 200, 8);
    await hammer(perEvent, path, small, 40, 8);
    // In turns, each of which gives a ratio of its own: what else the machine does slows both. Their median counts.
    const seconds = { fast: 0, slow: 0 };
    const ratios = [];
    for (let turn = 0; turn < 10; turn++) {
      const slow = await hammer(perEvent, path, small, 20, 8);
      const fast = await hammer(edge, path, small, 200, 8);
      assert.equal(fast.value, slow.value);
      seconds.fast += 200 / fast.rate;
      seconds.slow += 20 / slow.rate;
      ratios.push(fast.rate / slow.rate);
    }
    const ratio = ratios.sort((x, y) => x - y)[5];
    console.log(
      `edge: 16 x 16: resident ${(2000 / seconds.fast).toFixed(0)}/s, an instance per event ${(200 / seconds.slow).toFixed(0)}/s, ${ratio.toFixed(1)} times`,
    );
    let now = await health(edge);
    console.log(`edge: after small bodies: ${JSON.stringify(now)}`);
    assert.equal(now.started, 1);

    const large = await hammer(edge, '/v1/evaluate/dice?shape=1,1,1024,1024&form=logits', scene(1024, 4).body, 200, 8);
    now = await health(edge);
    console.log(`edge: 1 Mpx: ${large.rate.toFixed(1)}/s; ${JSON.stringify(now)}`);
    assert.ok(now.peak < 100e6, `${now.peak} bytes of memory at most`);

    // Above the mark the program is replaced, and nobody notices.
    const started = now.started;
    const huge = '/v1/evaluate/focal?shape=1,1,2048,2048&form=logits';
    await hammer(edge, huge, scene(2048, 5).body, 6, 2);
    const heavy = await fetch(edge.at(`${huge}&gradient=true`), {
      method: 'POST',
      headers: { ...octets, accept: 'application/octet-stream' },
      body: scene(2048, 5).body,
    });
    assert.equal((await heavy.arrayBuffer()).byteLength, 4 * 2048 * 2048);
    await hammer(edge, path, small, 100, 8);
    now = await health(edge);
    console.log(`edge: after 4 Mpx with a gradient: ${JSON.stringify(now)}`);
    assert.ok(now.started > started, 'a program above the mark is replaced');
    assert.ok(now.memory < 64 * 2 ** 20, 'the new one is small');
    assert.ok(now.peak < 100e6, `${now.peak} bytes of memory at most`);
    assert.ok(ratio >= 8, `${ratio} times the rate`);
  } finally {
    await Promise.all([edge.stop(), perEvent.stop()]);
  }
});
