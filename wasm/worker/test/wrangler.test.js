import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { octets, scene } from './edge.js';

const folder = fileURLToPath(new URL('..', import.meta.url));

/** A port that nobody has. */
function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

/** wrangler.jsonc as it is, under wrangler dev. */
async function dev(site, state, ...more) {
  const [port, inspector] = [await freePort(), await freePort()];
  const args = ['dev', '--local', '--ip', '127.0.0.1', '--port', port, '--inspector-port', inspector];
  args.push('--assets', site, '--persist-to', state, '--config', join(folder, 'wrangler.jsonc'), ...more);
  const env = { ...process.env, CI: '1', WRANGLER_SEND_METRICS: 'false', WRANGLER_SEND_ERROR_REPORTS: 'false' };
  const child = spawn(join(folder, 'node_modules/.bin/wrangler'), args.map(String), {
    cwd: folder,
    env,
    detached: true,
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (piece) => {
      output += piece;
    });
  }
  const ended = new Promise((resolve) => child.on('close', resolve));
  const stop = () => {
    try {
      process.kill(-child.pid, 'SIGTERM');
    } catch {}
    return ended;
  };
  const at = (path) => `http://127.0.0.1:${port}${path}`;
  for (let tries = 0; tries < 240; tries++) {
    if ((await fetch(at('/healthz')).catch(() => undefined))?.ok) return { at, stop };
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  await stop();
  throw new Error(`wrangler dev is not up\n${output}`);
}

test('wrangler.jsonc serves the demo and the API side by side', { timeout: 200_000 }, async () => {
  const site = mkdtempSync(join(tmpdir(), 'maskloss-site-'));
  const state = mkdtempSync(join(tmpdir(), 'maskloss-state-'));
  writeFileSync(join(site, 'index.html'), '<!doctype html><title>demo</title>');
  const score = (edge, headers) =>
    fetch(edge.at('/v1/evaluate/dice?shape=1,1,16,16&form=logits'), {
      method: 'POST',
      headers: { ...octets, ...headers },
      body: scene(16, 1).body,
    });
  const open = await dev(site, state, '--var', 'AUTH:off', '--var', 'RATE_LIMIT:off');
  try {
    const page = await fetch(open.at('/'));
    assert.match(page.headers.get('content-type'), /^text\/html/);
    assert.match(await page.text(), /demo/);
    const lost = await fetch(open.at('/no-such-page'));
    assert.deepEqual([lost.status, lost.headers.get('content-type')], [404, 'application/problem+json']);
    assert.equal((await score(open)).status, 200);
  } finally {
    await open.stop();
  }
  const closed = await dev(site, state);
  try {
    assert.equal((await score(closed)).status, 401, 'as deployed, it wants a token');
    assert.equal((await score(closed, { authorization: 'Bearer undefined' })).status, 401);
  } finally {
    await closed.stop();
    for (const path of [site, state]) rmSync(path, { recursive: true, force: true });
  }
});
