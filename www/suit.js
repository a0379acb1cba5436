// Most losses take the masks as they are painted. A few ask for more than was painted: logits, or a number for every object.

/**
 * The same masks in the form that a loss asks for.
 *
 * @param {{prediction: object, target: object}} masks probabilities and labels, as the adapters give them
 * @param {{logits?: boolean, numbered?: boolean}} form log-odds for probabilities; every part of the target an object of its own
 */
export function suit({ prediction, target }, { logits, numbered }) {
  return {
    prediction: logits ? { ...prediction, data: logOdds(prediction.data), form: 'logits' } : prediction,
    target: numbered ? { ...target, data: parts(target.data, target.shape.at(-1)), kind: 'instances' } : target,
  };
}

/** Log-odds of probabilities in steps of 1/255: what is certain is taken half a step from it, so that it stays finite. */
function logOdds(probabilities) {
  const least = 1 / 510;
  return Float32Array.from(probabilities, (p) => {
    const q = Math.min(1 - least, Math.max(least, p));
    return Math.log(q / (1 - q));
  });
}

/**
 * The connected parts of a foreground, numbered from 1 in the order of their first pixels; pixels that touch by a side or a
 * corner belong together.
 *
 * @param {ArrayLike<number>} foreground not 0 inside
 * @param {number} width
 * @returns {Int32Array} 0 where there is none
 */
function parts(foreground, width) {
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
