// How time and memory grow with pixels, classes and images, and what a call costs before the first pixel.

import { HEADROOM } from '../go.js';
import { load } from '../index.js';
import { DOZEN } from './dozen.js';
import { makeInputs } from './inputs.js';
import { inputOf } from './maskloss.js';
import { compileModule } from './module.js';
import { race } from './rounds.js';

/**
 * @typedef {import('../index.js').Maskloss} Maskloss
 * @typedef {{ size: number, ms: number, bytes: number }} Point `size` pixels of all images, or classes; `ms` of the fastest round;
 *   `bytes` of wasm memory beside those that an instance has from the start
 * @typedef {{ by: 'pixels' | 'classes' | 'images', work: string, points: Point[], slope: number, memorySlope?: number,
 *   most?: number, grown: number }} Curve `slope`: s of the time a + b size^s that fits best; `memorySlope`: that of logarithms,
 *   over the sizes that had to grow the memory, none where fewer than two had to; 1 is in proportion. `grown`: bytes a pixel of
 *   the largest. `most`: what the slope must not exceed
 * @typedef {{ overhead: number, curves: Curve[] }} Growth `overhead`: milliseconds of a call for four pixels
 */

/** What is watched as it grows; sums in proportion, what sorts or measures distances nearly so. @type {Record<string, { most?: number, make: (ml: Maskloss, input: any) => () => unknown }>} */
const WORKS = {
  'cross entropy': { most: 1.02, make: (ml, input) => held(ml, input, (given) => ml.evaluate('ce', given)) },
  'cross entropy, gradient': {
    most: 1.02,
    make: (ml, input) => held(ml, input, (given) => ml.evaluate('ce', given, { gradient: 'view' })),
  },
  // A copy waits for memory where it is bigger than the caches: this is no proportion, and not ours.
  'cross entropy, gradient copied': {
    make(ml, input) {
      const gradient = new Float32Array(input.prediction.data.length);
      return held(ml, input, (given) => ml.evaluate('ce', given, { gradient }));
    },
  },
  // The engine makes big arrays of fresh pages, small ones of those that it has: this is no proportion, and not ours.
  'cross entropy, gradient in a new array': {
    make: (ml, input) => held(ml, input, (given) => ml.evaluate('ce', given, { gradient: true })),
  },
  'twelve losses': { most: 1.02, make: (ml, input) => held(ml, input, (given) => ml.report(given, DOZEN)) },
  'Lovász hinge': { most: 1.1, make: (ml, input) => held(ml, input, (given) => ml.evaluate('lovasz-hinge', given)) },
  boundary: { most: 1.1, make: (ml, input) => held(ml, input, (given) => ml.evaluate('boundary', given)) },
  'distance transform': {
    most: 1.1,
    make(ml, { target }) {
      return () => ml.edt(target);
    },
  },
};

/** @param {Maskloss} ml @param {any} input @param {(held: any) => unknown} run */
function held(ml, input, run) {
  const kept = ml.hold(input);
  return () => run(kept);
}

/** Bytes of a page of wasm memory. */
const PAGE = 65_536;

/** So few pixels that a call is all overhead; both classes are there, or there would be a warning. @type {import('../index.js').Input} */
const SMALLEST = {
  prediction: { data: Float32Array.of(1, -1, 2, -2), shape: [1, 1, 2, 2], form: 'logits' },
  target: { data: Uint8Array.of(1, 0, 1, 0), shape: [1, 2, 2], kind: 'labels' },
};

/**
 * The exponent of a + b size^s, what a call costs by itself and what its pixels cost, by least squares of relative errors. The
 * first must not be negative; with a size that is all overhead it is what that size took.
 *
 * @param {Point[]} points
 */
function exponentOf(points) {
  let best = { error: Number.POSITIVE_INFINITY, exponent: Number.NaN };
  for (let exponent = 0.5; exponent <= 2; exponent += 0.0025) {
    const rows = points.map(({ size, ms }) => [1 / ms, size ** exponent / ms]);
    const sum = (/** @type {(row: number[]) => number} */ of) => rows.reduce((total, row) => total + of(row), 0);
    const [uu, uv, vv, u, v] = [
      sum(([u]) => u * u),
      sum(([u, v]) => u * v),
      sum(([, v]) => v * v),
      sum(([u]) => u),
      sum(([, v]) => v),
    ];
    const a = Math.max(0, (u * vv - v * uv) / (uu * vv - uv * uv));
    const b = (v - a * uv) / vv;
    const error = sum(([u, v]) => (a * u + b * v - 1) ** 2);
    if (error < best.error) best = { error, exponent };
  }
  return best.exponent;
}

/** The slope of the logarithms of memory. @param {Point[]} points */
function memorySlopeOf(points) {
  const x = points.map(({ size }) => Math.log(size));
  const y = points.map(({ bytes }) => Math.log(bytes));
  const mean = (/** @type {number[]} */ list) => list.reduce((a, b) => a + b) / list.length;
  const [mx, my] = [mean(x), mean(y)];
  return (
    x.reduce((total, xi, i) => total + (xi - mx) * (y[i] - my), 0) / x.reduce((total, xi) => total + (xi - mx) ** 2, 0)
  );
}

/**
 * All sizes of a work in turn, each in an instance of its own, so that what else the machine does falls on all alike.
 *
 * @param {WebAssembly.Module} wasm
 * @param {string} work
 * @param {[number, any][]} inputs
 * @param {import('./rounds.js').Patience} patience
 * @returns {Promise<(Point & { grew: boolean })[]>}
 */
async function measure(wasm, work, inputs, patience) {
  const instances = [];
  try {
    for (const [size, input] of inputs) {
      const ml = await load({ wasm });
      instances.push({ size, ml, before: ml.memory(), input });
    }
    const runners = instances.map(({ size, ml, input }) => ({ name: String(size), run: WORKS[work].make(ml, input) }));
    const spreads = await race(runners, patience);
    return instances.map(({ size, ml, before }) => ({
      size,
      ms: spreads.get(String(size))?.min ?? Number.NaN,
      bytes: ml.memory() - (before - HEADROOM * PAGE),
      grew: ml.memory() > before,
    }));
  } finally {
    for (const { ml } of instances) ml.dispose();
  }
}

/** @param {{ quick: boolean, tell?: (text: string) => void }} options @returns {Promise<Growth>} */
export async function growth({ quick, tell = () => {} }) {
  const patience = quick ? { budget: 800, least: 3, most: 21 } : { budget: 6_000, least: 7, most: 101 };
  const wasm = await compileModule();
  const curve = async (
    /** @type {Curve['by']} */ by,
    /** @type {string} */ work,
    /** @type {[number, any][]} */ inputs,
  ) => {
    tell(`${work} by ${by}`);
    const points = await measure(wasm, work, inputs, patience);
    const grown = points.filter(({ grew }) => grew);
    const last = points[points.length - 1];
    return {
      by,
      work,
      points: points.map(({ size, ms, bytes }) => ({ size, ms, bytes })),
      slope: exponentOf(points),
      memorySlope: grown.length < 2 ? undefined : memorySlopeOf(grown),
      grown: last.bytes / last.size,
      // So few sizes as are quick do not tell.
      most: by === 'pixels' && !quick ? WORKS[work].most : undefined,
    };
  };

  const sides = quick ? [64, 256, 512, 1024] : [64, 128, 256, 512, 1024, 2048, 4096];
  /** @type {[number, any][]} */
  const pixels = sides.map((side) => [side * side, inputOf(makeInputs(side, 1))]);
  /** @type {[number, any][]} */
  const classes = (quick ? [2, 8, 32] : [2, 4, 8, 16, 32]).map((n) => [n, inputOf(makeInputs(256, n))]);
  /** @type {[number, any][]} */
  const images = [1, 4, 16, 64].map((n) => {
    const { logits, labels } = makeInputs(128 * Math.sqrt(n), 1);
    const prediction = { data: logits, shape: [n, 1, 128, 128], form: 'logits' };
    return [n, { prediction, target: { data: labels, shape: [n, 128, 128], kind: 'labels' } }];
  });

  const curves = [];
  for (const work of Object.keys(WORKS)) curves.push(await curve('pixels', work, pixels));
  curves.push(await curve('classes', 'cross entropy', classes));
  curves.push(await curve('classes', 'cross entropy, gradient', classes));
  curves.push(await curve('images', 'cross entropy', images));
  tell('the call itself');
  const [{ ms: overhead }] = await measure(wasm, 'cross entropy', [[4, SMALLEST]], { ...patience, budget: 400 });
  return { overhead, curves };
}
