// The limit: the same work in C, compiled for wasm SIMD by clang. Its memory is laid out anew for each case.

import { allSums, diceLoss, dozen, iou, tverskyLoss } from './dozen.js';

const PAGE = 65_536;

/** @typedef {Float32Array | Float64Array | Uint8Array | Uint8ClampedArray | Uint32Array | Int32Array} Elements */

/**
 * @param {BufferSource} bytes
 * @returns {Promise<import('./suite.js').Contestant>}
 */
export async function twins(bytes) {
  const { instance } = await WebAssembly.instantiate(bytes);
  const c = /** @type {Record<string, any>} */ (instance.exports);
  const memory = /** @type {WebAssembly.Memory} */ (c.memory);
  let top = 0;

  /** Room for so many bytes. @param {number} size */
  const take = (size) => {
    const at = top;
    top += Math.ceil(size / 64) * 64;
    const missing = top - memory.buffer.byteLength;
    if (missing > 0) memory.grow(Math.ceil(missing / PAGE));
    return at;
  };

  /** @param {Elements} data */
  const put = (data) => {
    const at = take(data.byteLength);
    new Uint8Array(memory.buffer).set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
    return at;
  };

  /** Frees everything and makes room for the numbers of a result. */
  const begin = () => {
    top = Math.ceil(c.__heap_base.value / 64) * 64;
    return take(128);
  };

  /** @param {number} at @param {number} count */
  const numbers = (at, count) => Array.from(new Float64Array(memory.buffer, at, count));

  /** A loss of logits that gives one number. @param {string} name @param {...number} more */
  const value = (name, ...more) => {
    return (/** @type {import('./inputs.js').Inputs} */ { logits, labels, pixels }) => {
      const out = begin();
      const x = put(logits);
      const t = put(labels);
      return () => {
        c[name](x, t, pixels, out, ...more);
        return { numbers: numbers(out, 1) };
      };
    };
  };

  /** Sums of scores and labels that make numbers. @param {string} name @param {(sums: number[], n: number) => number[]} finish @param {'logits' | 'probs'} scores */
  const sums = (name, finish, scores) => {
    return (/** @type {import('./inputs.js').Inputs} */ inputs) => {
      const out = begin();
      const x = put(inputs[scores]);
      const t = put(inputs.labels);
      return () => {
        c[name](x, t, inputs.pixels, out);
        return { numbers: finish(numbers(out, 10), inputs.pixels) };
      };
    };
  };

  /** @param {import('./inputs.js').Inputs} inputs */
  const softmax = ({ logits, labels, pixels, classes }) => {
    const out = begin();
    const x = put(logits);
    const t = put(labels);
    return () => {
      c.softmax(x, t, pixels, classes, out);
      return { numbers: numbers(out, 1) };
    };
  };

  /** @param {import('./inputs.js').Inputs} inputs */
  const softmaxGradient = ({ logits, labels, pixels, classes }) => {
    const out = begin();
    const x = put(logits);
    const t = put(labels);
    const gradient = take(logits.byteLength);
    return () => {
      c.softmaxGradient(x, t, pixels, classes, out, gradient);
      return { numbers: numbers(out, 1), array: new Float32Array(memory.buffer, gradient, logits.length) };
    };
  };

  /** @param {import('./inputs.js').Inputs} inputs */
  const lovasz = ({ logits, labels, pixels }) => {
    const out = begin();
    const x = put(logits);
    const t = put(labels);
    const keys = take(4 * pixels);
    const more = take(4 * pixels);
    return () => {
      c.lovasz(x, t, pixels, out, keys, more);
      return { numbers: numbers(out, 1) };
    };
  };

  return {
    name: 'c',
    title: 'C, SIMD',
    cases: {
      bce: value('bce'),
      'bce-gradient': ({ logits, labels, pixels }) => {
        const out = begin();
        const x = put(logits);
        const t = put(labels);
        const gradient = take(logits.byteLength);
        return () => {
          c.bceGradient(x, t, pixels, out, gradient);
          return { numbers: numbers(out, 1), array: new Float32Array(memory.buffer, gradient, pixels) };
        };
      },
      dice: sums('diceSums', ([both, p, t]) => [diceLoss(both, p, t)], 'probs'),
      tversky: sums('tverskySums', ([both, p, t]) => [tverskyLoss(both, p, t)], 'logits'),
      'focal-2': value('focal2'),
      'focal-real': value('focal', 1.7),
      dozen: sums('tenSums', dozen, 'logits'),
      all: sums('nineSums', allSums, 'logits'),
      'softmax-3': softmax,
      'softmax-3-gradient': softmaxGradient,
      'softmax-19': softmax,
      'softmax-19-gradient': softmaxGradient,
      lovasz,
      'lovasz-trained': lovasz,
      edt: ({ labels, size, pixels }) => {
        begin();
        const mask = put(labels);
        const out = take(4 * pixels);
        const near = take(4 * pixels);
        const between = take(8 * (size + 1));
        const tops = take(4 * size);
        return () => {
          c.distance(mask, size, size, out, near, between, tops);
          return { numbers: [], array: new Float32Array(memory.buffer, out, pixels) };
        };
      },
      confusion: ({ predicted, labels, pixels }) => {
        const out = begin();
        const p = put(predicted);
        const t = put(labels);
        return () => {
          c.confusion(p, t, pixels, out);
          const [hits, positive, truth] = numbers(out, 3);
          return { numbers: [iou(hits, positive, truth)] };
        };
      },
      rgba: ({ rgba, pixels }) => {
        begin();
        const image = put(rgba);
        const mask = take(pixels);
        return () => {
          c.alphaMask(image, pixels, mask);
          return { numbers: [], array: new Uint8Array(memory.buffer, mask, pixels) };
        };
      },
    },
  };
}
