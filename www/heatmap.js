// The heat map: which pixel has which share of the value, with its scale below it.

import { gradient, paintShares } from './colour.js';
import { part } from './element.js';
import { number } from './format.js';

export class HeatMap {
  #context = part('heat').getContext('2d');
  #picture;
  #shares;

  /**
   * Draws shares, or clears the picture and says why there are none.
   *
   * @param {Float32Array | undefined} shares one a pixel
   * @param {number} size pixels along a side
   * @param {string} reason
   */
  show(shares, size, reason) {
    this.#shares = shares;
    this.#fit(size);
    part('scale').hidden = !shares;
    part('heat-note').textContent = shares
      ? 'Each pixel has its share of the value; together they make it up. Black is zero.'
      : reason;
    if (!shares) {
      this.#context.clearRect(0, 0, size, size);
      return;
    }
    let [least, most] = [0, 0];
    for (const share of shares) {
      if (share < least) least = share;
      if (share > most) most = share;
    }
    const reach = Math.max(-least, most);
    paintShares(new Uint32Array(this.#picture.data.buffer), shares, reach || 1);
    this.#context.putImageData(this.#picture, 0, 0);
    scale(least < 0 ? -reach : 0, most > 0 || least === 0 ? reach : 0);
  }

  /** The share of a pixel, by its number. */
  at(pixel) {
    return this.#shares?.[pixel];
  }

  #fit(size) {
    if (this.#picture?.width === size) return;
    this.#picture = new ImageData(size, size);
    this.#context.canvas.width = this.#context.canvas.height = size;
  }
}

/** Zero is black, wherever it is on the scale. */
function scale(low, high) {
  part('scale-low').textContent = number(low, 3);
  part('scale-high').textContent = number(high, 3);
  part('scale-bar').style.background = gradient(Math.sign(low), Math.sign(high));
}
