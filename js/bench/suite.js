// One environment's part of the benchmark: the same module runs in Node and in the page.

import { CASES } from './cases.js';
import { makeInputs } from './inputs.js';
import { errorOf, reference } from './reference.js';
import { race } from './rounds.js';

/**
 * @typedef {import('./reference.js').Answer} Answer
 * @typedef {(() => Answer | Promise<Answer>) & { end?: () => void }} Run
 *
 * @typedef {object} Contestant
 * @property {string} name
 * @property {string} title
 * @property {Record<string, (inputs: import('./inputs.js').Inputs) => Run | Promise<Run>>} cases makes ready by the name of the
 *   case; the clock runs around what it gives
 * @property {() => void} [end]
 *
 * @typedef {import('./rounds.js').Spread & {
 *   name: string, error: number, arrayError?: number, nanosPerPixel: number
 * }} Standing `error`: the relative error of its numbers; `arrayError`: of its array, by the largest element
 *
 * @typedef {{ name: string, title: string, pixels: number, classes: number, standings: Standing[], failures: Record<string, string> }} Outcome
 */

/** @type {Record<'full' | 'quick', import('./rounds.js').Patience>} */
const PATIENCE = {
  full: { budget: 5_000, least: 5, most: 41 },
  quick: { budget: 400, least: 3, most: 11 },
};

/**
 * @param {Contestant[]} contestants
 * @param {{ quick?: boolean, only?: string, tell?: (text: string) => void }} [options] `quick`: sides of half the pixels, few rounds;
 *   `only`: part of the name of a case
 * @returns {Promise<Outcome[]>}
 */
export async function runSuite(contestants, { quick = false, only = '', tell = () => {} } = {}) {
  const outcomes = [];
  for (const { name, title, size, classes, model } of CASES) {
    if (!name.includes(only)) continue;
    tell(title);
    const inputs = makeInputs(quick ? size / 2 : size, classes, model);
    const want = reference(name, inputs);
    const runners = [];
    const errors = new Map();
    /** @type {Record<string, string>} */
    const failures = {};
    for (const contestant of contestants) {
      const make = contestant.cases[name];
      if (!make) continue;
      try {
        const run = await make(inputs);
        errors.set(contestant.name, errorOf(want, await run()));
        runners.push({ name: contestant.name, run, end: run.end });
      } catch (error) {
        failures[contestant.name] = error instanceof Error ? error.message : String(error);
      }
    }
    const spreads = await race(runners, quick ? PATIENCE.quick : PATIENCE.full);
    for (const { end } of runners) end?.();
    const standings = runners.map(({ name: contestant }) => {
      const spread = /** @type {import('./rounds.js').Spread} */ (spreads.get(contestant));
      const { number, array } = errors.get(contestant);
      return {
        name: contestant,
        ...spread,
        nanosPerPixel: (spread.median * 1e6) / inputs.pixels,
        error: number,
        ...(array === undefined ? {} : { arrayError: array }),
      };
    });
    outcomes.push({ name, title, pixels: inputs.pixels, classes, standings, failures });
  }
  return outcomes;
}
