// Inputs of the tests, the same at every run and on every machine.

/**
 * Whole numbers below 2^32, from a seed.
 *
 * @param {number} seed
 * @returns {() => number}
 */
export function numbers(seed) {
  let state = seed >>> 0;
  return () => {
    // Marsaglia's xorshift.
    state = (state + 0x9e3779b9) >>> 0;
    let x = state;
    x ^= x >>> 16;
    x = Math.imul(x, 0x21f0aaad);
    x ^= x >>> 15;
    x = Math.imul(x, 0x735a2d97);
    return (x ^ (x >>> 15)) >>> 0;
  };
}

/**
 * Scores and labels that agree in most pixels. Every score is a multiple of 1/64: any engine makes the same ones.
 *
 * @param {readonly number[]} shape [N, C, H, W] or [N, C, D, H, W]
 * @param {number} [seed]
 */
export function scene(shape, seed = 1) {
  const [n, c, ...sizes] = shape;
  const pixels = sizes.reduce((total, size) => total * size, 1);
  const width = sizes.at(-1) ?? 1;
  const next = numbers(seed);
  const classes = Math.max(c, 2);
  const target = new Uint8Array(n * pixels);
  const data = new Float32Array(n * c * pixels);
  for (let i = 0; i < target.length; i++) {
    // Diagonal bands, so that there are regions and borders.
    target[i] = Math.floor(((i % width) + Math.floor(i / width)) / 9) % classes;
    for (let k = 0; k < c; k++) {
      const hit = c === 1 ? target[i] === 1 : target[i] === k;
      const at = (Math.floor(i / pixels) * c + k) * pixels + (i % pixels);
      data[at] = ((next() % 257) - 128) / 64 + (hit ? 1 : -1);
    }
  }
  return {
    prediction: { data, shape: [...shape], form: /** @type {const} */ ('logits') },
    target: { data: target, shape: [n, ...sizes], kind: /** @type {const} */ ('labels') },
  };
}

/**
 * What a canvas of that alpha looks like to fromCanvas.
 *
 * @param {number} width
 * @param {number} height
 * @param {ArrayLike<number>} alpha
 */
export function canvas(width, height, alpha) {
  const data = new Uint8ClampedArray(width * height * 4);
  for (let i = 0; i < width * height; i++) data[4 * i + 3] = alpha[i];
  const self = { width, height, getContext: () => ({ canvas: self, getImageData: () => ({ data, width, height }) }) };
  return /** @type {HTMLCanvasElement} */ (/** @type {unknown} */ (self));
}
