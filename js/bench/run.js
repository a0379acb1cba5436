// `make bench`: Maskloss against its peers, in Node and in headless Chromium. Writes build/bench.json, build/bench.svg
// and, as a whole, the section of the README.

import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { availableParallelism, cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { runBrowser } from './browser.js';
import { CASES } from './cases.js';
import { compileTwins } from './compile.js';
import { gatesOf } from './gates.js';
import { growth } from './growth.js';
import { nodeContestants } from './node.js';
import { plotOf } from './plot.js';
import { pool } from './pool.js';
import { withSpeed } from './readme.js';
import { runSuite } from './suite.js';
import { tableOf } from './table.js';
import { wire } from './wire.js';

/**
 * @typedef {object} Environment
 * @property {string} version
 * @property {Record<string, string>} titles of the contestants
 * @property {import('./suite.js').Outcome[]} outcomes
 * @property {import('./growth.js').Growth} [growth]
 * @property {import('./pool.js').PoolResults} [pool]
 * @property {Awaited<ReturnType<typeof import('./firstNumber.js').firstNumber>>} [first]
 *
 * @typedef {object} Results
 * @property {{ cpu: string, cores: number, load: number, date: string }} machine
 * @property {string[]} notes
 * @property {Environment[]} environments
 * @property {import('./wire.js').Load[]} [wire]
 * @property {string} [native] what go test -bench says
 */

const HELP = `node js/bench/run.js [options]
  --quick         half the side, few rounds: below a minute
  --only NAME     the cases whose name contains NAME
  --growth        only how time and memory grow
  --pool          only workers against one thread
  --node-only     not in Chromium
  --browser-only  not in Node
  --first         only how soon a page has its first number
  --native        Go's own benchmark too
  --gate          ends non-zero where a gate fails`;

const root = fileURLToPath(new URL('../..', import.meta.url));
const build = join(root, 'build');
const TWINS = 'build/bench/twins.wasm';

/** Of a kernel, elsewhere named by an address. */
const tell = (/** @type {string} */ text) => process.stderr.write(`\r\x1b[K${text}`);

/** @param {{ quick: boolean, only: string, parts: string[], twins?: string }} options @returns {Promise<Environment>} */
async function runNode({ quick, only, parts, twins }) {
  const contestants = parts.includes('races') ? await nodeContestants(twins && join(root, twins)) : [];
  const outcomes = contestants.length > 0 ? await runSuite(contestants, { quick, only, tell }) : [];
  for (const { end } of contestants) end?.();
  return {
    version: `Node ${process.versions.node}`,
    titles: Object.fromEntries(contestants.map(({ name, title }) => [name, title])),
    outcomes,
    growth: parts.includes('growth') ? await growth({ quick, tell }) : undefined,
    pool: parts.includes('pool') ? await pool({ quick, tell }) : undefined,
  };
}

/** The engine without wasm. @returns {string} */
function runNative() {
  const pattern = 'Evaluate/^(ce|focal|dice|tversky|lovasz-hinge)$/c1$/';
  const run = spawnSync('go', ['test', './losses', '-run', '^$', '-bench', pattern, '-benchtime', '20x'], {
    cwd: root,
    encoding: 'utf8',
  });
  return run.error ? `no Go: ${run.error.message}` : run.stdout.trim();
}

/** @returns {Promise<boolean>} whether all gates passed */
async function main() {
  const { values } = parseArgs({
    options: {
      quick: { type: 'boolean', default: false },
      only: { type: 'string', default: '' },
      growth: { type: 'boolean', default: false },
      pool: { type: 'boolean', default: false },
      'node-only': { type: 'boolean', default: false },
      'browser-only': { type: 'boolean', default: false },
      first: { type: 'boolean', default: false },
      native: { type: 'boolean', default: false },
      gate: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(HELP);
    return true;
  }
  if (!existsSync(join(root, 'build/package/index.js')))
    throw new Error('build/package is missing: make build/package');
  const { quick, only } = values;
  if (!CASES.some(({ name }) => name.includes(only)))
    throw new Error(
      `--only ${only}: no case has this in its name; there are ${CASES.map(({ name }) => name).join(', ')}`,
    );
  const some = /** @type {const} */ (['growth', 'pool', 'first']).filter((part) => values[part]);
  const parts = some.length > 0 ? some : only ? ['races'] : ['races', 'growth', 'pool', 'first', 'wire'];
  const machine = {
    cpu: cpus()[0]?.model ?? 'unknown processor',
    cores: availableParallelism(),
    load: loadavg()[0],
    date: new Date().toISOString(),
  };
  const notes = [];
  if (machine.load > machine.cores / 2)
    notes.push('Note: the machine is busy with other work, which lengthens and scatters all times.');
  const { compiler, failure } = compileTwins(join(root, TWINS));
  if (failure) notes.push(`Note: without C, ${failure}.`);
  else notes.push(`C by ${compiler}.`);
  const twins = compiler ? TWINS : undefined;

  /** @type {Environment[]} */
  const environments = [];
  const ofNode = parts.some((part) => part !== 'first');
  if (!values['browser-only'] && ofNode) environments.push(await runNode({ quick, only, parts, twins }));
  if (!values['node-only']) environments.push(await runBrowser({ quick, only, parts, twins, tell }));
  if (environments.length === 0) throw new Error('--node-only and --browser-only leave nothing to run');
  /** @type {Results} */
  const results = { machine, notes, environments, wire: parts.includes('wire') ? await wire() : undefined };
  if (values.native) {
    tell('go test -bench');
    results.native = runNative();
  }
  tell('');

  const gates = environments.map((e) => ({ version: e.version, gates: gatesOf(e) }));
  await mkdir(build, { recursive: true });
  await writeFile(join(build, 'bench.json'), `${JSON.stringify({ ...results, gates }, null, 2)}\n`);
  if (environments[0].outcomes.length > 0) {
    const plot = plotOf(results);
    await writeFile(join(build, 'bench.svg'), plot);
    // The README has the figures of the last whole run.
    if (parts.includes('wire') && environments.length > 1 && !quick) {
      await writeFile(join(root, 'js/bench/speed.svg'), plot);
      const readme = join(root, 'README.md');
      await writeFile(readme, withSpeed(await readFile(readme, 'utf8'), results));
    }
  }
  console.log(tableOf(results));
  if (results.native) console.log(`\n-- native --\n\n${results.native}`);
  return !values.gate || gates.every(({ gates }) => gates.every(({ pass }) => pass));
}

try {
  if (!(await main())) process.exitCode = 1;
} catch (error) {
  console.error(`bench: ${error instanceof Error ? error.message : error}`);
  process.exitCode = 1;
}
