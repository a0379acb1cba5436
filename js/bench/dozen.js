// Many losses of one channel as functions of few sums: twelve losses and metrics of ten, and all losses that are sums of nine.

/** Their names, with the options that differ from the defaults. */
export const DOZEN = {
  ce: {},
  wce: { posWeight: 2 },
  'balanced-ce': {},
  focal: { alpha: 0.25 },
  dice: { squaredPred: true },
  'generalized-dice': {},
  jaccard: {},
  tversky: {},
  'focal-tversky': {},
  'log-cosh-dice': {},
  combo: {},
  iou: {},
};

/** 1 - the Dice score. @param {number} both @param {number} predicted @param {number} truth */
export function diceLoss(both, predicted, truth, smooth = 1e-5) {
  return 1 - (2 * both + smooth) / (predicted + truth + smooth);
}

/** 1 - the Tversky index with the prices 0.3 and 0.7. @param {number} both @param {number} predicted @param {number} truth */
export function tverskyLoss(both, predicted, truth) {
  return 1 - (both + 1e-5) / (both + 0.3 * (predicted - both) + 0.7 * (truth - both) + 1e-5);
}

/** Of true positives, predicted and true pixels. @param {number} hits @param {number} predicted @param {number} truth */
export function iou(hits, predicted, truth) {
  return hits / (predicted + truth - hits);
}

/**
 * The twelve values in the order of DOZEN.
 *
 * @param {number[]} sums cross entropy, that of the true pixels, focal (exponent 2), that of the true pixels, Σpt, Σp, Σp²,
 *   Σt, true positives, predicted pixels
 * @param {number} n pixels
 */
export function dozen([ce, ceTrue, focal, focalTrue, both, p, pp, t, hits, predicted], n) {
  const beta = (n - t) / n;
  const w = 1 / (t * t);
  const plain = diceLoss(both, p, t, 1e-6);
  return [
    ce / n,
    (ce + ceTrue) / n,
    (beta * ceTrue + (1 - beta) * (ce - ceTrue)) / n,
    (0.25 * focalTrue + 0.75 * (focal - focalTrue)) / n,
    diceLoss(both, pp, t),
    1 - (2 * w * both + 1e-5) / (w * (p + t) + 1e-5),
    1 - (2 * both + 1e-5) / (2 * (p + t - both) + 1e-5),
    tverskyLoss(both, p, t),
    tverskyLoss(both, p, t) ** 0.75,
    Math.log(Math.cosh(plain)),
    (0.25 * ce) / n - (0.5 * (2 * both + 1)) / (p + t + 1),
    iou(hits, predicted, t),
  ];
}

/**
 * All losses of labels that are sums, with their defaults, in the order of the registry.
 *
 * @param {number[]} sums cross entropy, that of the true pixels, focal (exponent 2), Σpt, Σp, Σt, the cross entropy of each pixel to
 *   the power of 0.3, that of the true pixels, conservative
 * @param {number} n pixels
 */
export function allSums([ce, ceTrue, focal, both, p, t, root, rootTrue, conservative], n) {
  const beta = (n - t) / n;
  const w = 1 / (t * t);
  const dice = diceLoss(both, p, t);
  const index = tverskyLoss(both, p, t);
  return [
    ce / n,
    ce / n, // weighted, by one
    (beta * ceTrue + (1 - beta) * (ce - ceTrue)) / n,
    focal / n,
    dice,
    1 - (2 * w * both + 1e-5) / (w * (p + t) + 1e-5),
    1 - (2 * both + 1e-5) / (2 * (p + t - both) + 1e-5),
    index,
    index ** 0.75,
    Math.log(Math.cosh(diceLoss(both, p, t, 1e-6))),
    0.8 * (-Math.log(1 - diceLoss(both, p, t, 1))) ** 0.3 +
      (0.2 * (rootTrue / Math.sqrt(1 - beta) + (root - rootTrue) / Math.sqrt(beta))) / n,
    conservative / n,
    (0.25 * ce) / n - (0.5 * (2 * both + 1)) / (p + t + 1),
    dice + ce / n,
    dice + focal / n,
  ];
}
