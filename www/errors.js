// The picture of the errors: what both masks have, what only one of them has.

import { meaning, packed } from './colour.js';

const COLOURS = {
  truePositive: packed(meaning.truePositive, 84),
  falsePositive: packed(meaning.falsePositive, 215),
  falseNegative: packed(meaning.falseNegative, 215),
};

/**
 * Draws the errors of a prediction, foreground from one half on, and counts them.
 *
 * @param {ImageData} picture drawn into
 * @param {ImageData} target foreground where its alpha is not 0
 * @param {ImageData} prediction its alpha is the probability
 */
export function drawErrors(picture, target, prediction) {
  const pixels = new Uint32Array(picture.data.buffer);
  const [truth, guess] = [target.data, prediction.data];
  const counts = { truePositive: 0, falsePositive: 0, falseNegative: 0 };
  for (let i = 0, alpha = 3; i < pixels.length; i++, alpha += 4) {
    const found = guess[alpha] >= 128; // 128/255 is the first probability of at least one half
    if (truth[alpha] > 0) {
      pixels[i] = found ? COLOURS.truePositive : COLOURS.falseNegative;
      if (found) counts.truePositive++;
      else counts.falseNegative++;
    } else {
      pixels[i] = found ? COLOURS.falsePositive : 0;
      if (found) counts.falsePositive++;
    }
  }
  return counts;
}
