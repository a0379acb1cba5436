// Workers against one thread: the same calls on the same inputs, in turn. Cold inputs are copied in by both sides, held ones lie
// in wasm memory, in that of the pool's workers too.

import { load } from '../index.js';
import { makeInputs } from './inputs.js';
import { inputOf } from './maskloss.js';
import { compileModule } from './module.js';
import { race } from './rounds.js';

/**
 * @typedef {import('../index.js').Maskloss} Maskloss
 * @typedef {import('./rounds.js').Spread} Spread
 *
 * @typedef {object} Contest
 * @property {string} title
 * @property {number} pixels of all images
 * @property {number} classes
 * @property {Spread} one
 * @property {Spread} pool
 * @property {number} oneBytes of wasm memory
 * @property {number} poolBytes of wasm memory, of this thread and all workers, beside one that does nothing
 * @property {number} [least] how many times as fast the pool must be
 *
 * @typedef {{ workers: number, contests: Contest[], autos: Contest[] }} PoolResults `autos`: workers: 'auto' where the other has n
 */

const WORKERS = 2;

/** How many times as fast two workers must be as one thread at sums; what sorts shares more of the machine than its cores. */
const LEAST = 1.5;

const SUMS = /** @type {const} */ (['ce', 'focal', 'dice', 'tversky', 'iou']);

/** @type {Record<string, (ml: Maskloss, input: any) => Promise<unknown>>} */
const WORKS = {
  'cross entropy': (ml, input) => ml.evaluate('ce', input),
  'five sums': (ml, input) => ml.report(input, SUMS),
  Lovász: (ml, input) => ml.evaluate(input.prediction.shape[1] === 1 ? 'lovasz-hinge' : 'lovasz-softmax', input),
  'Lovász per image': (ml, input) => ml.evaluate('lovasz-hinge', input, { scope: 'image' }),
  boundary: (ml, input) => ml.evaluate('boundary', input),
  'two Lovász losses': (ml, input) => ml.report(input, ['lovasz-hinge', 'lovasz-softmax']),
};

/** @type {{ work: keyof typeof WORKS, side: number, classes: number, images?: number, how: 'cold' | 'held' | 'gradient', least?: number }[]} */
const CONTESTS = [
  { work: 'cross entropy', side: 4096, classes: 3, how: 'cold', least: LEAST },
  { work: 'cross entropy', side: 4096, classes: 3, how: 'held', least: LEAST },
  { work: 'cross entropy', side: 4096, classes: 3, how: 'gradient' },
  { work: 'five sums', side: 4096, classes: 3, how: 'cold', least: LEAST },
  { work: 'five sums', side: 4096, classes: 3, how: 'held', least: LEAST },
  { work: 'cross entropy', side: 4096, classes: 1, how: 'cold' },
  { work: 'cross entropy', side: 1024, classes: 3, how: 'cold' },
  { work: 'Lovász per image', side: 1024, classes: 1, images: 8, how: 'cold' },
  { work: 'boundary', side: 1024, classes: 1, images: 8, how: 'cold' },
  { work: 'two Lovász losses', side: 2048, classes: 1, how: 'cold' },
];

/** Milliseconds after which 'auto' should know its way. */
const SETTLING = 2_000;

const AUTO_SIDES = [64, 128, 256, 512, 1024, 2048, 4096];

/**
 * Whatever else the machine does, the second core feels it first: what must be faster by it is raced for longer than that lasts.
 *
 * @type {Record<'judged' | 'contest' | 'auto' | 'quick', import('./rounds.js').Patience>}
 */
const PATIENCE = {
  judged: { budget: 12_000, least: 9, most: 101 },
  contest: { budget: 4_000, least: 9, most: 41 },
  auto: { budget: 2_500, least: 7, most: 101 },
  quick: { budget: 600, least: 3, most: 11 },
};

/** @param {number} side @param {number} classes @param {number} images @returns {any} */
function scene(side, classes, images) {
  const input = inputOf(makeInputs(side, classes));
  if (images === 1) return input;
  const repeat = (/** @type {any} */ data) => {
    const all = new data.constructor(data.length * images);
    for (let n = 0; n < images; n++) all.set(data, n * data.length);
    return all;
  };
  const { prediction, target } = input;
  return {
    prediction: { ...prediction, data: repeat(prediction.data), shape: [images, ...prediction.shape.slice(1)] },
    target: { ...target, data: repeat(target.data), shape: [images, ...target.shape.slice(1)] },
  };
}

/**
 * @param {WebAssembly.Module} wasm
 * @param {number | 'auto'} workers
 * @param {any} input
 * @param {(ml: Maskloss, input: any) => Promise<unknown>} run
 * @param {boolean} held
 * @param {import('./rounds.js').Patience} patience
 */
async function contest(wasm, workers, input, run, held, patience) {
  const one = await load({ wasm });
  const pool = await load({ wasm, workers });
  try {
    const runners = Object.entries({ one, pool }).map(([name, ml]) => {
      const given = held ? ml.hold(input) : input;
      return { name, run: () => run(ml, given) };
    });
    if (workers === 'auto') await settle(runners[1].run);
    const spreads = await race(runners, patience);
    return {
      one: /** @type {Spread} */ (spreads.get('one')),
      pool: /** @type {Spread} */ (spreads.get('pool')),
      oneBytes: one.memory(),
      poolBytes: pool.memory(),
    };
  } finally {
    one.dispose();
    pool.dispose();
  }
}

/** Lets workers: 'auto' start its workers, and find out which way is the faster. @param {() => Promise<unknown>} run */
async function settle(run) {
  const end = performance.now() + SETTLING;
  for (let i = 0; i < 8 && performance.now() < end; i++) {
    await run();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** @param {{ quick: boolean, tell?: (text: string) => void }} options @returns {Promise<PoolResults>} */
export async function pool({ quick, tell = () => {} }) {
  const wasm = await compileModule();
  const contests = [];
  for (const { work, side: full, classes, images = 1, how, least } of CONTESTS) {
    const side = quick ? full / 2 : full;
    const title = `${work}${how === 'cold' ? '' : how === 'held' ? ', held' : ', with gradient'}${images > 1 ? ` of ${images} images` : ''}`;
    tell(`workers: ${title}`);
    const input = scene(side, classes, images);
    const gradient = how === 'gradient' ? new Float32Array(input.prediction.data.length) : undefined;
    const run = gradient
      ? (/** @type {Maskloss} */ ml, /** @type {any} */ given) => ml.evaluate('ce', given, { gradient })
      : WORKS[work];
    const patience = PATIENCE[quick ? 'quick' : least ? 'judged' : 'contest'];
    const figures = await contest(wasm, WORKERS, input, run, how === 'held', patience);
    contests.push({ title, pixels: side * side * images, classes, least, ...figures });
  }
  const autos = [];
  for (const work of ['cross entropy', 'five sums', 'Lovász']) {
    for (const classes of [1, 3]) {
      for (const side of AUTO_SIDES.slice(0, quick ? 5 : 7)) {
        tell(`workers: 'auto', ${work} at ${side}`);
        const figures = await contest(
          wasm,
          'auto',
          scene(side, classes, 1),
          WORKS[work],
          false,
          PATIENCE[quick ? 'quick' : 'auto'],
        );
        autos.push({ title: work, pixels: side * side, classes, ...figures });
      }
    }
  }
  return { workers: WORKERS, contests, autos };
}
