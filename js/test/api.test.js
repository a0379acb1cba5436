import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { fromCanvas, load, version } from '../index.js';
import { canvas, scene } from './scene.js';

/** @type {import('../index.js').Maskloss} */
let ml;
before(async () => {
  ml = await load();
});
after(() => ml.dispose());

/** Two pixels are right and two wrong: TP, FP, FN and TN are 1. */
const four = {
  prediction: { data: Float32Array.of(1, 1, 0, 0), shape: [1, 1, 2, 2], form: 'probs' },
  target: { data: Uint8Array.of(1, 0, 1, 0), shape: [1, 2, 2], kind: 'labels' },
};

test('the ten lines', async () => {
  const modelCanvas = canvas(2, 2, [255, 255, 0, 0]);
  const paintedCanvas = canvas(2, 2, [255, 0, 255, 0]);
  const badge = { textContent: '' };

  const ml = await load();
  const prediction = fromCanvas(modelCanvas, { as: 'probs', channel: 'alpha' });
  const target = fromCanvas(paintedCanvas, { as: 'labels', channel: 'alpha' });
  const report = await ml.report({ prediction, target }, ['dice', 'focal', 'boundary', 'iou']);
  badge.textContent = report.dice.value.toFixed(3);

  assert.equal(badge.textContent, '0.500');
  assert.deepEqual(Object.keys(report), ['dice', 'focal', 'boundary', 'iou']);
  assert.equal(report.dice.value, 1 - (2 + 1e-5) / (4 + 1e-5));
  assert.equal(report.iou.value, 1 / 3);
  for (const { value, valid, params, warnings } of Object.values(report)) {
    assert.ok(Number.isFinite(value));
    assert.equal(valid, 4);
    assert.equal(params.mode, 'auto');
    assert.deepEqual(warnings, []);
  }
  ml.dispose();
});

describe('evaluate', () => {
  test('gives the value, its classes and the parameters as used', async () => {
    const { value, perClass, valid, params } = await ml.evaluate('tversky', four, {
      fpWeight: 0.3,
      fnWeight: 0.7,
      smoothNr: 0,
      smoothDr: 0,
    });
    // TP / (TP + 0.3 FP + 0.7 FN) = 1/2
    assert.equal(value, 0.5);
    assert.deepEqual(perClass, [0.5]);
    assert.equal(valid, 4);
    assert.equal(params.fpWeight, 0.3);
    assert.equal(params.fnWeight, 0.7);
  });

  test('writes a gradient and a heat map into arrays of the caller', async () => {
    const input = scene([1, 3, 600, 601]);
    const [gradient, heatmap] = [new Float32Array(3 * 360600).fill(7), new Float32Array(360600).fill(7)];
    const want = await ml.evaluate('ce', input, { gradient: true, heatmap: true });
    // With a signal an input of this size is scored in steps.
    const { signal } = new AbortController();
    for (const options of [{}, { signal }]) {
      const got = await ml.evaluate('ce', input, { gradient, heatmap, ...options });
      assert.deepEqual(got, want);
      assert.equal(got.gradient, gradient);
      assert.equal(got.heatmap, heatmap);
      gradient.fill(7);
      heatmap.fill(7);
    }
    const report = await ml.report(input, { ce: { gradient }, dice: { gradient: true }, focal: { heatmap } });
    assert.equal(report.ce.gradient, gradient);
    assert.equal(report.focal.heatmap, heatmap);
    assert.deepEqual(report.dice.gradient, (await ml.evaluate('dice', input, { gradient: true })).gradient);
    assert.deepEqual(gradient, want.gradient);
  });

  test('gives views of a gradient and a heat map', async () => {
    const input = scene([1, 3, 60, 61]);
    const want = await ml.report(input, ['ce', 'dice'], { gradient: true, heatmap: true });
    const got = await ml.report(input, ['ce', 'dice'], { gradient: 'view', heatmap: 'view' });
    assert.deepEqual(got, want);
    const { buffer } = /** @type {Float32Array} */ (got.ce.gradient);
    for (const plane of [got.ce.heatmap, got.dice.gradient, got.dice.heatmap]) assert.equal(plane?.buffer, buffer);
    assert.notEqual(want.ce.gradient?.buffer, buffer);
    const { gradient } = await ml.evaluate('ce', input, { gradient: 'view' });
    assert.deepEqual(gradient, want.ce.gradient);
    // In steps there is nothing to look at any more.
    const large = scene([1, 3, 600, 601]);
    const { signal } = new AbortController();
    const slow = await ml.evaluate('ce', large, { gradient: 'view', signal });
    assert.deepEqual(slow.gradient, (await ml.evaluate('ce', large, { gradient: 'view' })).gradient);
    const own = await ml.report(input, { ce: { gradient: 'view' }, dice: { gradient: true } });
    assert.notEqual(own.dice.gradient?.buffer, own.ce.gradient?.buffer);
    await assert.rejects(ml.evaluate('ce', input, { gradient: /** @type {any} */ ('copy') }), /gradient: is "copy"/);
  });

  test('gives a gradient and a heat map that sums to the value', async () => {
    const input = scene([2, 1, 30, 50]);
    const { value, gradient, heatmap } = await ml.evaluate('ce', input, { gradient: true, heatmap: true });
    assert.ok(gradient instanceof Float32Array && heatmap instanceof Float32Array);
    assert.equal(gradient.length, 3000);
    assert.equal(heatmap.length, 3000);
    const sum = heatmap.reduce((total, x) => total + x, 0);
    assert.ok(Math.abs(sum - value) < 1e-6 * value, `${sum} against ${value}`);
    // d ce / d logit = (p - t) / pixels
    const x = input.prediction.data[7];
    const want = (1 / (1 + Math.exp(-x)) - input.target.data[7]) / 3000;
    assert.ok(Math.abs(gradient[7] - want) < 1e-9, `${gradient[7]} against ${want}`);
  });

  test('leaves out what was not wanted', async () => {
    const result = await ml.evaluate('dice', four);
    assert.deepEqual(Object.keys(result), ['value', 'perClass', 'valid', 'params', 'warnings']);
  });

  test('gives every term where reduction is none', async () => {
    const { value, values, valuesShape } = await ml.evaluate('ce', scene([2, 3, 4, 5]), { reduction: 'none' });
    assert.ok(values);
    assert.deepEqual(valuesShape, [2, 4, 5]);
    assert.equal(values.length, 40);
    const sum = values.reduce((total, x) => total + x, 0);
    assert.ok(Math.abs(sum - value) < 1e-5 * value);
    const volume = await ml.evaluate('ce', scene([1, 3, 2, 4, 5]), { reduction: 'none' });
    assert.deepEqual(volume.valuesShape, [1, 2, 4, 5]);
  });

  test('counts only pixels that are not ignored, by their weight', async () => {
    const target = { ...four.target, data: Uint8Array.of(1, 0, 255, 0) };
    const ignored = await ml.evaluate('iou', { ...four, target, ignore: 255 });
    assert.equal(ignored.value, 0.5);
    assert.equal(ignored.valid, 3);
    const list = await ml.evaluate('iou', { ...four, target, ignore: [255, 254] });
    assert.equal(list.value, 0.5);
    const weighted = await ml.evaluate(
      'jaccard',
      { ...four, weight: Float32Array.of(1, 0, 1, 1) },
      { smoothNr: 0, smoothDr: 0 },
    );
    assert.equal(weighted.value, 0.5);
  });

  test('takes labels as a prediction, with and without a class axis', async () => {
    const bits = Uint8Array.of(1, 1, 0, 0);
    const want = 1 / 3;
    for (const prediction of [
      { data: bits, shape: [1, 1, 2, 2], form: 'labels' },
      { data: bits, shape: [1, 2, 2], form: 'labels' },
      { data: Int32Array.from(bits), shape: [1, 2, 2], form: 'labels', kind: 'labels' },
    ]) {
      assert.equal((await ml.evaluate('iou', { ...four, prediction })).value, want);
    }
  });

  test('takes 16 and 32 bits of label', async () => {
    const { value } = await ml.evaluate('dice', four);
    for (const Labels of [Uint16Array, Int32Array]) {
      const target = { ...four.target, data: Labels.from(four.target.data) };
      assert.equal((await ml.evaluate('dice', { ...four, target })).value, value);
    }
  });

  test('takes a soft target', async () => {
    const target = { data: Float32Array.of(1, 0, 1, 0), shape: [1, 1, 2, 2], kind: 'soft' };
    assert.equal((await ml.evaluate('dice', { ...four, target })).value, (await ml.evaluate('dice', four)).value);
  });

  test('warns of what makes a number doubtful', async () => {
    const target = { ...four.target, data: new Uint8Array(4) };
    const prediction = { ...four.prediction, data: new Float32Array(4) };
    const { warnings } = await ml.evaluate('dice', { prediction, target });
    assert.deepEqual(
      warnings.map(({ code }) => code),
      ['both-empty'],
    );
    assert.ok(warnings[0].message.length > 10);
  });

  test('an option set to undefined is as if absent, null is the default of what may be left open', async () => {
    const { value } = await ml.evaluate('dice', four);
    assert.equal(
      (await ml.evaluate('dice', four, { smoothNr: undefined, classWeights: null, signal: undefined })).value,
      value,
    );
  });

  test('a list may be a typed array', async () => {
    const input = scene([1, 3, 20, 20]);
    const list = await ml.evaluate('ce', input, { classWeights: [1, 2, 3] });
    const typed = await ml.evaluate('ce', input, { classWeights: Float64Array.of(1, 2, 3) });
    assert.equal(typed.value, list.value);
    assert.deepEqual(typed.params.classWeights, [1, 2, 3]);
  });

  test('results share nothing', async () => {
    const first = await ml.evaluate('dice', four, { gradient: true });
    first.params.mode = 'changed';
    first.gradient?.fill(7);
    const second = await ml.evaluate('dice', four, { gradient: true });
    assert.equal(second.params.mode, 'auto');
    assert.notEqual(second.gradient?.[0], 7);
  });

  test('never writes to its input', async () => {
    const input = scene([1, 3, 33, 33]);
    const copy = structuredClone(input);
    await ml.report(input, 'all', { gradient: true });
    assert.deepEqual(input, copy);
  });
});

describe('report', () => {
  const input = scene([2, 3, 40, 50]);

  test('equals one by one', async () => {
    const names = /** @type {const} */ (['ce', 'focal', 'dice', 'lovasz-softmax', 'iou', 'kappa']);
    const report = await ml.report(input, names);
    for (const name of names) assert.deepEqual(report[name], await ml.evaluate(name, input), name);
  });

  test('equals one by one, whichever of them give planes', async () => {
    for (const input of [scene([1, 1, 70, 90]), scene([2, 3, 40, 50])]) {
      for (const planes of [{ gradient: true }, { heatmap: true }, { reduction: /** @type {const} */ ('none') }]) {
        for (const name of /** @type {const} */ (['ce', 'focal', 'dice'])) {
          const report = await ml.report(input, { ce: {}, focal: {}, dice: {}, iou: {}, [name]: planes });
          for (const other of /** @type {const} */ (['ce', 'focal', 'dice', 'iou'])) {
            const alone = await ml.evaluate(other, input, other === name ? planes : {});
            assert.deepEqual(report[other], alone, `${other} beside ${name} with ${Object.keys(planes)}`);
          }
        }
      }
    }
  });

  test('takes options by name', async () => {
    const report = await ml.report(input, {
      dice: { includeBackground: false },
      tversky: { fpWeight: 0.3, fnWeight: 0.7 },
    });
    assert.deepEqual(report.dice, await ml.evaluate('dice', input, { includeBackground: false }));
    assert.deepEqual(report.tversky, await ml.evaluate('tversky', input, { fpWeight: 0.3, fnWeight: 0.7 }));
  });

  test('passes a shared option to those that take it', async () => {
    const report = await ml.report(input, ['dice', 'iou'], { gradient: true });
    assert.ok(report.dice.gradient);
    assert.ok(!('gradient' in report.iou));
  });

  test('an option of its own goes before a shared one', async () => {
    const report = await ml.report(input, { dice: { scope: 'batch' }, jaccard: {} }, { scope: 'pooled' });
    assert.equal(report.dice.params.scope, 'batch');
    assert.equal(report.jaccard.params.scope, 'pooled');
  });

  test('all is what is defined for the input', async () => {
    const binary = await ml.report(scene([1, 1, 20, 20]), 'all');
    assert.ok('lovasz-hinge' in binary);
    const many = await ml.report(input, 'all');
    assert.ok('lovasz-softmax' in many && !('lovasz-hinge' in many));
    const { kind, ...rest } = scene([1, 1, 20, 20]).target;
    const instances = await ml.report({ ...scene([1, 1, 20, 20]), target: { ...rest, kind: 'instances' } }, 'all');
    assert.ok('unet-ce' in instances && !('unet-ce' in binary));
    const masks = await ml.report(
      { ...four, prediction: { data: Uint8Array.of(1, 1, 0, 0), shape: [1, 2, 2], form: 'labels' } },
      'all',
    );
    assert.ok('iou' in masks && !('ce' in masks));
    const known = ml.describe().losses.map(({ name }) => name);
    for (const name of Object.keys({ ...binary, ...many, ...instances }))
      assert.ok(known.includes(/** @type {any} */ (name)), name);
  });

  test('all with an option that is wrong is an error', async () => {
    await assert.rejects(ml.report(input, 'all', { classWeights: [1, 2] }), { code: 'option', field: 'classWeights' });
    await assert.rejects(ml.report(input, 'all', { mode: 'binary' }), { code: 'option', field: 'mode' });
  });

  test('no names, no numbers', async () => {
    assert.deepEqual(await ml.report(input, []), {});
  });
});

describe('hold', () => {
  test('stands for its input, and is written to in place', async () => {
    const input = scene([1, 1, 40, 40]);
    const held = ml.hold(input);
    assert.equal((await ml.evaluate('dice', held)).value, (await ml.evaluate('dice', input)).value);
    assert.deepEqual(held.prediction, input.prediction.data);
    assert.equal(held.weight, null);
    held.target.fill(0);
    held.target[3] = 1;
    const target = { ...input.target, data: new Uint8Array(1600) };
    target.data[3] = 1;
    assert.equal((await ml.evaluate('dice', held)).value, (await ml.evaluate('dice', { ...input, target })).value);
    held.dispose();
    held.dispose();
    await assert.rejects(ml.evaluate('dice', held), { code: 'internal' });
  });

  test('views of it are an input too', async () => {
    const input = scene([1, 1, 300, 300]);
    const held = ml.hold(input);
    const { value } = await ml.evaluate('dice', {
      ...input,
      prediction: { ...input.prediction, data: held.prediction },
    });
    assert.equal(value, (await ml.evaluate('dice', input)).value);
    held.dispose();
  });

  test('many side by side', async () => {
    const inputs = [1, 2, 3, 4].map((seed) => scene([1, 3, 20 * seed, 30], seed));
    const held = inputs.map((input) => ml.hold(input));
    for (const [i, input] of inputs.entries()) {
      assert.deepEqual(
        await ml.evaluate('ce', held[i], { gradient: true }),
        await ml.evaluate('ce', input, { gradient: true }),
      );
    }
    for (const one of held) one.dispose();
  });
});

describe('accumulate', () => {
  const parts = [1, 2, 3].map((seed) => scene([2, 3, 32, 33], seed));
  const batch = () => {
    const data = new Float32Array(parts.flatMap(({ prediction }) => [...prediction.data]));
    const labels = new Uint8Array(parts.flatMap(({ target }) => [...target.data]));
    return {
      prediction: { data, shape: [6, 3, 32, 33], form: 'logits' },
      target: { data: labels, shape: [6, 32, 33], kind: 'labels' },
    };
  };

  test('sums to what one batch gives', async () => {
    const sum = ml.accumulate(['ce', 'dice', 'iou']);
    for (const part of parts) await sum.add(part);
    const want = await ml.report(batch(), ['ce', 'dice', 'iou']);
    const got = sum.result();
    for (const name of /** @type {const} */ (['ce', 'dice', 'iou'])) {
      assert.ok(Math.abs(got[name].value - want[name].value) < 1e-12, name);
      assert.equal(got[name].valid, want[name].valid);
    }
    sum.dispose();
  });

  test('states merge in any order to the same bits', async () => {
    const states = [];
    for (const part of parts) {
      const one = ml.accumulate({ dice: { scope: 'batch' }, ce: {} });
      await one.add(part);
      states.push(structuredClone(one.state()));
      one.dispose();
    }
    const results = [
      [0, 1, 2],
      [2, 0, 1],
    ].map((order) => {
      const sum = ml.accumulate({ dice: { scope: 'batch' }, ce: {} });
      for (const i of order) sum.merge(states[i]);
      return sum.result();
    });
    assert.deepEqual(results[0], results[1]);
    assert.ok(states[0].dice instanceof Float64Array);
  });

  test('refuses what is no sum, by name', () => {
    assert.throws(() => ml.accumulate(['lovasz-softmax']), { code: 'option', message: /lovasz-softmax/ });
    assert.throws(() => ml.accumulate(['nothing']), { code: 'loss' });
  });

  test('all is what is a sum and defined for the input', async () => {
    const sum = ml.accumulate('all');
    await sum.add(parts[0]);
    const names = Object.keys(sum.result());
    assert.ok(
      names.includes('dice') &&
        names.includes('kappa') &&
        !names.includes('lovasz-softmax') &&
        !names.includes('unet-ce'),
    );
  });

  test('a bad input or state adds nothing', async () => {
    const sum = ml.accumulate(['dice']);
    assert.throws(() => sum.result(), { code: 'length' });
    await sum.add(parts[0]);
    const before = sum.result();
    await assert.rejects(sum.add({ ...parts[0], target: four.target }), { code: 'shape' });
    await assert.rejects(sum.add(scene([1, 1, 8, 8])), { code: 'shape' });
    assert.throws(() => sum.merge({ iou: new Float64Array(4) }), { code: 'option' });
    assert.throws(() => sum.merge({ dice: new Float64Array(4) }), { code: 'length' });
    assert.throws(() => sum.merge(/** @type {any} */ ({ dice: 'x' })), { code: 'option' });
    assert.throws(() => sum.merge(/** @type {any} */ (undefined)), { code: 'option' });
    assert.deepEqual(sum.result(), before);
  });
});

describe('maps', () => {
  test('edt', () => {
    const mask = { data: Uint8Array.of(0, 1, 1, 1, 1, 1), shape: [1, 2, 3], kind: 'labels' };
    const { data, shape } = ml.edt(mask);
    assert.deepEqual(shape, [1, 2, 3]);
    assert.deepEqual([...data], [0, 1, 2, 1, Math.SQRT2, Math.sqrt(5)].map(Math.fround));
    const spaced = ml.edt(mask, { spacing: [10, 1] });
    assert.deepEqual([...spaced.data], [0, 1, 2, 10, Math.sqrt(101), Math.sqrt(104)].map(Math.fround));
  });

  test('edt of several images', () => {
    const mask = { data: Uint8Array.of(0, 1, 1, 0), shape: [2, 1, 2], kind: 'labels' };
    assert.deepEqual([...ml.edt(mask).data], [0, 1, 1, 0]);
  });

  test('distanceMap', () => {
    const target = { data: Uint8Array.of(0, 0, 1, 1), shape: [1, 1, 4], kind: 'labels' };
    const { data, shape } = ml.distanceMap(target);
    assert.deepEqual(shape, [1, 2, 1, 4]);
    assert.deepEqual(
      [...data],
      [-1, 0, 1, 2, 2, 1, 0, -1].map((x) => x),
    );
    assert.deepEqual(ml.distanceMap(target, { classes: 3 }).shape, [1, 3, 1, 4]);
    assert.deepEqual([...ml.distanceMap(target, { insideOffset: 0 }).data], [-2, -1, 1, 2, 2, 1, -1, -2]);
  });

  test('unetWeightMap', () => {
    const instances = { data: Uint8Array.of(1, 0, 2), shape: [1, 1, 3], kind: 'instances' };
    // Background between two cells, at distance 1 of both: w0 exp(-(1+1)² / (2 5²)).
    const want = 10 * Math.exp(-4 / 50);
    const { data } = ml.unetWeightMap(instances);
    assert.ok(Math.abs(data[1] - want) < 1e-5, `${data[1]} against ${want}`);
    assert.equal(ml.unetWeightMap(instances, { w0: 0, classWeights: [1, 3] }).data[0], 3);
  });

  test('argmax: ties go to the lowest class', () => {
    const prediction = { data: Float32Array.of(1, 5, 1, 2, 0, 2), shape: [1, 3, 1, 2], form: 'logits' };
    const labels = ml.argmax(prediction);
    assert.deepEqual([...labels.data], [0, 0]);
    assert.ok(labels.data instanceof Int32Array);
    assert.deepEqual(labels.shape, [1, 1, 2]);
    const one = { data: Float32Array.of(0.4, 0.5), shape: [1, 1, 1, 2], form: 'probs' };
    assert.deepEqual([...ml.argmax(one).data], [0, 1]);
  });

  test('what argmax gives is a prediction and a target', async () => {
    const input = scene([2, 3, 16, 16]);
    const labels = ml.argmax(input.prediction);
    const { value } = await ml.evaluate('iou', input);
    assert.equal((await ml.evaluate('iou', { ...input, prediction: labels })).value, value);
    assert.equal((await ml.evaluate('iou', { ...input, target: labels })).value, 1);
  });

  test('what oneHot gives is a soft target', async () => {
    const input = scene([2, 3, 16, 16]);
    const target = ml.oneHot(input.target, 3);
    assert.deepEqual(target.shape, [2, 3, 16, 16]);
    const hard = await ml.evaluate('dice', input);
    const soft = await ml.evaluate('dice', { ...input, target });
    assert.ok(Math.abs(hard.value - soft.value) < 1e-12);
    const ignoring = ml.oneHot({ data: Uint8Array.of(1, 255), shape: [1, 1, 2], kind: 'labels' }, 2, { ignore: 255 });
    assert.deepEqual([...ignoring.data], [0, 0, 1, 0]);
  });

  for (const [what, call, error] of /** @type {[string, () => unknown, object][]} */ ([
    [
      'an unknown option',
      () => ml.edt(four.target, /** @type {any} */ ({ spacings: 1 })),
      { code: 'option', field: 'spacings' },
    ],
    ['a spacing of 0', () => ml.edt(four.target, { spacing: [0, 1] }), { code: 'option', field: 'spacing' }],
    ['a sigma of 0', () => ml.unetWeightMap(four.target, { sigma: 0 }), { code: 'option', field: 'sigma' }],
    [
      'a word for a number',
      () => ml.unetWeightMap(four.target, /** @type {any} */ ({ w0: 'ten' })),
      { code: 'option', field: 'w0' },
    ],
    [
      'no number of classes',
      () => ml.oneHot(four.target, /** @type {any} */ (undefined)),
      { code: 'option', field: 'classes' },
    ],
    ['half a class', () => ml.oneHot(four.target, 2.5), { code: 'option', field: 'classes' }],
    [
      'a label that is no class',
      () => ml.oneHot({ ...four.target, data: Uint8Array.of(0, 1, 2, 3) }, 3),
      { code: 'label', field: 'target.data' },
    ],
    [
      'scores for labels',
      () => ml.edt({ ...four.target, data: new Float32Array(4) }),
      { code: 'domain', field: 'mask.data' },
    ],
    [
      'labels for scores',
      () => ml.argmax({ data: new Uint8Array(4), shape: [1, 1, 2, 2], form: 'labels' }),
      { code: 'option', field: 'prediction.form' },
    ],
    [
      'NaN',
      () => ml.argmax({ data: Float32Array.of(0, NaN), shape: [1, 1, 1, 2], form: 'logits' }),
      { code: 'value', field: 'prediction.data' },
    ],
  ])) {
    test(`refuse ${what}`, () => {
      assert.throws(call, error);
      assert.deepEqual([...ml.edt(four.target).data], [1, 0, 1, 0]);
    });
  }
});

describe('describe', () => {
  test('is the whole manifest', () => {
    const { version: own, losses } = ml.describe();
    assert.equal(own, version);
    assert.equal(ml.version, version);
    assert.equal(JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')).version, version);
    for (const entry of losses) {
      for (const key of /** @type {const} */ ([
        'name',
        'title',
        'family',
        'kind',
        'formula',
        'source',
        'doc',
        'better',
      ])) {
        assert.equal(typeof entry[key], 'string', `${entry.name}.${key}`);
      }
      assert.ok(['loss', 'metric'].includes(entry.kind));
      assert.ok(['lower', 'higher'].includes(entry.better));
      assert.equal(entry.range.length, 2);
      for (const param of entry.params) {
        assert.ok(param.doc.length > 3, `${entry.name}.${param.name}`);
        assert.ok(['number', 'integer', 'boolean', 'string', 'numbers', 'classes'].includes(param.type));
        assert.ok('default' in param && 'min' in param && 'max' in param);
      }
    }
  });

  test('is a copy', () => {
    ml.describe().losses[0].params.length = 0;
    assert.ok(ml.describe().losses[0].params.length > 0);
  });

  test('its names are those of the types', () => {
    const types = readFileSync(new URL('../losses.gen.d.ts', import.meta.url), 'utf8');
    const [, names] = /export interface LossOptions {([^}]*)}/.exec(types) ?? [];
    const typed = [...names.matchAll(/^\s*'?([\w-]+)'?:/gm)].map(([, name]) => name);
    assert.deepEqual(
      ml.describe().losses.map(({ name }) => name),
      typed,
    );
  });
});

test('memory and dispose', async () => {
  const own = await load();
  assert.ok(own.memory() > 1e6 && own.memory() < 2e7, `${own.memory()}`);
  const held = own.hold(four);
  own.dispose();
  own.dispose();
  assert.equal(own.memory(), 0);
  await assert.rejects(own.evaluate('dice', four), { code: 'internal', message: /disposed/ });
  assert.throws(() => own.hold(four), { code: 'internal' });
  assert.throws(() => held.prediction, { code: 'internal' });
  held.dispose();
});

test('disposable', async () => {
  const own = await load();
  own[Symbol.dispose]();
  assert.equal(own.memory(), 0);
});
