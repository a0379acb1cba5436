import { MasklossError } from './error.js';
import { start } from './go.js';
import { TYPES, typeOf } from './input.js';
import { bringOut } from './outputs.js';

/**
 * @typedef {import('./input.js').CheckedInput} CheckedInput
 * @typedef {import('./input.js').Elements} Elements
 * @typedef {import('./request.js').Request} Request
 *
 * Where an array is in the memory of the program: bytes from the start of a block, and elements.
 *
 * @typedef {{block: number, type: keyof typeof TYPES, at: number, len: number}} Place
 *
 * @typedef {object} Warning
 * @property {string} code such as both-empty, prediction-empty, all-ignored
 * @property {string} message
 *
 * What one loss or metric says of an input.
 *
 * @typedef {object} Result
 * @property {number} value
 * @property {number[] | null} perClass NaN where a class has no pixel; null where the number is of no class
 * @property {number} valid pixels counted
 * @property {Record<string, unknown>} params every parameter as used
 * @property {Warning[]} warnings
 * @property {Float32Array} [gradient] d value / d prediction.data
 * @property {Float32Array} [heatmap] [N,(D,)H,W], sums to the value
 * @property {Float32Array} [values] each term, where reduction is none
 * @property {number[]} [valuesShape]
 * @property {Record<string, number[]>} [extra] further numbers of a metric, such as its confusion matrix
 *
 * A set of losses whose options are checked; `sum` where parts of an image may be summed apart from each other, `images` where
 * the images of a batch may be scored so: the answer is the mean of theirs.
 *
 * @typedef {{id: number, losses: {name: string, params: Record<string, unknown>, sum: boolean, images: boolean, planes: boolean}[]}} Plan
 *
 * What has a place in the program: an input, an accumulator, a job. `life` is that of the program that has it; `gone` says that
 * it was given up.
 *
 * @typedef {{life: number, id: number, gone?: boolean}} Handle
 *
 * An input that stays in memory, in a block of its own.
 *
 * @typedef {object} KeptInput
 * @property {Handle} handle
 * @property {number} block
 * @property {number} address
 * @property {Place[]} places of prediction, target and weight
 * @property {CheckedInput} input
 * @property {Set<number>} lent places whose views the caller has had: what is there may change at any time
 *
 * An evaluation in steps.
 *
 * @typedef {object} Job
 * @property {Handle} handle
 * @property {Plan} plan
 * @property {readonly number[]} shape of the prediction
 * @property {number} blocks of 1024 pixels, of all images
 * @property {boolean} planes whether it makes any
 * @property {number} in block of the input
 * @property {number} out block of the outputs
 * @property {number} [address] of the input, unless it is a held one
 * @property {Place[]} [places] of prediction, target and weight there
 *
 * An array that is made where it is wanted.
 *
 * @typedef {{type: keyof typeof TYPES, length: number, fill(view: Elements): void}} Source
 */

/** The number of the functions that the program binds, see wasm/bind.go. */
const PROTOCOL = 4;

/** Blocks of the arena that every call may use; what stays has others. The program knows them by number, see wasm/arena.go. */
export const IN = 0;
export const OUT = 1;
const STATE = 2;
const WORDS = 3;

const ALIGN = 64;

/** What a 32-bit memory can hold. */
const MAX_BYTES = 2 ** 32;

/** In the order of wasm/input.go. */
const FORMS = ['logits', 'probs', 'labels'];
const KINDS = ['labels', 'soft', 'instances'];
const TYPE_NAMES = Object.keys(TYPES);

/**
 * A running program and its memory. All calls are synchronous and throw a MasklossError; after any of them it still works: a
 * program that crashed, as for want of memory, is replaced by a fresh one. What the old one held is lost, and says so.
 */
export class Instance {
  #module;
  /** @type {import('./go.js').Program} */
  #program;
  #life = 0;
  #kept = 0;
  #blocks = WORDS;
  /** Plans by what was asked, the latest last. @type {Map<string, Plan>} */
  #plans = new Map();
  /** The latest of them, by the object that asked for it. @type {{request: Request, plan: Plan} | undefined} */
  #latest;
  #disposed = false;
  #prepare;

  /**
   * @param {WebAssembly.Module} module
   * @param {import('./go.js').Prepare} [prepare]
   */
  constructor(module, prepare) {
    this.#module = module;
    this.#prepare = prepare;
    this.#program = this.#start();
  }

  #start() {
    let program;
    try {
      program = start(this.#module, this.#prepare);
    } catch (error) {
      throw new MasklossError(
        'load',
        'wasm',
        `load: the wasm could not be started, it and wasm_exec.js must be of the same Go: ${error instanceof Error ? error.message : error}`,
        { cause: error },
      );
    }
    const { protocol } = program.binding;
    if (program.exited || protocol !== PROTOCOL) {
      const found = program.exited
        ? `it ended at once: ${program.output}`
        : `it speaks protocol ${protocol}, must be ${PROTOCOL}`;
      throw new MasklossError(
        'load',
        'wasm',
        `load: the wasm does not belong to this package, both must be of the same version: ${found}`,
      );
    }
    this.#life++;
    this.#kept = 0;
    this.#plans.clear();
    this.#latest = undefined;
    return program;
  }

  /** Bytes of the program's memory. */
  get memory() {
    return this.#disposed ? 0 : this.#buffer.byteLength;
  }

  get #buffer() {
    this.#alive();
    return /** @type {WebAssembly.Memory} */ (this.#program.exports.mem).buffer;
  }

  /** The version of the program. */
  get version() {
    return this.#program.binding.version;
  }

  /** The names of all losses and metrics. @returns {string[]} */
  get names() {
    this.#alive();
    return this.#program.binding.names.split(' ');
  }

  /** Ends the program. */
  dispose() {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#program.binding.close();
    this.#program = { exports: {}, binding: {}, plans: new Map(), exited: true, output: '' };
    this.#plans.clear();
    this.#latest = undefined;
  }

  /** The manifest. */
  describe() {
    return JSON.parse(this.#call('describe'));
  }

  /**
   * Calls a function of the program.
   *
   * @param {string} name
   * @param {...unknown} given
   */
  #call(name, ...given) {
    this.#alive();
    const program = this.#program;
    let answer;
    try {
      answer = program.binding[name](...given);
    } catch (error) {
      throw this.#revive(error);
    }
    if (program.exited) throw this.#revive();
    if (answer.error) {
      const { code, field, message } = answer.error;
      throw new MasklossError(code, field, message);
    }
    return answer.value;
  }

  /**
   * Calls an export of the program: far quicker, but numbers only. Where these do not say all, the answer is in said().
   *
   * @param {string} name
   * @param {...number} given
   * @returns {number}
   */
  #export(name, ...given) {
    this.#alive();
    const program = this.#program;
    let answer;
    try {
      answer = /** @type {(...given: number[]) => number} */ (program.exports[name])(...given);
    } catch (error) {
      throw this.#revive(error);
    }
    if (program.exited) throw this.#revive();
    return answer;
  }

  #alive() {
    if (this.#disposed) throw new MasklossError('internal', '', 'this instance was disposed of, load a new one');
  }

  /**
   * Replaces a program that crashed.
   *
   * @param {unknown} [error]
   * @returns {MasklossError} why it did
   */
  #revive(error) {
    const { output } = this.#program;
    const text = output.split('\n', 2).join(' ') || (error instanceof Error ? error.message : String(error));
    this.#program = this.#start();
    if (/out of memory|cannot allocate/.test(output))
      return new MasklossError('memory', '', `more memory was needed than WebAssembly can have: ${text}`, {
        cause: error,
      });
    return new MasklossError('internal', '', `the program crashed and was started again: ${text}`, { cause: error });
  }

  /**
   * Runs what needs memory; where there is too little, and nothing is held, once more in a fresh program, as memory never
   * shrinks.
   *
   * @template T
   * @param {() => T} run
   * @returns {T}
   */
  #roomy(run) {
    const before = this.memory;
    const life = this.#life;
    try {
      return run();
    } catch (error) {
      if (
        !(error instanceof MasklossError) ||
        error.code !== 'memory' ||
        this.#kept > 0 ||
        life !== this.#life ||
        before < MAX_BYTES / 8
      )
        throw error;
      this.#program.binding.close();
      this.#program = this.#start();
      return run();
    }
  }

  /**
   * Makes a block hold that many bytes.
   *
   * @param {number} block
   * @param {number} bytes
   * @returns {number} its address
   */
  #reserve(block, bytes) {
    const address = bytes < MAX_BYTES ? this.#export('reserve', block, bytes) >>> 0 : 0;
    if (address === 0)
      throw new MasklossError(
        'memory',
        '',
        `${bytes} bytes more are needed, the ${this.memory} bytes of now cannot grow to hold them`,
      );
    return address;
  }

  /** @param {number} block */
  #release(block) {
    this.#export('release', block);
  }

  /**
   * Copies arrays into a block, one after the other.
   *
   * @param {number} block
   * @param {readonly (Elements | Float64Array | Source)[]} arrays
   * @returns {{address: number, places: Place[]}}
   */
  #put(block, arrays) {
    let size = 0;
    const places = arrays.map((data) => {
      const type = 'type' in data ? data.type : typeOf(data);
      const place = { block, type, at: size, len: data.length };
      size += Math.ceil((data.length * TYPES[type].BYTES_PER_ELEMENT) / ALIGN) * ALIGN;
      return place;
    });
    // Views of our own memory may be detached, or overwritten, by making room.
    const sources = arrays.map((data) =>
      'buffer' in data && data.buffer === this.#buffer ? new TYPES[typeOf(data)](data) : data,
    );
    const address = this.#reserve(block, size);
    places.forEach((place, i) => {
      const view = this.#view(address, place);
      const source = sources[i];
      if ('type' in source) source.fill(view);
      else view.set(source);
    });
    return { address, places };
  }

  /**
   * @param {number} address of the block
   * @param {Place} place
   * @returns {any} a view, good until the next call
   */
  #view(address, { type, at, len }) {
    return new TYPES[type](this.#buffer, address + at, len);
  }

  /**
   * Copies an input into a block, and describes it in words that the next call reads (wasm/input.go).
   *
   * @param {number} block
   * @param {CheckedInput} input
   */
  #putInput(block, input) {
    const { shape, form, kind, targetShape, ignore, weight } = input;
    const { address, places } = this.#put(
      block,
      weight ? [input.prediction, input.target, weight] : [input.prediction, input.target],
    );
    const words = [
      FORMS.indexOf(form),
      KINDS.indexOf(kind),
      weight ? 1 : 0,
      shape.length,
      targetShape.length,
      ignore.length,
    ];
    for (const { type, at, len } of places) words.push(block, TYPE_NAMES.indexOf(type), at, len);
    words.push(...shape, ...targetShape, ...ignore);
    const at = this.#reserve(WORDS, words.length * 8);
    new Float64Array(this.#buffer, at, words.length).set(words);
    return { address, places };
  }

  /**
   * The number of an input for the program: 0 is the one just put.
   *
   * @param {CheckedInput | KeptInput} input
   * @param {number} [block]
   */
  #input(input, block = IN) {
    if ('handle' in input) return this.#idOf(input.handle);
    this.#putInput(block, input);
    return 0;
  }

  /**
   * Checks names and options.
   *
   * @param {Request} request
   * @returns {Plan}
   */
  plan(request) {
    if (request === this.#latest?.request) return this.#latest.plan;
    const key = JSON.stringify(request);
    let plan = this.#plans.get(key);
    if (plan) {
      this.#plans.delete(key);
    } else {
      plan = /** @type {Plan} */ (JSON.parse(this.#program.plans.get(key) ?? this.#call('plan', request)));
      this.#program.plans.delete(key); // once dropped it is gone
      for (const loss of plan.losses) {
        loss.params = ordered(loss.params);
        for (const value of Object.values(loss.params)) Object.freeze(value);
      }
    }
    this.#plans.set(key, plan);
    if (this.#plans.size > 64) {
      const [oldest, { id }] = /** @type {[string, Plan]} */ (this.#plans.entries().next().value);
      this.#plans.delete(oldest);
      this.#call('drop', 'plan', id);
    }
    this.#latest = { request, plan };
    return plan;
  }

  /**
   * Runs losses on an input.
   *
   * @param {Request} request
   * @param {CheckedInput | KeptInput} input
   * @param {import('./outputs.js').Outputs} [outputs]
   * @returns {Record<string, Result>}
   */
  evaluate(request, input, outputs = new Map()) {
    return this.#roomy(() => {
      const plan = this.plan(request);
      const address = this.#export('evaluate', plan.id, this.#input(input)) >>> 0;
      if (address === 0) this.#call('answer');
      const answers = new Spelled(this.#buffer, address).results();
      return this.#take(plan, shapeOf(input), answers, OUT, (view, plane, name) =>
        bringOut(outputs, name, plane, view),
      );
    });
  }

  /**
   * Copies results out of memory.
   *
   * @template T
   * @param {Plan} plan
   * @param {readonly number[]} shape of the prediction
   * @param {any[]} answers
   * @param {number} block
   * @param {(view: Float32Array, plane: 'gradient' | 'heatmap' | 'values', name: string, shape?: number[]) => T} copy
   * @returns {Record<string, any>}
   */
  #take(plan, shape, answers, block, copy) {
    const wanted = answers.some((a) => a.gradient || a.heatmap || a.values);
    const address = wanted ? this.#reserve(block, 0) : 0;
    /** @type {Record<string, any>} */
    const results = {};
    for (const a of answers) {
      const { name, params } = plan.losses[a.index];
      /** @type {any} */
      const result = {
        value: a.value,
        perClass: a.perClass,
        valid: a.valid,
        params: { ...params },
        warnings: a.warnings,
      };
      for (const plane of /** @type {const} */ (['values', 'gradient', 'heatmap'])) {
        if (a[plane]) result[plane] = copy(this.#view(address, a[plane]), plane, name, a.valuesShape);
      }
      if (a.values) result.valuesShape = flat(a.valuesShape, shape);
      if (a.extra) result.extra = ordered(a.extra);
      results[name] = result;
    }
    return results;
  }

  /**
   * Starts an evaluation in steps. Between them other calls may run, unless they use the same blocks.
   *
   * @param {Request} request
   * @param {CheckedInput | KeptInput} input
   * @param {{in: number, out: number}} [blocks] where input and outputs go; default: blocks of their own
   * @returns {Job}
   */
  begin(request, input, blocks = { in: ++this.#blocks, out: ++this.#blocks }) {
    const plan = this.plan(request);
    const put = 'handle' in input ? undefined : this.#putInput(blocks.in, input);
    this.#kept++;
    try {
      const at = 'handle' in input ? this.#idOf(input.handle) : 0;
      const { id, blocks: count, planes } = this.#call('begin', plan.id, at, blocks.out);
      return {
        handle: { life: this.#life, id },
        plan,
        shape: shapeOf(input),
        blocks: count,
        planes,
        ...blocks,
        ...put,
      };
    } catch (error) {
      this.#kept--;
      if (blocks.in > WORDS && !this.#program.exited) this.#release(blocks.in);
      throw error;
    }
  }

  /**
   * Writes into an input.
   *
   * @param {Job | KeptInput} to
   * @param {number} array 0: the prediction, 1: the target, 2: the weight
   * @param {number} at first element
   * @param {Elements} data
   */
  write(to, array, at, data) {
    this.#idOf(to.handle);
    const { address, places } = /** @type {Required<Job> | KeptInput} */ (to);
    this.#view(address, places[array]).set(data, at);
  }

  /**
   * Adds blocks of pixels to the sums of a job.
   *
   * @param {Job} job
   * @param {number} from
   * @param {number} to
   */
  scan(job, from, to) {
    if (this.#export('scan', this.#idOf(job.handle), from, to) < 0) this.#call('answer');
  }

  /**
   * The sums of a job so far. Those of all blocks add up number by number, in any order, to the same bits.
   *
   * @param {Job} job
   * @returns {Float64Array}
   */
  state(job) {
    const place = this.#call('state', this.#idOf(job.handle));
    return this.#view(this.#reserve(STATE, 0), place).slice();
  }

  /**
   * Turns the sums of all blocks into numbers. What this returns spreads them over blocks of pixels, and takes the results.
   *
   * @param {Job} job
   * @param {Float64Array} [state] instead of the job's own
   */
  finish(job, state) {
    const id = this.#idOf(job.handle);
    const answers = this.#call('finish', id, state ? this.#put(STATE, [state]).places[0] : null);
    return {
      /**
       * @param {number} from
       * @param {number} to
       */
      spread: (from, to) => {
        if (this.#export('spread', id, from, to) < 0) this.#call('answer');
      },
      /**
       * @template T
       * @param {(view: Float32Array, plane: 'gradient' | 'heatmap' | 'values', name: string, shape?: number[]) => T} copy
       */
      take: (copy) => {
        this.#idOf(job.handle);
        return this.#take(job.plan, job.shape, answers, job.out, copy);
      },
    };
  }

  /**
   * Forgets a job, done or not.
   *
   * @param {Job} job
   */
  end(job) {
    this.drop('job', job.handle, ...[job.in, job.out].filter((block) => block > WORDS));
  }

  /**
   * Keeps an input in memory.
   *
   * @param {CheckedInput} input
   * @param {number} [block] where; default: a block of its own
   * @returns {KeptInput}
   */
  hold(input, block = ++this.#blocks) {
    return this.#roomy(() => {
      const { address, places } = this.#putInput(block, input);
      try {
        const id = this.#export('open');
        if (id === 0) this.#call('answer');
        const handle = { life: this.#life, id };
        this.#kept++;
        return { handle, block, address, places, input, lent: new Set() };
      } catch (error) {
        if (!this.#program.exited) this.#release(block);
        throw error;
      }
    });
  }

  /**
   * The arrays of a held input as they are in memory: views that are good until the next call.
   *
   * @param {KeptInput} kept
   * @returns {CheckedInput}
   */
  read({ handle, address, places, input }) {
    this.#idOf(handle);
    const [prediction, target, weight = null] = places.map((place) => this.#view(address, place));
    return { ...input, prediction, target, weight };
  }

  /**
   * Starts to sum losses over a data set.
   *
   * @param {Request} request
   * @returns {Handle}
   */
  tally(request) {
    const handle = { life: this.#life, id: this.#call('tally', this.plan(request).id) };
    this.#kept++;
    return handle;
  }

  /**
   * @param {Handle} tally
   * @param {CheckedInput | KeptInput} input
   */
  add(tally, input) {
    this.#call('add', this.#idOf(tally), this.#input(input));
  }

  /**
   * @param {Handle} tally
   * @returns {Record<string, Float64Array>}
   */
  tallyState(tally) {
    /** @type {{name: string, data: Place}[]} */
    const states = this.#call('tallyState', this.#idOf(tally));
    const address = this.#reserve(STATE, 0);
    return Object.fromEntries(states.map(({ name, data }) => [name, this.#view(address, data).slice()]));
  }

  /**
   * @param {Handle} tally
   * @param {[string, Float64Array][]} states
   */
  merge(tally, states) {
    const { places } = this.#put(
      STATE,
      states.map(([, numbers]) => numbers),
    );
    this.#call(
      'merge',
      this.#idOf(tally),
      states.map(([name], i) => ({ name, data: places[i] })),
    );
  }

  /**
   * @param {Handle} tally
   * @returns {Record<string, Result>}
   */
  tallyResult(tally) {
    /** @type {{name: string, params: Record<string, unknown>, result: any}[]} */
    const results = this.#call('tallyResult', this.#idOf(tally));
    return Object.fromEntries(
      results.map(({ name, params, result: { value, perClass, valid, warnings, extra } }) => [
        name,
        { value, perClass, valid, params: ordered(params), warnings, ...(extra ? { extra: ordered(extra) } : {}) },
      ]),
    );
  }

  /**
   * Makes a map of labels or scores.
   *
   * @param {'edt' | 'distanceMap' | 'unetWeightMap' | 'oneHot' | 'argmax'} name
   * @param {readonly number[]} shape [N, C, H, W] or [N, C, D, H, W], with a C of 1 for labels
   * @param {string} form
   * @param {Elements} data
   * @param {import('./request.js').Option[]} options
   * @returns {{data: any, shape: number[]}}
   */
  map(name, shape, form, data, options) {
    return this.#roomy(() => {
      const { places } = this.#put(IN, [data]);
      const answer = this.#call(name, { shape, form, data: places[0], options });
      return { data: this.#view(this.#reserve(OUT, 0), answer.data).slice(), shape: answer.shape };
    });
  }

  /**
   * @param {Handle} handle
   * @returns {number}
   */
  #idOf({ life, id, gone }) {
    this.#alive();
    if (gone) throw new MasklossError('internal', '', 'this was disposed of, make it anew');
    if (life !== this.#life)
      throw new MasklossError(
        'memory',
        '',
        'this was lost when the program ran out of memory and was started again: make it anew',
      );
    return id;
  }

  /**
   * Forgets what a handle stands for, and the blocks it had.
   *
   * @param {'input' | 'tally' | 'job'} kind
   * @param {Handle} handle
   * @param {...number} blocks
   */
  drop(kind, handle, ...blocks) {
    if (this.#disposed || handle.life !== this.#life || handle.gone) return;
    handle.gone = true;
    this.#kept--;
    this.#call('drop', kind, handle.id);
    for (const block of blocks) this.#release(block);
  }
}

/** Results as the program spelled them out in numbers (spell in wasm/codec.go), read in the order in which they were written. */
class Spelled {
  #words;
  #at = 0;

  /** @param {ArrayBuffer} buffer @param {number} address */
  constructor(buffer, address) {
    this.#words = new Float64Array(buffer, address);
  }

  #number() {
    return this.#words[this.#at++];
  }

  /** @returns {number[] | null} */
  #list() {
    const length = this.#number();
    if (length < 0) return null;
    const elements = [];
    for (let i = 0; i < length; i++) elements.push(this.#number()); // quicker than Array.from, for so few
    return elements;
  }

  #text() {
    let letters = '';
    for (let length = this.#number(); length > 0; length--) letters += String.fromCodePoint(this.#number());
    return letters;
  }

  #plane() {
    const at = this.#number();
    return at < 0 ? null : { block: OUT, type: 'f32', at, len: this.#number() };
  }

  #warnings() {
    const warnings = [];
    for (let n = this.#number(); n > 0; n--) warnings.push({ code: this.#text(), message: this.#text() });
    return warnings;
  }

  #extra() {
    const length = this.#number();
    return length < 0 ? null : Object.fromEntries(Array.from({ length }, () => [this.#text(), this.#list()]));
  }

  results() {
    const results = [];
    for (let n = this.#number(); n > 0; n--)
      results.push({
        index: this.#number(),
        value: this.#number(),
        valid: this.#number(),
        perClass: this.#list(),
        values: this.#plane(),
        gradient: this.#plane(),
        heatmap: this.#plane(),
        valuesShape: this.#list(),
        warnings: this.#warnings(),
        extra: this.#extra(),
      });
    return results;
  }
}

/**
 * An object with its keys in order: maps of Go have none.
 *
 * @template T
 * @param {Record<string, T>} object
 * @returns {Record<string, T>}
 */
function ordered(object) {
  return Object.fromEntries(Object.entries(object).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** @param {CheckedInput | KeptInput} input */
function shapeOf(input) {
  return 'handle' in input ? input.input.shape : input.shape;
}

/**
 * In two dimensions the depth of one is left out.
 *
 * @param {number[]} sizes with a depth, where they are of pixels
 * @param {readonly number[]} shape of the prediction
 */
function flat(sizes, shape) {
  if (sizes.length < 4 || shape.length === 5) return sizes;
  return [...sizes.slice(0, -3), ...sizes.slice(-2)];
}
