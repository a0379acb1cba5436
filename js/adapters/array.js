import { MasklossError } from '../error.js';
import { FORM_OPTIONS, holdsLabels, maskOf } from './form.js';
import { describe, readInteger, readOptions } from './options.js';

/**
 * @typedef {import('../mask.js').Mask} Mask
 * @typedef {import('./form.js').NumberArray} NumberArray
 *
 * @typedef {object} LayoutOptions
 * @property {readonly number[]} [shape] the length of every axis, outermost first
 * @property {string} [layout] what the axes are, outermost first: letters of N (images), C (classes), D (slices), H (rows),
 *   W (columns), such as 'HW', 'NHW', 'NCHW', 'NHWC', 'NCDHW'
 *
 * @typedef {LayoutOptions & import('./form.js').FormOptions} ArrayOptions
 *
 * @typedef {readonly (number | boolean | bigint | Nested)[]} Nested
 */

/**
 * fromArray reads numbers that already are in memory: typed arrays, plain arrays, nested arrays.
 *
 * `shape` is needed unless the array is nested. `layout` follows from the number of axes where only one reading is usual: 'HW',
 * 'NHW' for labels of three axes, 'NCHW', 'NCDHW'; three axes of probabilities or logits need it said. `as` follows for integer
 * types ('labels') and must be given for the others. Other orders of axes are transposed, exactly.
 *
 * @param {NumberArray | BigInt64Array | BigUint64Array | Nested} data
 * @param {ArrayOptions} [options]
 * @returns {Mask}
 */
export function fromArray(data, options) {
  const given = readOptions('fromArray', options, ['shape', 'layout', ...FORM_OPTIONS]);
  const shape = given.shape ?? (Array.isArray(data) ? nestedShape(data) : undefined);
  if (shape === undefined) {
    throw new MasklossError('option', 'shape', 'fromArray: shape is missing, pass it: { shape: [height, width] }');
  }
  const values = toNumbers('fromArray', data);
  return arrange('fromArray', values, shape, { ...given, as: given.as ?? formOf('fromArray', data, given) });
}

/**
 * toArray lays the numbers of a mask out in another order of axes, such as 'NHWC' for TensorFlow.js. An axis that the layout
 * leaves out must have length 1. The data is the mask's own where the order already is right.
 *
 * @param {Mask} mask
 * @param {{layout?: string}} [options] layout: default the mask's own order
 * @returns {{data: Mask['data'], shape: number[], layout: string}}
 */
export function toArray(mask, options) {
  const given = readOptions('toArray', options, ['layout']);
  const own = layoutOf('toArray', mask);
  const layout = given.layout ?? own;
  const axes = readLayout('toArray', layout);
  const length = new Map([...own].map((axis, i) => [axis, mask.shape[i]]));
  for (const [axis, n] of length) {
    if (!axes.includes(axis) && n !== 1) {
      throw new MasklossError(
        'shape',
        'layout',
        `toArray: layout '${layout}' leaves out ${axis}, which has ${n} planes, must be 1`,
      );
    }
  }
  const stride = strides(own, mask.shape);
  const shape = axes.map((axis) => length.get(axis) ?? 1);
  const from = axes.map((axis) => stride.get(axis) ?? 0);
  return { data: /** @type {Mask['data']} */ (transpose(mask.data, shape, from)), shape, layout };
}

/**
 * The mask of an array with axes in any order.
 *
 * @param {string} adapter
 * @param {NumberArray} values
 * @param {readonly number[]} shape
 * @param {ArrayOptions} options `as` set
 * @returns {Mask}
 */
export function arrange(adapter, values, shape, options) {
  const lengths = readShape(adapter, shape, values.length);
  const layout = options.layout ?? usualLayout(adapter, lengths.length, options.as);
  const axes = readLayout(adapter, layout);
  if (axes.length !== lengths.length) {
    throw new MasklossError(
      'shape',
      'layout',
      `${adapter}: layout '${layout}' has ${axes.length} axes, must be ${lengths.length} as in shape ${describe(shape)}`,
    );
  }
  const stride = strides(layout, lengths);
  const length = new Map(axes.map((axis, i) => [axis, lengths[i]]));
  const order = axes.includes('D') ? ['N', 'C', 'D', 'H', 'W'] : ['N', 'C', 'H', 'W'];
  const dims = order.map((axis) => length.get(axis) ?? 1);
  const data = transpose(
    values,
    dims,
    order.map((axis) => stride.get(axis) ?? 0),
  );
  const { shape: _, layout: __, ...form } = options;
  return maskOf(adapter, data, dims, form);
}

/**
 * The letters of the axes of a mask.
 *
 * @param {string} adapter
 * @param {Mask} mask
 * @returns {string}
 */
export function layoutOf(adapter, mask) {
  const rank = Array.isArray(mask?.shape) ? mask.shape.length : 0;
  const labels = holdsLabels(mask);
  const layout = labels ? { 3: 'NHW', 4: 'NDHW' }[rank] : { 4: 'NCHW', 5: 'NCDHW' }[rank];
  if (layout === undefined || !ArrayBuffer.isView(mask.data)) {
    throw new MasklossError(
      'shape',
      'mask',
      `${adapter}: mask.shape is ${describe(mask?.shape)}, must be ${labels ? '[N, H, W] or [N, D, H, W] for labels' : '[N, C, H, W] or [N, C, D, H, W]'}`,
    );
  }
  readShape(adapter, mask.shape, mask.data.length);
  return layout;
}

/**
 * @param {string} adapter
 * @param {readonly number[]} shape
 * @param {number} count
 * @returns {number[]}
 */
function readShape(adapter, shape, count) {
  if (!Array.isArray(shape) || shape.length < 2 || shape.length > 5) {
    throw new MasklossError(
      'shape',
      'shape',
      `${adapter}: shape is ${describe(shape)}, must be two to five whole numbers`,
    );
  }
  for (const n of shape) readInteger(adapter, 'shape', n, 1, 2 ** 31 - 1, 'shape');
  const product = shape.reduce((a, b) => a * b, 1);
  if (product !== count) {
    throw new MasklossError(
      'length',
      'data',
      `${adapter}: data has ${count} values, must be ${product} as in shape ${describe(shape)}`,
    );
  }
  return [...shape];
}

/**
 * @param {string} adapter
 * @param {unknown} layout
 * @returns {string[]}
 */
function readLayout(adapter, layout) {
  const axes = typeof layout === 'string' ? [...layout] : [];
  const once = axes.every((axis, i) => 'NCDHW'.includes(axis) && axes.indexOf(axis) === i);
  if (!once || !axes.includes('H') || !axes.includes('W')) {
    throw new MasklossError(
      'option',
      'layout',
      `${adapter}: layout is ${describe(layout)}, must be letters of N, C, D, H, W, each once, with H and W`,
    );
  }
  return axes;
}

/**
 * @param {string} adapter
 * @param {number} rank
 * @param {string | undefined} as
 */
function usualLayout(adapter, rank, as) {
  if (rank === 3 && as !== 'labels' && as !== 'instances') {
    throw new MasklossError(
      'option',
      'layout',
      `${adapter}: layout is missing, three axes may be 'CHW', 'HWC' or 'NHW': pass which`,
    );
  }
  return /** @type {string} */ ({ 2: 'HW', 3: 'NHW', 4: 'NCHW', 5: 'NCDHW' }[rank]);
}

/**
 * How far apart neighbours along each axis lie in a row-major array.
 *
 * @param {string} layout
 * @param {readonly number[]} shape
 * @returns {Map<string, number>}
 */
function strides(layout, shape) {
  /** @type {Map<string, number>} */
  const stride = new Map();
  let step = 1;
  for (let i = shape.length - 1; i >= 0; i--) {
    stride.set(layout[i], step);
    step *= shape[i];
  }
  return stride;
}

/**
 * The values in row-major order of `shape`, read with `from[i]` between neighbours along axis i; the array itself where that
 * is how it lies.
 *
 * @template {NumberArray} T
 * @param {T} values
 * @param {readonly number[]} shape
 * @param {readonly number[]} from
 * @returns {T}
 */
export function transpose(values, shape, from) {
  let step = 1;
  let inOrder = true;
  for (let i = shape.length - 1; i >= 0; i--) {
    if (shape[i] !== 1 && from[i] !== step) inOrder = false;
    step *= shape[i];
  }
  if (inOrder) return values;
  const [n, c, d, h, w] = [...Array(5 - shape.length).fill(1), ...shape];
  const [sn, sc, sd, sh, sw] = [...Array(5 - shape.length).fill(0), ...from];
  const out = /** @type {T} */ (new /** @type {any} */ (values.constructor)(values.length));
  let k = 0;
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < c; j++) {
      for (let z = 0; z < d; z++) {
        for (let y = 0; y < h; y++) {
          let at = i * sn + j * sc + z * sd + y * sh;
          for (let x = 0; x < w; x++, at += sw) out[k++] = values[at];
        }
      }
    }
  }
  return out;
}

/**
 * @param {unknown} data
 * @returns {number[] | undefined} undefined for a flat array
 */
function nestedShape(data) {
  /** @type {number[]} */
  const shape = [];
  for (let a = data; Array.isArray(a) || ArrayBuffer.isView(a); a = /** @type {any} */ (a)[0]) {
    shape.push(/** @type {any} */ (a).length);
    if (shape.length > 5 || shape.at(-1) === 0) break;
  }
  return shape.length > 1 ? shape : undefined;
}

/**
 * @param {string} adapter
 * @param {unknown} data
 * @returns {NumberArray}
 */
export function toNumbers(adapter, data) {
  if (data instanceof BigInt64Array || data instanceof BigUint64Array) return Float64Array.from(data, Number);
  if (isNumberArray(data)) return /** @type {NumberArray} */ (data);
  const half = /** @type {any} */ (globalThis).Float16Array;
  if (half && data instanceof half) return Float32Array.from(/** @type {ArrayLike<number>} */ (data));
  if (!Array.isArray(data)) {
    throw new MasklossError(
      'domain',
      'data',
      `${adapter}: data is ${describe(data)}, must be a typed array or an array of numbers`,
    );
  }
  /** @type {number[]} */
  const flat = [];
  flatten(data, nestedShape(data)?.length ?? 1, nestedShape(data) ?? [data.length]);
  return Float64Array.from(flat);

  /**
   * @param {any} values
   * @param {number} depth
   * @param {number[]} shape
   */
  function flatten(values, depth, shape) {
    if (values?.length !== shape[shape.length - depth]) {
      throw new MasklossError(
        'shape',
        'data',
        `${adapter}: data is ragged, one row has ${values?.length} values and another ${shape[shape.length - depth]}, must be equal`,
      );
    }
    for (const v of values) {
      if (depth > 1) flatten(v, depth - 1, shape);
      else if (typeof v === 'number') flat.push(v);
      else if (typeof v === 'boolean' || typeof v === 'bigint') flat.push(Number(v));
      else
        throw new MasklossError(
          'domain',
          'data',
          `${adapter}: data[${flat.length}] is ${describe(v)}, must be a number`,
        );
    }
  }
}

/** @param {unknown} data */
function isNumberArray(data) {
  return [
    Float32Array,
    Float64Array,
    Uint8Array,
    Uint8ClampedArray,
    Int8Array,
    Uint16Array,
    Int16Array,
    Uint32Array,
    Int32Array,
  ].some((type) => data instanceof type);
}

/**
 * What integers are unless told otherwise: labels. Floats may be anything, and guessing would hide mistakes.
 *
 * @param {string} adapter
 * @param {unknown} data
 * @param {{threshold?: number | null}} options
 * @returns {import('../mask.js').As}
 */
export function formOf(adapter, data, options) {
  const integers =
    ArrayBuffer.isView(data) &&
    !(data instanceof Float32Array) &&
    !(data instanceof Float64Array) &&
    data.constructor.name !== 'Float16Array';
  if (integers || typeof options.threshold === 'number') return 'labels';
  throw new MasklossError(
    'option',
    'as',
    `${adapter}: as is missing, must be 'labels', 'instances', 'probs', 'soft' or 'logits' where the type of the data does not tell`,
  );
}
