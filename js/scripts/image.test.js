import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { SECTION } from '../image.js';
import { Instance } from '../instance.js';
import { readOne } from '../request.js';
import { differences, imageOf, withSection } from './image.js';

const bytes = new Uint8Array(await readFile(new URL('../maskloss.wasm', import.meta.url)));
const shipped = await WebAssembly.compile(bytes);
const [section] = WebAssembly.Module.customSections(shipped, SECTION);
// It is the last section: its number, its length, the length of its name, and its name are before it.
const plain = await WebAssembly.compile(bytes.slice(0, bytes.length - section.byteLength - SECTION.length - 1 - 4));

/** @type {import('../instance.js').CheckedInput} */
const input = {
  prediction: Float32Array.from({ length: 2048 }, (_, i) => (i % 17) / 3 - 2.5),
  shape: [1, 2, 32, 32],
  form: 'logits',
  target: Uint8Array.from({ length: 1024 }, (_, i) => (i % 7 === 0 ? 1 : 0)),
  targetShape: [1, 32, 32],
  kind: 'labels',
  weight: null,
  ignore: [],
};

test('the module is the program before it started, with its image behind it', async () => {
  assert.deepEqual(WebAssembly.Module.customSections(plain, SECTION), []);
  assert.deepEqual(Buffer.from(imageOf(plain)), Buffer.from(section), 'made anew it is the same');
});

test('a program from the image does not start, and says what one does that has started', () => {
  let ran = 0;
  const programs = [shipped, plain].map(
    (module) =>
      new Instance(module, (go) => {
        const { run } = go;
        go.run = (instance) => {
          ran++;
          return run.call(go, instance);
        };
      }),
  );
  assert.equal(ran, 1);
  const [woken, started] = programs;
  assert.deepEqual(woken.names, started.names);
  assert.deepEqual(woken.describe(), started.describe());
  assert.equal(woken.memory, started.memory);
  let compared = 0;
  for (const name of woken.names) {
    for (const options of [undefined, { gradient: true, heatmap: true }]) {
      const { request } = readOne(name, options);
      const [a, b] = programs.map((program) => {
        try {
          return program.evaluate(request, input);
        } catch (error) {
          return error;
        }
      });
      if (!(a instanceof Error)) compared++;
      assert.deepEqual(a, b, name);
    }
  }
  assert.ok(compared >= 30, `${compared} were scored`);
  for (const program of programs) program.dispose();
});

test('plans that were made beforehand are those that the program makes, and can be dropped', () => {
  const program = new Instance(shipped);
  const ask = () =>
    ['ce', 'dice', 'focal', 'iou', 'dice-score'].map((name) => program.plan(readOne(name, undefined).request));
  const made = ask();
  for (let i = 0; i < 100; i++) program.plan(readOne('ce', { labelSmoothing: i / 200 }).request);
  const again = ask();
  for (const [i, { id, losses }] of made.entries()) {
    assert.notEqual(again[i].id, id, 'the first was dropped');
    assert.deepEqual(again[i].losses, losses);
  }
  assert.equal(program.evaluate(readOne('dice', undefined).request, input).dice.valid, 1024);
  program.dispose();
});

test('programs from one image are apart from each other', () => {
  const [a, b] = [new Instance(shipped), new Instance(shipped)];
  const { request } = readOne('ce', undefined);
  const before = b.evaluate(request, input).ce.value;
  a.evaluate(request, { ...input, prediction: input.prediction.map((x) => -x) });
  a.dispose();
  assert.equal(b.evaluate(request, input).ce.value, before);
  b.dispose();
});

test('differences are runs, those near each other as one', () => {
  const before = new Uint8Array(400);
  const after = new Uint8Array(400);
  for (const at of [0, 3, 200, 201, 399]) after[at] = 1;
  assert.deepEqual(differences(before, after), [
    [0, 4],
    [200, 202],
    [399, 400],
  ]);
  assert.deepEqual(differences(after, after), []);
});

test('a section is found again', async () => {
  const module = withSection(Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0), 'name', new Uint8Array(300).fill(7));
  const [found] = WebAssembly.Module.customSections(await WebAssembly.compile(new Uint8Array(module)), 'name');
  assert.deepEqual(new Uint8Array(found), new Uint8Array(300).fill(7));
});
