// What every contestant is given: made from a seed, the same numbers everywhere.

/** The numbers of a xorshift generator, in [0, 1). @param {number} seed */
function random(seed) {
  let x = seed;
  return () => {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    return (x >>> 0) / 2 ** 32;
  };
}

/**
 * Discs of random classes on a background of 0, until three pixels in ten are covered.
 *
 * @param {number} size
 * @param {number} classes
 * @param {() => number} next
 */
function discs(size, classes, next) {
  const labels = new Uint8Array(size * size);
  let covered = 0;
  while (covered < 0.3 * labels.length) {
    const radius = (0.02 + 0.06 * next()) * size;
    const cx = next() * size;
    const cy = next() * size;
    const label = 1 + Math.floor(next() * (classes - 1));
    for (let y = Math.max(0, Math.ceil(cy - radius)); y <= Math.min(size - 1, cy + radius); y++) {
      const half = Math.sqrt(Math.max(0, radius * radius - (y - cy) ** 2));
      for (let x = Math.max(0, Math.ceil(cx - half)); x <= Math.min(size - 1, cx + half); x++) {
        if (labels[y * size + x] === 0) covered++;
        labels[y * size + x] = label;
      }
    }
  }
  return labels;
}

/**
 * @typedef {object} Inputs
 * @property {number} size pixels of a side
 * @property {number} pixels
 * @property {number} classes channels of the logits
 * @property {Float32Array} logits in planes [classes, size, size], within 6 of 0
 * @property {Uint8Array} labels
 * @property {Float32Array} probs sigmoid of the logits; one channel only
 * @property {Uint8Array} predicted 1 where the logit is above 0; one channel only
 * @property {Uint8ClampedArray} rgba the labels as paint; one channel only
 */

/**
 * @param {number} size
 * @param {number} classes channels: 1 is foreground against background
 * @param {'early' | 'trained'} [model] early: logits know nothing of the labels; trained: 3 in 100 are wrong
 * @returns {Inputs}
 */
export function makeInputs(size, classes, model = 'early') {
  const next = random(20_240_501);
  const pixels = size * size;
  const labels = discs(size, Math.max(2, classes), next);
  const logits = new Float32Array(classes * pixels);
  for (let i = 0; i < logits.length; i++) logits[i] = next() * 12 - 6;
  if (model === 'trained') {
    for (let i = 0; i < pixels; i++) {
      const right = labels[i] === 1 ? 1 : -1;
      logits[i] = (next() < 0.03 ? -right : right) * (0.5 + 5.5 * next());
    }
  }
  return {
    size,
    pixels,
    classes,
    logits,
    labels,
    // Made when asked for: most contestants need none.
    get probs() {
      return once(this, 'probs', () => logits.map((x) => 1 / (1 + Math.exp(-x))));
    },
    get predicted() {
      return once(this, 'predicted', () => Uint8Array.from(logits, (x) => (x > 0 ? 1 : 0)));
    },
    get rgba() {
      return once(this, 'rgba', () => paint(labels));
    },
  };
}

/** Keeps what a getter made. @template T @param {object} of @param {string} name @param {() => T} make */
function once(of, name, make) {
  const value = make();
  Object.defineProperty(of, name, { value });
  return value;
}

/** Red with some alpha where the label is 1. @param {Uint8Array} labels */
function paint(labels) {
  const rgba = new Uint8ClampedArray(4 * labels.length);
  for (let i = 0; i < labels.length; i++) {
    rgba[4 * i] = 220;
    rgba[4 * i + 3] = 128 * labels[i];
  }
  return rgba;
}
