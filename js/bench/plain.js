// The contestant that needs nothing: plain JavaScript, one loop a loss, as one would write it with care for speed. Everything is
// computed in float64, which engines are best at.

import { allSums, diceLoss, dozen, iou, tverskyLoss } from './dozen.js';

/** Mean of log(1 + e^z), z the logit with the sign of what is wrong. @param {Float32Array} x @param {Uint8Array} t */
function bce(x, t) {
  let sum = 0;
  for (let i = 0; i < x.length; i++) {
    const z = t[i] ? -x[i] : x[i];
    sum += Math.max(z, 0) + Math.log(1 + Math.exp(-Math.abs(z)));
  }
  return sum / x.length;
}

/** @param {Float32Array} x @param {Uint8Array} t @param {Float32Array} gradient */
function bceGradient(x, t, gradient) {
  const scale = 1 / x.length;
  let sum = 0;
  for (let i = 0; i < x.length; i++) {
    const y = x[i];
    const z = t[i] ? -y : y;
    const e = Math.exp(-Math.abs(z));
    sum += Math.max(z, 0) + Math.log(1 + e);
    const p = (y < 0 ? e : 1) / (1 + e);
    gradient[i] = (p - t[i]) * scale;
  }
  return sum * scale;
}

/** @param {Float32Array} p @param {Uint8Array} t */
function dice(p, t) {
  let both = 0;
  let predicted = 0;
  let truth = 0;
  for (let i = 0; i < p.length; i++) {
    both += p[i] * t[i];
    predicted += p[i];
    truth += t[i];
  }
  return diceLoss(both, predicted, truth);
}

/** @param {Float32Array} x @param {Uint8Array} t */
function tversky(x, t) {
  let both = 0;
  let predicted = 0;
  let truth = 0;
  for (let i = 0; i < x.length; i++) {
    const p = 1 / (1 + Math.exp(-x[i]));
    both += p * t[i];
    predicted += p;
    truth += t[i];
  }
  return tverskyLoss(both, predicted, truth);
}

/** @param {Float32Array} x @param {Uint8Array} t */
function focal2(x, t) {
  let sum = 0;
  for (let i = 0; i < x.length; i++) {
    const z = t[i] ? -x[i] : x[i];
    const e = Math.exp(-Math.abs(z));
    const wrong = (z < 0 ? e : 1) / (1 + e);
    sum += wrong * wrong * (Math.max(z, 0) + Math.log(1 + e));
  }
  return sum / x.length;
}

/** @param {Float32Array} x @param {Uint8Array} t @param {number} gamma */
function focal(x, t, gamma) {
  let sum = 0;
  for (let i = 0; i < x.length; i++) {
    const z = t[i] ? -x[i] : x[i];
    const l = Math.log(1 + Math.exp(-Math.abs(z)));
    sum += Math.exp(gamma * (Math.min(z, 0) - l)) * (Math.max(z, 0) + l);
  }
  return sum / x.length;
}

/** @param {Float32Array} x @param {Uint8Array} t */
function tenSums(x, t) {
  let ce = 0;
  let ceTrue = 0;
  let hard = 0;
  let hardTrue = 0;
  let both = 0;
  let predicted = 0;
  let squares = 0;
  let truth = 0;
  let hits = 0;
  let above = 0;
  for (let i = 0; i < x.length; i++) {
    const y = x[i];
    const label = t[i];
    const e = Math.exp(-Math.abs(y));
    const p = (y < 0 ? e : 1) / (1 + e);
    const wrong = label ? 1 - p : p;
    const loss = Math.max(label ? -y : y, 0) + Math.log(1 + e);
    const f = wrong * wrong * loss;
    const over = y >= 0 ? 1 : 0;
    ce += loss;
    ceTrue += loss * label;
    hard += f;
    hardTrue += f * label;
    both += p * label;
    predicted += p;
    squares += p * p;
    truth += label;
    hits += over & label;
    above += over;
  }
  return [ce, ceTrue, hard, hardTrue, both, predicted, squares, truth, hits, above];
}

/** @param {Float32Array} x @param {Uint8Array} t */
function nineSums(x, t) {
  let ce = 0;
  let ceTrue = 0;
  let hard = 0;
  let both = 0;
  let predicted = 0;
  let truth = 0;
  let roots = 0;
  let rootsTrue = 0;
  let conservative = 0;
  for (let i = 0; i < x.length; i++) {
    const y = x[i];
    const label = t[i];
    const e = Math.exp(-Math.abs(y));
    const p = (y < 0 ? e : 1) / (1 + e);
    const wrong = label ? 1 - p : p;
    const loss = Math.max(label ? -y : y, 0) + Math.log(1 + e);
    const log = Math.log(loss);
    const root = Math.exp(0.3 * log);
    const side = 1 - loss;
    ce += loss;
    ceTrue += loss * label;
    hard += wrong * wrong * loss;
    both += p * label;
    predicted += p;
    truth += label;
    roots += root;
    rootsTrue += root * label;
    conservative += 5 * side * side * log;
  }
  return [ce, ceTrue, hard, both, predicted, truth, roots, rootsTrue, conservative];
}

/**
 * Pixel by pixel, so that the exponentials of a pixel stay in a small array.
 *
 * @param {Float32Array} x in planes
 * @param {Uint8Array} t
 * @param {number} classes
 * @param {Float32Array} [gradient]
 */
function softmax(x, t, classes, gradient) {
  const n = t.length;
  const scale = 1 / n;
  const e = new Float64Array(classes);
  let sum = 0;
  for (let i = 0; i < n; i++) {
    let most = x[i];
    for (let c = 1, k = i + n; c < classes; c++, k += n) if (x[k] > most) most = x[k];
    let all = 0;
    for (let c = 0, k = i; c < classes; c++, k += n) {
      e[c] = Math.exp(x[k] - most);
      all += e[c];
    }
    const own = t[i] * n + i;
    sum += most + Math.log(all) - x[own];
    if (!gradient) continue;
    const share = scale / all;
    for (let c = 0, k = i; c < classes; c++, k += n) gradient[k] = e[c] * share;
    gradient[own] -= scale;
  }
  return sum * scale;
}

/** Sorted errors with their labels as the lowest bit, times the Jaccard gradient. @param {Uint32Array} keys @param {number} truth */
function walk(keys, truth) {
  const float = new Float32Array(1);
  const bits = new Uint32Array(float.buffer);
  let sum = 0;
  let left = truth;
  let union = truth;
  for (let i = 0; i < keys.length; i++) {
    bits[0] = keys[i] >>> 1;
    if (keys[i] & 1) {
      sum += float[0] / union;
      left--;
    } else {
      sum += (float[0] * left) / (union * (union + 1));
      union++;
    }
  }
  return sum;
}

/** The keys of walk, not sorted, and the number of true pixels. @param {Float32Array} x @param {Uint8Array} t @param {Uint32Array} keys */
function lovaszKeys(x, t, keys) {
  const errors = new Float32Array(x.length);
  const bits = new Uint32Array(errors.buffer);
  let kept = 0;
  let truth = 0;
  for (let i = 0; i < x.length; i++) {
    errors[i] = t[i] ? 1 - x[i] : 1 + x[i];
    truth += t[i];
    if (errors[i] > 0) keys[kept++] = (bits[i] << 1) | t[i];
  }
  return { kept, truth };
}

/** By a radix sort of the bits of the errors. @param {Float32Array} x @param {Uint8Array} t @param {Uint32Array[]} work */
function lovaszRadix(x, t, [keys, more]) {
  const { kept, truth } = lovaszKeys(x, t, keys);
  let from = keys;
  let to = more;
  for (const [shift, buckets] of [
    [1, 1024],
    [11, 1024],
    [21, 2048],
  ]) {
    const count = new Uint32Array(buckets);
    const mask = buckets - 1;
    for (let i = 0; i < kept; i++) count[(from[i] >>> shift) & mask]++;
    for (let i = buckets - 1, at = 0; i >= 0; i--) {
      const here = count[i];
      count[i] = at;
      at += here;
    }
    for (let i = 0; i < kept; i++) to[count[(from[i] >>> shift) & mask]++] = from[i];
    [from, to] = [to, from];
  }
  return walk(from.subarray(0, kept), truth);
}

/** As the published code has it: indices sorted by a comparison. @param {Float32Array} x @param {Uint8Array} t */
function lovaszComparator(x, t) {
  const errors = Float64Array.from(x, (y, i) => (t[i] ? 1 - y : 1 + y));
  const order = Uint32Array.from(errors, (_, i) => i).sort((i, j) => errors[j] - errors[i]);
  let truth = 0;
  for (let i = 0; i < t.length; i++) truth += t[i];
  let sum = 0;
  let left = truth;
  let union = truth;
  let before = 0;
  for (const i of order) {
    if (errors[i] <= 0) break;
    if (t[i]) left--;
    else union++;
    const jaccard = 1 - left / union;
    sum += errors[i] * (jaccard - before);
    before = jaccard;
  }
  return sum;
}

/**
 * Felzenszwalb and Huttenlocher, Distance transforms of sampled functions, Theory of Computing 2012: distances down the columns,
 * then the lower envelope of a parabola per pixel along each row.
 *
 * @param {Uint8Array} mask
 * @param {number} w
 * @param {number} h
 * @param {Float32Array} out
 */
function distance(mask, w, h, out) {
  const far = 1e10;
  const near = new Float64Array(w * h);
  for (let i = 0; i < w; i++) near[i] = mask[i] ? far : 0;
  for (let i = w; i < w * h; i++) near[i] = mask[i] ? near[i - w] + 1 : 0;
  for (let i = w * (h - 1) - 1; i >= 0; i--) if (near[i + w] + 1 < near[i]) near[i] = near[i + w] + 1;
  const top = new Int32Array(w);
  const height = new Float64Array(w);
  const between = new Float64Array(w + 1);
  for (let row = 0; row < w * h; row += w) {
    let k = -1;
    for (let q = 0; q < w; q++) {
      const v = near[row + q];
      if (v >= 1e9) continue;
      height[q] = v * v + q * q;
      let s = Number.NEGATIVE_INFINITY;
      while (k >= 0) {
        s = (height[q] - height[top[k]]) / (2 * (q - top[k]));
        if (s > between[k]) break;
        k--;
      }
      top[++k] = q;
      between[k] = k === 0 ? Number.NEGATIVE_INFINITY : s;
    }
    if (k < 0) {
      out.fill(Number.POSITIVE_INFINITY, row, row + w);
      continue;
    }
    between[k + 1] = Number.POSITIVE_INFINITY;
    for (let i = 0, at = 0; i < w; i++) {
      while (between[at + 1] < i) at++;
      const d = i - top[at];
      const v = near[row + top[at]];
      out[row + i] = Math.sqrt(d * d + v * v);
    }
  }
}

/** @param {Uint8Array} p @param {Uint8Array} t */
function confusion(p, t) {
  let hits = 0;
  let predicted = 0;
  let truth = 0;
  for (let i = 0; i < p.length; i++) {
    hits += p[i] & t[i];
    predicted += p[i];
    truth += t[i];
  }
  return iou(hits, predicted, truth);
}

/** @param {Uint8ClampedArray} rgba @param {Uint8Array} mask */
function alphaMask(rgba, mask) {
  for (let i = 0; i < mask.length; i++) mask[i] = rgba[4 * i + 3] > 0 ? 1 : 0;
}

/** @type {import('./suite.js').Contestant} */
export const plain = {
  name: 'plain',
  title: 'plain JavaScript',
  cases: {
    bce:
      ({ logits, labels }) =>
      () => ({ numbers: [bce(logits, labels)] }),
    'bce-gradient': ({ logits, labels }) => {
      const array = new Float32Array(logits.length);
      return () => ({ numbers: [bceGradient(logits, labels, array)], array });
    },
    dice:
      ({ probs, labels }) =>
      () => ({ numbers: [dice(probs, labels)] }),
    tversky:
      ({ logits, labels }) =>
      () => ({ numbers: [tversky(logits, labels)] }),
    'focal-2':
      ({ logits, labels }) =>
      () => ({ numbers: [focal2(logits, labels)] }),
    'focal-real':
      ({ logits, labels }) =>
      () => ({ numbers: [focal(logits, labels, 1.7)] }),
    dozen:
      ({ logits, labels }) =>
      () => ({ numbers: dozen(tenSums(logits, labels), labels.length) }),
    all:
      ({ logits, labels }) =>
      () => ({ numbers: allSums(nineSums(logits, labels), labels.length) }),
    'softmax-3': softmaxCase,
    'softmax-3-gradient': softmaxGradientCase,
    'softmax-19': softmaxCase,
    'softmax-19-gradient': softmaxGradientCase,
    lovasz: lovaszCase,
    'lovasz-trained': lovaszCase,
    edt: ({ labels, size }) => {
      const array = new Float32Array(labels.length);
      return () => {
        distance(labels, size, size, array);
        return { numbers: [], array };
      };
    },
    confusion:
      ({ predicted, labels }) =>
      () => ({ numbers: [confusion(predicted, labels)] }),
    rgba: ({ rgba, pixels }) => {
      const array = new Uint8Array(pixels);
      return () => {
        alphaMask(rgba, array);
        return { numbers: [], array };
      };
    },
  },
};

/** @param {import('./inputs.js').Inputs} inputs */
function softmaxCase({ logits, labels, classes }) {
  return () => ({ numbers: [softmax(logits, labels, classes)] });
}

/** @param {import('./inputs.js').Inputs} inputs */
function softmaxGradientCase({ logits, labels, classes }) {
  const array = new Float32Array(logits.length);
  return () => ({ numbers: [softmax(logits, labels, classes, array)], array });
}

/** @param {import('./inputs.js').Inputs} inputs */
function lovaszCase({ logits, labels }) {
  const work = [new Uint32Array(logits.length), new Uint32Array(logits.length)];
  return () => ({ numbers: [lovaszRadix(logits, labels, work)] });
}

/** The Lovász hinge as it is usually ported. @type {import('./suite.js').Contestant} */
export const comparator = {
  name: 'comparator',
  title: 'plain JavaScript, sort by comparison',
  cases: {
    lovasz:
      ({ logits, labels }) =>
      () => ({ numbers: [lovaszComparator(logits, labels)] }),
    'lovasz-trained':
      ({ logits, labels }) =>
      () => ({ numbers: [lovaszComparator(logits, labels)] }),
  },
};
