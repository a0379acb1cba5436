import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { load, MasklossError } from '../index.js';
import { scene } from './scene.js';

/** @type {import('../index.js').Maskloss} */
let ml;
/** @type {unknown} */
let right;
const good = scene([1, 3, 8, 9]);
const one = scene([1, 1, 8, 9]);

before(async () => {
  ml = await load();
  right = await ml.report(good, ['ce', 'dice', 'iou']);
});
after(() => ml.dispose());

/** @param {(data: Float32Array) => void} change */
function scores(change) {
  const data = good.prediction.data.slice();
  change(data);
  return { ...good, prediction: { ...good.prediction, data } };
}

/** @param {any} prediction */
const predicting = (prediction) => ({ ...good, prediction: { ...good.prediction, ...prediction } });
/** @param {any} target */
const targeting = (target) => ({ ...good, target: { ...good.target, ...target } });

const shared = new Float32Array(216);
const detached = new Float32Array(216);
structuredClone(detached.buffer, { transfer: [detached.buffer] });

const throwing = {
  get shape() {
    throw new RangeError('no shape today');
  },
};

/** @type {[string, unknown, {code: string, field: string, message: RegExp}][]} */
const inputs = [
  [
    'a prediction that is too short',
    predicting({ data: new Float32Array(215) }),
    { code: 'length', field: 'prediction.data', message: /215.*216/ },
  ],
  [
    'a target that is too long',
    targeting({ data: new Uint8Array(73) }),
    { code: 'length', field: 'target.data', message: /73.*72/ },
  ],
  [
    'a weight that is too short',
    { ...good, weight: new Float32Array(71) },
    { code: 'length', field: 'weight', message: /71.*72/ },
  ],
  [
    'a Float64Array',
    predicting({ data: new Float64Array(216) }),
    { code: 'domain', field: 'prediction.data', message: /Float64Array, must be a Float32Array.*Float32Array\.from/ },
  ],
  [
    'a plain array',
    predicting({ data: Array(216).fill(0) }),
    { code: 'domain', field: 'prediction.data', message: /plain array.*Float32Array\.from/ },
  ],
  [
    'a plain array of labels',
    targeting({ data: Array(72).fill(0) }),
    { code: 'domain', field: 'target.data', message: /plain array.*Uint8Array\.from/ },
  ],
  [
    'bytes for scores',
    predicting({ data: new Uint8Array(216) }),
    { code: 'domain', field: 'prediction.data', message: /Uint8Array.*255/ },
  ],
  [
    'floats for labels',
    targeting({ data: new Float32Array(72) }),
    { code: 'domain', field: 'target.data', message: /Float32Array/ },
  ],
  [
    'clamped bytes for labels',
    targeting({ data: new Uint8ClampedArray(72) }),
    { code: 'domain', field: 'target.data', message: /new Uint8Array\(data\.buffer\)/ },
  ],
  [
    'a DataView',
    targeting({ data: new DataView(new ArrayBuffer(72)) }),
    { code: 'domain', field: 'target.data', message: /DataView/ },
  ],
  [
    'Float64Array weights',
    { ...good, weight: new Float64Array(72) },
    { code: 'domain', field: 'weight', message: /Float64Array/ },
  ],
  [
    'NaN',
    scores((data) => data.fill(NaN, 77, 79)),
    { code: 'value', field: 'prediction.data', message: /NaN at index 77/ },
  ],
  [
    'infinity',
    scores((data) => data.fill(Infinity, 5, 6)),
    { code: 'value', field: 'prediction.data', message: /Inf at index 5/ },
  ],
  [
    'minus infinity',
    scores((data) => data.fill(-Infinity, 215)),
    { code: 'value', field: 'prediction.data', message: /-Inf at index 215/ },
  ],
  [
    'a NaN weight',
    { ...good, weight: new Float32Array(72).fill(NaN, 9) },
    { code: 'value', field: 'weight', message: /NaN at index 9/ },
  ],
  [
    'a negative weight',
    { ...good, weight: new Float32Array(72).fill(-1, 3) },
    { code: 'value', field: 'weight', message: /-1 at index 3/ },
  ],
  [
    'a label that is no class',
    targeting({ data: new Uint8Array(72).fill(3, 11) }),
    { code: 'label', field: 'target.data', message: /3 at index 11.*\[0, 2\]/ },
  ],
  [
    'a negative label',
    targeting({ data: new Int32Array(72).fill(-1, 4) }),
    { code: 'label', field: 'target.data', message: /-1 at index 4/ },
  ],
  [
    'a 0..255 mask as labels',
    { ...one, target: { ...one.target, data: new Uint8Array(72).fill(255, 8) } },
    { code: 'label', field: 'target.data', message: /255 at index 8/ },
  ],
  [
    'a 0..255 mask as probabilities',
    { ...one, prediction: { ...one.prediction, form: 'probs', data: new Float32Array(72).fill(255, 8) } },
    { code: 'domain', field: 'prediction.data', message: /255 at index 8.*divide/ },
  ],
  [
    'a negative probability',
    { ...one, prediction: { ...one.prediction, form: 'probs', data: new Float32Array(72).fill(-0.25, 8) } },
    { code: 'domain', field: 'prediction.data', message: /-0.25 at index 8/ },
  ],
  ['another height', targeting({ shape: [1, 9, 8] }), { code: 'shape', field: 'target.shape', message: /9 8|9, 8/ }],
  [
    'another batch',
    targeting({ shape: [2, 8, 9], data: new Uint8Array(144) }),
    { code: 'shape', field: 'target.shape', message: /./ },
  ],
  [
    'too few sizes',
    predicting({ shape: [1, 3, 72] }),
    { code: 'shape', field: 'prediction.shape', message: /\[N,C,H,W\]/ },
  ],
  [
    'a size of 0',
    predicting({ shape: [0, 3, 8, 9], data: new Float32Array(0) }),
    { code: 'shape', field: 'prediction.shape', message: /at least 1/ },
  ],
  [
    'half a size',
    predicting({ shape: [1, 3, 8.5, 9] }),
    { code: 'shape', field: 'prediction.shape', message: /whole/ },
  ],
  [
    'a negative size',
    predicting({ shape: [-1, 3, -8, 9] }),
    { code: 'shape', field: 'prediction.shape', message: /at least 1/ },
  ],
  [
    'a word for a size',
    predicting({ shape: ['1', 3, 8, 9] }),
    { code: 'shape', field: 'prediction.shape', message: /whole/ },
  ],
  [
    'a shape beyond all bounds',
    predicting({ shape: [2 ** 30, 2 ** 30, 2 ** 30, 2 ** 30] }),
    { code: 'length', field: 'prediction.data', message: /216/ },
  ],
  ['no input', undefined, { code: 'option', field: 'input', message: /undefined/ }],
  ['null', null, { code: 'option', field: 'input', message: /null/ }],
  ['a number', 7, { code: 'option', field: 'input', message: /7/ }],
  ['no prediction', { target: good.target }, { code: 'option', field: 'prediction', message: /undefined/ }],
  [
    'a null target',
    { prediction: good.prediction, target: null },
    { code: 'option', field: 'target', message: /null/ },
  ],
  [
    'no data',
    predicting({ data: undefined }),
    { code: 'option', field: 'prediction.data', message: /undefined.*Float32Array/ },
  ],
  ['null data', targeting({ data: null }), { code: 'option', field: 'target.data', message: /null/ }],
  ['no shape', predicting({ shape: undefined }), { code: 'shape', field: 'prediction.shape', message: /undefined/ }],
  ['a null shape', targeting({ shape: null }), { code: 'shape', field: 'target.shape', message: /null/ }],
  [
    'no form',
    predicting({ form: undefined }),
    { code: 'option', field: 'prediction.form', message: /logits, probs, labels/ },
  ],
  [
    'an unknown form',
    predicting({ form: 'scores' }),
    { code: 'option', field: 'prediction.form', message: /'scores'/ },
  ],
  [
    'no kind',
    targeting({ kind: undefined }),
    { code: 'option', field: 'target.kind', message: /labels, soft, instances/ },
  ],
  ['an unknown kind', targeting({ kind: 'hard' }), { code: 'option', field: 'target.kind', message: /'hard'/ }],
  [
    'an unknown field',
    { ...good, weights: new Float32Array(72) },
    { code: 'option', field: 'input.weights', message: /weight/ },
  ],
  [
    'an unknown field of the target',
    targeting({ classWeights: [1] }),
    { code: 'option', field: 'target.classWeights', message: /kind/ },
  ],
  ['an ignored label that is none', { ...good, ignore: 1.5 }, { code: 'option', field: 'ignore', message: /1.5/ }],
  ['ignored words', { ...good, ignore: ['void'] }, { code: 'option', field: 'ignore', message: /void/ }],
  [
    'a detached buffer',
    predicting({ data: detached }),
    { code: 'length', field: 'prediction.data', message: /transferred/ },
  ],
  [
    'a getter that throws',
    { ...good, prediction: throwing },
    { code: 'option', field: 'prediction', message: /no shape today/ },
  ],
  [
    'a proxy that throws',
    new Proxy(
      {},
      {
        ownKeys: () => {
          throw new Error('keep out');
        },
      },
    ),
    { code: 'option', field: 'input', message: /keep out/ },
  ],
];

/** @type {[string, any, any, {code: string, field?: string, message: RegExp}][]} */
const options = [
  ['an unknown loss', 'dise', {}, { code: 'loss', field: 'dise', message: /dice/ }],
  ['no name', undefined, {}, { code: 'loss', message: /undefined/ }],
  ['a name of another type', 5, {}, { code: 'loss', message: /5/ }],
  ['a name of every object', 'toString', {}, { code: 'loss', field: 'toString', message: /no loss/ }],
  ['an unknown option', 'dice', { smoth: 1 }, { code: 'option', field: 'smoth', message: /smoth.*dice/ }],
  ['an option of another loss', 'dice', { fpWeight: 0.3 }, { code: 'option', field: 'fpWeight', message: /fpWeight/ }],
  [
    'an option that is out of range',
    'tversky',
    { fpWeight: -0.5 },
    { code: 'option', field: 'fpWeight', message: /-0.5/ },
  ],
  ['NaN for an option', 'tversky', { fpWeight: NaN }, { code: 'option', field: 'fpWeight', message: /NaN/ }],
  ['infinity for an option', 'tversky', { fpWeight: Infinity }, { code: 'option', field: 'fpWeight', message: /Inf/ }],
  [
    'null for an option that has no such default',
    'tversky',
    { fpWeight: null },
    { code: 'option', field: 'fpWeight', message: /null/ },
  ],
  ['a word for a number', 'tversky', { fpWeight: '0.5' }, { code: 'option', field: 'fpWeight', message: /"0.5"/ }],
  ['a number for a word', 'dice', { reduction: 1 }, { code: 'option', field: 'reduction', message: /mean, sum, none/ }],
  [
    'a word that is none of them',
    'dice',
    { reduction: 'max' },
    { code: 'option', field: 'reduction', message: /max.*mean, sum, none/ },
  ],
  ['a number for a flag', 'dice', { gradient: 1 }, { code: 'option', field: 'gradient', message: /true or false/ }],
  ['a number for a list', 'dice', { classes: 1.5 }, { code: 'option', field: 'classes', message: /1.5/ }],
  [
    'words in a list',
    'dice',
    { classWeights: [1, 'two', 3] },
    { code: 'option', field: 'classWeights', message: /two/ },
  ],
  ['null in a list', 'dice', { classWeights: [1, null, 3] }, { code: 'option', field: 'classWeights', message: /./ }],
  [
    'a list in a list',
    'dice',
    { classWeights: [[1], 2, 3] },
    { code: 'option', field: 'classWeights', message: /a list/ },
  ],
  [
    'a list that is too short',
    'dice',
    { classWeights: [1, 2] },
    { code: 'option', field: 'classWeights', message: /2.*3/ },
  ],
  [
    'an endless list',
    'dice',
    { classWeights: new Float32Array(1e6) },
    { code: 'option', field: 'classWeights', message: /1000000/ },
  ],
  ['a function', 'dice', { scope: () => 'image' }, { code: 'option', field: 'scope', message: /a function/ }],
  ['a symbol', 'dice', { scope: Symbol('image') }, { code: 'option', field: 'scope', message: /Symbol/ }],
  ['a bigint', 'tversky', { fpWeight: 1n }, { code: 'option', field: 'fpWeight', message: /must be/ }],
  ['an object', 'dice', { scope: {} }, { code: 'option', field: 'scope', message: /an object/ }],
  [
    'a mode that the input cannot have',
    'dice',
    { mode: 'binary' },
    { code: 'option', field: 'mode', message: /3 channels/ },
  ],
  [
    'an array for the gradient that is too short',
    'dice',
    { gradient: new Float32Array(215) },
    { code: 'length', field: 'gradient', message: /215.*216/ },
  ],
  [
    'an array for the heat map that is too long',
    'dice',
    { heatmap: new Float32Array(216) },
    { code: 'length', field: 'heatmap', message: /216.*72/ },
  ],
  [
    'an array for the gradient that was transferred away',
    'dice',
    { gradient: detached },
    { code: 'length', field: 'gradient', message: /transferred away/ },
  ],
  [
    'a Float64Array for the gradient',
    'dice',
    { gradient: new Float64Array(216) },
    { code: 'option', field: 'gradient', message: /must be true, false, 'view' or a Float32Array/ },
  ],
  [
    'an array for the gradient of a metric',
    'iou',
    { gradient: new Float32Array(216) },
    { code: 'option', field: 'gradient', message: /gradient/ },
  ],
  ['a gradient of a metric', 'iou', { gradient: true }, { code: 'option', field: 'gradient', message: /gradient/ }],
  ['options that are a word', 'dice', 'mean', { code: 'option', field: 'options', message: /'mean'/ }],
  ['options that are null', 'dice', null, { code: 'option', field: 'options', message: /null/ }],
  ['options that are a list', 'dice', [], { code: 'option', field: 'options', message: /\[\]/ }],
  [
    'an option that throws',
    'dice',
    {
      get scope() {
        throw new Error('not today');
      },
    },
    { code: 'option', field: 'options', message: /not today/ },
  ],
  [
    'an option of no type at all',
    'dice',
    { scope: Object.create(null, { toString: { value: undefined } }) },
    { code: 'option', field: 'scope', message: /an object/ },
  ],
  ['a list without an end', 'dice', { classWeights: revoked() }, { code: 'option', message: /revoked/ }],
  ['a signal that is none', 'dice', { signal: true }, { code: 'option', field: 'signal', message: /AbortSignal/ }],
  [
    'a signal that has fired',
    'dice',
    { signal: AbortSignal.abort('enough') },
    { code: 'aborted', field: 'signal', message: /aborted/ },
  ],
];

function revoked() {
  const { proxy, revoke } = Proxy.revocable([], {});
  revoke();
  return proxy;
}

/** @type {[string, any, any, {code: string, field: string, message: RegExp}][]} */
const reports = [
  [
    'one array for the gradients of several',
    ['ce', 'dice'],
    { gradient: new Float32Array(216) },
    { code: 'option', field: 'gradient', message: /several losses/ },
  ],
  [
    'one array given twice',
    { ce: { gradient: shared }, dice: { gradient: shared } },
    undefined,
    { code: 'option', field: 'gradient', message: /given twice/ },
  ],
  ['a name alone', 'dice', undefined, { code: 'option', field: 'names', message: /'dice'/ }],
  ['no names', undefined, undefined, { code: 'option', field: 'names', message: /undefined/ }],
  ['an unknown name among others', ['dice', 'dise'], undefined, { code: 'loss', field: 'dise', message: /dise/ }],
  ['a number among names', ['dice', 3], undefined, { code: 'loss', field: 'name', message: /3/ }],
  [
    'an option that none of them takes',
    ['dice', 'iou'],
    { fpWeight: 1 },
    { code: 'option', field: 'fpWeight', message: /none|no option/ },
  ],
  ['an unknown option of one', { dice: { smoth: 1 } }, undefined, { code: 'option', field: 'smoth', message: /smoth/ }],
  ['options of one that are none', { dice: 3 }, undefined, { code: 'option', field: 'dice', message: /3/ }],
  [
    'a loss that is not defined for the input',
    ['dice', 'lovasz-hinge'],
    undefined,
    { code: 'option', field: 'mode', message: /lovasz-hinge/ },
  ],
  [
    'a signal of one',
    { dice: { signal: new AbortController().signal } },
    undefined,
    { code: 'option', field: 'signal', message: /whole report/ },
  ],
];

/** @param {Promise<unknown>} promise @param {any} error */
async function refused(promise, error) {
  const [got] = await Promise.all([
    promise.then(
      (x) => assert.fail(`gave ${JSON.stringify(x)}`),
      (e) => e,
    ),
  ]);
  assert.ok(got instanceof MasklossError, got?.stack);
  assert.equal(got.name, 'MasklossError');
  assert.equal(got.code, error.code, got.message);
  if (error.field !== undefined) assert.equal(got.field, error.field);
  assert.match(got.message, error.message);
  assert.ok(!got.message.includes('\n') && !got.message.endsWith('.'), got.message);
  // The same instance still works.
  assert.deepEqual(await ml.report(good, ['ce', 'dice', 'iou']), right);
}

describe('a bad input is refused', () => {
  for (const [what, input, error] of inputs) {
    test(what, () => refused(ml.evaluate('ce', /** @type {any} */ (input)), error));
  }
  test('by hold too', async () => {
    for (const [what, input, error] of inputs) {
      // Values are read where they are scored, as they may change until then.
      if (['value', 'label'].includes(error.code) && error.field !== 'weight') continue;
      if (/probabil/.test(what)) continue;
      assert.throws(
        () => ml.hold(/** @type {any} */ (input)),
        (/** @type {any} */ e) => e instanceof MasklossError && e.code === error.code && e.field === error.field,
        what,
      );
    }
    assert.deepEqual(await ml.report(good, ['ce', 'dice', 'iou']), right);
  });
});

describe('a bad option is refused', () => {
  for (const [what, name, given, error] of options) {
    test(what, () => refused(ml.evaluate(name, good, given), error));
  }
});

describe('a bad report is refused', () => {
  for (const [what, names, given, error] of reports) {
    test(what, () => refused(ml.report(good, names, given), error));
  }
});

test('what is written into held views is checked where it is read', async () => {
  const held = ml.hold(good);
  held.prediction[3] = NaN;
  await refused(ml.evaluate('ce', held), { code: 'value', field: 'prediction.data', message: /index 3/ });
  held.prediction[3] = good.prediction.data[3];
  held.target[5] = 9;
  await refused(ml.evaluate('ce', held), { code: 'label', field: 'target.data', message: /9 at index 5/ });
  held.target[5] = good.target.data[5];
  assert.deepEqual(await ml.report(held, ['ce', 'dice', 'iou']), right);
  held.dispose();
});

test('arrays of another realm are arrays', async () => {
  const { runInNewContext } = await import('node:vm');
  const realm = runInNewContext('({ Float32Array, Uint8Array })');
  const data = realm.Float32Array.from(good.prediction.data);
  assert.ok(!(data instanceof Float32Array));
  const input = {
    prediction: { ...good.prediction, data },
    target: { ...good.target, data: realm.Uint8Array.from(good.target.data) },
  };
  assert.deepEqual(await ml.report(input, ['ce', 'dice', 'iou']), right);
});

test('arrays on shared memory, with an offset, and Buffers are arrays', async () => {
  const shared = new Float32Array(new SharedArrayBuffer(216 * 4 + 8), 8);
  shared.set(good.prediction.data);
  const target = { ...good.target, data: Buffer.from(good.target.data) };
  assert.deepEqual(
    await ml.report({ prediction: { ...good.prediction, data: shared }, target }, ['ce', 'dice', 'iou']),
    right,
  );
});
