// Runs every suite of the project, or those named, and ends with one line: N passed, N failed.
// A suite that finds no test, or that ends badly without a failed test, is a failure.

import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { tallyGo, tallyNode } from './tally.js';

/** @typedef {{ command: string, args: string[], env?: Record<string, string>, tally: typeof tallyGo }} Run */

const root = fileURLToPath(new URL('../..', import.meta.url));
const minutes = 60_000;

/** The standard output of a command that must succeed. @param {string} command @param {string[]} args @param {object} [env] */
async function output(command, args, env) {
  const { code, stdout, stderr } = await run(command, args, { ...process.env, ...env });
  if (code !== 0) throw new Error(`${command} ${args.join(' ')}: ${stderr || stdout}`);
  return stdout.trim();
}

/**
 * Runs a command to its end, or kills it and its children when it takes too long.
 * @param {string} command @param {string[]} args @param {NodeJS.ProcessEnv} env
 * @returns {Promise<{ code: number | null, stdout: string, stderr: string }>}
 */
function run(command, args, env) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    /** @type {{ stdout: Buffer[], stderr: Buffer[] }} */
    const chunks = { stdout: [], stderr: [] };
    child.stdout.on('data', (chunk) => chunks.stdout.push(chunk));
    child.stderr.on('data', (chunk) => chunks.stderr.push(chunk));
    const stop = () => child.pid && process.kill(-child.pid, 'SIGKILL');
    const timer = setTimeout(() => {
      chunks.stderr.push(Buffer.from('\nstopped: the suite takes more than 11 minutes\n'));
      stop();
    }, 11 * minutes);
    running.add(stop);
    child.on('error', reject);
    child.on('close', (code) => {
      clearTimeout(timer);
      running.delete(stop);
      resolve({
        code,
        stdout: Buffer.concat(chunks.stdout).toString(),
        stderr: Buffer.concat(chunks.stderr).toString(),
      });
    });
  });
}

/** @type {Set<() => void>} */
const running = new Set();
for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM'])) {
  process.on(signal, () => {
    for (const stop of running) stop();
    process.exit(1);
  });
}

/**
 * go test, natively or under wasm in Node.
 * @param {{ wasm?: boolean, simd: boolean }} build
 * @returns {Promise<Run>}
 */
async function go({ wasm = false, simd }) {
  /** @type {Record<string, string>} */
  const env = { GOEXPERIMENT: simd ? 'simd' : '' };
  if (wasm) Object.assign(env, { GOOS: 'js', GOARCH: 'wasm' });
  // The generator is a tool of the developer's machine: it writes files.
  const patterns = ['./losses/...', './wasm/...'];
  const list = (await output('go', ['list', ...patterns], env)).split('\n');
  const packages = list.filter((path) => path && !(wasm && path.endsWith('/wasm/gen')));
  const args = ['test', '-json', '-timeout=10m'];
  if (wasm) {
    // wasm_exec.js holds arguments and environment in 12 KB: pass only what tests read.
    const kept = Object.keys(process.env).filter((name) => /^(PATH|HOME|TMPDIR|MASKLOSS_.*)$/.test(name));
    const exec = join(await output('go', ['env', 'GOROOT']), 'lib/wasm/go_js_wasm_exec');
    args.push(`-exec=env -i ${kept.map((name) => `'${name}=${process.env[name]}'`).join(' ')} '${exec}'`);
  }
  return { command: 'go', args: [...args, ...packages], env, tally: tallyGo };
}

/** The test files below a folder, without those of the folders named. @param {string} folder @param {string[]} [without] @returns {string[]} */
function testFiles(folder, without = []) {
  /** @type {string[]} */
  const found = [];
  try {
    for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
      const path = `${folder}/${entry.name}`;
      if (entry.isDirectory() && entry.name !== 'node_modules' && !without.includes(entry.name)) {
        found.push(...testFiles(path, without));
      } else if (entry.name.endsWith('.test.js')) found.push(path);
    }
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'ENOENT') throw error;
  }
  return found.sort();
}

/** node --test. @param {string[]} files @param {number} concurrency @returns {Run} */
function node(files, concurrency) {
  const options = [`--test-concurrency=${concurrency}`, `--test-timeout=${5 * minutes}`];
  const reporter = join(root, 'js/scripts/reporter.js');
  return { command: 'node', args: ['--test', ...options, `--test-reporter=${reporter}`, ...files], tally: tallyNode };
}

const LOAD = ['wasm/worker/test/load.test.js'];

/** The longest first: two run at a time. @type {Record<string, () => Run | Promise<Run>>} */
const suites = {
  'go-wasm-scalar': () => go({ wasm: true, simd: false }),
  'go-wasm-simd': () => go({ wasm: true, simd: true }),
  'go-scalar': () => go({ simd: false }),
  'go-simd': () => go({ simd: true }),
  // One browser at a time: two would fight for the processor and for their time limits.
  browser: () => node([...testFiles('js/test/browser'), ...testFiles('www')], 1),
  edge: () =>
    node(
      testFiles('wasm/worker').filter((file) => !LOAD.includes(file)),
      1,
    ),
  node: () => node([...testFiles('js/test', ['browser']), ...testFiles('js/scripts')], 2),
};

/** What compares rates runs last and alone: beside another suite it would measure that. @type {typeof suites} */
const alone = { load: () => node(LOAD, 1) };

/** @param {string} text @param {number} most */
function indent(text, most) {
  const lines = text.split('\n');
  if (lines.length > most) lines.splice(most, Infinity, `... and ${lines.length - most} more lines`);
  return lines.map((line) => `      ${line}`).join('\n');
}

/** Runs a suite and prints what it came to. @param {string} name @param {() => Run | Promise<Run>} suite */
async function report(name, suite) {
  const start = performance.now();
  const { command, args, env = {}, tally: read } = await suite();
  const files = args.filter((arg) => !arg.startsWith('-') && arg !== 'test');
  const { code, stdout, stderr } =
    files.length > 0 ? await run(command, args, { ...process.env, ...env }) : { code: 0, stdout: '', stderr: '' };
  const tally = read(stdout);
  if (tally.passed + tally.failed === 0) {
    tally.failed++;
    tally.failures.push({ name, message: `missing: no test was found\n${stderr.trim()}`.trim() });
  } else if (code !== 0 && tally.failed === 0) {
    tally.failed++;
    tally.failures.push({ name, message: `ended with code ${code}\n${stderr.trim()}`.trim() });
  }
  const counts = [
    `${tally.passed} passed`,
    tally.failed && `${tally.failed} failed`,
    tally.skipped && `${tally.skipped} skipped`,
  ];
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  console.log(
    `${tally.failed ? 'FAIL' : 'ok  '}  ${name.padEnd(16)}${counts.filter(Boolean).join(', ')}  (${seconds} s)`,
  );
  for (const note of tally.notes) console.log(`      ${note}`);
  for (const failure of tally.failures.slice(0, 20)) console.log(`    ${failure.name}\n${indent(failure.message, 40)}`);
  if (tally.failures.length > 20) console.log(`    ... and ${tally.failures.length - 20} more failures`);
  if (tally.failed > 0 && files.length > 0) {
    const variables = Object.entries(env).map(([key, value]) => `${key}=${value} `);
    const shown = args
      .filter((arg) => !/^-(json|-test-reporter)/.test(arg))
      .map((arg) => (arg.startsWith('-exec=') ? '-exec="$(go env GOROOT)/lib/wasm/go_js_wasm_exec"' : arg));
    console.log(`    again: ${variables.join('')}${command} ${shown.join(' ')}`);
  }
  return tally;
}

const wanted = process.argv.slice(2);
const all = { ...suites, ...alone };
const unknown = wanted.find((name) => !Object.hasOwn(all, name));
if (unknown) {
  console.error(`suite: ${unknown}, must be one of ${Object.keys(all).join(' ')}`);
  process.exit(2);
}
/** @param {typeof suites} some */
const chosen = (some) => Object.entries(some).filter(([name]) => wanted.length === 0 || wanted.includes(name));
const queue = chosen(suites);
/** @type {import('./tally.js').Tally[]} */
const tallies = [];
const worker = async () => {
  for (let next = queue.shift(); next; next = queue.shift()) tallies.push(await report(...next));
};
await Promise.all([worker(), worker()]);
for (const suite of chosen(alone)) tallies.push(await report(...suite));
const sum = (/** @type {'passed' | 'failed'} */ key) => tallies.reduce((total, tally) => total + tally[key], 0);
console.log(`${sum('passed')} passed, ${sum('failed')} failed`);
process.exitCode = sum('failed') > 0 ? 1 : 0;
