import { Accumulator } from './accumulator.js';
import { MasklossError } from './error.js';
import { Held } from './held.js';
import { fault, readInput, readPrediction, readTarget } from './input.js';
import { Instance } from './instance.js';
import { builtin, compile, onNode } from './loader.js';
import { checkOutputs } from './outputs.js';
import { isSignal, readAny, readMany, readOne, readOptions } from './request.js';
import { evaluateSlowly } from './steps.js';

export * from './mask.js';
export { MasklossError };

/**
 * @typedef {import('./loader.js').WasmSource} WasmSource
 * @typedef {import('./input.js').Input} Input
 * @typedef {import('./input.js').Prediction} Prediction
 * @typedef {import('./input.js').Target} Target
 * @typedef {import('./instance.js').Result} Result
 * @typedef {import('./instance.js').Warning} Warning
 * @typedef {import('./error.js').ErrorCode} ErrorCode
 * @typedef {import('./losses.gen.js').Name} Name
 * @typedef {import('./losses.gen.js').LossOptions} LossOptions
 * @typedef {import('./losses.gen.js').SharedOptions} SharedOptions
 * @typedef {import('./losses.gen.js').Manifest} Manifest
 * @typedef {Held} HeldInput
 * @typedef {Accumulator} AccumulatorOf
 *
 * @typedef {object} LoadOptions
 * @property {WasmSource | PromiseLike<WasmSource>} [wasm] where the wasm is; default: maskloss.wasm beside the module
 * @property {number | 'auto'} [workers] 0: all on this thread, the default; n: a pool of n Web Workers (in Node: worker threads),
 *   which does everything, so that this thread only copies; 'auto': a pool of as many as there are cores, up to 4, where it is
 *   faster: for big inputs, and for losses that are no sums where there are several, or several images. It starts at the first of
 *   these, which this thread still does
 * @property {AbortSignal} [signal] gives up loading
 * @property {(loaded: number, total: number) => void} [onProgress] bytes so far and in all, 0 where nobody knows
 *
 * A map of pixels, in the form of a mask.
 *
 * @typedef {{data: Float32Array, shape: number[]}} PixelMap
 */

export const version = '0.1.0';

const LOAD_OPTIONS = ['wasm', 'workers', 'signal', 'onProgress'];

/** Workers that 'auto' makes at most: more hardly help, and each has a memory of its own. */
const AUTO_WORKERS = 4;

/** Elements from which on an evaluation that has a signal pauses to listen to it. */
const SLOW_ELEMENTS = 2 ** 20;

/**
 * Loads the wasm and starts it.
 *
 * @param {LoadOptions} [options]
 * @returns {Promise<Maskloss>}
 */
export async function load(options) {
  const given = readAny('options', options);
  for (const key of Object.keys(given)) {
    if (!LOAD_OPTIONS.includes(key))
      throw fault('option', key, `is no option of load; there are ${LOAD_OPTIONS.join(', ')}`);
  }
  const { wasm, workers = 0, signal, onProgress } = /** @type {LoadOptions} */ (given);
  if (workers !== 'auto' && !(Number.isInteger(workers) && workers >= 0 && workers <= 256)) {
    throw fault('option', 'workers', `is ${String(workers)}, must be 'auto' or a whole number in [0, 256]`);
  }
  if (signal !== undefined && !isSignal(signal)) throw fault('option', 'signal', 'must be an AbortSignal');
  if (onProgress !== undefined && typeof onProgress !== 'function')
    throw fault('option', 'onProgress', 'must be a function');

  const module = await compile({ wasm, signal, onProgress });
  const instance = new Instance(module);
  try {
    const found = instance.version;
    if (found !== version)
      throw new MasklossError(
        'load',
        'wasm',
        `load: the wasm is of version ${found}, this package is ${version}: both must be of the same`,
      );
    const size = workers === 'auto' ? await autoWorkers() : workers;
    const pool = size === 0 ? undefined : await newPool(module, size);
    if (workers !== 'auto') await pool?.ready(signal);
    return new Maskloss(instance, pool, workers === 'auto');
  } catch (error) {
    instance.dispose();
    throw error;
  }
}

/**
 * A pool. Its code is fetched here, as most pages have no workers.
 *
 * @param {WebAssembly.Module} module
 * @param {number} size
 */
async function newPool(module, size) {
  const { Pool } = await import('./pool.js').catch((error) => {
    throw new MasklossError('load', 'workers', `load: pool.js could not be loaded, it must be beside index.js`, {
      cause: error,
    });
  });
  return new Pool(module, size);
}

/** As many as there are cores: this thread has nothing to do but copy. One worker alone would gain nothing. */
async function autoWorkers() {
  const cores = globalThis.navigator?.hardwareConcurrency ?? (await coresOfNode());
  return cores < 2 ? 0 : Math.min(AUTO_WORKERS, cores);
}

async function coresOfNode() {
  return onNode() ? (await builtin('node:os')).availableParallelism() : 1;
}

/** A loaded Maskloss: every loss and metric, ready to score. `load` makes it. */
export class Maskloss {
  #instance;
  #pool;
  #auto;
  /** @type {Manifest | undefined} */
  #manifest;

  /**
   * @param {Instance} instance
   * @param {import('./pool.js').Pool | undefined} pool
   * @param {boolean} auto whether the pool is only for what it is worth
   */
  constructor(instance, pool, auto) {
    this.#instance = instance;
    this.#pool = pool;
    this.#auto = auto;
  }

  /** The version of the package and its wasm. */
  get version() {
    return version;
  }

  /**
   * The manifest: everything there is to know of every loss and metric.
   *
   * @returns {Manifest}
   */
  describe() {
    this.#manifest ??= this.#instance.describe();
    return structuredClone(/** @type {Manifest} */ (this.#manifest));
  }

  /**
   * One loss or metric. `gradient` and `heatmap` may be true, or a Float32Array of the length of the prediction and of its pixels:
   * what is asked for then is written into it, and it is the result's. Or 'view': nothing is copied, the result's array is a view
   * of wasm memory that holds until the next call of this instance. Where workers score, or a signal is given, it is an array
   * of its own all the same.
   *
   * @template {Name} N
   * @param {N} name
   * @param {Input | Held} input
   * @param {LossOptions[N] & {signal?: AbortSignal}} [options]
   * @returns {Promise<Result>}
   */
  async evaluate(name, input, options) {
    const { request, signal, outputs } = readOne(name, options);
    const results = await this.#run(request, input, outputs, signal);
    return results[name];
  }

  /**
   * Every loss and metric that is defined for the input, in passes that they share.
   *
   * @overload
   * @param {Input | Held} input
   * @param {'all'} names
   * @param {SharedOptions & {signal?: AbortSignal}} [options] each goes to the losses that take it; at least one must
   * @returns {Promise<{[K in Name]?: Result}>}
   */
  /**
   * Many at once, in passes that they share.
   *
   * @template {Name} N
   * @overload
   * @param {Input | Held} input
   * @param {readonly N[] | {[K in N]?: LossOptions[K]}} names a list of names, or options by name
   * @param {SharedOptions & {signal?: AbortSignal}} [options] each goes to the losses that take it; at least one must
   * @returns {Promise<Record<N, Result>>}
   */
  /**
   * @param {Input | Held} input
   * @param {any} names
   * @param {SharedOptions & {signal?: AbortSignal}} [options]
   * @returns {Promise<any>}
   */
  async report(input, names, options) {
    const { request, signal, outputs } = readMany(names, options, () => this.#instance.names);
    return this.#run(request, input, outputs, signal);
  }

  /**
   * @param {import('./request.js').Request} request
   * @param {unknown} input
   * @param {import('./outputs.js').Outputs} outputs
   * @param {AbortSignal | undefined} signal
   * @returns {Promise<Record<string, Result>>}
   */
  async #run(request, input, outputs, signal) {
    if (signal?.aborted) throw aborted(signal);
    const read = this.#read(input);
    const checked = 'handle' in read ? read.input : read;
    const elements = checked.prediction.length;
    checkOutputs(outputs, checked.shape);
    const alone = async () => {
      if (signal && elements >= SLOW_ELEMENTS)
        return evaluateSlowly(this.#instance, request, read, outputs, () => signal.aborted && aborted(signal));
      return this.#instance.evaluate(request, read, outputs);
    };
    const pool = this.#pool;
    if (!pool?.takes(checked, this.#auto)) return alone();
    const plan = this.#instance.plan(request);
    /** @type {import('./pool.js').Here} */
    const here = {
      alone,
      begin: () => this.#instance.begin(request, read),
      finish: (job, state) => this.#instance.finish(job, state).take((view) => view.slice()),
      end: (job) => this.#instance.end(job),
    };
    const shared = () => {
      if (!('handle' in read)) return pool.run(request, plan, read, outputs, signal);
      const views = this.#instance.read(read);
      return pool.runHeld(request, plan, read, views, here, signal) ?? pool.run(request, plan, views, outputs, signal);
    };
    if (!this.#auto) return shared();
    try {
      return await pool.faster(plan, checked, 'handle' in read, alone, shared);
    } catch (error) {
      // This page may not have any workers: this thread can do all they do.
      if (!(error instanceof MasklossError) || error.code !== 'load') throw error;
      pool.dispose();
      this.#pool = undefined;
      return alone();
    }
  }

  /** @param {unknown} input */
  #read(input) {
    return input instanceof Held ? Held.kept(input) : readInput(input);
  }

  /**
   * Copies an input into wasm memory once. What it gives stands wherever an input is wanted. Workers keep their shares of it too,
   * from the first time that they sum it: an array whose view was never asked for is not copied to them again.
   *
   * @param {Input} input
   */
  hold(input) {
    const kept = this.#instance.hold(readInput(input));
    return new Held(this.#instance, kept, () => this.#pool?.forget(kept));
  }

  /**
   * Starts to sum over a data set bigger than memory. Only what is a sum can be: `describe()` tells.
   *
   * @template {Name} N
   * @param {readonly N[] | 'all' | {[K in N]?: LossOptions[K]}} names 'all' is everything that is a sum
   * @param {SharedOptions} [options]
   */
  accumulate(names, options) {
    const { request, signal } = readMany(names, options, () => this.#instance.names);
    if (signal) throw fault('option', 'signal', 'is no option of accumulate');
    return new Accumulator(this.#instance, this.#instance.tally(request), (input) => this.#read(input));
  }

  /**
   * The signed distance of every pixel to every class, [N,C,(D,)H,W]: positive outside, negative inside.
   *
   * @param {Target} target labels
   * @param {{classes?: number, spacing?: readonly number[], insideOffset?: number}} [options] `classes`: default one more than
   *   the largest label, and at least 2; `insideOffset`: the innermost distance inside, default 1 (Kervadec)
   * @returns {PixelMap}
   */
  distanceMap(target, options) {
    return this.#labelMap('distanceMap', target, 'target', ['labels'], options);
  }

  /**
   * The weight map of the U-Net paper, [N,(D,)H,W], which is high in the narrow gaps between instances.
   *
   * @param {Target} instances ids, 0 for the background
   * @param {{w0?: number, sigma?: number, classWeights?: readonly number[], balance?: boolean, everywhere?: boolean, spacing?: readonly number[]}} [options]
   *   `w0` 10 and `sigma` 5 are the paper's
   * @returns {PixelMap}
   */
  unetWeightMap(instances, options) {
    return this.#labelMap('unetWeightMap', instances, 'instances', ['instances', 'labels'], options);
  }

  /**
   * The Euclidean distance of each pixel of a mask to the nearest pixel outside, [N,(D,)H,W]; Infinity where there is none.
   *
   * @param {Target} mask inside is what is not 0
   * @param {{spacing?: readonly number[]}} [options]
   * @returns {PixelMap}
   */
  edt(mask, options) {
    return this.#labelMap('edt', mask, 'mask', ['labels', 'instances'], options);
  }

  /**
   * A plane of 0 and 1 for each class, [N,C,(D,)H,W].
   *
   * @param {Target} target labels
   * @param {number} classes
   * @param {{ignore?: number | readonly number[]}} [options] `ignore`: labels that are of no class
   * @returns {PixelMap & {kind: 'soft'}}
   */
  oneHot(target, classes, options) {
    const map = this.#labelMap('oneHot', target, 'target', ['labels'], { ...readAny('options', options), classes });
    return { ...map, kind: 'soft' };
  }

  /**
   * The class of the largest score of each pixel, [N,(D,)H,W]; ties go to the lowest class. Of one channel: 1 from a probability
   * of 1/2 on.
   *
   * @param {Prediction} prediction
   * @returns {{data: Int32Array, shape: number[], kind: 'labels', form: 'labels', classes: number}}
   */
  argmax(prediction) {
    const { shape, form, prediction: data } = readPrediction(prediction);
    if (form === 'labels') throw fault('option', 'prediction.form', 'is labels, must be logits or probs');
    return {
      ...this.#instance.map('argmax', shape, form, data, []),
      kind: 'labels',
      form: 'labels',
      classes: shape[1],
    };
  }

  /**
   * @param {'edt' | 'distanceMap' | 'unetWeightMap' | 'oneHot'} name
   * @param {unknown} mask
   * @param {string} field
   * @param {readonly string[]} kinds
   * @param {unknown} given
   * @returns {PixelMap}
   */
  #labelMap(name, mask, field, kinds, given) {
    const { kind, targetShape, target } = readTarget(mask, field);
    if (!kinds.includes(kind)) throw fault('option', `${field}.kind`, `is ${kind}, must be ${kinds.join(' or ')}`);
    if (targetShape.length === 5)
      throw fault('shape', `${field}.shape`, `is [${targetShape.join(', ')}], must be [N,H,W] or [N,D,H,W]`);
    const { options, signal } = readOptions('options', given);
    if (signal) throw fault('option', 'signal', `is no option of ${name}`);
    const [n, ...sizes] = targetShape;
    return this.#instance.map(name, [n, 1, ...sizes], 'labels', target, options);
  }

  /** Bytes of wasm memory, those of the workers too. */
  memory() {
    return this.#instance.memory + (this.#pool?.memory ?? 0);
  }

  /** Ends everything and frees all memory. Calls after it are errors. */
  dispose() {
    this.#pool?.dispose();
    this.#instance.dispose();
  }

  [Symbol.dispose ?? Symbol.for('Symbol.dispose')]() {
    this.dispose();
  }
}

/** @param {AbortSignal} signal */
function aborted(signal) {
  return new MasklossError('aborted', 'signal', 'aborted by the signal', { cause: signal.reason });
}
