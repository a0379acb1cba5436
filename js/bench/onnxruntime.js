// ONNX Runtime Web: each loss is a graph. Inputs are tensors before the clock starts.

import { diceLoss, dozen, iou, tverskyLoss } from './dozen.js';
import { onnxModel } from './onnxGraph.js';

/** @typedef {import('./inputs.js').Inputs} Inputs */

/** @param {string} op @param {string} inputs separated by spaces @param {string} output @param {Record<string, number | number[]>} [attributes] */
const node = (op, inputs, output, attributes) => ({ op, inputs: inputs.split(' '), outputs: [output], attributes });

/** Each pixel's log(1 + e^x) - x t in l. */
const SOFTPLUS = [node('Softplus', 'x', 'soft'), node('Mul', 'x t', 'own'), node('Sub', 'soft own', 'l')];

/** @param {string} from @param {string} to */
const sum = (from, to) => node('ReduceSum', from, to, { keepdims: 0 });

/** @param {string} from @param {string} to */
const mean = (from, to) => node('ReduceMean', from, to, { keepdims: 0 });

/** The probability of what is wrong in d. */
const WRONG = [node('Sigmoid', 'x', 'p'), node('Sub', 'p t', 'signed'), node('Abs', 'signed', 'd')];

/** Of logits in planes, the label of each pixel as an index: minus the log-probabilities' mean in a. */
const LOG_SOFTMAX = [
  node('LogSoftmax', 'x', 'u', { axis: 1 }),
  node('GatherElements', 'u t', 'own', { axis: 1 }),
  mean('own', 'm'),
  node('Neg', 'm', 'a'),
];

/**
 * @param {any} ort
 * @returns {import('./suite.js').Contestant}
 */
export function onnxruntime(ort) {
  /**
   * @param {Record<string, any>} feeds
   * @param {import('./onnxGraph.js').Node[]} nodes
   * @param {Record<string, (number | string)[]>} outputs shapes
   * @param {(arrays: Record<string, any>) => import('./reference.js').Answer} answer
   * @param {Record<string, number>} [constants]
   */
  const work = async (feeds, nodes, outputs, answer, constants) => {
    const model = onnxModel({
      nodes,
      constants,
      inputs: Object.entries(feeds).map(([name, { dims, type }]) => ({
        name,
        type: type === 'int64' ? 'int64' : 'float',
        shape: dims,
      })),
      outputs: Object.entries(outputs).map(([name, shape]) => ({ name, type: 'float', shape })),
    });
    const session = await ort.InferenceSession.create(model, { executionProviders: ['wasm'] });
    const run = async () => {
      const results = await session.run(feeds);
      const arrays = Object.fromEntries(Object.entries(results).map(([name, { data }]) => [name, data]));
      for (const tensor of Object.values(results)) /** @type {any} */ (tensor).dispose();
      return answer(arrays);
    };
    return Object.assign(run, { end: () => session.release() });
  };

  const number = (/** @type {Record<string, any>} */ { a }) => ({ numbers: [a[0]] });

  /** @param {Float32Array} data */
  const floats = (data) => new ort.Tensor('float32', data, [data.length]);

  /** @param {Inputs} inputs */
  const binary = ({ logits, labels }) => ({ x: floats(logits), t: floats(Float32Array.from(labels)) });

  /** @param {Inputs} inputs */
  const classes = ({ logits, labels, classes, size }) => ({
    x: new ort.Tensor('float32', logits, [1, classes, size, size]),
    t: new ort.Tensor('int64', BigInt64Array.from(labels, BigInt), [1, 1, size, size]),
  });

  /** @param {Inputs} inputs */
  const softmax = (inputs) => work(classes(inputs), LOG_SOFTMAX, { a: [] }, number);

  /** @param {Inputs} inputs */
  const softmaxGradient = (inputs) => {
    const { logits, labels, pixels } = inputs;
    const h = new Float32Array(logits.length);
    for (let i = 0; i < pixels; i++) h[labels[i] * pixels + i] = 1;
    const given = classes(inputs);
    return work(
      { ...given, h: new ort.Tensor('float32', h, given.x.dims) },
      [...LOG_SOFTMAX, node('Exp', 'u', 'p'), node('Sub', 'p h', 'd'), node('Mul', 'd n', 'g')],
      { a: [], g: given.x.dims },
      ({ a, g }) => ({ numbers: [a[0]], array: g }),
      { n: 1 / pixels },
    );
  };

  const sums = { i: [], p1: [], t1: [] };
  const overlap = [node('Mul', 'p t', 'pt'), sum('pt', 'i'), sum('p', 'p1'), sum('t', 't1')];

  return {
    name: 'ort',
    title: 'ONNX Runtime Web',
    cases: {
      bce: (inputs) => work(binary(inputs), [...SOFTPLUS, mean('l', 'a')], { a: [] }, number),
      'bce-gradient': (inputs) =>
        work(
          binary(inputs),
          [...SOFTPLUS, mean('l', 'a'), ...WRONG.slice(0, 2), node('Mul', 'signed n', 'g')],
          { a: [], g: [inputs.pixels] },
          ({ a, g }) => ({ numbers: [a[0]], array: g }),
          { n: 1 / inputs.pixels },
        ),
      dice: ({ probs, labels }) =>
        work({ p: floats(probs), t: floats(Float32Array.from(labels)) }, overlap, sums, ({ i, p1, t1 }) => ({
          numbers: [diceLoss(i[0], p1[0], t1[0])],
        })),
      tversky: (inputs) =>
        work(binary(inputs), [WRONG[0], ...overlap], sums, ({ i, p1, t1 }) => ({
          numbers: [tverskyLoss(i[0], p1[0], t1[0])],
        })),
      'focal-2': (inputs) =>
        work(
          binary(inputs),
          [
            ...SOFTPLUS,
            ...WRONG.slice(0, 2),
            node('Mul', 'signed signed', 'm'),
            node('Mul', 'm l', 'f'),
            mean('f', 'a'),
          ],
          { a: [] },
          number,
        ),
      'focal-real': (inputs) =>
        work(
          binary(inputs),
          [...SOFTPLUS, ...WRONG, node('Pow', 'd g', 'm'), node('Mul', 'm l', 'f'), mean('f', 'a')],
          { a: [] },
          number,
          { g: 1.7 },
        ),
      dozen: (inputs) =>
        work(
          binary(inputs),
          [
            ...SOFTPLUS,
            ...WRONG.slice(0, 2),
            node('Mul', 'signed signed', 'm'),
            node('Mul', 'm l', 'f'),
            node('Mul', 'l t', 'lt'),
            node('Mul', 'f t', 'ft'),
            node('Mul', 'p p', 'pp'),
            node('GreaterOrEqual', 'x zero', 'above'),
            node('Cast', 'above', 'o', { to: 1 }),
            node('Mul', 'o t', 'ot'),
            ...overlap,
            ...['l', 'lt', 'f', 'ft', 'pp', 'o', 'ot'].map((name) => sum(name, `${name}1`)),
          ],
          { ...sums, l1: [], lt1: [], f1: [], ft1: [], pp1: [], o1: [], ot1: [] },
          (s) => ({
            numbers: dozen(
              [s.l1, s.lt1, s.f1, s.ft1, s.i, s.p1, s.pp1, s.t1, s.ot1, s.o1].map(([x]) => x),
              inputs.pixels,
            ),
          }),
          { zero: 0 },
        ),
      'softmax-3': softmax,
      'softmax-3-gradient': softmaxGradient,
      'softmax-19': softmax,
      'softmax-19-gradient': softmaxGradient,
      confusion: ({ predicted, labels }) =>
        work({ p: floats(Float32Array.from(predicted)), t: floats(Float32Array.from(labels)) }, overlap, sums, (s) => ({
          numbers: [iou(s.i[0], s.p1[0], s.t1[0])],
        })),
    },
  };
}
