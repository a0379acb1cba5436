// Seeded random numbers (mulberry32), so that a failure can be repeated.

/** @param {number} seed */
export function randomOf(seed) {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  /** A whole number in [from, to]. @param {number} from @param {number} to */
  const int = (from, to) => from + Math.floor(next() * (to - from + 1));
  /** @param {number} length */
  const bytes = (length) => Uint8Array.from({ length }, () => int(0, 255));
  return { next, int, bytes };
}

/**
 * Labels below `classes`, in blobs or as noise; every tenth is all background, every tenth all foreground.
 *
 * @param {ReturnType<typeof randomOf>} random
 * @param {number} [classes]
 * @returns {import('../../mask.js').Mask}
 */
export function randomMask(random, classes = 2) {
  const [width, height] = [random.int(1, 24), random.int(1, 24)];
  const data = new Uint8Array(width * height);
  const kind = random.int(0, 9);
  if (kind === 0) data.fill(1);
  else if (kind < 5) for (let i = 0; i < data.length; i++) data[i] = random.int(0, classes - 1);
  else if (kind < 9) {
    for (let blob = 0; blob < random.int(1, 6); blob++) {
      const [x0, y0] = [random.int(0, width - 1), random.int(0, height - 1)];
      const [x1, y1] = [random.int(x0, width - 1), random.int(y0, height - 1)];
      const label = random.int(0, classes - 1);
      for (let y = y0; y <= y1; y++) data.fill(label, y * width + x0, y * width + x1 + 1);
    }
  }
  return { data, shape: [1, height, width], form: 'labels', kind: 'labels' };
}
