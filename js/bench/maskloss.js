// Our own contestant, through the public interface alone. Held: the input was copied into wasm memory before, as where the same
// masks are scored again and again, and gradients are read where they are. Copied: every call copies in and makes an array.

import { fromImageData, load, pixelBuffer } from '../index.js';
import { DOZEN } from './dozen.js';

/**
 * @typedef {import('../index.js').Maskloss} Maskloss
 * @typedef {import('../index.js').Input | import('../index.js').HeldInput} AnyInput
 * @typedef {'logits' | 'probs' | 'labels'} Form
 * @typedef {{ name: import('../index.js').Name, form?: Form, options?: { gradient?: boolean | 'view', gamma?: number } }} Score
 */

/** The one call that each case is. @type {Record<string, Score>} */
const scores = {
  bce: { name: 'ce' },
  'bce-gradient': { name: 'ce', options: { gradient: true } },
  dice: { name: 'dice', form: 'probs' },
  tversky: { name: 'tversky' },
  'focal-2': { name: 'focal' },
  'focal-real': { name: 'focal', options: { gamma: 1.7 } },
  'softmax-3': { name: 'ce' },
  'softmax-3-gradient': { name: 'ce', options: { gradient: true } },
  'softmax-19': { name: 'ce' },
  'softmax-19-gradient': { name: 'ce', options: { gradient: true } },
  lovasz: { name: 'lovasz-hinge' },
  'lovasz-trained': { name: 'lovasz-hinge' },
  confusion: { name: 'iou', form: 'labels' },
};

/**
 * @param {import('./inputs.js').Inputs} inputs
 * @param {Form} [form]
 * @returns {import('../index.js').Input}
 */
export function inputOf(inputs, form = 'logits') {
  const { size, classes, labels } = inputs;
  const data = inputs[form === 'labels' ? 'predicted' : form];
  return {
    prediction: { data, shape: [1, classes, size, size], form },
    target: { data: labels, shape: [1, size, size], kind: 'labels' },
  };
}

/** @param {Maskloss} ml @param {Score} score @param {AnyInput} input */
async function evaluate(ml, { name, options }, input) {
  const { value, gradient } = await ml.evaluate(name, input, options);
  return { numbers: [value], array: gradient };
}

/** @param {Maskloss} ml @param {AnyInput} input */
export async function dozen(ml, input) {
  const report = await ml.report(input, DOZEN);
  return { numbers: Object.values(report).map(({ value }) => value) };
}

/** All losses of labels that are sums, in the order of the registry. @param {Maskloss} ml */
function allOf(ml) {
  const { losses } = ml.describe();
  const names = losses
    .filter(({ kind, sum, targets }) => kind === 'loss' && sum && targets.includes('labels'))
    .map(({ name }) => name);
  return async (/** @type {Maskloss} */ ml, /** @type {AnyInput} */ input) => {
    const report = await ml.report(input, names);
    return { numbers: names.map((name) => report[name].value) };
  };
}

/** @returns {Promise<import('./suite.js').Contestant[]>} */
export async function maskloss() {
  const ml = await load();
  /** @type {import('./suite.js').Contestant['cases']} */
  const held = {};
  /** @type {import('./suite.js').Contestant['cases']} */
  const copied = {};
  for (const [name, score] of Object.entries(scores)) {
    held[name] = (inputs) => {
      const input = ml.hold(inputOf(inputs, score.form));
      const own = score.options?.gradient ? { ...score, options: { ...score.options, gradient: 'view' } } : score;
      return Object.assign(() => evaluate(ml, own, input), { end: () => input.dispose() });
    };
    copied[name] = (inputs) => {
      const input = inputOf(inputs, score.form);
      return () => evaluate(ml, score, input);
    };
  }
  for (const [name, report] of Object.entries({ dozen, all: allOf(ml) })) {
    held[name] = (inputs) => {
      const input = ml.hold(inputOf(inputs));
      return Object.assign(() => report(ml, input), { end: () => input.dispose() });
    };
    copied[name] = (inputs) => {
      const input = inputOf(inputs);
      return () => report(ml, input);
    };
  }
  // This reads what it is given, and holds nothing.
  held.edt = ({ labels, size }) => {
    const mask = /** @type {const} */ ({ data: labels, shape: [1, size, size], kind: 'labels' });
    return () => ({ numbers: [], array: ml.edt(mask).data });
  };
  const masked = (/** @type {import('../adapters/canvas.js').ImageDataLike} */ image) => {
    const into = new Uint8Array(image.width * image.height); // of the page that scores in a loop
    return () => ({ numbers: [], array: fromImageData(image, { as: 'labels', channel: 'alpha', into }).data });
  };
  held.rgba = ({ rgba, size }) => {
    const image = pixelBuffer(size, size);
    image.data.set(rgba);
    return masked(image);
  };
  copied.rgba = ({ rgba, size }) => masked({ data: rgba, width: size, height: size });
  return [
    { name: 'maskloss', title: 'Maskloss', cases: held, end: () => ml.dispose() },
    { name: 'maskloss-copied', title: 'Maskloss, copied in', cases: copied },
  ];
}
