// The colours that mean something. They differ in lightness as well as in hue, so that they stay apart for every kind of
// colour blindness and in grey (after Okabe and Ito, Color Universal Design, 2008).

/** Red, green, blue of what a pixel of the two masks is. Only the target: missed. Only the prediction: false alarm. */
export const meaning = {
  truePositive: [233, 233, 228],
  falsePositive: [240, 142, 30],
  falseNegative: [56, 128, 255],
};

// The heat map is black at zero on any scale: orange to white for a share that adds to the value, blue to white for one
// that takes away from it.
const RISING = [
  [0, 0, 0],
  [74, 26, 10],
  [158, 58, 10],
  [228, 112, 22],
  [250, 178, 76],
  [255, 244, 214],
];
const FALLING = [
  [0, 0, 0],
  [8, 34, 84],
  [14, 76, 156],
  [44, 132, 214],
  [122, 192, 244],
  [226, 244, 255],
];

const LEVELS = 255;

/** The colour of every level from -255 to 255, at index level + 255, as the four bytes of a pixel. */
export const ramp = new Uint32Array(2 * LEVELS + 1);
for (let level = -LEVELS; level <= LEVELS; level++) {
  ramp[level + LEVELS] = packed(between(level < 0 ? FALLING : RISING, Math.abs(level) / LEVELS));
}

/** The four bytes of an opaque pixel (or one of the alpha given), in the order of ImageData. */
export function packed([red, green, blue], alpha = 255) {
  return new Uint32Array(Uint8Array.of(red, green, blue, alpha).buffer)[0];
}

/**
 * Draws shares on an ImageData of the same size: black is zero, the ends of the ramp are ± `most`. What is no number is grey.
 *
 * @param {Uint32Array} pixels
 * @param {Float32Array} shares
 * @param {number} most above zero
 */
export function paintShares(pixels, shares, most) {
  const scale = LEVELS / most;
  const unknown = packed([128, 128, 128]);
  for (let i = 0; i < shares.length; i++) {
    const level = Math.round(shares[i] * scale);
    pixels[i] = ramp[Math.min(LEVELS, Math.max(-LEVELS, level)) + LEVELS] ?? unknown;
  }
}

/** A CSS gradient of the ramp from one level to another, both in -1..1. */
export function gradient(from, to) {
  const stops = Array.from({ length: 13 }, (_, i) => {
    const at = from + ((to - from) * i) / 12;
    return `rgb(${between(at < 0 ? FALLING : RISING, Math.abs(at))
      .map(Math.round)
      .join(' ')})`;
  });
  return `linear-gradient(to right, ${stops.join(', ')})`;
}

function between(stops, at) {
  const place = at * (stops.length - 1);
  const i = Math.min(stops.length - 2, Math.floor(place));
  return stops[i].map((from, channel) => from + (stops[i + 1][channel] - from) * (place - i));
}
