// The metrics of a golden confusion case, by the names that they have there. A name carries its convention: what 0/0 is, and
// how the scores of classes and images become one number.

/** @typedef {import('./neutral.js').Case} Case */

/** Our name, and options, of the name of the literature. @type {Record<string, [string, Record<string, unknown>?]>} */
const METRICS = {
  iou: ['iou'],
  iou_score: ['iou'],
  jaccard: ['iou'],
  ts: ['iou'],
  dice: ['dice-score'],
  f1: ['f-beta', { beta: 1 }],
  f1_score: ['f-beta', { beta: 1 }],
  precision: ['precision'],
  ppv: ['precision'],
  recall: ['recall'],
  tpr: ['recall'],
  sensitivity: ['recall'],
  specificity: ['specificity'],
  tnr: ['specificity'],
  npv: ['negative-predictive-value'],
  fpr: ['false-positive-rate'],
  fnr: ['false-negative-rate'],
  fdr: ['false-discovery-rate'],
  for: ['false-omission-rate'],
  acc: ['accuracy'],
  accuracy: ['accuracy'],
  ba: ['balanced-accuracy'],
  balanced_accuracy: ['balanced-accuracy'],
  cohen_kappa: ['kappa', { weights: 'none' }],
  cohen_kappa_linear: ['kappa', { weights: 'linear' }],
  cohen_kappa_quadratic: ['kappa', { weights: 'quadratic' }],
  mcc: ['mcc-score'],
  bm: ['informedness'],
  mk: ['markedness'],
  fm: ['fowlkes-mallows'],
  pt: ['prevalence-threshold'],
  gds_square: ['generalized-dice-score', { weightType: 'square' }],
  gds_simple: ['generalized-dice-score', { weightType: 'simple' }],
  gds_uniform: ['generalized-dice-score', { weightType: 'uniform' }],
  volumetric_similarity: ['volumetric-similarity'],
};

/** Our averages by the names of the references. @type {Record<string, string>} */
const AVERAGES = {
  macro: 'macro',
  micro: 'micro',
  weighted: 'weighted',
  'macro-imagewise': 'imagewise',
  'micro-imagewise': 'microImagewise',
};

/** What 0/0 is to the SMP metrics. @type {Record<string, string>} */
const ZERO_DIVISION = { 1: 'one', 0: 'zero', NaN: 'nan' };

/**
 * @param {string} name
 * @returns {[string, Record<string, unknown>]}
 */
function metric(name) {
  const beta = /^f(?:beta)?([0-9.]+)$/.exec(name);
  if (Object.hasOwn(METRICS, name)) return [METRICS[name][0], METRICS[name][1] ?? {}];
  if (beta) return ['f-beta', { beta: Number(beta[1]) }];
  throw new Error(`${name} is no metric that we know`);
}

/**
 * The numbers of one metric of a case.
 *
 * @param {import('../index.js').Maskloss} ml
 * @param {Case} golden
 * @param {string} name
 * @returns {Promise<number[]>}
 */
export async function confusionMetric(ml, golden, name) {
  const images = inputs(golden);
  const shared = {
    mode: golden.params.mode,
    ...(golden.params.threshold === undefined ? {} : { threshold: golden.params.threshold }),
  };
  /**
   * @param {[string, Record<string, unknown>]} what
   * @param {any} input
   * @param {Record<string, unknown>} options
   */
  const score = ([loss, own], input, options) =>
    ml.evaluate(/** @type {any} */ (loss), input, { ...shared, ...own, ...options });
  /** One result of each image. @param {[string, Record<string, unknown>]} what @param {Record<string, unknown>} options */
  const each = (what, options) => Promise.all(images.map((image) => score(what, image, options)));

  if (['tp', 'fp', 'fn', 'tn'].includes(name))
    return (await each(['iou', {}], {})).flatMap(({ extra }) => extra?.[name] ?? []);
  const batch = inputs(golden, true)[0];
  if (name === 'confusion_matrix_rows_true') return (await score(['accuracy', {}], batch, {})).extra?.confusion ?? [];

  const [prefix, ...rest] = name.split('.');
  if (prefix === 'monai') return monai(rest.join('.'), each);
  if (prefix === 'own') return [(await score(metric(rest.join('.')), batch, {})).value];
  if (prefix === 'tm') return torchmetrics(rest.join('.'), each);
  if (rest.length) return smp(golden, prefix, rest.join('.'), each, (what, options) => score(what, batch, options));
  return sklearn(name, (what, options) => score(what, batch, options));
}

/**
 * @typedef {(what: [string, Record<string, unknown>], options: Record<string, unknown>) => Promise<import('../index.js').Result>} Score
 * @typedef {(what: [string, Record<string, unknown>], options: Record<string, unknown>) => Promise<import('../index.js').Result[]>} Each
 */

/** @param {import('../index.js').Result} result */
const classes = ({ perClass, value }) => perClass ?? [value];

/**
 * Of each class of each image; 0/0 is NaN. ignore_empty leaves out what the truth does not hold.
 *
 * @param {string} name
 * @param {Each} each
 */
async function monai(name, each) {
  if (name.startsWith('gds')) return (await each(metric(name), {})).map(({ value }) => value);
  const [, base, ending] = /** @type {RegExpExecArray} */ (/^(.*?)(_not_ignore_empty|_ignore_empty)?$/.exec(name));
  const options =
    ending === '_not_ignore_empty' ? {} : ending ? { empty: 'nan', classes: 'present' } : { empty: 'nan' };
  return (await each(metric(base), options)).flatMap(classes);
}

/**
 * Of each image, absent classes left out of the means; in mean_iou_per_class they are -1.
 *
 * @param {string} name
 * @param {Each} each
 */
async function torchmetrics(name, each) {
  const average = /^dice_(micro|macro|weighted)$/.exec(name)?.[1];
  if (average) return (await each(metric('dice'), { empty: 'skip', average })).map(({ value }) => value);
  if (name === 'mean_iou') return (await each(metric('iou'), { empty: 'skip' })).map(({ value }) => value);
  if (name === 'mean_iou_no_bg') {
    return (await each(metric('iou'), { empty: 'skip', includeBackground: false })).map(({ value }) => value);
  }
  if (name === 'dice_none') return (await each(metric('dice'), { empty: 'skip' })).flatMap(classes);
  if (name === 'mean_iou_per_class') {
    return (await each(metric('iou'), { empty: 'skip' })).flatMap(classes).map((x) => (Number.isNaN(x) ? -1 : x));
  }
  throw new Error(`tm.${name} is no metric that we know`);
}

/**
 * 0/0 is what the case says, class weights are 1/(c+1).
 *
 * @param {Case} golden
 * @param {string} base
 * @param {string} average
 * @param {Each} each
 * @param {Score} score
 */
async function smp({ params }, base, average, each, score) {
  const empty = ZERO_DIVISION[String(params.zero_division)];
  if (!empty) throw new Error(`zero_division is ${params.zero_division}`);
  if (average === 'none') return (await each(metric(base), { empty })).flatMap(classes);
  if (!AVERAGES[average]) throw new Error(`${average} is no average that we know`);
  /** @type {Record<string, unknown>} */
  const options = { empty, average: AVERAGES[average] };
  if (average === 'weighted') {
    if (params.class_weights !== '1/(c+1) for .weighted') throw new Error(`class_weights are ${params.class_weights}`);
    options.classWeights = Array.from({ length: params.num_classes }, (_, c) => 1 / (c + 1));
  }
  return [(await score(metric(base), options)).value];
}

/**
 * 0/0 is 0; weighted means are by the pixels of the truth.
 *
 * @param {string} name
 * @param {Score} score
 */
async function sklearn(name, score) {
  const [, perClass] = /^(.*)_per_class$/.exec(name) ?? [];
  if (perClass) return classes(await score(metric(perClass), { empty: 'zero' }));
  const [, base, average] = /^(.*)_(macro|micro|weighted)$/.exec(name) ?? [];
  if (average) return [(await score(metric(base), { empty: 'zero', average })).value];
  return [(await score(metric(name), { empty: 'zero' })).value];
}

/**
 * The images of a case, each an input of its own, or all as one.
 *
 * @param {Case} golden
 * @param {boolean} [together]
 */
function inputs({ shape, input, pred, target, target_shape, params }, together = false) {
  const ignore = params.ignore_index ?? null;
  const count = together ? 1 : shape[0];
  /** @param {number[]} list @param {number} i */
  const part = (list, i) => list.slice((i * list.length) / count, ((i + 1) * list.length) / count);
  /** @param {number[]} sizes */
  const sizes = ([n, ...rest]) => [n / count, ...rest];
  return Array.from({ length: count }, (_, i) => ({
    prediction:
      input === 'labels'
        ? {
            data: Uint8Array.from(part(pred, i)),
            shape: sizes(shape),
            form: 'labels',
            ...(params.mode === 'multiclass' ? { classes: params.num_classes } : {}),
          }
        : { data: Float32Array.from(part(pred, i)), shape: sizes(shape), form: input },
    target: { data: Uint8Array.from(part(target, i)), shape: sizes(target_shape), kind: 'labels' },
    ignore,
  }));
}
