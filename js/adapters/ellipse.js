/**
 * Fills the pixels whose centre is in or on an ellipse.
 *
 * @param {number} width
 * @param {number} height
 * @param {{cx: number, cy: number, rx: number, ry: number, angle?: number}} ellipse angle in radians, clockwise on the screen
 * @returns {Uint8Array} 0 or 1 per pixel
 */
export function fillEllipse(width, height, { cx, cy, rx, ry, angle = 0 }) {
  const bits = new Uint8Array(width * height);
  if (!(rx > 0 && ry > 0)) return bits;
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const reach = Math.max(rx, ry);
  const clip = (/** @type {number} */ v, /** @type {number} */ end) => Math.min(end, Math.max(0, Math.floor(v)));
  for (let y = clip(cy - reach, height); y < clip(cy + reach + 1, height); y++) {
    for (let x = clip(cx - reach, width); x < clip(cx + reach + 1, width); x++) {
      const dx = x + 0.5 - cx;
      const dy = y + 0.5 - cy;
      const u = (dx * cos + dy * sin) / rx;
      const v = (dy * cos - dx * sin) / ry;
      if (u * u + v * v <= 1) bits[y * width + x] = 1;
    }
  }
  return bits;
}
