// Checked by tsc, never run: what the types allow, and what they must not.

import type { Input, Manifest, Maskloss, Name, Result } from '../index.js';
import { fromCanvas, fromImageData, load, MasklossError, pixelBuffer, version } from '../index.js';

declare const canvas: HTMLCanvasElement;

export async function theTenLines(badge: HTMLElement): Promise<void> {
  const ml = await load();
  const prediction = fromCanvas(canvas, { as: 'probs', channel: 'alpha' });
  const target = fromCanvas(canvas, { as: 'labels', channel: 'alpha' });
  const report = await ml.report({ prediction, target }, ['dice', 'focal', 'boundary', 'iou']);
  badge.textContent = report.dice.value.toFixed(3);
  // @ts-expect-error: it was not asked for
  report.tversky;
}

export async function pixels(gl: WebGL2RenderingContext, frame: VideoFrame, into: Uint8Array): Promise<void> {
  const image = pixelBuffer(64, 64);
  await frame.copyTo(image.data, { format: 'RGBA' });
  gl.readPixels(0, 0, 64, 64, gl.RGBA, gl.UNSIGNED_BYTE, image.data);
  fromImageData(image, { into, flipY: true });
  new ImageData(image.data, image.width, image.height);
  // @ts-expect-error: true or false
  fromImageData(image, { flipY: 1 });
}

export async function loading(): Promise<Maskloss> {
  const controller = new AbortController();
  const { signal } = controller;
  await load({ wasm: '/maskloss.wasm', workers: 'auto', signal, onProgress: (loaded, total) => loaded / total });
  await load({ wasm: fetch('/maskloss.wasm') });
  await load({ wasm: new URL('/maskloss.wasm', 'https://example.org'), workers: 4 });
  // @ts-expect-error: no such option
  await load({ wasmUrl: '/maskloss.wasm' });
  // @ts-expect-error: a number or 'auto'
  await load({ workers: 'many' });
  return load({ wasm: new Uint8Array(8) });
}

export async function scoring(ml: Maskloss, input: Input): Promise<number> {
  const { value, perClass, valid, params, warnings, gradient, heatmap, values }: Result = await ml.evaluate(
    'tversky',
    input,
    {
      fpWeight: 0.3,
      fnWeight: 0.7,
      mode: 'binary',
      gradient: true,
      signal: AbortSignal.timeout(1000),
    },
  );
  const numbers: number =
    value + valid + (perClass?.[0] ?? 0) + (gradient?.[0] ?? 0) + (heatmap?.[0] ?? 0) + (values?.length ?? 0);
  const words: string[] = [...warnings.map(({ code }) => code), ...Object.keys(params)];

  const written: Result = await ml.evaluate('dice', input, {
    gradient: new Float32Array(4),
    heatmap: new Float32Array(4),
  });
  await ml.report(input, { dice: { gradient: new Float32Array(4) }, ce: { gradient: true } });
  // @ts-expect-error: an array that several would write into
  await ml.report(input, ['dice', 'ce'], { gradient: new Float32Array(4) });
  // @ts-expect-error: no such loss
  await ml.evaluate('dise', input);
  // @ts-expect-error: no such option
  await ml.evaluate('dice', input, { smoth: 1 });
  // @ts-expect-error: an option of another loss
  await ml.evaluate('dice', input, { fpWeight: 1 });
  // @ts-expect-error: not a number
  await ml.evaluate('tversky', input, { fpWeight: 'much' });
  // @ts-expect-error: none of the words
  await ml.evaluate('dice', input, { reduction: 'max' });
  // @ts-expect-error: no form of that name
  await ml.evaluate('dice', { ...input, prediction: { ...input.prediction, form: 'scores' } });
  return numbers + words.length + (written.gradient?.length ?? 0);
}

export async function reporting(ml: Maskloss, input: Input): Promise<void> {
  const some = await ml.report(input, { dice: { smoothNr: 1 }, ce: {} }, { reduction: 'sum' });
  some.ce.value.toFixed();
  const all = await ml.report(input, 'all', { gradient: true });
  all.iou?.value.toFixed();
  // @ts-expect-error: it may not be defined for the input
  all.dice.value.toFixed();
  const names: Name[] = ['dice', 'iou'];
  await ml.report(input, names);
  // @ts-expect-error: a name alone is not a list
  await ml.report(input, 'dice');
  // @ts-expect-error: no such option of dice
  await ml.report(input, { dice: { fpWeight: 1 } });
}

export async function holding(ml: Maskloss, input: Input): Promise<void> {
  const held = ml.hold(input);
  held.target.set([1], 0);
  await ml.evaluate('iou', held);
  held.dispose();

  const sum = ml.accumulate(['dice']);
  await sum.add(input);
  const state: Record<string, Float64Array> = sum.state();
  sum.merge(state);
  sum.result().dice?.value.toFixed();
}

export function maps(ml: Maskloss, { prediction, target }: Input): number[] {
  const labels = ml.argmax(prediction);
  return [
    ...ml.distanceMap(target, { spacing: [1, 2] }).shape,
    ...ml.unetWeightMap(target, { w0: 10 }).data,
    ...ml.edt(labels).data,
    ...ml.oneHot(labels, labels.classes).shape,
  ];
}

export function telling(ml: Maskloss): string {
  const manifest: Manifest = ml.describe();
  const first = manifest.losses[0];
  return `${version} ${ml.version} ${first?.title} ${first?.params[0]?.min} ${ml.memory()}`;
}

export function failing(error: unknown): string {
  if (!(error instanceof MasklossError)) return '';
  // @ts-expect-error: no code of that name
  if (error.code === 'range') return '';
  return error.code === 'memory' ? error.field : error.message;
}
