/**
 * The connected parts of a foreground, numbered from 1 in the order of their first pixels; pixels that touch by a side or a
 * corner belong together. What has to know one cell from the next sees the target so.
 *
 * @param {ArrayLike<number>} foreground not 0 inside
 * @param {number} width
 * @returns {Int32Array} 0 where there is none
 */
export function instances(foreground, width) {
  const ids = new Int32Array(foreground.length);
  const height = foreground.length / width;
  const waiting = [];
  let count = 0;
  const visit = (x, y) => {
    const i = y * width + x;
    if (x < 0 || y < 0 || x >= width || y >= height || foreground[i] === 0 || ids[i] !== 0) return;
    ids[i] = count;
    waiting.push(i);
  };
  for (let start = 0; start < foreground.length; start++) {
    if (foreground[start] === 0 || ids[start] !== 0) continue;
    count++;
    visit(start % width, Math.floor(start / width));
    while (waiting.length > 0) {
      const i = waiting.pop();
      const [x, y] = [i % width, Math.floor(i / width)];
      for (const dy of [-1, 0, 1]) for (const dx of [-1, 0, 1]) visit(x + dx, y + dy);
    }
  }
  return ids;
}
