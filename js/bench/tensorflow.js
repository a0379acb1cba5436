// TensorFlow.js: the inputs are tensors before the clock starts, and what is read back is what the others give. Its own losses
// where it has them, else the fewest operations. Gradients are written by hand, which is quicker than its own.

import { diceLoss, dozen, iou, tverskyLoss } from './dozen.js';

/** @typedef {import('./inputs.js').Inputs} Inputs */

/** Of the backends that are an order slower than the one in wasm: enough to see it. */
export const SLOW_CASES = ['bce', 'dice'];

/**
 * @param {any} tf
 * @param {string} backend already ready
 * @param {{ name: string, title: string, only?: readonly string[] }} how
 * @returns {import('./suite.js').Contestant}
 */
export function tensorflow(tf, backend, { name, title, only }) {
  /** Runs operations that give tensors, and reads these. @param {() => any[]} operations @returns {any} arrays, or their promise */
  const read = (operations) => {
    if (tf.getBackend() !== backend) tf.setBackend(backend);
    const tensors = tf.tidy(operations);
    const free = (/** @type {any} */ arrays) => {
      tf.dispose(tensors);
      return arrays;
    };
    const graphics = backend === 'webgl';
    return graphics
      ? Promise.all(tensors.map((/** @type {any} */ t) => t.data())).then(free)
      : free(tensors.map((/** @type {any} */ t) => t.dataSync()));
  };

  /**
   * @param {Record<string, () => any>} make tensors of the inputs
   * @param {(t: Record<string, any>) => any[]} operations
   * @param {(arrays: any[]) => import('./reference.js').Answer} answer
   */
  const work = (make, operations, answer) => {
    if (tf.getBackend() !== backend) tf.setBackend(backend);
    const tensors = Object.fromEntries(Object.entries(make).map(([key, tensor]) => [key, tensor()]));
    const run = () => {
      const arrays = read(() => operations(tensors));
      return arrays instanceof Promise ? arrays.then(answer) : answer(arrays);
    };
    return Object.assign(run, { end: () => tf.dispose(Object.values(tensors)) });
  };

  const number = (/** @type {any[]} */ arrays) => ({ numbers: arrays.map(([x]) => x) });

  /** @param {Inputs} inputs */
  const binary = ({ logits, labels, pixels }) => ({
    x: () => tf.tensor1d(logits, 'float32'),
    t: () => tf.tensor(labels, [pixels], 'float32'),
  });

  /** Each pixel's log(1 + e^z), z the logit with the sign of what is wrong. @param {any} x @param {any} t */
  const softplus = (x, t) => tf.addN([tf.relu(x), tf.neg(tf.mul(x, t)), tf.log1p(tf.exp(tf.neg(tf.abs(x))))]);

  /** The probability of what is wrong. @param {any} p @param {any} t */
  const wrong = (p, t) => tf.abs(tf.sub(t, p));

  /** Channels last, as TensorFlow.js has it, and labels as planes of 0 and 1: made before the clock starts. @param {Inputs} inputs */
  const classes = ({ logits, labels, pixels, classes }) => ({
    x: () => tf.tidy(() => tf.transpose(tf.tensor2d(logits, [classes, pixels], 'float32'))),
    t: () => tf.tidy(() => tf.cast(tf.oneHot(tf.tensor1d(Int32Array.from(labels), 'int32'), classes), 'float32')),
  });

  /** @param {Inputs} inputs */
  const softmax = (inputs) => work(classes(inputs), ({ x, t }) => [tf.losses.softmaxCrossEntropy(t, x)], number);

  /** @param {Inputs} inputs */
  const softmaxGradient = (inputs) =>
    work(
      classes(inputs),
      ({ x, t }) => [
        tf.losses.softmaxCrossEntropy(t, x),
        tf.transpose(tf.mul(tf.sub(tf.softmax(x), t), 1 / inputs.pixels)),
      ],
      ([[value], array]) => ({ numbers: [value], array }),
    );

  /** @type {import('./suite.js').Contestant['cases']} */
  const cases = {
    bce: (inputs) => work(binary(inputs), ({ x, t }) => [tf.losses.sigmoidCrossEntropy(t, x)], number),
    'bce-gradient': (inputs) =>
      work(
        binary(inputs),
        ({ x, t }) => [tf.losses.sigmoidCrossEntropy(t, x), tf.mul(tf.sub(tf.sigmoid(x), t), 1 / inputs.pixels)],
        ([[value], array]) => ({ numbers: [value], array }),
      ),
    dice: ({ probs, labels, pixels }) =>
      work(
        { p: () => tf.tensor1d(probs, 'float32'), t: () => tf.tensor(labels, [pixels], 'float32') },
        ({ p, t }) => [tf.sum(tf.mul(p, t)), tf.sum(p), tf.sum(t)],
        ([[both], [p], [t]]) => ({ numbers: [diceLoss(both, p, t)] }),
      ),
    tversky: (inputs) =>
      work(
        binary(inputs),
        ({ x, t }) => {
          const p = tf.sigmoid(x);
          return [tf.sum(tf.mul(p, t)), tf.sum(p), tf.sum(t)];
        },
        ([[both], [p], [t]]) => ({ numbers: [tverskyLoss(both, p, t)] }),
      ),
    'focal-2': (inputs) =>
      work(
        binary(inputs),
        ({ x, t }) => [tf.mean(tf.mul(tf.square(tf.sub(tf.sigmoid(x), t)), softplus(x, t)))],
        number,
      ),
    'focal-real': (inputs) =>
      work(
        binary(inputs),
        ({ x, t }) => [tf.mean(tf.mul(tf.pow(wrong(tf.sigmoid(x), t), 1.7), softplus(x, t)))],
        number,
      ),
    dozen: (inputs) =>
      work(
        binary(inputs),
        ({ x, t }) => {
          const p = tf.sigmoid(x);
          const loss = softplus(x, t);
          const hard = tf.mul(tf.square(tf.sub(p, t)), loss);
          const over = tf.cast(tf.greaterEqual(x, 0), 'float32');
          const of = (/** @type {any} */ y) => tf.sum(tf.mul(y, t));
          return [
            tf.sum(loss),
            of(loss),
            tf.sum(hard),
            of(hard),
            of(p),
            tf.sum(p),
            tf.sum(tf.square(p)),
            tf.sum(t),
            of(over),
            tf.sum(over),
          ];
        },
        (arrays) => ({
          numbers: dozen(
            arrays.map(([x]) => x),
            inputs.pixels,
          ),
        }),
      ),
    'softmax-3': softmax,
    'softmax-3-gradient': softmaxGradient,
    'softmax-19': softmax,
    'softmax-19-gradient': softmaxGradient,
    confusion: ({ predicted, labels, pixels }) =>
      work(
        { p: () => tf.tensor(predicted, [pixels], 'float32'), t: () => tf.tensor(labels, [pixels], 'float32') },
        ({ p, t }) => [tf.sum(tf.mul(p, t)), tf.sum(p), tf.sum(t)],
        ([[hits], [positive], [truth]]) => ({ numbers: [iou(hits, positive, truth)] }),
      ),
  };
  const kept = only ? Object.fromEntries(Object.entries(cases).filter(([key]) => only.includes(key))) : cases;
  return { name, title, cases: kept };
}
