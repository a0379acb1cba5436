// Values and gradients that the authors' own programs gave, run in float64. MASKLOSS_GOLDEN names another folder of such files.

import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { load, MasklossError } from '../index.js';
import { confusionMetric } from './confusion.js';
import { run, translate } from './neutral.js';

/** @typedef {import('./neutral.js').Case} Case */

const folder = process.env.MASKLOSS_GOLDEN || fileURLToPath(new URL('../../losses/testdata/golden', import.meta.url));

/** @type {import('../index.js').Maskloss} */
let ml;
/** Options that a loss takes, by its name. @type {Map<string, Set<string>>} */
let takes;
before(async () => {
  ml = await load();
  const { losses } = /** @type {any} */ (ml.describe());
  takes = new Map(
    losses.map((/** @type {any} */ { name, params }) => [name, new Set(params.map((/** @type {any} */ p) => p.name))]),
  );
});
after(() => ml.dispose());

const tally = { passed: 0, failed: 0, quirks: 0 };
process.on('exit', () =>
  writeSync(1, `golden: ${tally.passed} passed, ${tally.failed} failed, ${tally.quirks} quirks\n`),
);

/** NaN and the infinities are written as words. @param {string} _ @param {unknown} value */
const reviveWords = (_, value) =>
  value === 'NaN' || value === 'Infinity' || value === '-Infinity' ? Number(value) : value;
/** @param {string} path */
const readJSON = (path) => JSON.parse(readFileSync(path, 'utf8'), reviveWords);

const bigPath = join(folder, 'big_inputs.json');
/** Arrays too long to be written as decimals. @type {Record<string, any>} */
const big = existsSync(bigPath) ? readJSON(bigPath) : {};

/** @param {string} name @returns {number[]} */
function bigInput(name) {
  const { dtype, scale, shape, data } = big[name];
  const bytes = Buffer.from(data, 'base64');
  /** @type {number[]} */
  const numbers = [];
  if (dtype === 'int16le') for (let i = 0; i < bytes.length; i += 2) numbers.push(bytes.readInt16LE(i) * scale);
  else if (dtype === 'uint8') for (const byte of bytes) numbers.push(byte * scale);
  else throw new Error(`${name} is of dtype ${dtype}`);
  assert.equal(
    numbers.length,
    shape.reduce((/** @type {number} */ a, /** @type {number} */ b) => a * b, 1),
    `length of ${name}`,
  );
  return numbers;
}

const files = readdirSync(folder).filter((file) => file.endsWith('.json') && file !== 'big_inputs.json');
assert.ok(files.length > 0, `there are no golden files in ${folder}`);
for (const file of files.sort()) {
  const name = file.replace(/\.json$/, '');
  /** @type {{cases: any[]}} */
  const { cases } = readJSON(join(folder, file));
  assert.ok(cases.length > 0, `${file} has no cases`);
  for (const golden of cases) {
    if (golden.pred_ref) golden.pred = bigInput(golden.pred_ref);
    if (golden.target_ref) golden.target = bigInput(golden.target_ref);
    test(`Golden/${name}/${golden.name}`, async (t) => {
      try {
        await compare(name, golden);
      } catch (error) {
        tally.failed++;
        throw error;
      }
      // A quirk documents what its reference does: reported as such, never as passed.
      if (golden.kind === 'quirk') t.skip(`quirk: ${golden.note}`);
      tally[golden.kind === 'quirk' ? 'quirks' : 'passed']++;
    });
  }
}

/**
 * @param {string} file
 * @param {Case} golden
 */
async function compare(file, golden) {
  assert.ok(golden.kind === 'parity' || golden.kind === 'quirk', `kind is ${golden.kind}`);
  const maps = {
    edt,
    distance_map: distanceMap,
    unet_weight_map: unetWeightMap,
    argmax_onehot: argmaxOneHot,
    confusion,
  };
  const map = maps[/** @type {keyof typeof maps} */ (file)];
  if (map) return map(golden);

  let got;
  try {
    const work = translate(file, golden, (loss) => takes.get(loss) ?? new Set());
    got = { ...(await run(ml, work)), work };
  } catch (error) {
    // A quirk may be out of our language.
    if (golden.kind === 'quirk' && !(error instanceof MasklossError && error.code === 'internal')) return undefined;
    throw error;
  }
  if (golden.kind === 'quirk') return quirk(golden, got.value, got.gradient);
  const { value, values, grad, grad_stats } = golden.expect;
  assert.equal(typeof value, 'number', 'the case expects no value');
  near(golden, 'value', got.value, value);
  if (values) nearAll(golden, 'values', kept(got.work, Array.from(got.values ?? [])), values);
  // There is none where the subgradient is not unique.
  if (grad || grad_stats) gradient(golden, got.gradient);
  return undefined;
}

/**
 * Holds us to what is recommended in place of the reference, where the case says it in numbers.
 *
 * @param {Case} golden
 * @param {number} value
 * @param {number[]} slope
 */
function quirk(golden, value, slope) {
  const { recommended } = golden;
  if (typeof recommended?.value === 'number') near(golden, 'recommended value', value, recommended.value);
  if (recommended?.grad === 'zeros')
    assert.ok(
      slope.every((x) => x === 0),
      'the gradient is not 0, as is recommended',
    );
  assert.ok(slope.every(Number.isFinite), 'the gradient is not finite');
}

/** The tolerance, or the case's own if wider. @param {Case} golden @param {number} want @param {number} tolerance */
function wider({ expect: { tolerance: own } }, want, tolerance) {
  return Math.max(tolerance, (own?.abs ?? 0) + (own?.rel ?? 0) * Math.abs(want));
}

/** @param {Case} golden @param {string} what @param {number} got @param {number} want */
function near(golden, what, got, want) {
  if (Object.is(got, want) || got === want) return;
  const off = Math.abs(got - want);
  assert.ok(
    off <= wider(golden, want, 1e-6 + 1e-6 * Math.abs(want)),
    `${what} is ${got}, want ${want} (off by ${off})`,
  );
}

/** @param {Case} golden @param {string} what @param {number[]} got @param {number[]} want */
function nearAll(golden, what, got, want) {
  assert.equal(got.length, want.length, `length of ${what}`);
  for (const [i, x] of want.entries()) near(golden, `${what}[${i}]`, got[i], x);
}

/**
 * Without the classes that the case leaves out, of values by image and class.
 *
 * @param {import('./neutral.js').Work} work
 * @param {number[]} values
 */
function kept({ input, options }, values) {
  const [n, c] = input.prediction.shape;
  if (values.length !== n * c || c === 1 || options.includeBackground !== false) return values;
  return values.filter((_, i) => i % c > 0);
}

/**
 * Each element within 1e-6 of the largest + 2e-5 |want|, or the case's own if wider. Big cases have samples and norms.
 *
 * @param {Case} golden
 * @param {number[]} got
 */
function gradient(golden, got) {
  const { grad, grad_at, grad_idx, grad_stats, tolerance } = golden.expect;
  const want = grad_stats ? grad_at : grad;
  if (grad_stats) stats(got, grad_stats);
  if (grad_stats) assert.ok(grad_idx.length > 0 && grad_idx.length === grad_at.length, 'samples of the gradient');
  else assert.equal(got.length, want.length, 'length of the gradient');
  // The format gives fewer digits of gradients: 1e-8 + 1e-5 |want| where a case has the usual tolerance.
  const usual = tolerance?.abs === 1e-7 && tolerance?.rel === 1e-6;
  const own = usual ? { ...golden, expect: { tolerance: { abs: 1e-8, rel: 1e-5 } } } : golden;
  let largest = grad_stats?.maxabs ?? 0;
  for (const x of want) largest = Math.max(largest, Math.abs(x));
  for (const [k, x] of want.entries()) {
    const i = grad_stats ? grad_idx[k] : k;
    const off = Math.abs(got[i] - x);
    assert.ok(
      off <= wider(own, x, 1e-6 * largest + 2e-5 * Math.abs(x)),
      `gradient[${i}] is ${got[i]}, want ${x} (off by ${off}, the largest is ${largest})`,
    );
  }
}

/**
 * The norms of a gradient, each within what the tolerance of an element comes to.
 *
 * @param {number[]} got
 * @param {Record<string, number>} want
 */
function stats(got, want) {
  let [sum, l1, l2, maxabs] = [0, 0, 0, 0];
  for (const x of got) {
    sum += x;
    l1 += Math.abs(x);
    l2 += x * x;
    maxabs = Math.max(maxabs, Math.abs(x));
  }
  l2 = Math.sqrt(l2);
  const n = got.length;
  for (const [name, x, scale, elements] of /** @type {const} */ ([
    ['sum', sum, l1, n],
    ['l1', l1, l1, n],
    ['l2', l2, l2, Math.sqrt(n)],
    ['maxabs', maxabs, maxabs, 1],
  ])) {
    const off = Math.abs(x - want[name]);
    assert.ok(off <= 1e-6 * maxabs * elements + 2e-5 * scale, `${name} of the gradient is ${x}, want ${want[name]}`);
  }
}

/** @param {Case} golden @param {string[]} read */
function only({ params }, ...read) {
  for (const key of Object.keys(params)) assert.ok(read.includes(key), `parameter ${key} is not known`);
}

/**
 * Compares maps with all metrics of a case.
 *
 * @param {Case} golden
 * @param {Record<string, ArrayLike<number>>} got
 */
function metrics(golden, got) {
  assert.deepEqual(Object.keys(got).sort(), Object.keys(golden.expect.metrics).sort(), 'names of the metrics');
  for (const [name, want] of Object.entries(golden.expect.metrics)) nearAll(golden, name, Array.from(got[name]), want);
}

/** @param {Case} golden */
function edt(golden) {
  only(golden, 'spacing');
  const mask = {
    data: Int32Array.from(golden.pred),
    shape: [1, ...golden.shape],
    kind: /** @type {const} */ ('labels'),
  };
  metrics(golden, { edt: ml.edt(mask, { spacing: golden.params.spacing ?? undefined }).data });
}

/** @param {Case} golden */
function distanceMap(golden) {
  only(golden, 'spacing', 'num_classes');
  const { params, target, target_shape: shape } = golden;
  const classes = params.num_classes;
  const spacing = params.spacing ?? undefined;
  const labels = { data: Int32Array.from(target), shape, kind: /** @type {const} */ ('labels') };
  // The unit that the reference takes off inside is 1 whatever the spacing.
  const signed = ml.distanceMap(labels, { classes, spacing, insideOffset: 1 }).data;
  const [n, ...sizes] = shape;
  const pixels = target.length / n;
  const inside = new Float32Array(signed.length);
  for (let i = 0; i < n * classes; i++) {
    // The distance within a class is the EDT of its mask.
    const at = Math.floor(i / classes) * pixels;
    const data = Uint8Array.from(target.slice(at, at + pixels), (label) => (label === i % classes ? 1 : 0));
    if (data.every((x) => x === 1)) {
      // A class that fills its image has no border, and the reference is no reference.
      assert.equal(golden.kind, 'quirk');
      assert.ok(
        signed.subarray(i * pixels, (i + 1) * pixels).every((x) => x === 0),
        `plane ${i} is not 0`,
      );
    } else {
      inside.set(ml.edt({ data, shape: [1, ...sizes], kind: 'labels' }, { spacing }).data, i * pixels);
    }
  }
  if (golden.kind === 'parity') metrics(golden, { signed, inside });
}

/** @param {Case} golden */
function unetWeightMap(golden) {
  only(golden, 'w0', 'sigma', 'class_weights');
  const { params, target, target_shape: shape } = golden;
  const instances = { data: Int32Array.from(target), shape, kind: /** @type {const} */ ('instances') };
  // Without class weights the reference gives the border term alone.
  const classWeights = params.class_weights ?? [0, 0];
  metrics(golden, { weight: ml.unetWeightMap(instances, { w0: params.w0, sigma: params.sigma, classWeights }).data });
}

/** @param {Case} golden */
async function argmaxOneHot(golden) {
  only(golden, 'ties');
  assert.equal(golden.params.ties, 'lowest class index (numpy order)');
  const { shape } = golden;
  const prediction = { data: Float32Array.from(golden.pred), shape, form: /** @type {const} */ ('logits') };
  const argmax = ml.argmax(prediction);
  const labels = { data: argmax.data, shape: argmax.shape, kind: /** @type {const} */ ('labels') };
  const onehot = ml.oneHot(labels, shape[1]).data;
  // The gradient of a summed cross entropy is p - t, whichever t.
  const sum = /** @type {const} */ ({ reduction: 'sum', gradient: true });
  const none = { data: new Uint8Array(prediction.data.length), shape, kind: /** @type {const} */ ('labels') };
  const one = await ml.evaluate('ce', { prediction, target: labels }, { ...sum, mode: 'multiclass' });
  const each = await ml.evaluate('ce', { prediction, target: none }, { ...sum, mode: 'multilabel' });
  metrics(golden, {
    argmax: argmax.data,
    onehot,
    softmax: Array.from(/** @type {Float32Array} */ (one.gradient), (x, i) => x + onehot[i]),
    sigmoid: /** @type {Float32Array} */ (each.gradient),
  });
}

/** @param {Case} golden */
async function confusion(golden) {
  for (const [name, want] of Object.entries(golden.expect.metrics)) {
    nearAll(golden, name, await confusionMetric(ml, golden, name), Array.isArray(want) ? want : [want]);
  }
}
