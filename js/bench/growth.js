// How time and memory grow with pixels, classes and images, and what a call costs before the first pixel.

import { load } from '../index.js';
import { DOZEN } from './dozen.js';
import { makeInputs } from './inputs.js';
import { inputOf } from './maskloss.js';
import { spreadOf } from './rounds.js';

/**
 * @typedef {import('../index.js').Maskloss} Maskloss
 * @typedef {{ size: number, ms: number, bytes: number }} Point `size` pixels of all images, or classes; `bytes` of wasm memory more
 *   than that of a fresh instance
 * @typedef {{ by: 'pixels' | 'classes' | 'images', work: string, points: Point[], slope: number, memorySlope?: number }} Curve slopes of
 *   logarithms: 1 is in proportion; none where memory hardly grew
 * @typedef {{ overhead: number, curves: Curve[] }} Growth `overhead`: milliseconds of a call for four pixels
 */

/** What is watched as it grows. @type {Record<string, (ml: Maskloss, input: any) => unknown>} */
const WORKS = {
  'cross entropy': (ml, input) => ml.evaluate('ce', input),
  'cross entropy, gradient': (ml, input) => ml.evaluate('ce', input, { gradient: true }),
  'twelve losses': (ml, input) => ml.report(input, DOZEN),
  'Lovász hinge': (ml, input) => ml.evaluate('lovasz-hinge', input),
};

/** Memory grows in steps of 4 MB: below this they are all that one sees. */
const ROOMY = 16_000_000;

/** So few pixels that a call is all overhead; both classes are there, or there would be a warning. @type {import('../index.js').Input} */
const SMALLEST = {
  prediction: { data: Float32Array.of(1, -1, 2, -2), shape: [1, 1, 2, 2], form: 'logits' },
  target: { data: Uint8Array.of(1, 0, 1, 0), shape: [1, 2, 2], kind: 'labels' },
};

/** Milliseconds a call, the median of at least three. @param {() => unknown} run @param {number} budget */
async function time(run, budget) {
  const times = [];
  await run();
  const end = performance.now() + budget;
  while (times.length < 3 || (performance.now() < end && times.length < 1000)) {
    const start = performance.now();
    await run();
    times.push(performance.now() - start);
  }
  return spreadOf(times).median;
}

/** @param {Point[]} points @param {'ms' | 'bytes'} of */
function slope(points, of) {
  const x = points.map(({ size }) => Math.log(size));
  const y = points.map((point) => Math.log(Math.max(point[of], 1e-9)));
  const mean = (/** @type {number[]} */ list) => list.reduce((a, b) => a + b) / list.length;
  const [mx, my] = [mean(x), mean(y)];
  return (
    x.reduce((total, xi, i) => total + (xi - mx) * (y[i] - my), 0) / x.reduce((total, xi) => total + (xi - mx) ** 2, 0)
  );
}

/**
 * One point, in an instance of its own.
 *
 * @param {WebAssembly.Module} wasm
 * @param {(ml: Maskloss, input: any) => unknown} work
 * @param {import('../index.js').Input} input
 * @param {number} budget
 */
async function point(wasm, work, input, budget) {
  const ml = await load({ wasm });
  try {
    const before = ml.memory();
    const held = ml.hold(input);
    const ms = await time(() => work(ml, held), budget);
    return { ms, bytes: ml.memory() - before };
  } finally {
    ml.dispose();
  }
}

/** @param {{ quick: boolean, tell?: (text: string) => void }} options @returns {Promise<Growth>} */
export async function growth({ quick, tell = () => {} }) {
  const budget = quick ? 50 : 400;
  const wasm = await module();
  const curve = async (
    /** @type {Curve['by']} */ by,
    /** @type {string} */ work,
    /** @type {[number, any][]} */ inputs,
  ) => {
    tell(`${work} by ${by}`);
    const points = [];
    for (const [size, input] of inputs) {
      points.push({ size, ...(await point(wasm, WORKS[work], input, budget)) });
    }
    // Small inputs are all overhead.
    const large = by === 'pixels' ? points.filter(({ size }) => size >= 256 ** 2) : points;
    const roomy = points.filter(({ bytes }) => bytes >= ROOMY);
    return {
      by,
      work,
      points,
      slope: slope(large, 'ms'),
      memorySlope: roomy.length < 2 ? undefined : slope(roomy, 'bytes'),
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
  const { ms: overhead } = await point(wasm, WORKS['cross entropy'], SMALLEST, budget);
  return { overhead, curves };
}

/** The module, compiled once for all instances. */
async function module() {
  const address = new URL('../maskloss.wasm', import.meta.url);
  if (address.protocol !== 'file:') return WebAssembly.compileStreaming(fetch(address));
  const { readFile } = await import('node:fs/promises');
  return WebAssembly.compile(new Uint8Array(await readFile(address)));
}
