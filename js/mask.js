/**
 * Masks as the losses take them, and the ways in and out of them: canvases, arrays, tensors, COCO run lengths, polygons. More
 * formats are under `maskloss/adapters`.
 *
 * Every adapter checks what it is given, rejects options it does not know, and never resizes or rescales by itself: it throws
 * a MasklossError that says what to pass. None changes its input.
 *
 * @typedef {'labels' | 'instances' | 'probs' | 'soft' | 'logits'} As
 *
 * @typedef {object} Mask what an adapter returns: `prediction` or `target` of an input
 * @property {Float32Array | Uint8Array | Uint16Array | Int32Array} data labels are integers, everything else is float32
 * @property {number[]} shape [N, C, H, W] or [N, C, D, H, W]; labels have no C
 * @property {'logits' | 'probs' | 'labels'} [form] set where it can be a prediction
 * @property {'labels' | 'soft' | 'instances'} [kind] set where it can be a target
 * @property {number} [classes] of labels, where the caller said how many there are
 */

export { fromArray, toArray } from './adapters/array.js';
export { fromCanvas, fromImageData, toImageData } from './adapters/canvas.js';
export { fromCocoRLE, toCocoRLE } from './adapters/cocoRLE.js';
export { pixelBuffer } from './adapters/pixelBuffer.js';
export { fromPolygons, toPolygons } from './adapters/polygons.js';
export { fromTensor } from './adapters/tensor.js';
