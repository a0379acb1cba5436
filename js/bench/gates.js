// What the figures must be, as ratios of medians within one run: these hold on any machine that does nothing else.

/**
 * @typedef {{ pass: boolean, text: string }} Gate
 * @typedef {import('./suite.js').Outcome} Outcome
 */

/** Case, peer and how many times as fast Maskloss must be. @type {[string, string, number][]} */
const FASTER = [
  ['bce', 'plain', 12],
  ['bce', 'tf-wasm', 7],
  ['bce-gradient', 'plain', 10],
  ['bce-gradient', 'tf-wasm', 8],
  ['dice', 'plain', 3],
  ['dice', 'tf-wasm', 8],
  ['tversky', 'plain', 5],
  ['tversky', 'tf-wasm', 3.5],
  ['focal-2', 'plain', 9],
  ['focal-2', 'tf-wasm', 5],
  ['focal-real', 'plain', 7],
  ['softmax-3', 'plain', 10],
  ['softmax-3-gradient', 'plain', 8],
  ['softmax-19', 'plain', 10],
  ['softmax-19-gradient', 'plain', 12],
  ['lovasz', 'plain', 1.6],
  ['lovasz', 'comparator', 50],
  ['lovasz-trained', 'plain', 1.6],
  ['edt', 'plain', 1.2],
  ['confusion', 'plain', 10],
  ['rgba', 'plain', 10],
];

/** Case, peer and the same where the input is cold: a copy in is part of the call. @type {[string, string, number][]} */
const COLD = [
  ['bce', 'plain', 1],
  ['bce', 'tf-wasm', 1],
  ['dice', 'plain', 1],
  ['dice', 'tf-wasm', 1],
];

/** The cases that are one pass of arithmetic over the pixels, and how near to C they must come. */
const DENSE = [
  'bce',
  'bce-gradient',
  'dice',
  'tversky',
  'focal-2',
  'focal-real',
  'dozen',
  'all',
  'softmax-3',
  'softmax-3-gradient',
  'softmax-19',
  'softmax-19-gradient',
];
const NEAR_C = 1.25;

/** Cases of many losses at once, and how many cross entropies they may take. @type {[string, number][]} */
const MANY = [
  ['dozen', 3.2],
  ['all', 4],
];

/** Milliseconds that a call may cost beside its pixels, and their share of a megapixel. */
const OVERHEAD = 0.1;
const SHARE = 0.1;

/** How memory may grow with pixels. The slope is rounded to hundredths, as it is told. */
const MEMORY = 1;

/** How many times the time of one thread workers: 'auto' may take at any size. */
const AUTO = 1.1;

/** Relative error of a value. */
const ERROR = 1e-6;

/** @param {number} x */
const times = (x) => `${x.toPrecision(3)}x`;

/**
 * @param {import('./run.js').Environment} environment
 * @returns {Gate[]}
 */
export function gatesOf({ outcomes, titles, growth, pool, first }) {
  /** @type {Gate[]} */
  const gates = [];
  const find = (/** @type {string} */ name, /** @type {string} */ contestant) =>
    outcomes.find((outcome) => outcome.name === name)?.standings.find((standing) => standing.name === contestant);
  const title = (/** @type {string} */ name) => outcomes.find((outcome) => outcome.name === name)?.title;

  for (const [name, peer, least] of FASTER) {
    const ours = find(name, 'maskloss');
    const theirs = find(name, peer);
    if (!ours || !theirs) continue;
    const ratio = theirs.median / ours.median;
    const fastest = times(theirs.min / ours.min);
    gates.push({
      pass: ratio >= least,
      text: `${title(name)}: ${times(ratio)} as fast as ${titles[peer]} (at least ${least}x; ${fastest} by the fastest rounds)`,
    });
  }
  for (const [name, peer, least] of COLD) {
    const ours = find(name, 'maskloss-copied');
    const theirs = find(name, peer);
    if (!ours || !theirs) continue;
    const ratio = theirs.median / ours.median;
    gates.push({
      pass: ratio > least,
      text: `${title(name)}, copied in: ${times(ratio)} as fast as ${titles[peer]} (more than ${least}x; ${times(theirs.min / ours.min)} by the fastest rounds)`,
    });
  }
  for (const name of DENSE) {
    const ours = find(name, 'maskloss');
    const c = find(name, 'c');
    if (!ours || !c) continue;
    const ratio = ours.median / c.median;
    const fastest = times(ours.min / c.min);
    gates.push({
      pass: ratio <= NEAR_C,
      text: `${title(name)}: ${times(ratio)} the time of C (at most ${NEAR_C}x; ${fastest} by the fastest rounds)`,
    });
  }
  const one = find('bce', 'maskloss');
  for (const [name, most] of MANY) {
    const many = find(name, 'maskloss');
    if (!one || !many) continue;
    const ratio = many.median / one.median;
    gates.push({
      pass: ratio <= most,
      text: `${title(name)}: ${times(ratio)} the time of cross entropy (at most ${most}x; ${times(many.min / one.min)} by the fastest rounds)`,
    });
  }
  for (const { name, standings } of outcomes) {
    const ours = standings.find((standing) => standing.name === 'maskloss');
    if (!ours) continue;
    const error = Math.max(ours.error, ours.arrayError ?? 0);
    if (!(error <= ERROR)) {
      gates.push({ pass: false, text: `${title(name)}: relative error ${error.toExponential(1)} (at most ${ERROR})` });
    }
  }
  return [
    ...gates,
    ...(growth ? growthGates(growth) : []),
    ...(pool ? poolGates(pool) : []),
    ...(first ? [firstGate(first)] : []),
  ];
}

/** @param {NonNullable<import('./run.js').Environment['first']>} pages @returns {Gate} */
function firstGate(pages) {
  const [ours, theirs] = ['maskloss', 'tf-wasm'].map(
    (name) => pages.find((page) => page.name === name)?.median ?? Number.NaN,
  );
  return {
    pass: ours <= theirs,
    text: `The first number of a cold page: ${ours.toFixed(0)} ms (at most the ${theirs.toFixed(0)} ms of TensorFlow.js wasm)`,
  };
}

/** @param {import('./growth.js').Growth} growth @returns {Gate[]} */
function growthGates({ overhead, curves }) {
  const gates = [
    {
      pass: overhead < OVERHEAD,
      text: `A call costs ${(overhead * 1000).toFixed(0)} µs before the first pixel (below ${OVERHEAD * 1000})`,
    },
  ];
  const points = curves.find(({ by, work }) => by === 'pixels' && work === 'cross entropy')?.points;
  const megapixel = points?.find(({ size }) => size === 2 ** 20);
  if (megapixel) {
    const share = overhead / megapixel.ms;
    gates.push({
      pass: share < SHARE,
      text: `That is ${(share * 100).toFixed(1)} % of cross entropy of a megapixel (below ${SHARE * 100} %)`,
    });
  }
  for (const { by, work, slope, memorySlope, most, grown } of curves) {
    if (most === undefined) continue;
    const told = slope.toFixed(2);
    gates.push({ pass: Number(told) <= most, text: `${work}: time grows as ${by}^${told} (at most ^${most})` });
    if (memorySlope === undefined) continue;
    const memory = memorySlope.toFixed(2);
    gates.push({
      pass: Number(memory) <= MEMORY,
      text: `${work}: memory grows as ${by}^${memory} (at most ^${MEMORY}), ${grown.toFixed(1)} bytes a pixel at the largest`,
    });
  }
  return gates;
}

/** @param {import('./pool.js').PoolResults} pool @returns {Gate[]} */
function poolGates({ workers, contests, autos }) {
  const name = (/** @type {import('./pool.js').Contest} */ { title, pixels, classes }) =>
    `${title}, ${(pixels / 2 ** 20).toPrecision(3)} Mpx${classes > 1 ? ` of ${classes} classes` : ''}`;
  const gates = [];
  for (const contest of contests) {
    const { one, pool, least } = contest;
    if (!least) continue;
    const ratio = one.median / pool.median;
    gates.push({
      pass: ratio >= least,
      text: `${name(contest)}: ${workers} workers ${times(ratio)} as fast as one thread (at least ${least}x; ${times(one.min / pool.min)} by the fastest rounds)`,
    });
  }
  for (const contest of autos) {
    const { one, pool } = contest;
    const ratio = pool.median / one.median;
    gates.push({
      pass: ratio <= AUTO,
      text: `${name(contest)}: workers: 'auto' ${times(ratio)} the time of one thread (at most ${AUTO}x; ${times(pool.min / one.min)} by the fastest rounds)`,
    });
  }
  return gates;
}
