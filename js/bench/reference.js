// The right answers: each number by its definition, in float64, added without loss. Slow, and run once a case.

import { allSums, diceLoss, dozen, iou, tverskyLoss } from './dozen.js';

/** @typedef {{ numbers: number[], array?: ArrayLike<number>, at?: ArrayLike<number> }} Answer `at`: the indices of `array`, default all */

/** Neumaier's sum of n terms. @param {number} n @param {(i: number) => number} term */
function sum(n, term) {
  let total = 0;
  let lost = 0;
  for (let i = 0; i < n; i++) {
    const x = term(i);
    const next = total + x;
    lost += Math.abs(total) >= Math.abs(x) ? total - next + x : x - next + total;
    total = next;
  }
  return total + lost;
}

/** log(1 + e^z). @param {number} z */
const softplus = (z) => Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z)));

/** @param {number} x */
const sigmoid = (x) => 1 / (1 + Math.exp(-x));

/** The definitions, by the name of the case. @type {Record<string, (inputs: import('./inputs.js').Inputs) => Answer>} */
const answers = {
  bce: ({ logits, labels, pixels }) => ({
    numbers: [sum(pixels, (i) => softplus(labels[i] ? -logits[i] : logits[i])) / pixels],
  }),

  'bce-gradient': (inputs) => ({
    ...answers.bce(inputs),
    array: Float64Array.from(inputs.logits, (x, i) => (sigmoid(x) - inputs.labels[i]) / inputs.pixels),
  }),

  dice: ({ probs, labels, pixels }) => ({
    numbers: [
      diceLoss(
        sum(pixels, (i) => probs[i] * labels[i]),
        sum(pixels, (i) => probs[i]),
        sum(pixels, (i) => labels[i]),
      ),
    ],
  }),

  tversky: ({ logits, labels, pixels }) => ({
    numbers: [
      tverskyLoss(
        sum(pixels, (i) => sigmoid(logits[i]) * labels[i]),
        sum(pixels, (i) => sigmoid(logits[i])),
        sum(pixels, (i) => labels[i]),
      ),
    ],
  }),

  'focal-2': (inputs) => ({ numbers: [focal(inputs, 2)] }),
  'focal-real': (inputs) => ({ numbers: [focal(inputs, 1.7)] }),

  dozen: ({ logits, labels, pixels }) => {
    const wrong = Float64Array.from(logits, (x, i) => (labels[i] ? -x : x));
    const hard = Float64Array.from(wrong, (z) => sigmoid(z) ** 2 * softplus(z));
    const sums = [
      sum(pixels, (i) => softplus(wrong[i])),
      sum(pixels, (i) => labels[i] * softplus(wrong[i])),
      sum(pixels, (i) => hard[i]),
      sum(pixels, (i) => labels[i] * hard[i]),
      sum(pixels, (i) => labels[i] * sigmoid(logits[i])),
      sum(pixels, (i) => sigmoid(logits[i])),
      sum(pixels, (i) => sigmoid(logits[i]) ** 2),
      sum(pixels, (i) => labels[i]),
      sum(pixels, (i) => (labels[i] && sigmoid(logits[i]) >= 0.5 ? 1 : 0)),
      sum(pixels, (i) => (sigmoid(logits[i]) >= 0.5 ? 1 : 0)),
    ];
    return { numbers: dozen(sums, pixels) };
  },

  all: (inputs) => {
    const { logits, labels, pixels } = inputs;
    const losses = Float64Array.from(logits, (x, i) => softplus(labels[i] ? -x : x));
    const sums = [
      sum(pixels, (i) => losses[i]),
      sum(pixels, (i) => labels[i] * losses[i]),
      focal(inputs, 2) * pixels,
      sum(pixels, (i) => labels[i] * sigmoid(logits[i])),
      sum(pixels, (i) => sigmoid(logits[i])),
      sum(pixels, (i) => labels[i]),
      sum(pixels, (i) => losses[i] ** 0.3),
      sum(pixels, (i) => labels[i] * losses[i] ** 0.3),
      sum(pixels, (i) => 5 * (1 - losses[i]) ** 2 * Math.log(losses[i])),
    ];
    return { numbers: allSums(sums, pixels) };
  },

  'softmax-3': softmax,
  'softmax-3-gradient': softmaxGradient,
  'softmax-19': softmax,
  'softmax-19-gradient': softmaxGradient,

  // Berman et al., The Lovász-Softmax loss, CVPR 2018, algorithm 1.
  lovasz: ({ logits, labels, pixels }) => {
    const errors = Float64Array.from(logits, (x, i) => 1 - (labels[i] ? x : -x));
    const order = Uint32Array.from(errors, (_, i) => i).sort((i, j) => errors[j] - errors[i]);
    const truth = sum(pixels, (i) => labels[i]);
    let left = truth;
    let union = truth;
    let before = 0;
    const value = sum(pixels, (k) => {
      const i = order[k];
      left -= labels[i];
      union += 1 - labels[i];
      const jaccard = 1 - left / union;
      const term = Math.max(errors[i], 0) * (jaccard - before);
      before = jaccard;
      return term;
    });
    return { numbers: [value] };
  },
  'lovasz-trained': (inputs) => answers.lovasz(inputs),

  // Some pixels, each against every pixel outside.
  edt: ({ labels, size, pixels }) => {
    const at = Uint32Array.from({ length: 200 }, (_, k) => Math.floor(((k + 0.5) / 200) * pixels));
    const array = Float64Array.from(at, (i) => {
      if (labels[i] === 0) return 0;
      let least = Number.POSITIVE_INFINITY;
      for (let y = 0; y < size; y++) {
        const dy = (y - Math.floor(i / size)) ** 2;
        if (dy >= least) continue;
        for (let x = 0; x < size; x++) {
          if (labels[y * size + x] === 0) least = Math.min(least, dy + (x - (i % size)) ** 2);
        }
      }
      return Math.sqrt(least);
    });
    return { numbers: [], array, at };
  },

  confusion: ({ predicted, labels, pixels }) => ({
    numbers: [
      iou(
        sum(pixels, (i) => labels[i] & predicted[i]),
        sum(pixels, (i) => predicted[i]),
        sum(pixels, (i) => labels[i]),
      ),
    ],
  }),

  rgba: ({ labels }) => ({ numbers: [], array: labels }),
};

/** @param {import('./inputs.js').Inputs} inputs @param {number} gamma */
function focal({ logits, labels, pixels }, gamma) {
  const term = (/** @type {number} */ z) => sigmoid(z) ** gamma * softplus(z);
  return sum(pixels, (i) => term(labels[i] ? -logits[i] : logits[i])) / pixels;
}

/** The log of the sum of the exponentials of a pixel. @param {import('./inputs.js').Inputs} inputs @param {number} i */
function logSum({ logits, pixels, classes }, i) {
  let most = logits[i];
  for (let c = 1; c < classes; c++) most = Math.max(most, logits[c * pixels + i]);
  return most + Math.log(sum(classes, (c) => Math.exp(logits[c * pixels + i] - most)));
}

/** @param {import('./inputs.js').Inputs} inputs @returns {Answer} */
function softmax(inputs) {
  const { logits, labels, pixels } = inputs;
  return { numbers: [sum(pixels, (i) => logSum(inputs, i) - logits[labels[i] * pixels + i]) / pixels] };
}

/** @param {import('./inputs.js').Inputs} inputs @returns {Answer} */
function softmaxGradient(inputs) {
  const { logits, labels, pixels } = inputs;
  const logs = Float64Array.from({ length: pixels }, (_, i) => logSum(inputs, i));
  const array = new Float64Array(logits.length);
  for (let k = 0; k < logits.length; k++) {
    const i = k % pixels;
    array[k] = (Math.exp(logits[k] - logs[i]) - (labels[i] === (k - i) / pixels ? 1 : 0)) / pixels;
  }
  return { ...softmax(inputs), array };
}

/** @param {string} name @param {import('./inputs.js').Inputs} inputs */
export const reference = (name, inputs) => answers[name](inputs);

/**
 * How far an answer is off: the largest relative error of its numbers, and the largest difference of its array by the largest
 * element.
 *
 * @param {Answer} want
 * @param {Answer} got
 */
export function errorOf(want, got) {
  let number = 0;
  want.numbers.forEach((x, i) => {
    number = worse(number, Math.abs(got.numbers[i] - x) / Math.abs(x));
  });
  if (!want.array) return { number };
  const { array, at } = want;
  if (!got.array) return { number, array: Number.NaN };
  let most = 0;
  let off = 0;
  for (let k = 0; k < array.length; k++) {
    most = Math.max(most, Math.abs(array[k]));
    off = worse(off, Math.abs(got.array[at ? at[k] : k] - array[k]));
  }
  return { number, array: off / most };
}

/** The larger one; NaN stays. @param {number} a @param {number} b */
const worse = (a, b) => (Number.isNaN(a) || Number.isNaN(b) ? Number.NaN : Math.max(a, b));
