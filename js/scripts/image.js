// Starts a program, lets it score once, and adds to its module what became of it, see js/image.js:
// node image.js relinked.wasm maskloss.wasm

import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { at, FIRST, PAGE, REGISTERS, SECTION } from '../image.js';
import { Instance } from '../instance.js';
import { readOne } from '../request.js';

/** As many bytes that starting left alone do not part two runs: where a run is and how long it is takes more. */
const GAP = 64;

/** What pages most likely ask for first, without options: the plans for these are made. The first is scored. */
const NAMES = ['ce', 'dice', 'focal', 'iou', 'dice-score'];

/** The height and width of what is scored: inputs that are no larger find room that is there. */
const SIDE = 512;

/**
 * The image of a module's program: the same at any time and on any machine.
 *
 * @param {WebAssembly.Module} module
 * @returns {Uint8Array}
 */
export function imageOf(module) {
  const program = begin(module);
  const { instance, go, binding, memory } = program;
  try {
    const plans = warm(program);
    if (go._scheduledTimeouts.size > 0) throw new Error('waits for a timer');
    const after = memory();
    const before = new Uint8Array(after.length);
    before.set(memory(new WebAssembly.Instance(module, go.importObject)));
    const runs = differences(before, after);
    const { recipe } = program;
    /** @type {import('../image.js').Image} */
    const image = {
      pages: after.length / PAGE,
      registers: REGISTERS.map((name) => String(/** @type {any} */ (go._inst.exports[name]).value)),
      runs: runs.flatMap(([at, end], i) => [at - (runs[i - 1]?.[1] ?? 0), end - at]),
      values: go._values.slice(FIRST).map((value) => (value === null ? null : recipe(value))),
      counts: go._goRefCounts.slice(FIRST),
      free: go._idPool,
      binding: Object.fromEntries(Object.entries(binding).map(([name, value]) => [name, recipe(value)])),
      plans,
    };
    return Buffer.concat([
      Buffer.from(`${JSON.stringify(image)}\n`),
      ...runs.map(([at, end]) => after.subarray(at, end)),
    ]);
  } finally {
    instance.dispose();
  }
}

/**
 * Starts a program that knows neither time nor chance.
 *
 * @param {WebAssembly.Module} module
 */
function begin(module) {
  /** @type {Parameters<import('../go.js').Prepare>[]} */
  const started = [];
  /** @type {Map<unknown, import('../image.js').Recipe>} */
  const known = new Map();
  const instance = new Instance(module, (go, lent) => {
    started.push([go, lent]);
    Object.assign(go.importObject.gojs, still(go));
    const wrapper = go._makeFuncWrapper;
    go._makeFuncWrapper = (id) => {
      const f = wrapper.call(go, id);
      known.set(f, ['function', id]);
      return f;
    };
    for (const path of pathsOf(lent)) known.set(at(path, lent), ['at', path]);
  });
  const [[go, lent]] = started;
  return {
    instance,
    go,
    binding: lent.context.binding,
    memory: ({ exports } = go._inst) => new Uint8Array(/** @type {WebAssembly.Memory} */ (exports.mem).buffer),
    /** @param {unknown} value @returns {import('../image.js').Recipe} */
    recipe: (value) => {
      const found = known.get(value);
      if (found) return found;
      if (typeof value === 'string' || typeof value === 'number') return ['is', value];
      throw new Error(`holds ${String(value)}, which no page could give it`);
    },
  };
}

/**
 * Lets a program make plans and score.
 *
 * @param {ReturnType<typeof begin>} program
 * @returns {import('../image.js').Image['plans']}
 */
function warm({ instance, go, binding }) {
  /** @type {import('../image.js').Image['plans']} */
  const plans = [];
  const { plan } = binding;
  binding.plan = (/** @type {unknown} */ request) => {
    const answer = plan(request);
    plans.push([JSON.stringify(request), answer.value]);
    return answer;
  };
  const rest = () => {
    /** @type {() => void} */ (go._inst.exports.collect)();
    go._resume(); // what waited for the collection goes on
  };
  const [first] = NAMES.map((name) => {
    const { request } = readOne(name, undefined);
    instance.plan(request);
    rest();
    return request;
  });
  binding.plan = plan;
  /** @type {import('../instance.js').CheckedInput} */
  const input = {
    prediction: new Float32Array(SIDE * SIDE),
    shape: [1, 1, SIDE, SIDE],
    form: 'logits',
    target: new Uint8Array(SIDE * SIDE),
    targetShape: [1, SIDE, SIDE],
    kind: 'labels',
    weight: null,
    ignore: [],
  };
  instance.evaluate(first, input);
  rest();
  instance.evaluate(first, input); // for what a collection takes away
  return plans;
}

/**
 * What a Go program imports for the time and for chance, always the same.
 *
 * @param {import('../go.js').GoProgram} go
 * @returns {Record<string, (sp: number) => void>}
 */
function still(go) {
  return {
    // func nanotime1() int64
    'runtime.nanotime1': (sp) => go.mem.setBigInt64((sp >>> 0) + 8, 1n, true),
    // func walltime() (sec int64, nsec int32)
    'runtime.walltime': (sp) => {
      go.mem.setBigInt64((sp >>> 0) + 8, 0n, true);
      go.mem.setInt32((sp >>> 0) + 16, 0, true);
    },
    // func getRandomData(r []byte)
    'runtime.getRandomData': (sp) => {
      const [at, length] = [8, 16].map((offset) => Number(go.mem.getBigInt64((sp >>> 0) + offset, true)));
      for (let i = 0; i < length; i++) go.mem.setUint8(at + i, Math.imul(i + 1, 0x9e3779b1) >>> 24);
    },
  };
}

/**
 * Paths of the objects that a program may have got hold of.
 *
 * @param {import('../image.js').Lent} lent
 */
function pathsOf(lent) {
  const inner = Object.entries(lent).flatMap(([name, object]) =>
    Object.keys(object)
      .filter((key) => typeof object[key] === 'object')
      .map((key) => `${name}.${key}`),
  );
  return ['Object', 'Array', 'Uint8Array', ...Object.keys(lent), ...inner];
}

/**
 * Where two arrays of one length differ.
 *
 * @param {Uint8Array} before
 * @param {Uint8Array} after
 */
export function differences(before, after) {
  /** @type {[at: number, end: number][]} */
  const runs = [];
  for (let at = 0; at < after.length; at++) {
    if (before[at] === after[at]) continue;
    const last = runs.at(-1);
    if (last && at - last[1] < GAP) last[1] = at + 1;
    else runs.push([at, at + 1]);
  }
  return runs;
}

/**
 * A module with a section of its own at the end.
 *
 * @param {Uint8Array} module
 * @param {string} name
 * @param {Uint8Array} content
 */
export function withSection(module, name, content) {
  const head = Buffer.from(name);
  const body = Buffer.concat([varint(head.length), head, content]);
  return Buffer.concat([module, Buffer.of(0), varint(body.length), body]);
}

/** @param {number} n */
function varint(n) {
  const bytes = [];
  for (; n >= 0x80; n >>>= 7) bytes.push((n & 0x7f) | 0x80);
  return Buffer.of(...bytes, n);
}

async function main() {
  const [, , from = '', to = ''] = process.argv;
  const bytes = await readFile(from);
  try {
    const module = withSection(bytes, SECTION, imageOf(await WebAssembly.compile(new Uint8Array(bytes))));
    // What is there already is left alone.
    if (!(await readFile(to).catch(() => undefined))?.equals(module)) await writeFile(to, module);
  } catch (error) {
    console.error(`image: ${from}: ${error instanceof Error ? error.message : error}`);
    process.exitCode = 1;
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main();
