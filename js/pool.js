import { MasklossError } from './error.js';
import { TYPES, typeOf } from './instance.js';
import { builtin } from './loader.js';
import { copyOut, outputOf, PLANES } from './outputs.js';
import { blocksOf, spans } from './spans.js';

/**
 * @typedef {import('./input.js').CheckedInput} CheckedInput
 * @typedef {import('./input.js').Elements} Elements
 * @typedef {import('./instance.js').Plan} Plan
 * @typedef {import('./instance.js').Result} Result
 * @typedef {import('./outputs.js').Outputs} Outputs
 * @typedef {import('./request.js').Request} Request
 * @typedef {import('./worker.js').Parcel} Parcel
 * @typedef {import('./worker.js').SentInput} SentInput
 *
 * What Web Workers and worker threads have in common.
 *
 * @typedef {object} Thread
 * @property {(message: unknown, transfer: Transferable[]) => void} post
 * @property {() => void} terminate
 * @property {(busy: boolean) => void} hold whether it keeps the process alive
 */

/** Elements of a prediction that are worth a worker of their own. */
const SHARE = 2 ** 18;

/**
 * A thread is started where Node has worker threads, else as a Web Worker.
 *
 * @param {(message: any) => void} onMessage
 * @param {(error: unknown) => void} onError
 * @returns {Promise<Thread>}
 */
async function startThread(onMessage, onError) {
  if (typeof Worker === 'function') {
    const worker = new Worker(new URL('./worker.js', import.meta.url), { type: 'module', name: 'maskloss' });
    worker.onmessage = ({ data }) => onMessage(data);
    worker.onmessageerror = () => onError('a message could not be read');
    worker.onerror = (event) => {
      event.preventDefault?.();
      onError(event.message ?? 'it could not be fetched');
    };
    return {
      post: (message, transfer) => worker.postMessage(message, transfer),
      terminate: () => worker.terminate(),
      hold: () => {},
    };
  }
  const { Worker: WorkerThread } = await builtin('node:worker_threads');
  // Not the flags of this process: some, such as --input-type, are refused.
  const worker = new WorkerThread(new URL('./worker.js', import.meta.url), { name: 'maskloss', execArgv: [] });
  worker.on('message', onMessage).on('error', onError);
  return {
    post: (message, transfer) => worker.postMessage(message, transfer),
    terminate: () => void worker.terminate(),
    hold: (busy) => (busy ? worker.ref() : worker.unref()),
  };
}

/** One worker: it does one task at a time. */
class Slot {
  /** @type {Promise<Thread>} */
  #thread;
  /** @type {{resolve: (value: any) => void, reject: (error: unknown) => void} | undefined} */
  #pending;
  #id = 0;
  /** Bytes of its wasm memory. */
  memory = 0;
  /** Why it is of no more use. @type {MasklossError | undefined} */
  dead;
  /** @type {Promise<unknown>} */
  ready;

  /** @param {WebAssembly.Module} module */
  constructor(module) {
    const onError = (/** @type {any} */ error) => {
      const why = error?.message ?? String(error);
      this.#end(
        this.memory === 0
          ? new MasklossError(
              'load',
              'workers',
              `load: a worker could not be started: ${why}. worker.js must be served beside index.js, from the origin of the page`,
              { cause: error },
            )
          : new MasklossError('internal', '', `a worker failed: ${why}`, { cause: error }),
      );
    };
    this.#thread = startThread((message) => this.#settle(message), onError);
    this.#thread.catch(onError);
    this.ready = this.call('start', { module });
    this.ready.catch(() => {}); // whoever leases it, hears
  }

  /** @param {{id: number, value: unknown, error?: {code: any, field: string, message: string}, memory: number}} message */
  #settle({ id, value, error, memory }) {
    if (id !== this.#id || !this.#pending) return;
    const { resolve, reject } = this.#pending;
    this.#pending = undefined;
    this.memory = memory;
    if (error) reject(new MasklossError(error.code, error.field, error.message));
    else resolve(value);
  }

  /** @param {MasklossError} why */
  #end(why) {
    if (this.dead) return;
    this.dead = why;
    this.memory = 0;
    this.#pending?.reject(why);
    this.#pending = undefined;
    this.#thread.then((thread) => thread.terminate()).catch(() => {});
  }

  /**
   * @param {'start' | 'evaluate' | 'scan' | 'finish' | 'forget'} name
   * @param {object} task
   * @param {Transferable[]} [transfer]
   * @returns {Promise<any>}
   */
  async call(name, task, transfer = []) {
    const thread = await this.#thread.catch(() => undefined);
    if (!thread || this.dead) throw this.dead;
    thread.hold(true);
    try {
      return await new Promise((resolve, reject) => {
        this.#pending = { resolve, reject };
        thread.post({ id: ++this.#id, name, task }, transfer);
      });
    } finally {
      thread.hold(false);
    }
  }

  /** Ends it in the middle of whatever it does. */
  terminate() {
    this.#end(new MasklossError('aborted', '', 'aborted: the worker was ended'));
  }
}

/** Workers that share out evaluations: what is a sum by ranges of pixels, to the same bits as one thread; the rest by loss. */
export class Pool {
  #module;
  #size;
  /** @type {Slot[]} */
  #idle = [];
  /** @type {Set<Slot>} */
  #busy = new Set();
  /** @type {((slots: Slot[]) => void)[]} */
  #queue = [];
  #disposed = false;

  /**
   * @param {WebAssembly.Module} module
   * @param {number} size
   */
  constructor(module, size) {
    this.#module = module;
    this.#size = size;
  }

  /** Bytes of memory of the wasm in all workers, as of their latest tasks. */
  get memory() {
    return [...this.#idle, ...this.#busy].reduce((total, slot) => total + slot.memory, 0);
  }

  /**
   * Starts all workers.
   *
   * @param {AbortSignal | undefined} signal
   */
  async ready(signal) {
    const slots = await this.#lease(this.#size);
    try {
      await until(Promise.all(slots.map((slot) => slot.ready)), signal);
    } catch (error) {
      this.dispose();
      throw error;
    } finally {
      this.#giveBack(slots);
    }
  }

  /**
   * Up to `most` workers that are idle now, or the first that will be.
   *
   * @param {number} most
   * @returns {Slot[] | Promise<Slot[]>}
   */
  #lease(most) {
    const slots = this.#idle.splice(0, most);
    while (slots.length < most && slots.length + this.#busy.size + this.#idle.length < this.#size)
      slots.push(new Slot(this.#module));
    if (slots.length === 0) return new Promise((resolve) => this.#queue.push(resolve));
    for (const slot of slots) this.#busy.add(slot);
    return slots;
  }

  /** @param {Slot[]} slots */
  #giveBack(slots) {
    for (const slot of slots) {
      this.#busy.delete(slot);
      if (!slot.dead) this.#idle.push(slot);
    }
    while (this.#queue.length > 0 && this.#busy.size < this.#size && !this.#disposed) {
      const leased = this.#lease(1);
      if (!Array.isArray(leased)) break;
      this.#queue.shift()?.(leased);
    }
  }

  /**
   * Runs losses on an input, which is copied before this returns.
   *
   * @param {Request} request
   * @param {Plan} plan
   * @param {CheckedInput} input
   * @param {Outputs} outputs
   * @param {AbortSignal | undefined} signal
   * @returns {Promise<Record<string, Result>>}
   */
  async run(request, plan, input, outputs, signal) {
    if (this.#disposed) throw new MasklossError('internal', '', 'this instance was disposed of, load a new one');
    const copy = {
      ...input,
      prediction: share(input.prediction),
      target: share(input.target),
      weight: input.weight && share(input.weight),
    };
    const others = plan.losses.filter(({ sum }) => !sum).length;
    const sums = others < plan.losses.length;
    const slots = await until(
      this.#leaseFor(Math.max(sums ? Math.ceil(input.prediction.length / SHARE) : 1, others)),
      signal,
      (late) => this.#giveBack(late),
    );
    try {
      await until(Promise.all(slots.map((slot) => slot.ready)), signal);
      return await until(runOn(slots, request, plan, copy, outputs), signal);
    } catch (error) {
      // Whatever the others still do is of no use.
      if (!(error instanceof MasklossError) || ['aborted', 'internal'].includes(error.code))
        for (const slot of slots) slot.terminate();
      throw error;
    } finally {
      this.#giveBack(slots);
    }
  }

  /** @param {number} wanted @returns {Promise<Slot[]>} */
  async #leaseFor(wanted) {
    return this.#lease(Math.min(Math.max(wanted, 1), this.#size));
  }

  /** Ends all workers. */
  dispose() {
    this.#disposed = true;
    for (const slot of [...this.#idle, ...this.#busy]) slot.terminate();
    this.#idle = [];
  }
}

/**
 * A promise's outcome, unless a signal fires first.
 *
 * @template T
 * @param {Promise<T>} work
 * @param {AbortSignal | undefined} signal
 * @param {(value: T) => void} [late] what becomes of the outcome then
 * @returns {Promise<T>}
 */
function until(work, signal, late) {
  if (!signal) return work;
  return new Promise((resolve, reject) => {
    const stop = () => {
      if (late) work.then(late, () => {});
      reject(new MasklossError('aborted', 'signal', 'aborted by the signal', { cause: signal.reason }));
    };
    if (signal.aborted) return stop();
    signal.addEventListener('abort', stop, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}

/**
 * @param {Slot[]} slots
 * @param {Request} request
 * @param {Plan} plan
 * @param {CheckedInput} input
 * @param {Outputs} outputs
 * @returns {Promise<Record<string, Result>>}
 */
async function runOn(slots, request, plan, input, outputs) {
  /** @param {(loss: Plan['losses'][number]) => boolean} wanted */
  const part = (wanted) => {
    const names = new Set(plan.losses.filter(wanted).map(({ name }) => name));
    return { ...request, specs: request.specs.filter(({ name }) => names.has(name)), part: true };
  };
  const sums = part(({ sum }) => sum);
  const others = plan.losses.filter(({ sum }) => !sum).map(({ name }) => part((loss) => loss.name === name));
  /** @type {Record<string, Result>[]} */
  const parts = [];
  const collect = async (/** @type {Promise<Record<string, Result>>} */ task) => {
    parts.push(await task);
  };
  if (sums.specs.length > 0)
    await collect(slots.length > 1 ? split(slots, sums, input, outputs) : evaluate(slots[0], sums, input, outputs));
  // The rest one by one: who is done with a loss takes the next.
  const work = async (/** @type {Slot} */ slot) => {
    for (let next = others.shift(); next; next = others.shift()) await collect(evaluate(slot, next, input, outputs));
  };
  await Promise.all(slots.map(work));
  const results = Object.assign({}, ...parts);
  // Nothing is defined for this input: the request as a whole says why.
  if (Object.keys(results).length === 0) return evaluate(slots[0], request, input, outputs);
  return Object.fromEntries(plan.losses.filter(({ name }) => name in results).map(({ name }) => [name, results[name]]));
}

/**
 * @param {Slot} slot
 * @param {Request} request
 * @param {CheckedInput} input
 * @param {Outputs} outputs
 * @returns {Promise<Record<string, Result>>}
 */
async function evaluate(slot, request, input, outputs) {
  const { sent, transfer } = pack(input);
  /** @type {Record<string, Result>} */
  const results = await slot.call('evaluate', { request, input: sent }, transfer);
  for (const name of outputs.keys()) {
    const result = results[name];
    for (const plane of PLANES) {
      const made = result?.[plane];
      if (made && outputs.get(name)?.[plane]) result[plane] = copyOut(outputs, name, plane, made);
    }
  }
  return results;
}

/**
 * Sums over all workers, each with a range of the blocks.
 *
 * @param {Slot[]} slots
 * @param {Request} request
 * @param {CheckedInput} input
 * @param {Outputs} outputs
 * @returns {Promise<Record<string, Result>>}
 */
async function split(slots, request, input, outputs) {
  const blocks = blocksOf(input.shape);
  const ranges = slots.map((_, k) => [
    Math.floor((blocks * k) / slots.length),
    Math.floor((blocks * (k + 1)) / slots.length),
  ]);
  const scans = await Promise.allSettled(
    slots.map((slot, k) => {
      const [from, to] = ranges[k];
      const { sent, transfer } = pack(input, from, to);
      return slot.call('scan', { request, input: sent, from, to }, transfer);
    }),
  );
  const failed = scans.find(({ status }) => status === 'rejected');
  if (failed) {
    const { reason } = /** @type {PromiseRejectedResult} */ (failed);
    if (!(reason instanceof MasklossError) || ['load', 'memory', 'internal', 'aborted'].includes(reason.code))
      throw reason;
    // An error of the input is told by one who sees all of it, as one thread would tell it.
    return evaluate(slots[0], request, input, outputs);
  }
  /** @type {Float64Array[]} */
  const states = scans.map((scan) => /** @type {PromiseFulfilledResult<Float64Array>} */ (scan).value);
  const state = states[0].map((x, i) => states.slice(1).reduce((total, other) => total + other[i], x));
  /** @type {Record<string, any>[]} */
  const parts = await Promise.all(
    slots.map((slot, k) => slot.call('finish', { state, from: ranges[k][0], to: ranges[k][1] })),
  );
  const [results] = parts;
  for (const [name, result] of Object.entries(results)) {
    for (const plane of ['gradient', 'heatmap', 'values']) {
      if (!result[plane]) continue;
      /** @type {import('./spans.js').Piece[]} */
      const pieces = parts.flatMap((part) => part[name][plane]);
      const length = pieces.reduce((end, { at, data }) => Math.max(end, at + data.length), 0);
      const whole = outputOf(outputs, name, plane, length) ?? new Float32Array(length);
      for (const { at, data } of pieces) whole.set(data, at);
      result[plane] = whole;
    }
  }
  return results;
}

/**
 * A copy of an array, in memory that workers can read where there is such: a page has it when it is cross-origin isolated.
 *
 * @template {Elements} T
 * @param {T} data
 * @returns {T}
 */
function share(data) {
  const shares = typeof SharedArrayBuffer === 'function' && globalThis.crossOriginIsolated !== false;
  const Class = /** @type {any} */ (TYPES[typeOf(data)]);
  const copy = new Class(shares ? new SharedArrayBuffer(data.byteLength) : data.length);
  copy.set(data);
  return copy;
}

/**
 * An input as it is sent, with what it hands over. Of a prediction, and of a soft target, only some blocks where they are
 * given.
 *
 * @param {CheckedInput} input
 * @param {number} [from]
 * @param {number} [to]
 * @returns {{sent: SentInput, transfer: Transferable[]}}
 */
function pack(input, from, to) {
  /** @type {Transferable[]} */
  const transfer = [];
  /** @param {Elements} data @param {boolean} cut @returns {Parcel} */
  const parcel = (data, cut) => {
    const ranges =
      cut && from !== undefined && to !== undefined ? spans(input.shape, data.length, from, to) : [[0, data.length]];
    const pieces = ranges.map(([start, end]) => {
      if (data.buffer instanceof ArrayBuffer) {
        const piece = data.slice(start, end);
        transfer.push(/** @type {ArrayBuffer} */ (piece.buffer));
        return { at: start, data: piece };
      }
      return { at: start, data: data.subarray(start, end) };
    });
    return { type: /** @type {Parcel['type']} */ (typeOf(data)), length: data.length, pieces };
  };
  const { prediction, target, weight, kind } = input;
  return {
    sent: {
      ...input,
      prediction: parcel(prediction, true),
      target: parcel(target, kind === 'soft'),
      weight: weight && parcel(weight, false),
    },
    transfer,
  };
}
