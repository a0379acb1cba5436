// Starts Go programs without leaving a global behind. The order of these imports matters.
import { lend, unhide } from './globals.js';
import './wasm_exec.js';
import { SECTION, wake } from './image.js';

/**
 * The class that wasm_exec.js defines, as far as we use it.
 *
 * @typedef {object} GoProgram
 * @property {{gojs: Record<string, (sp: number) => void>}} importObject
 * @property {DataView} mem
 * @property {Record<string, string>} env
 * @property {(code: number) => void} exit
 * @property {boolean} exited
 * @property {(instance: WebAssembly.Instance) => Promise<void>} run
 * @property {WebAssembly.Instance} _inst
 * @property {unknown[]} _values those that the program knows, by number
 * @property {number[]} _goRefCounts how often it refers to each
 * @property {Map<unknown, number>} _ids their numbers
 * @property {number[]} _idPool numbers without a value
 * @property {Map<number, ReturnType<typeof setTimeout>>} _scheduledTimeouts
 * @property {(id: number) => (...args: unknown[]) => unknown} _makeFuncWrapper
 * @property {() => void} _resume
 */

const { Go, fs, process, path } = /** @type {{Go: new () => GoProgram, [name: string]: unknown}} */ (
  /** @type {unknown} */ (globalThis)
);
unhide();

/** How much of what a program writes is kept: enough for the first lines of a crash. */
const MAX_OUTPUT = 4096;

/**
 * Pages of 64 KB that a program gets beyond those it starts with: its memory then is at once as big as small inputs, and the
 * garbage beside them, ever make it. The host provides them only as they are touched.
 */
export const HEADROOM = 192;

/**
 * Garbage is collected at one go. Else a collection that begins in a call may still be under way after many more, as nothing lets
 * it proceed between them, and every pointer written meanwhile is a call: a gradient takes three times as long. Nor does it take
 * away the room on a stack that the next call asks for again.
 */
const ENVIRONMENT = { GODEBUG: 'gcstoptheworld=1,gcshrinkstackoff=1' };

/**
 * A running Go program.
 *
 * @typedef {object} Program
 * @property {WebAssembly.Exports} exports
 * @property {Record<string, any>} binding what the program put there
 * @property {Map<string, string>} plans that are made already: the answers by the requests, as text
 * @property {boolean} exited
 * @property {string} output what it wrote, most likely of why it crashed
 */

/**
 * Is called before there is an instance.
 *
 * @typedef {(go: GoProgram, lent: import('./image.js').Lent) => void} Prepare
 */

/**
 * Starts a program and gives it an object to put its functions into. It has done so when this returns, or has exited.
 *
 * @param {WebAssembly.Module} module
 * @param {Prepare} [prepare]
 * @returns {Program}
 */
export function start(module, prepare) {
  const go = new Go();
  go.env = ENVIRONMENT;
  const decoder = new TextDecoder();
  /** @type {Program} */
  const program = { exports: {}, binding: {}, plans: new Map(), exited: false, output: '' };
  go.exit = () => {
    program.exited = true;
    // A timer that fires now would throw.
    for (const timer of go._scheduledTimeouts.values()) clearTimeout(timer);
  };
  // In place of writing to the console: func wasmWrite(fd uintptr, p unsafe.Pointer, n int32)
  go.importObject.gojs['runtime.wasmWrite'] = (sp) => {
    sp >>>= 0;
    const at = Number(go.mem.getBigInt64(sp + 16, true));
    const bytes = new Uint8Array(go.mem.buffer, at, go.mem.getInt32(sp + 24, true));
    program.output = (program.output + decoder.decode(bytes)).slice(0, MAX_OUTPUT);
  };
  const lent = { context: { binding: program.binding }, fs, process, path };
  prepare?.(go, lent);
  const instance = new WebAssembly.Instance(module, go.importObject);
  program.exports = instance.exports;
  const [image] = WebAssembly.Module.customSections(module, SECTION);
  if (image) {
    program.plans = wake(go, instance, image, lent);
    return program;
  }
  /** @type {WebAssembly.Memory} */ (instance.exports.mem).grow(HEADROOM);
  const giveBack = lend(lent);
  try {
    go.run(instance).catch((error) => {
      program.exited = true;
      program.output += String(error);
    });
  } finally {
    giveBack();
  }
  return program;
}
