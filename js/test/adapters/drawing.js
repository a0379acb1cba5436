// Masks drawn in ASCII: '.' is 0, '#' is 1, a digit is itself.

/** @param {string} art @returns {import('../../mask.js').Mask} */
export function draw(art) {
  const rows = art.trim().split(/\s+/);
  const data = Uint8Array.from(rows.flatMap((row) => [...row].map((c) => (c === '.' ? 0 : c === '#' ? 1 : Number(c)))));
  return { data, shape: [1, rows.length, rows[0].length], form: 'labels', kind: 'labels' };
}

/** @param {import('../../mask.js').Mask} mask */
export function show(mask) {
  const [height, width] = mask.shape.slice(-2);
  return Array.from({ length: height }, (_, y) =>
    Array.from(mask.data.subarray(y * width, (y + 1) * width), (v) => (v === 0 ? '.' : v === 1 ? '#' : v)).join(''),
  ).join('\n');
}

/** The lines of a drawing without their indentation. @param {string} art */
export function lines(art) {
  return art.trim().split(/\s+/).join('\n');
}
