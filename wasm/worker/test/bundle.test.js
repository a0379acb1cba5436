import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const folder = join(root, 'wasm/worker');

test('the worker deploys, and is small', { timeout: 120_000 }, () => {
  const out = mkdtempSync(join(tmpdir(), 'maskloss-bundle-'));
  try {
    mkdirSync(join(root, 'build/site'), { recursive: true });
    const env = { ...process.env, CI: '1', WRANGLER_SEND_METRICS: 'false', WRANGLER_SEND_ERROR_REPORTS: 'false' };
    const args = ['deploy', '--dry-run', '--outdir', out, '--config', join(folder, 'wrangler.jsonc')];
    const said = execFileSync(join(folder, 'node_modules/.bin/wrangler'), args, { env, encoding: 'utf8', cwd: folder });
    for (const binding of ['MASKS', 'DB', 'JOBS', 'LIMITER', 'ASSETS', 'AUTH'])
      assert.ok(said.includes(`env.${binding}`), `${binding} is bound\n${said}`);
    const files = readdirSync(out).filter((file) => /\.(js|mjs|wasm)$/.test(file));
    const size = gzipSync(Buffer.concat(files.map((file) => readFileSync(join(out, file)))), { level: 9 }).length;
    console.log(`edge: the script is ${(size / 1e6).toFixed(2)} MB compressed, of 3 MB`);
    assert.ok(size < 3e6);
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
});

test('its wasm_exec.js is that of the toolchain, but for the context', () => {
  const theirs = readFileSync(join(root, 'build/edge/wasm_exec.js'), 'utf8');
  const ours = readFileSync(join(root, 'js/wasm_exec.js'), 'utf8');
  const proxy = /\t\t\tconst globalProxy = new Proxy\(globalThis, \{[\s\S]*?\n\t\t\t\}\)\n/;
  assert.match(theirs, proxy);
  assert.equal(
    theirs
      .replace(proxy, '')
      .replace('async run(instance, context)', 'async run(instance)')
      .replaceAll('globalProxy', 'globalThis'),
    ours,
  );
});

test("the edge's program does all that the page's does: the tests of the page pass with it", {
  timeout: 280_000,
}, () => {
  const copy = mkdtempSync(join(tmpdir(), 'maskloss-superset-'));
  try {
    for (const entry of ['js', 'losses/testdata']) {
      cpSync(join(root, entry), join(copy, entry), {
        recursive: true,
        filter: (path) => !/node_modules|\/(bench|browser)$/.test(path),
      });
    }
    symlinkSync(join(root, 'js/node_modules'), join(copy, 'js/node_modules'));
    cpSync(join(root, 'build/edge/app.wasm'), join(copy, 'js/maskloss.wasm'));
    // The one thing more that the edge's program wants of its host.
    const glue = join(copy, 'js/wasm_exec.js');
    const more =
      '\n{ const { Go } = globalThis; globalThis.Go = class extends Go { constructor() { super(); this.importObject.workers = { ready() {} }; } }; }\n';
    writeFileSync(glue, readFileSync(glue, 'utf8') + more);
    const tests = readdirSync(join(copy, 'js/test')).filter((file) => file.endsWith('.test.js'));
    assert.ok(tests.length > 0);
    const env = { ...process.env };
    delete env.NODE_TEST_CONTEXT;
    const files = tests.map((file) => join('js/test', file));
    let said;
    try {
      said = execFileSync('node', ['--test', '--test-reporter=tap', ...files], {
        cwd: copy,
        env,
        encoding: 'utf8',
        maxBuffer: 2 ** 28,
      });
    } catch (error) {
      assert.fail(
        error.stdout
          .split('\n')
          .filter((line) => /not ok|error:|message/.test(line))
          .slice(0, 40)
          .join('\n'),
      );
    }
    console.log(`edge: ${/^# pass (\d+)$/m.exec(said)?.[1]} tests of ${tests.length} files pass`);
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
});
