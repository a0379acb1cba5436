import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { tallyGo, tallyNode } from './tally.js';

/** @param {{ passed: number, failed: number, skipped: number }} tally */
const counts = ({ passed, failed, skipped }) => ({ passed, failed, skipped });

/** Runs test files through the reporter. @param {Record<string, string>} sources */
function nodeTally(sources) {
  const folder = mkdtempSync(join(tmpdir(), 'tally-'));
  try {
    const paths = Object.entries(sources).map(([name, source]) => {
      writeFileSync(join(folder, name), source);
      return name;
    });
    const reporter = fileURLToPath(new URL('reporter.js', import.meta.url));
    // A test within a test would else report to the outer runner.
    const { NODE_TEST_CONTEXT: _, ...env } = process.env;
    const args = ['--test', `--test-reporter=${reporter}`, ...paths];
    return tallyNode(spawnSync('node', args, { cwd: folder, env, encoding: 'utf8' }).stdout);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const head = `const test = require('node:test'); const assert = require('node:assert');`;

test('node: only leaves count, and a parent that fails by itself', () => {
  const tally = nodeTally({
    'a.test.js': `${head}
      test('leaf', () => {});
      test('parent', async (t) => {
        await t.test('good', () => {});
        await t.test('bad', () => assert.equal(1, 2));
      });
      test('own fault', async (t) => {
        await t.test('good', () => {});
        throw new Error('after its children');
      });
      test.describe('group', () => {
        test('in', () => {});
        test.skip('later', () => {});
        test.todo('some day');
      });
      console.log('golden: 3 passed, 0 failed, 1 quirks');`,
  });
  assert.deepEqual(counts(tally), { passed: 4, failed: 2, skipped: 2 });
  assert.deepEqual(
    tally.failures.map(({ name }) => name),
    ['a.test.js > parent > bad', 'a.test.js > own fault'],
  );
  assert.match(tally.failures[1]?.message ?? '', /after its children/);
  assert.deepEqual(tally.notes, ['golden: 3 passed, 0 failed, 1 quirks']);
});

test('node: a file that cannot load, ends early or holds no test is a failure', () => {
  const tally = nodeTally({
    'load.test.js': `throw new Error('no')`,
    'exit.test.js': 'process.exit(3)',
    'empty.test.js': '',
  });
  assert.deepEqual(counts(tally), { passed: 0, failed: 3, skipped: 0 });
  assert.match(tally.failures.find(({ name }) => name === 'empty.test.js')?.message ?? '', /holds no test/);
});

/** @param {object[]} events */
const lines = (...events) => events.map((event) => JSON.stringify(event)).join('\n');
const p = { Package: 'm/p' };

test('go: only leaves count', () => {
  const tally = tallyGo(
    lines(
      { Action: 'run', ...p, Test: 'TestA' },
      { Action: 'run', ...p, Test: 'TestA/x' },
      { Action: 'run', ...p, Test: 'TestA/x/1' },
      { Action: 'run', ...p, Test: 'TestA/y' },
      { Action: 'output', ...p, Test: 'TestA/y', Output: 'y_test.go:1: got 1, want 2\n' },
      { Action: 'pass', ...p, Test: 'TestA/x/1' },
      { Action: 'pass', ...p, Test: 'TestA/x' },
      { Action: 'fail', ...p, Test: 'TestA/y' },
      { Action: 'fail', ...p, Test: 'TestA' },
      { Action: 'run', ...p, Test: 'TestB' },
      { Action: 'skip', ...p, Test: 'TestB' },
      { Action: 'output', ...p, Output: 'golden: 1 passed, 0 failed, 0 quirks\n' },
      { Action: 'fail', ...p },
      { Action: 'skip', Package: 'm/none' },
    ),
  );
  assert.deepEqual(counts(tally), { passed: 1, failed: 1, skipped: 1 });
  assert.deepEqual(tally.failures, [{ name: 'm/p TestA/y', message: 'y_test.go:1: got 1, want 2' }]);
  assert.deepEqual(tally.notes, ['golden: 1 passed, 0 failed, 0 quirks']);
});

test('go: a name that starts like another is no subtest of it', () => {
  const run = (/** @type {string} */ Test) => [
    { Action: 'run', ...p, Test },
    { Action: 'pass', ...p, Test },
  ];
  assert.equal(tallyGo(lines(...run('TestA'), ...run('TestAB'))).passed, 2);
});

test('go: a package that does not build is one failure with the words of the compiler', () => {
  const tally = tallyGo(
    lines(
      { ImportPath: 'm/p [m/p.test]', Action: 'build-output', Output: 'p.go:1:1: undefined: x\n' },
      { ImportPath: 'm/p [m/p.test]', Action: 'build-fail' },
      { Action: 'output', ...p, Output: 'FAIL m/p [build failed]\n' },
      { Action: 'fail', ...p, FailedBuild: 'm/p [m/p.test]' },
    ),
  );
  assert.deepEqual(counts(tally), { passed: 0, failed: 1, skipped: 0 });
  assert.deepEqual(tally.failures, [{ name: 'm/p', message: 'p.go:1:1: undefined: x' }]);
});

test('go: a test that a panic cuts short has failed', () => {
  const tally = tallyGo(
    lines(
      { Action: 'run', ...p, Test: 'TestA' },
      { Action: 'output', ...p, Test: 'TestA', Output: 'panic: no\n' },
      { Action: 'fail', ...p },
    ),
  );
  assert.deepEqual(counts(tally), { passed: 0, failed: 1, skipped: 0 });
});
