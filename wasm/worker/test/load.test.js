import assert from 'node:assert/strict';
import { test } from 'node:test';
import { octets, scene, start } from './edge.js';

/** Sends a body so often, so many at a time; gives requests per second. */
async function hammer(edge, path, body, count, lanes) {
  let sent = 0;
  let first;
  const began = performance.now();
  const lane = async () => {
    while (sent++ < count) {
      const answer = await fetch(edge.at(path), { method: 'POST', headers: octets, body });
      const { value } = await answer.json();
      assert.equal(answer.status, 200);
      first ??= value;
      assert.equal(value, first);
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return { rate: (count * 1000) / (performance.now() - began), value: first };
}

const health = async (edge) => (await (await fetch(edge.at('/healthz'))).json()).resident;

test('small and large bodies, many at a time', { timeout: 240_000 }, async (t) => {
  const small = scene(16, 3).body;
  const path = '/v1/evaluate/dice?shape=1,1,16,16&form=logits';
  const edge = await start({ AUTH: 'off' });
  const perEvent = await start({ AUTH: 'off', RESIDENT: 'off' });
  try {
    await hammer(edge, path, small, 200, 8);
    await hammer(perEvent, path, small, 40, 8);
    const slow = await hammer(perEvent, path, small, 200, 8);
    const fast = await hammer(edge, path, small, 2000, 8);
    assert.equal(fast.value, slow.value);
    const ratio = fast.rate / slow.rate;
    t.diagnostic(`16 x 16: resident ${fast.rate.toFixed(0)}/s, an instance per event ${slow.rate.toFixed(0)}/s, ${ratio.toFixed(1)} times`);
    let now = await health(edge);
    t.diagnostic(`after small bodies: ${JSON.stringify(now)}`);
    assert.equal(now.started, 1);

    const large = await hammer(edge, '/v1/evaluate/dice?shape=1,1,1024,1024&form=logits', scene(1024, 4).body, 200, 8);
    now = await health(edge);
    t.diagnostic(`1 Mpx: ${large.rate.toFixed(1)}/s; ${JSON.stringify(now)}`);
    assert.ok(now.peak < 100e6, `${now.peak} bytes of memory at most`);

    // Above the mark the program is replaced, and nobody notices.
    const started = now.started;
    const huge = '/v1/evaluate/focal?shape=1,1,2048,2048&form=logits';
    await hammer(edge, huge, scene(2048, 5).body, 6, 2);
    const heavy = await fetch(edge.at(`${huge}&gradient=true`), { method: 'POST', headers: { ...octets, accept: 'application/octet-stream' }, body: scene(2048, 5).body });
    assert.equal((await heavy.arrayBuffer()).byteLength, 4 * 2048 * 2048);
    await hammer(edge, path, small, 100, 8);
    now = await health(edge);
    t.diagnostic(`after 4 Mpx with a gradient: ${JSON.stringify(now)}`);
    assert.ok(now.started > started, 'a program above the mark is replaced');
    assert.ok(now.memory < 64 * 2 ** 20, 'the new one is small');
    assert.ok(now.peak < 100e6, `${now.peak} bytes of memory at most`);
    assert.ok(ratio >= 8, `${ratio} times the rate`);
  } finally {
    await Promise.all([edge.stop(), perEvent.stop()]);
  }
});
