// What is raced: each case is a kind of work on some input.

/**
 * @typedef {object} Case
 * @property {string} name
 * @property {string} title
 * @property {number} size pixels of a side
 * @property {number} classes
 * @property {'early' | 'trained'} [model]
 */

/** @type {Case[]} */
export const CASES = [
  { name: 'bce', title: 'Cross entropy, value', size: 1024, classes: 1 },
  { name: 'bce-gradient', title: 'Cross entropy, value and gradient', size: 1024, classes: 1 },
  { name: 'dice', title: 'Dice of probabilities', size: 1024, classes: 1 },
  { name: 'tversky', title: 'Tversky of logits', size: 1024, classes: 1 },
  { name: 'focal-2', title: 'Focal, exponent 2', size: 1024, classes: 1 },
  { name: 'focal-real', title: 'Focal, exponent 1.7', size: 1024, classes: 1 },
  { name: 'dozen', title: 'Twelve losses at once', size: 1024, classes: 1 },
  { name: 'all', title: 'All losses that are sums', size: 1024, classes: 1 },
  { name: 'softmax-3', title: 'Softmax cross entropy, 3 classes', size: 1024, classes: 3 },
  { name: 'softmax-3-gradient', title: 'Softmax, 3 classes, with gradient', size: 1024, classes: 3 },
  { name: 'softmax-19', title: 'Softmax cross entropy, 19 classes', size: 512, classes: 19 },
  { name: 'softmax-19-gradient', title: 'Softmax, 19 classes, with gradient', size: 512, classes: 19 },
  { name: 'lovasz', title: 'Lovász hinge, early', size: 1024, classes: 1 },
  { name: 'lovasz-trained', title: 'Lovász hinge, trained', size: 1024, classes: 1, model: 'trained' },
  { name: 'edt', title: 'Exact distance transform', size: 1024, classes: 1 },
  { name: 'confusion', title: 'IoU of two masks', size: 1024, classes: 1 },
  { name: 'rgba', title: 'Canvas pixels to mask', size: 1024, classes: 1 },
];
