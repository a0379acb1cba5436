// The race: every contestant once a round, so that whatever else the machine does falls on all alike.

/**
 * @typedef {{ name: string, run: () => unknown }} Runner `run` may give a promise
 * @typedef {{ min: number, q1: number, median: number, q3: number, rounds: number }} Spread of milliseconds a call
 * @typedef {{ budget: number, least: number, most: number }} Patience milliseconds for all, fewest and most rounds
 */

/** A sample shorter than this is made of several calls. */
const SAMPLE = 1;

/** Engines compile a function better after some calls, and beside them: as many calls as this where they are quick, and this long. */
const WARM_CALLS = 12;
const WARM_TIME = 400;
const QUICK = 40;

/**
 * An engine spills vectors to the stack wherever a call finds it: in one call site of ten to thirty they lie across the border of
 * two pages, where a kernel takes up to twice its time for as long as it is called from there. So every round calls from another
 * place, up to a page of words deeper: then each contestant has the same share of bad places, and none has only these.
 */
const WORDS = 512;
const STRIDE = 37;

/** Called with words that it ignores, it has these below it on the stack. @param {() => unknown} run */
function deeper(run) {
  return run();
}

/** @param {() => unknown} run @param {number} calls @param {number} [turn] @returns {Promise<number>} milliseconds a call */
async function sample(run, calls, turn = 0) {
  const args = [run, ...new Array((turn * STRIDE) % WORDS).fill(0)];
  const start = performance.now();
  for (let i = 0; i < calls; i++) {
    const result = Reflect.apply(deeper, undefined, args);
    if (result instanceof Promise) await result;
  }
  return (performance.now() - start) / calls;
}

/** @param {number[]} sorted @param {number} q */
function quantile(sorted, q) {
  const at = q * (sorted.length - 1);
  const low = Math.floor(at);
  return sorted[low] + (at - low) * (sorted[Math.min(low + 1, sorted.length - 1)] - sorted[low]);
}

/** @param {number[]} times @returns {Spread} */
export function spreadOf(times) {
  const sorted = Float64Array.from(times).sort();
  const [min, q1, median, q3] = [0, 0.25, 0.5, 0.75].map((q) => quantile([...sorted], q));
  return { min, q1, median, q3, rounds: times.length };
}

/**
 * @param {Runner[]} runners
 * @param {Patience} patience
 * @returns {Promise<Map<string, Spread>>}
 */
export async function race(runners, { budget, least, most }) {
  const entries = [];
  for (const { name, run } of runners) {
    let best = Number.POSITIVE_INFINITY;
    const end = performance.now() + Math.min(WARM_TIME, budget / runners.length);
    for (let i = 0; i < WARM_CALLS && (i === 0 || best < QUICK || performance.now() < end); i++) {
      best = Math.max(1e-3, Math.min(best, await sample(run, 1)));
    }
    const calls = Math.ceil(SAMPLE / best);
    // The slow ones take part in fewer rounds, spread over all.
    const share = Math.floor(budget / runners.length / (calls * best));
    const rounds = Math.min(most, Math.max(best > budget / 4 ? 1 : least, share));
    entries.push({ name, run, calls, rounds, times: /** @type {number[]} */ ([]) });
  }
  const turns = Math.max(...entries.map(({ rounds }) => rounds));
  for (let turn = 0; turn < turns; turn++) {
    for (const { run, calls, rounds, times } of entries) {
      const due = Math.floor(((turn + 1) * rounds) / turns) > Math.floor((turn * rounds) / turns);
      if (due) times.push(await sample(run, calls, turn));
    }
    // Browsers draw and collect garbage between tasks.
    await new Promise((resolve) => setTimeout(resolve));
  }
  return new Map(entries.map(({ name, times }) => [name, spreadOf(times)]));
}
