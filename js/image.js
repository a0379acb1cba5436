/**
 * A program that has started and scored once. The build finds it and leaves it in a section of the module, so that no page has to
 * wait for the same again: what became of memory and registers, and the values of JavaScript that the program has got hold of.
 * The section is a line of JSON and then the bytes of `runs`. A module without it starts as all Go programs do.
 *
 * @typedef {object} Image
 * @property {number} pages of memory, of 64 KB
 * @property {string[]} registers in decimal, in the order of REGISTERS
 * @property {number[]} runs by turns: how many bytes of memory are left alone, how many written
 * @property {(Recipe | null)[]} values by number, from FIRST on
 * @property {number[]} counts how often the program refers to each
 * @property {number[]} free the numbers that have none, the next to be used last
 * @property {Record<string, Recipe>} binding
 * @property {[request: string, answer: string][]} plans
 *
 * How to come by a value again: by a path from what is lent to the program or from globalThis, as the program's function of a
 * number, or as it is written here.
 *
 * @typedef {[kind: 'at', path: string] | [kind: 'function', id: number] | [kind: 'is', value: unknown]} Recipe
 */

/**
 * What a program finds on globalThis while it starts.
 *
 * @typedef {{context: {binding: Record<string, any>}, [name: string]: any}} Lent
 */

/** The name of the section. */
export const SECTION = 'started';

/** The globals of a Go program, which wasm/relink exports. */
export const REGISTERS = ['SP', 'CTXT', 'g', 'RET0', 'RET1', 'RET2', 'RET3', 'PAUSE'];

/** The number of the first value that is not there from the beginning. */
export const FIRST = 7;

/** The bytes of a page of memory. */
export const PAGE = 65536;

/**
 * What is at a path from what is lent to a program or from globalThis.
 *
 * @param {string} path
 * @param {Lent} lent
 */
export function at(path, lent) {
  const [first, ...rest] = path.split('.');
  return rest.reduce((object, name) => object[name], lent[first] ?? /** @type {any} */ (globalThis)[first]);
}

/**
 * Gives a program that has not started the image of one that has.
 *
 * @param {import('./go.js').GoProgram} go
 * @param {WebAssembly.Instance} instance
 * @param {ArrayBuffer} section
 * @param {Lent} lent
 * @returns {Map<string, string>} the plans
 */
export function wake(go, instance, section, lent) {
  const bytes = new Uint8Array(section);
  let from = bytes.indexOf(10) + 1;
  /** @type {Image} */
  const image = JSON.parse(new TextDecoder().decode(bytes.subarray(0, from)));
  const program = /** @type {Record<string, any>} */ (instance.exports);
  program.mem.grow(image.pages - program.mem.buffer.byteLength / PAGE);
  const memory = new Uint8Array(program.mem.buffer);
  for (let i = 0, to = 0; i < image.runs.length; i += 2) {
    to += image.runs[i];
    const length = image.runs[i + 1];
    memory.set(bytes.subarray(from, from + length), to);
    from += length;
    to += length;
  }
  for (const [i, name] of REGISTERS.entries()) {
    const type = typeof program[name].value === 'bigint' ? BigInt : Number;
    program[name].value = type(image.registers[i]);
  }
  /** @param {Recipe} recipe */
  const make = ([kind, what]) => {
    if (kind === 'is') return what;
    if (kind === 'function') return go._makeFuncWrapper(what);
    return at(what, lent);
  };
  for (const [name, recipe] of Object.entries(image.binding)) lent.context.binding[name] = make(recipe);
  // As Go.run of wasm_exec.js begins, and as the program has gone on.
  go._inst = instance;
  go.mem = new DataView(program.mem.buffer);
  go.exited = false;
  go._values = [Number.NaN, 0, null, true, false, globalThis, go];
  go._goRefCounts = go._values.map(() => Number.POSITIVE_INFINITY);
  go._ids = new Map(go._values.slice(1).map((value, i) => [value, i + 1]));
  go._idPool = image.free;
  go._goRefCounts.push(...image.counts);
  for (const recipe of image.values) {
    const value = recipe && make(recipe);
    const id = go._values.push(value) - 1;
    if (recipe) go._ids.set(value, id);
  }
  return new Map(image.plans);
}
