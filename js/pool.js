import { MasklossError } from './error.js';
import { builtin, onNode } from './loader.js';
import { copyOut, outputOf, PLANES } from './outputs.js';
import { Pace } from './pace.js';
import { Share } from './share.js';
import {
  arraysOf,
  BLOCK,
  copyTile,
  cut,
  fits,
  frameOf,
  newBuffer,
  pixelsOf,
  sizeOf,
  TILE_BYTES,
  total,
  viewsOf,
} from './tiles.js';

/**
 * @typedef {import('./input.js').CheckedInput} CheckedInput
 * @typedef {import('./instance.js').Job} Job
 * @typedef {import('./instance.js').KeptInput} KeptInput
 * @typedef {import('./instance.js').Plan} Plan
 * @typedef {import('./instance.js').Result} Result
 * @typedef {import('./outputs.js').Outputs} Outputs
 * @typedef {import('./request.js').Request} Request
 * @typedef {import('./tiles.js').Frame} Frame
 * @typedef {import('./tiles.js').Returned} Returned
 * @typedef {import('./tiles.js').Tile} Tile
 *
 * What this thread, which has all of a held input, does with it.
 *
 * @typedef {object} Here
 * @property {() => Promise<Record<string, Result>>} alone scores it
 * @property {() => Job} begin
 * @property {(job: Job, state: Float64Array) => Record<string, Result>} finish the numbers of sums
 * @property {(job: Job) => void} end
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

/** Elements from which on workers may be faster than one thread: below, messages take as long as they save. */
const PAYS = 2 ** 20;

/** The same times losses that are no sums, each of which takes several times as long as a sum. */
const OTHERS_PAY = 2 ** 19;

/** The share of the tiles that is dealt out in turn: workers wait for the copy of the others where it is less, and for each other where it is more. */
const DEALT = 0.75;

/** Elements below which nothing pays. */
const SMALL = 2 ** 16;

/** Whether there are Web Workers. A Worker that is no EventTarget is Node's own, which libraries put there for themselves. */
function hasWebWorkers() {
  return typeof Worker === 'function' && (!onNode() || Worker.prototype instanceof EventTarget);
}

/**
 * A thread is a Web Worker where there are any, else one of Node's worker threads.
 *
 * @param {(message: any) => void} onMessage
 * @param {(error: unknown) => void} onError
 * @returns {Promise<Thread>}
 */
async function startThread(onMessage, onError) {
  if (hasWebWorkers()) {
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

/** One worker: it does one task after the other. */
export class Slot {
  /** @type {Promise<Thread>} */
  #starting;
  /** @type {Thread | undefined} */
  #thread;
  /** @type {Map<number, {resolve: (value: any) => void, reject: (error: unknown) => void}>} */
  #pending = new Map();
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
    this.#starting = startThread((message) => this.#settle(message), onError);
    this.ready = this.#starting.then(
      (thread) => {
        this.#thread = thread;
        return this.call('start', { module });
      },
      (error) => {
        onError(error);
        throw this.dead;
      },
    );
    this.ready.catch(() => {}); // whoever leases it, hears
  }

  /** Whether it takes tasks at once. */
  get running() {
    return this.memory > 0;
  }

  /** @param {{id: number, value: unknown, error?: {code: any, field: string, message: string}, memory: number}} message */
  #settle({ id, value, error, memory }) {
    const pending = this.#pending.get(id);
    if (!pending) return;
    this.#pending.delete(id);
    this.memory = memory;
    if (this.#pending.size === 0) this.#thread?.hold(false);
    if (error) pending.reject(new MasklossError(error.code, error.field, error.message));
    else pending.resolve(value);
  }

  /** @param {MasklossError} why */
  #end(why) {
    if (this.dead) return;
    this.dead = why;
    this.memory = 0;
    for (const { reject } of this.#pending.values()) reject(why);
    this.#pending.clear();
    this.#starting.then((thread) => thread.terminate()).catch(() => {});
  }

  /**
   * Gives it a task, at once: it begins while this thread still runs.
   *
   * @param {'start' | 'begin' | 'scan' | 'state' | 'finish' | 'spread' | 'forget' | 'beginApart' | 'count' | 'score' | 'load' | 'evaluate' | 'unload' | 'keep' | 'write' | 'sumKept' | 'drop'} name
   * @param {object} [task]
   * @param {Transferable[]} [transfer]
   * @returns {Promise<any>}
   */
  call(name, task = {}, transfer = []) {
    return new Promise((resolve, reject) => {
      if (this.dead || !this.#thread) {
        reject(this.dead);
        return;
      }
      this.#thread.hold(true);
      this.#pending.set(++this.#id, { resolve, reject });
      this.#thread.post({ id: this.#id, name, task }, transfer);
    });
  }

  /** Ends it in the middle of whatever it does. */
  terminate() {
    this.#end(new MasklossError('aborted', '', 'aborted: the worker was ended'));
  }
}

/** Workers that share out evaluations, to the same bits as one thread: what is a sum by tiles, the rest by image or by loss. */
export class Pool {
  #module;
  #size;
  /** @type {Slot[]} */
  #idle = [];
  /** @type {Set<Slot>} */
  #busy = new Set();
  /** @type {((slots: Slot[]) => void)[]} */
  #queue = [];
  /** Buffers of tiles for the next input: fresh memory costs several times the copy into it. @type {Tile['buffer'][]} */
  #spare = [];
  #pace = new Pace();
  /** Of held inputs. @type {Map<KeptInput, Share>} */
  #shares = new Map();
  /** Held inputs that workers had no room for. @type {WeakSet<KeptInput>} */
  #refused = new WeakSet();
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
    this.#idle = this.#idle.filter(({ dead }) => !dead);
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
   * Does a work on one thread or by workers: by these only what may be worth them, once they run, and while they are the faster.
   *
   * @template T
   * @param {Plan} plan
   * @param {CheckedInput} input
   * @param {boolean} held
   * @param {() => Promise<T>} alone
   * @param {() => Promise<T>} shared
   * @returns {Promise<T>}
   */
  async faster(plan, input, held, alone, shared) {
    if (!pays(plan, input) || !this.running) return alone();
    const kind = `${plan.id} ${Math.round(Math.log2(input.prediction.length))} ${held}`;
    const way = this.#pace.choose(kind);
    const idle = this.#busy.size === 0;
    const start = performance.now();
    const result = await (way === 'alone' ? alone() : shared());
    // Who has to wait for others tells nothing.
    if (idle) this.#pace.took(kind, way, performance.now() - start);
    return result;
  }

  /** Whether all workers run; they are started where they are not. It throws where one could not be. */
  get running() {
    if (this.#disposed) return true; // as whoever asks them will be told
    const slots = [...this.#idle, ...this.#busy];
    while (slots.length < this.#size) {
      const slot = new Slot(this.#module);
      this.#idle.push(slot);
      slots.push(slot);
    }
    const dead = slots.find((slot) => slot.dead?.code === 'load');
    if (dead) throw dead.dead;
    return slots.every(({ running }) => running);
  }

  /**
   * Whether workers can score an input: one that they cannot is no input. Where they need not, small ones are not worth a look.
   *
   * @param {CheckedInput} input
   * @param {boolean} auto
   */
  takes(input, auto) {
    return !(auto && input.prediction.length < SMALL) && fits(input);
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
  run(request, plan, input, outputs, signal) {
    if (this.#disposed) throw new MasklossError('internal', '', 'this instance was disposed of, load a new one');
    const others = plan.losses.filter(({ sum }) => !sum);
    const parts = partsOf(others, input);
    const share =
      others.length < plan.losses.length ? Math.min(Math.ceil(input.prediction.length / SHARE), this.#size) : 1;
    const haul = new Haul(request, plan, input, outputs, share);
    const leased = this.#lease(Math.min(Math.max(share, parts), this.#size));
    const copied = attempt(() => {
      // Who runs already begins with the first tiles while the others are copied.
      if (Array.isArray(leased) && leased.every(({ running }) => running)) haul.begin(leased);
      haul.copy(input, this.#spare);
    });
    return this.#finish(haul, copied, leased, signal);
  }

  /**
   * @param {Haul} haul
   * @param {Promise<void>} copied
   * @param {Slot[] | Promise<Slot[]>} leased
   * @param {AbortSignal | undefined} signal
   */
  async #finish(haul, copied, leased, signal) {
    const slots = await until(Promise.resolve(leased), signal, (late) => this.#giveBack(late));
    try {
      await copied;
      await until(Promise.all(slots.map((slot) => slot.ready)), signal);
      return await until(haul.run(slots), signal);
    } catch (error) {
      // Whatever the others still do is of no use.
      if (!(error instanceof MasklossError) || ['aborted', 'internal'].includes(error.code))
        for (const slot of slots) slot.terminate();
      throw error;
    } finally {
      if (!slots.some(({ dead }) => dead)) this.#spare = haul.buffers(this.#spare);
      this.#giveBack(slots);
    }
  }

  /**
   * Runs losses on a held input of which each worker keeps its share, if they are sums of which only numbers are wanted, and the
   * workers are free. What the caller may have changed since is copied before this returns.
   *
   * @param {Request} request
   * @param {Plan} plan
   * @param {KeptInput} kept
   * @param {CheckedInput} input its arrays
   * @param {Here} here
   * @param {AbortSignal | undefined} signal
   * @returns {Promise<Record<string, Result>> | undefined}
   */
  runHeld(request, plan, kept, input, here, signal) {
    if (this.#disposed || this.#refused.has(kept) || plan.losses.some(({ sum, planes }) => !sum || planes)) return;
    const share = this.#shareOf(kept, input);
    if (!share) return;
    this.#idle = this.#idle.filter((slot) => !share.slots.includes(slot));
    for (const slot of share.slots) this.#busy.add(slot);
    const summed = attempt(() => {
      share.copy(arraysOf(input), kept.lent, this.#spare);
      return share.sum(request);
    });
    // Begun here too, as the input may be gone when there are sums.
    const job = attempt(() => here.begin());
    return this.#endHeld(share, kept, summed, job, here, signal);
  }

  /**
   * The share of a held input that free workers have, or will.
   *
   * @param {KeptInput} kept
   * @param {CheckedInput} input
   */
  #shareOf(kept, input) {
    const idle = (/** @type {Slot} */ slot) => this.#idle.includes(slot) && slot.running;
    const known = this.#shares.get(kept);
    if (known?.slots.every(({ dead }) => !dead)) return known.slots.every(idle) ? known : undefined;
    this.forget(kept);
    const frame = frameOf(input);
    const most = Math.min(Math.ceil(input.prediction.length / SHARE), Math.ceil(pixelsOf(frame) / BLOCK), this.#size);
    const slots = this.#idle.filter(idle).slice(0, most);
    if (most < 2 || slots.length < most) return undefined;
    const share = new Share(frame, slots);
    this.#shares.set(kept, share);
    return share;
  }

  /**
   * @param {Share} share
   * @param {KeptInput} kept
   * @param {Promise<Float64Array>} summed
   * @param {Promise<Job>} begun
   * @param {Here} here
   * @param {AbortSignal | undefined} signal
   */
  async #endHeld(share, kept, summed, begun, here, signal) {
    try {
      const state = await until(summed, signal);
      return here.finish(await begun, state);
    } catch (error) {
      const code = error instanceof MasklossError ? error.code : 'internal';
      if (code === 'aborted' || code === 'internal') {
        for (const slot of share.slots) slot.terminate();
        throw error;
      }
      if (code === 'memory') {
        this.#refused.add(kept);
        this.forget(kept);
      }
    } finally {
      this.#spare = share.buffers(this.#spare);
      this.#giveBack(share.slots);
      begun.then(here.end, () => {});
    }
    // An error of the input is told by who sees all of it.
    return here.alone();
  }

  /** Frees what workers have of a held input. @param {KeptInput} kept */
  forget(kept) {
    this.#shares.get(kept)?.drop();
    this.#shares.delete(kept);
  }

  /** Ends all workers. */
  dispose() {
    this.#disposed = true;
    this.#shares.clear();
    for (const slot of [...this.#idle, ...this.#busy]) slot.terminate();
    this.#idle = [];
    this.#spare = [];
  }
}

/**
 * How many workers may share losses that are no sums: one each, or one for each image.
 *
 * @param {Plan['losses']} losses
 * @param {CheckedInput} input
 */
function partsOf(losses, { shape: [images] }) {
  const apart = losses.some((loss) => loss.images);
  const whole = images > 1 ? losses.filter((loss) => !loss.images) : losses;
  return Math.max(whole.length, apart ? images : 1);
}

/**
 * Whether workers may be faster than one thread. What reads probabilities or labels takes hardly longer than a copy, and a loss
 * that is no sum has nothing to share but images.
 *
 * @param {Plan} plan
 * @param {CheckedInput} input
 */
function pays({ losses }, input) {
  const { length } = input.prediction;
  const others = losses.filter(({ sum }) => !sum);
  if (others.length > 0) return partsOf(others, input) > 1 && others.length * length >= OTHERS_PAY;
  return input.form === 'logits' && length >= PAYS;
}

/**
 * Runs at once; an error is for whoever awaits the promise, if anybody does.
 *
 * @template T
 * @param {() => T | Promise<T>} run
 * @returns {Promise<T>}
 */
function attempt(run) {
  const done = (async () => run())();
  done.catch(() => {});
  return done;
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

/** An input on its way through workers. */
class Haul {
  #request;
  #plan;
  #frame;
  #outputs;
  #cuts;
  /** @type {Tile[]} */
  #tiles = [];
  /** Those that nobody has had yet. @type {Tile[]} */
  #queue = [];
  /** The images that each worker counts, where it was begun, and when it is done with that. @type {Map<Slot, {images: number, done: Promise<unknown>[]}>} */
  #counts = new Map();
  /** The tiles that each worker was given. @type {Map<Slot, Promise<void>[]>} */
  #given = new Map();
  /** The first error of a worker. @type {unknown} */
  #failure;

  /**
   * @param {Request} request
   * @param {Plan} plan
   * @param {CheckedInput} input
   * @param {Outputs} outputs
   * @param {number} share workers that it is worth
   */
  constructor(request, plan, input, outputs, share) {
    this.#request = request;
    this.#plan = plan;
    this.#frame = frameOf(input);
    this.#outputs = outputs;
    this.#cuts = cut(this.#frame, share > 1 ? 4 * share : 1);
  }

  /**
   * Buffers for the next input: at most as many as this one has.
   *
   * @param {Tile['buffer'][]} spare
   */
  buffers(spare) {
    const own = this.#tiles.map(({ buffer }) => buffer).filter(({ byteLength }) => byteLength === TILE_BYTES);
    return [...own, ...spare].slice(0, this.#tiles.length);
  }

  /**
   * Part of the request.
   *
   * @param {(loss: Plan['losses'][number]) => boolean} wanted
   */
  #part(wanted) {
    const names = new Set(this.#plan.losses.filter(wanted).map(({ name }) => name));
    return { ...this.#request, specs: this.#request.specs.filter(({ name }) => names.has(name)), part: true };
  }

  /** Makes workers ready to sum, or else to count, where there is anything to. @param {Slot[]} slots */
  begin(slots) {
    const request = this.#part(({ sum }) => sum);
    if (request.specs.length === 0) {
      if (this.#plan.losses.some((loss) => this.#isApart(loss))) this.#beginImages(slots);
      return;
    }
    const last = this.#plan.losses.every(({ sum }) => sum);
    for (const slot of slots) {
      this.#given.set(slot, []);
      slot
        .call('begin', { request, frame: this.#frame, size: this.#cuts[0].pixels, last })
        .catch((error) => this.#fail(error));
    }
  }

  /**
   * Copies the input into tiles. Workers that are ready to sum get most of them in turn, as soon as they are there, so that none has
   * to wait for the end of it; the others are for whoever is done. Who is ready to count gets images in turn.
   *
   * @param {CheckedInput} input
   * @param {Tile['buffer'][]} spare
   */
  copy(input, spare) {
    const arrays = arraysOf(input);
    const each = pixelsOf(this.#frame);
    const slots = [...this.#given.keys()];
    for (const [i, place] of this.#cuts.entries()) {
      const size = sizeOf(this.#frame, place.pixels);
      const tile = { ...place, buffer: (size <= TILE_BYTES && spare.pop()) || newBuffer(Math.max(size, TILE_BYTES)) };
      viewsOf(this.#frame, tile).forEach((part, k) => {
        copyTile('in', tile, part, arrays[k], each);
      });
      this.#tiles.push(tile);
      if (slots.length > 0 && i < DEALT * this.#cuts.length) this.#give(slots[i % slots.length], tile);
      else this.#queue.push(tile);
      if (this.#counts.size > 0 && this.#cuts[i + 1]?.image !== tile.image) this.#count(tile.image);
    }
  }

  /** @param {Slot} slot @param {Tile} tile */
  #give(slot, tile) {
    const scanned = slot.call('scan', tile, carried([tile])).then(
      (back) => back && this.#takeBack([back]),
      (error) => this.#fail(error),
    );
    this.#given.get(slot)?.push(scanned);
    return scanned;
  }

  /** @param {unknown} error */
  #fail(error) {
    this.#failure ??= error;
    this.#queue.length = 0;
  }

  /** @param {Returned[]} tiles */
  #takeBack(tiles) {
    for (const { image, from, buffer } of tiles) {
      const tile = buffer && this.#tiles.find((own) => own.image === image && own.from === from);
      if (tile) tile.buffer = buffer;
    }
  }

  /** @param {Slot[]} slots @returns {Promise<Record<string, Result>>} */
  async run(slots) {
    const { losses } = this.#plan;
    /** @type {Record<string, Result>} */
    const results = {};
    if (losses.some(({ sum }) => sum)) Object.assign(results, await this.#sum(slots));
    if (losses.some((loss) => this.#isApart(loss))) Object.assign(results, await this.#scoreImages(slots));
    if (losses.some((loss) => this.#isWhole(loss))) Object.assign(results, await this.#evaluateOthers(slots));
    // Nothing is defined for this input: the request as a whole says why.
    if (Object.keys(results).length === 0) return this.#evaluateAll(slots[0], this.#request);
    return Object.fromEntries(losses.filter(({ name }) => name in results).map(({ name }) => [name, results[name]]));
  }

  /** Whether a loss goes image by image. @param {Plan['losses'][number]} loss */
  #isApart({ sum, images }) {
    return !sum && images && this.#frame.shape[0] > 1;
  }

  /** @param {Plan['losses'][number]} loss */
  #isWhole(loss) {
    return !loss.sum && !this.#isApart(loss);
  }

  /**
   * What is a sum, by tiles: each worker has one before it and one that waits.
   *
   * @param {Slot[]} slots
   * @returns {Promise<Record<string, Result>>}
   */
  async #sum(slots) {
    if (this.#given.size === 0) this.begin(slots);
    const work = async (/** @type {Slot} */ slot, /** @type {Promise<void> | undefined} */ before) => {
      await before;
      for (let tile = this.#queue.shift(); tile; tile = this.#queue.shift()) await this.#give(slot, tile);
    };
    await Promise.all(
      [...this.#given].flatMap(([slot, given]) => [work(slot, given.at(-2)), work(slot, given.at(-1))]),
    );
    await Promise.all([...this.#given.values()].flat());
    try {
      const finished = await this.#finish(slots);
      await settled(finished.planes.map((place) => place()));
      return finished.results;
    } catch (error) {
      const request = this.#part(({ sum }) => sum);
      return await this.#retell(slots, request, error);
    } finally {
      this.#forget(slots); // for the next; nothing of it is waited for
    }
  }

  /**
   * The numbers of what the workers have summed, and what fetches the planes of the tiles of each.
   *
   * @param {Slot[]} slots
   * @returns {Promise<{results: Record<string, any>, planes: (() => Promise<unknown>)[]}>}
   */
  async #finish(slots) {
    if (this.#failure) throw this.#failure;
    const states = await Promise.all(slots.map((slot) => slot.call('state')));
    const summed = slots.filter((_, k) => states[k]);
    const state = total(states.filter((state) => state));
    // Where only numbers are wanted, one will do.
    const first = await summed[0].call('finish', { state });
    const { results } = first;
    if (first.tiles === 0) return { results, planes: [] };
    const others = await Promise.all(summed.slice(1).map((slot) => slot.call('finish', { state })));
    const planes = [first, ...others].map(({ tiles }, k) => () => {
      const answers = Array.from({ length: tiles }, () => summed[k].call('spread'));
      return settled(answers.map(async (answer) => this.#place(results, await answer)));
    });
    return { results, planes };
  }

  /**
   * An error of the input is told by one who sees all of it, as one thread would tell it.
   *
   * @param {Slot[]} slots
   * @param {Request} request
   * @param {unknown} error
   */
  async #retell(slots, request, error) {
    if (!(error instanceof MasklossError) || ['load', 'memory', 'internal', 'aborted'].includes(error.code))
      throw error;
    await this.#forget(slots);
    return this.#evaluateAll(slots[0], request);
  }

  /** Ends what workers have begun, and takes back what tiles are still away. @param {Slot[]} slots */
  async #forget(slots) {
    for (const tiles of await Promise.all(slots.map((slot) => slot.call('forget').catch(() => []))))
      this.#takeBack(tiles);
  }

  /**
   * Copies the planes of a tile to where they belong.
   *
   * @param {Record<string, any>} results
   * @param {{tile: Returned, planes: {name: string, plane: string, data: Float32Array}[]}} answer
   */
  #place(results, { tile, planes }) {
    this.#takeBack([tile]);
    this.#placeAll(results, tile, planes);
  }

  /**
   * @param {Record<string, any>} results
   * @param {{image: number, from: number, pixels: number}} tile
   * @param {{name: string, plane: string, data: Float32Array}[]} planes
   */
  #placeAll(results, tile, planes) {
    const [images] = this.#frame.shape;
    const each = pixelsOf(this.#frame);
    for (const { name, plane, data } of planes) {
      const length = (data.length / tile.pixels) * images * each;
      const whole = outputOf(this.#outputs, name, plane, length) ?? results[name][plane] ?? new Float32Array(length);
      copyTile('out', tile, data, whole, each);
      results[name][plane] = whole;
    }
  }

  /**
   * What may be scored image by image. All of them are counted first, as the share of one depends on it.
   *
   * @param {Slot[]} slots
   * @returns {Promise<Record<string, Result>>}
   */
  async #scoreImages(slots) {
    if (this.#counts.size === 0) {
      this.#beginImages(slots);
      for (let image = 0; image < this.#frame.shape[0]; image++) this.#count(image);
    }
    const workers = [...this.#counts.keys()];
    try {
      await settled([...this.#counts.values()].flatMap(({ done }) => done));
      const state = total(await Promise.all(workers.map((slot) => slot.call('state'))));
      const score = async (/** @type {Slot} */ slot) => {
        const answer = await slot.call('score', { state });
        this.#takeBack(answer.tiles); // also where another fails
        return answer;
      };
      const answers = [...this.#counts].flatMap(([slot, { images }]) =>
        Array.from({ length: images }, () => score(slot)),
      );
      return this.#mean(await settled(answers));
    } catch (error) {
      const request = this.#part((loss) => this.#isApart(loss));
      return await this.#retell(slots, request, error);
    } finally {
      this.#forget(workers); // for the next; nothing of it is waited for
    }
  }

  /** Makes workers ready to count images. @param {Slot[]} slots */
  #beginImages(slots) {
    const request = this.#part((loss) => this.#isApart(loss));
    for (const slot of slots.slice(0, this.#frame.shape[0])) {
      const begun = slot.call('beginApart', { request, frame: this.#frame });
      begun.catch(() => {}); // whoever awaits it, hears
      this.#counts.set(slot, { images: 0, done: [begun] });
    }
  }

  /** Gives an image to the worker whose turn it is. @param {number} image */
  #count(image) {
    const tiles = this.#tiles.filter((tile) => tile.image === image);
    const [slot, count] = [...this.#counts][image % this.#counts.size];
    const counted = slot.call('count', { tiles }, carried(tiles));
    counted.catch(() => {});
    count.images++;
    count.done.push(counted);
  }

  /**
   * The mean of what the images of a batch gave, in their order; their planes go where they belong.
   *
   * @param {{image: number, results: Record<string, Result>, planes: any[]}[]} answers
   */
  #mean(answers) {
    const ordered = answers.sort((a, b) => a.image - b.image);
    /** @type {Record<string, any>} */
    const results = {};
    for (const [name, result] of Object.entries(ordered[0].results)) {
      const each = ordered.map(({ results }) => results[name]);
      results[name] = {
        ...result,
        value: meanOf(each.map(({ value }) => value)),
        perClass: result.perClass?.map((_, c) =>
          meanOf(each.map(({ perClass }) => perClass?.[c] ?? Number.NaN).filter((x) => !Number.isNaN(x))),
        ),
      };
    }
    const pixels = pixelsOf(this.#frame);
    for (const { image, planes } of ordered) this.#placeAll(results, { image, from: 0, pixels }, planes);
    return results;
  }

  /**
   * What is no sum, one loss after the other: who is done with one takes the next.
   *
   * @param {Slot[]} slots
   * @returns {Promise<Record<string, Result>>}
   */
  async #evaluateOthers(slots) {
    const losses = this.#plan.losses.filter((loss) => this.#isWhole(loss));
    /** @type {Record<string, Result>} */
    const results = {};
    const queue = losses.map(({ name }) => this.#part((loss) => loss.name === name));
    let loaded = Promise.resolve();
    const work = async (/** @type {Slot} */ slot) => {
      loaded = carried(this.#tiles).length > 0 ? loaded.then(() => this.#load(slot)) : this.#load(slot);
      await loaded;
      for (let next = queue.shift(); next; next = queue.shift())
        Object.assign(results, await this.#evaluate(slot, next));
      await slot.call('unload');
    };
    await settled(slots.slice(0, losses.length).map(work));
    return results;
  }

  /** @param {Slot} slot @param {Request} request */
  async #evaluateAll(slot, request) {
    await this.#load(slot);
    try {
      return await this.#evaluate(slot, request);
    } finally {
      await slot.call('unload').catch(() => {});
    }
  }

  /** Puts the input as a whole into a worker: one after the other, as tiles that are no shared memory are in one place only. @param {Slot} slot */
  async #load(slot) {
    this.#takeBack(await slot.call('load', { frame: this.#frame, tiles: this.#tiles }, carried(this.#tiles)));
  }

  /**
   * @param {Slot} slot
   * @param {Request} request
   * @returns {Promise<Record<string, Result>>}
   */
  async #evaluate(slot, request) {
    /** @type {Record<string, Result>} */
    const results = await slot.call('evaluate', { request });
    for (const name of this.#outputs.keys()) {
      const result = results[name];
      for (const plane of PLANES) {
        const made = result?.[plane];
        if (made && this.#outputs.get(name)?.[plane]) result[plane] = copyOut(this.#outputs, name, plane, made);
      }
    }
    return results;
  }
}

/** @param {number[]} numbers */
function meanOf(numbers) {
  return numbers.reduce((sum, x) => sum + x, 0) / numbers.length;
}

/**
 * Waits for all, whatever becomes of one; the first error then.
 *
 * @template T
 * @param {Promise<T>[]} work
 */
async function settled(work) {
  return (await Promise.allSettled(work)).map((outcome) => {
    if (outcome.status === 'rejected') throw outcome.reason;
    return outcome.value;
  });
}

/** What is handed over with tiles; shared memory is not. @param {Tile[]} tiles */
function carried(tiles) {
  return tiles.map(({ buffer }) => buffer).filter((buffer) => buffer instanceof ArrayBuffer);
}
