// Golden cases in our words. Most neutral parameters are ours but for the spelling, weight_type for weightType; what differs
// is in the table below. What is not in it is passed as it is, so that one we do not know is refused by its name.

/**
 * @typedef {object} Case one case of a golden file, its numbers read
 * @property {string} name
 * @property {'parity' | 'quirk'} kind
 * @property {string} [note]
 * @property {Record<string, any>} params
 * @property {number[]} shape
 * @property {string} input
 * @property {number[]} pred
 * @property {number[]} target
 * @property {number[]} target_shape
 * @property {string} target_kind
 * @property {number[]} [weights]
 * @property {any} expect
 * @property {any} [recommended]
 *
 * @typedef {object} Work a case in our words
 * @property {string} loss
 * @property {any} input
 * @property {Record<string, any>} options
 * @property {boolean} fold the prediction was [p] and became [1-p, p]
 * @property {boolean} twice the cross entropy is of the softmax of the softmax
 */

/** The loss of a golden file, where it has another name. @type {Record<string, string>} */
const LOSSES = {
  ce_binary: 'ce',
  ce_multiclass: 'ce',
  focal_binary: 'focal',
  focal_multiclass: 'focal',
  mcc_loss: 'mcc',
};

/** @param {readonly number[]} sizes */
const product = (sizes) => sizes.reduce((total, size) => total * size, 1);

/** weight_sum is weightSum. @param {string} text */
const camel = (text) => text.replace(/_+(.)/g, (_, letter) => letter.toUpperCase());

/**
 * Refuses a parameter of which we have one value only, built in.
 *
 * @param {string} key
 * @param {unknown} value
 * @param {unknown[]} wanted
 */
function is(key, value, ...wanted) {
  const text = JSON.stringify(value);
  if (!wanted.some((one) => JSON.stringify(one) === text)) {
    throw new Error(`${key} is ${text}, there is only ${JSON.stringify(wanted)}`);
  }
}

/** @type {Record<string, (work: Work, golden: Case, value: any, takes: Set<string>) => void>} */
const neutral = {
  mode(work, golden, value) {
    work.options.mode = value;
    // The reference stacks [1-p, p]; so does the caller of ours.
    if (value === 'binary_as_two_class') stack(work, golden);
    if (value === 'binary_as_two_class' || value === 'two_class') work.options.mode = 'multiclass';
    // One channel that is class 1.
    if (value === 'multiclass' && golden.shape[1] === 1) work.options.mode = 'binary';
  },
  activation(work, { input, params }, value) {
    const activation = input === 'probs' ? 'none' : params.mode === 'multiclass' ? 'softmax' : 'sigmoid';
    if (value === 'sigmoid_one_vs_rest' && activation === 'softmax') work.options.activation = 'sigmoid';
    else is('activation', value, activation);
  },
  reduction(work, _, value, takes) {
    // Where it is no option the loss is defined as a mean.
    if (takes.has('reduction')) work.options.reduction = value;
    else is('reduction', value, 'mean');
  },
  class_weight_mode(work, _, value) {
    // Each part as it is on its own.
    if (work.loss === 'dice-ce') is('class_weight_mode', value, 'multiply (dice) + weight_sum (ce)');
    else work.options.classWeightMode = value;
  },
  from_logits(_, { input }, value) {
    is('from_logits', value, input === 'logits');
  },
  ignore_index(work, _, value) {
    work.input.ignore = value;
  },
  scope(work, { params }, value) {
    if (work.loss === 'combo') return is('scope', value, 'all_pooled');
    work.options.scope = value === 'all_pooled' ? 'pooled' : value;
    if (value !== 'image_then_mean_over_batch') return;
    is('power', params.power, 'per_class');
    work.options.scope = 'image';
  },
  per_image(work, _, value) {
    is('per_image', value, true, false);
    work.options.scope = value ? 'image' : 'batch';
  },
  classes(work, { shape }, value) {
    if (shape[1] === 1) is('classes', value, [1]);
    else work.options.classes = value;
  },
  pos_weight(work, _, value) {
    work.loss = 'wce';
    work.options.posWeight = value;
  },
  balanced_beta(work, _, value) {
    work.loss = 'balanced-ce';
    work.options.balancedBeta = value;
  },
  label_smoothing_binary(work, _, value) {
    work.options.labelSmoothing = value;
    work.options.smoothing = 'smp';
  },
  log_clamp(work, _, value) {
    is('log_clamp', value, work.loss === 'conservative' ? [1e-7, 0.9999999] : -100);
  },
  alpha_mode(_, { params }, value) {
    // What one alpha means to a softmax.
    is('alpha_mode', value, 'background_vs_rest');
    if (typeof params.alpha !== 'number') throw new Error(`alpha_mode needs one alpha, not ${params.alpha}`);
  },
  alpha_fp(work, _, value) {
    work.options.fpWeight = value;
  },
  beta_fn(work, _, value) {
    work.options.fnWeight = value;
  },
  empty_class(work, _, value) {
    is('empty_class', value, 'zero_loss');
    work.options.empty = 'zero';
  },
  formula_scale(work, _, value) {
    if (work.loss === 'dice') is('formula_scale', value, 'numerator=2I');
    else work.options.formulaScale = value.replace('numerator=', '');
  },
  smp_smooth(work, { params }, value) {
    // smooth_nr as the reference was given it: in the scale of I, of which Dice in ours, and in smooth_nr, has twice.
    is('smooth_nr', params.smooth_nr, work.loss === 'dice' ? 2 * value : value);
  },
  empty_weight(_, { params }, value) {
    is('empty_weight', value, 'max_of_others');
    is('weight_eps', params.weight_eps ?? 0, 0);
  },
  alpha_region(work, _, value) {
    // null: the boundary loss alone, as ours.
    if (value !== null) work.options.alphaRegion = value;
  },
  class_weights(work, _, value) {
    work.options.classWeights = value;
    work.twice = work.loss === 'exp-log';
  },
  class_frequencies(work, _, value) {
    work.options.classFrequencies = value === 'from_target' ? null : value;
  },
};

/**
 * @param {string} file
 * @param {Case} golden
 * @param {(loss: string) => Set<string>} takes the options of a loss
 * @returns {Work}
 */
export function translate(file, golden, takes) {
  const loss = LOSSES[file] ?? file.replaceAll('_', '-');
  /** @type {Work} */
  const work = { loss, input: readInput(golden), options: {}, fold: false, twice: false };
  for (const key of Object.keys(golden.params).sort()) {
    const value = golden.params[key];
    if (Object.hasOwn(neutral, key)) neutral[key](work, golden, value, takes(work.loss));
    else work.options[camel(key)] = typeof value === 'string' ? camel(value) : value;
  }
  return work;
}

/** @param {Case} golden */
function readInput({ shape, input, pred, target, target_shape, target_kind, weights, params }) {
  if (input !== 'logits' && input !== 'probs') throw new Error(`input ${input} is no prediction of a loss`);
  const whole = target.every((x) => Number.isInteger(x) && x >= 0 && x <= 255);
  const soft = target_kind === 'dense' && (params.mode === 'multiclass' || !whole);
  const labels = target_kind === 'dense' ? Uint8Array : Int32Array;
  return {
    prediction: { data: Float32Array.from(pred), shape, form: input },
    target: soft
      ? { data: Float32Array.from(target), shape: target_shape, kind: 'soft' }
      : { data: labels.from(target), shape: target_shape, kind: target_kind === 'instances' ? 'instances' : 'labels' },
    weight: weights ? Float32Array.from(weights) : null,
  };
}

/**
 * Makes [p] the two classes [1-p, p].
 *
 * @param {Work} work
 * @param {Case} golden
 */
function stack(work, { shape: [n, , ...sizes], pred, target }) {
  const pixels = product(sizes);
  const data = new Float32Array(2 * pred.length);
  pred.forEach((p, i) => {
    const at = i + Math.floor(i / pixels) * pixels;
    data[at] = 1 - p;
    data[at + pixels] = p;
  });
  work.input.prediction = { ...work.input.prediction, data, shape: [n, 2, ...sizes] };
  work.input.target = { data: Uint8Array.from(target), shape: [n, ...sizes], kind: 'labels' };
  work.fold = true;
}

/**
 * Evaluates a case; the gradient is by its own prediction.
 *
 * @param {import('../index.js').Maskloss} ml
 * @param {Work} work
 * @returns {Promise<{value: number, gradient: number[], values?: Float32Array, valuesShape?: number[]}>}
 */
export async function run(ml, work) {
  if (work.twice) return runTwice(ml, work);
  const name = /** @type {any} */ (work.loss);
  const { value, gradient, values, valuesShape } = await ml.evaluate(name, work.input, {
    ...work.options,
    gradient: true,
  });
  const slope = Array.from(/** @type {Float32Array} */ (gradient));
  if (!work.fold) return { value, gradient: slope, values, valuesShape };
  const [n, , ...sizes] = work.input.prediction.shape;
  const pixels = product(sizes);
  const folded = Array.from({ length: n * pixels }, (_, i) => {
    const at = i + Math.floor(i / pixels) * pixels;
    return slope[at + pixels] - slope[at];
  });
  return { value, gradient: folded };
}

/**
 * The exponential logarithmic loss of the one implementation that takes class weights: its cross entropy gets the probabilities
 * where it wants logits, so that they pass through a second softmax. Ours is then the Dice part on the logits and the cross
 * entropy part on the probabilities as logits, its gradient taken through the first softmax.
 *
 * @param {import('../index.js').Maskloss} ml
 * @param {Work} work
 */
async function runTwice(ml, work) {
  const { prediction } = work.input;
  const [n, channels, ...sizes] = prediction.shape;
  const pixels = product(sizes);
  const p = softmax(prediction);
  const once = { ...work, twice: false };
  const dice = await run(ml, { ...once, options: { ...work.options, wCross: 0 } });
  const input = { ...work.input, prediction: { ...prediction, data: Float32Array.from(p) } };
  const cross = await run(ml, { ...once, input, options: { ...work.options, wDice: 0 } });
  const gradient = [...dice.gradient];
  for (let i = 0; i < n * pixels; i++) {
    const places = Array.from(
      { length: channels },
      (_, c) => (Math.floor(i / pixels) * channels + c) * pixels + (i % pixels),
    );
    const mean = places.reduce((sum, at) => sum + p[at] * cross.gradient[at], 0);
    for (const at of places) gradient[at] += p[at] * (cross.gradient[at] - mean);
  }
  return { value: dice.value + cross.value, gradient };
}

/**
 * The probabilities of logits, in float64.
 *
 * @param {{data: Float32Array, shape: number[]}} logits
 */
function softmax({ data, shape: [n, channels, ...sizes] }) {
  const pixels = product(sizes);
  const p = Float64Array.from(data, Math.exp);
  for (let i = 0; i < n * pixels; i++) {
    const places = Array.from(
      { length: channels },
      (_, c) => (Math.floor(i / pixels) * channels + c) * pixels + (i % pixels),
    );
    const sum = places.reduce((total, at) => total + p[at], 0);
    for (const at of places) p[at] /= sum;
  }
  return p;
}
