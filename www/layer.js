// A layer keeps two things apart: what the hand painted, and the picture shown of it, whose alpha is the mask that is
// scored. Between them stands the tone, a table from one to the other, so that a change of confidence can be taken back.

/** @typedef {{x: number, y: number, width: number, height: number}} Rect in pixels of the mask */
/** @typedef {{size: number, softness: number, erase: boolean}} Brush size: the diameter in pixels; softness: 0 hard to 1 */

const IDENTITY = Uint8Array.from({ length: 256 }, (_, painted) => painted);

export class Layer {
  /** What was painted, one byte a pixel. Never changed in place once `fork` was called, so that history may keep it. */
  painted = new Uint8Array(0);
  /** The mask: an ImageData of one colour. */
  image;

  #context;
  #colour;
  #tone = IDENTITY;

  /**
   * @param {HTMLCanvasElement} canvas where the layer is shown
   * @param {[number, number, number]} colour of the layer
   */
  constructor(canvas, colour) {
    this.#context = canvas.getContext('2d', { willReadFrequently: true });
    this.#colour = colour;
  }

  get size() {
    return this.image.width;
  }

  /** Replaces the whole layer by a square of painted bytes. */
  load(painted, size) {
    if (this.image?.width !== size) {
      this.#context.canvas.width = this.#context.canvas.height = size;
      this.image = new ImageData(size, size);
      const pixels = this.image.data;
      for (let i = 0; i < pixels.length; i += 4) pixels.set(this.#colour, i);
    }
    this.painted = painted;
    this.#show({ x: 0, y: 0, width: size, height: size });
  }

  /** From here on strokes go to a copy. */
  fork() {
    this.painted = this.painted.slice();
  }

  /** Sets the table from painted to shown. */
  tone(table) {
    this.#tone = table;
    this.#show({ x: 0, y: 0, width: this.size, height: this.size });
  }

  /**
   * Draws the line from one point to another with a round brush and returns what it touched. A stroke never takes away
   * what it does not erase: where it overlaps itself the stronger of the two stays.
   */
  stroke(from, to, { size, softness, erase }) {
    const radius = Math.max(size / 2, Math.SQRT1_2); // a brush of one pixel still meets the centre of the pixel it is in
    const core = radius * (1 - softness);
    const left = Math.max(0, Math.floor(Math.min(from.x, to.x) - radius));
    const top = Math.max(0, Math.floor(Math.min(from.y, to.y) - radius));
    const right = Math.min(this.size, Math.ceil(Math.max(from.x, to.x) + radius));
    const bottom = Math.min(this.size, Math.ceil(Math.max(from.y, to.y) + radius));
    const rect = { x: left, y: top, width: Math.max(0, right - left), height: Math.max(0, bottom - top) };
    if (rect.width === 0 || rect.height === 0) return rect;

    const [dx, dy] = [to.x - from.x, to.y - from.y];
    const length2 = dx * dx + dy * dy;
    for (let y = top; y < bottom; y++) {
      for (let x = left; x < right; x++) {
        const [px, py] = [x + 0.5 - from.x, y + 0.5 - from.y];
        const along = length2 === 0 ? 0 : Math.min(1, Math.max(0, (px * dx + py * dy) / length2));
        const distance = Math.hypot(px - along * dx, py - along * dy);
        if (distance > radius) continue;
        const fade = distance <= core ? 1 : (radius - distance) / (radius - core);
        const ink = Math.round(255 * fade * fade * (3 - 2 * fade));
        const i = y * this.size + x;
        this.painted[i] = erase ? Math.min(this.painted[i], 255 - ink) : Math.max(this.painted[i], ink);
      }
    }
    this.#show(rect);
    return rect;
  }

  #show({ x, y, width, height }) {
    const pixels = this.image.data;
    for (let row = y; row < y + height; row++) {
      for (let i = row * this.size + x, end = i + width; i < end; i++) pixels[4 * i + 3] = this.#tone[this.painted[i]];
    }
    this.#context.putImageData(this.image, 0, 0, x, y, width, height);
  }
}

/**
 * The tone that makes a prediction less sure of itself: its log-odds divided by a temperature, such that a fully painted
 * pixel has the probability `sure`. At 1 the prediction is as painted, certain where it is painted fully; below, nothing is.
 */
export function confidence(sure) {
  if (sure >= 1) return IDENTITY;
  const least = 1 / 255;
  const scale = logit(sure) / logit(1 - least);
  return Uint8Array.from({ length: 256 }, (_, painted) => {
    const p = Math.min(1 - least, Math.max(least, painted / 255));
    return Math.round(255 / (1 + Math.exp(-scale * logit(p))));
  });
}

function logit(p) {
  return Math.log(p / (1 - p));
}

/** The smallest rectangle around both; either may be null. */
export function union(a, b) {
  if (!a || a.width === 0) return b;
  if (!b || b.width === 0) return a;
  const x = Math.min(a.x, b.x);
  const y = Math.min(a.y, b.y);
  return {
    x,
    y,
    width: Math.max(a.x + a.width, b.x + b.width) - x,
    height: Math.max(a.y + a.height, b.y + b.height) - y,
  };
}
