// The other side of pool.js: an instance in a Web Worker or a worker thread, which does one task after the other.

import { MasklossError } from './error.js';
import { IN, Instance, OUT } from './instance.js';
import { builtin } from './loader.js';
import { spans } from './spans.js';

/**
 * @typedef {import('./instance.js').Job} Job
 * @typedef {import('./input.js').CheckedInput} CheckedInput
 * @typedef {import('./spans.js').Piece} Piece
 *
 * An array that comes in pieces; what lies between them is not read.
 *
 * @typedef {{type: 'f32' | 'u8' | 'u16' | 'i32', length: number, pieces: Piece[]}} Parcel
 *
 * @typedef {Omit<CheckedInput, 'prediction' | 'target' | 'weight'> & {prediction: Parcel, target: Parcel, weight: Parcel | null}} SentInput
 */

/** @type {Instance} */
let instance;
/** @type {Job | undefined} */
let job;
/** @type {Transferable[]} */
let transfer = [];

const tasks = {
  /** @param {{module: WebAssembly.Module}} task */
  start({ module }) {
    instance = new Instance(module);
  },

  /**
   * A whole evaluation.
   *
   * @param {{request: import('./request.js').Request, input: SentInput}} task
   */
  evaluate({ request, input }) {
    const results = instance.evaluate(request, unpack(input));
    for (const { gradient, heatmap, values } of Object.values(results)) {
      for (const plane of [gradient, heatmap, values]) if (plane) transfer.push(plane.buffer);
    }
    return results;
  },

  /**
   * The sums of some blocks of pixels.
   *
   * @param {{request: import('./request.js').Request, input: SentInput, from: number, to: number}} task
   */
  scan({ request, input, from, to }) {
    forget();
    job = instance.begin(request, unpack(input), { in: IN, out: OUT });
    instance.scan(job, from, to);
    const state = instance.state(job);
    transfer.push(state.buffer);
    return state;
  },

  /**
   * The numbers, of the sums of all blocks, and the planes where our blocks are.
   *
   * @param {{state: Float64Array, from: number, to: number}} task
   */
  finish({ state, from, to }) {
    if (!job) throw new MasklossError('internal', '', 'finish without scan');
    const { shape } = job;
    const { spread, take } = instance.finish(job, state);
    spread(from, to);
    const results = take((view, plane, _, valuesShape) => {
      // Those of ratios are no planes: everybody has them all.
      const whole = plane === 'values' && valuesShape && valuesShape.length < 4;
      const ranges = whole ? [[0, view.length]] : spans(shape, view.length, from, to);
      return ranges.map(([start, end]) => {
        const data = view.slice(start, end);
        transfer.push(data.buffer);
        return { at: start, data };
      });
    });
    forget();
    return results;
  },

  forget,
};

function forget() {
  if (job) instance.end(job);
  job = undefined;
}

/** @param {SentInput} input @returns {CheckedInput} */
function unpack(input) {
  const { prediction, target, weight } = input;
  return /** @type {CheckedInput} */ (
    /** @type {unknown} */ ({
      ...input,
      prediction: whole(prediction),
      target: whole(target),
      weight: weight && whole(weight),
    })
  );
}

/** @param {Parcel} parcel */
function whole({ type, length, pieces }) {
  const fill = (/** @type {any} */ view) => {
    for (const { at, data } of pieces) view.set(data, at);
  };
  return { type, length, fill };
}

/**
 * @param {{post(message: unknown, transfer: Transferable[]): void, listen(listener: (message: any) => void): void}} host
 */
function serve(host) {
  host.listen(({ id, name, task }) => {
    transfer = [];
    try {
      const value = tasks[/** @type {keyof typeof tasks} */ (name)](task);
      host.post({ id, value, memory: instance.memory }, transfer);
    } catch (error) {
      const { code, field, message } =
        error instanceof MasklossError ? error : { code: 'internal', field: '', message: String(error) };
      host.post({ id, error: { code, field, message }, memory: instance?.memory ?? 0 }, []);
    }
  });
}

if (typeof globalThis.postMessage === 'function') {
  const scope = /** @type {any} */ (globalThis);
  serve({
    post: (message, transfer) => scope.postMessage(message, transfer),
    listen: (listener) => scope.addEventListener('message', (/** @type {MessageEvent} */ { data }) => listener(data)),
  });
} else {
  const { parentPort } = await builtin('node:worker_threads');
  serve({
    post: (message, transfer) => parentPort.postMessage(message, transfer),
    listen: (listener) => parentPort.on('message', listener),
  });
}
