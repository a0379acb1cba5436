import { MasklossError } from '../error.js';
import { arrange, formOf, toNumbers } from './array.js';
import { FORM_OPTIONS } from './form.js';
import { fromHalf } from './half.js';
import { describe, readInteger, readOptions } from './options.js';
import { fromPixels } from './pixels.js';

/**
 * @typedef {import('../mask.js').Mask} Mask
 * @typedef {import('./pixels.js').PixelChoice & {layout?: string} & import('./form.js').FormOptions} TensorOptions
 */

/**
 * fromTensor reads the tensors of the inference libraries of the web, told apart by what they have; none of them is imported,
 * and none is disposed of.
 *
 * | what | told by | axes, unless `layout` says otherwise |
 * |---|---|---|
 * | TensorFlow.js | `shape`, `dtype`, `data()` | HW, NHW (labels), NHWC, NDHWC |
 * | ONNX Runtime, transformers.js Tensor | `dims`, `type`, `data` or `getData()` | HW, NHW (labels), NCHW, NCDHW |
 * | transformers.js RawImage | `width`, `height`, `channels`, `data` | an image: options as for fromImageData, channel red |
 * | MediaPipe MPMask | `getAsFloat32Array()`, `getAsUint8Array()` | HW |
 *
 * `as` follows for integer and boolean tensors ('labels') and for MediaPipe (categories are labels, confidences are probs).
 * float16 becomes float32. The data may be a view on the tensor's memory: dispose of the tensor after the evaluation.
 *
 * @param {any} tensor
 * @param {TensorOptions} [options]
 * @returns {Promise<Mask>}
 */
export async function fromTensor(tensor, options) {
  const image = typeof tensor?.channels === 'number' && typeof tensor.width === 'number';
  const known = image ? ['channel', 'colors', ...FORM_OPTIONS] : ['layout', ...FORM_OPTIONS];
  const given = readOptions('fromTensor', options, known);
  if (image) return fromRawImage(tensor, given);
  if (typeof tensor?.getAsFloat32Array === 'function') return fromMPMask(tensor, given);
  if (Array.isArray(tensor?.dims) && typeof tensor.type === 'string') return fromOnnx(tensor, given);
  if (Array.isArray(tensor?.shape) && typeof tensor.data === 'function') return fromTensorFlow(tensor, given);
  throw new MasklossError(
    'domain',
    'tensor',
    `fromTensor: tensor is ${describe(tensor)}, must be of TensorFlow.js, ONNX Runtime, transformers.js or MediaPipe: use fromArray for others`,
  );
}

/**
 * @param {{shape: number[], dtype: string, data: () => Promise<any>}} tensor
 * @param {TensorOptions} options
 */
async function fromTensorFlow(tensor, options) {
  if (!['float32', 'int32', 'bool'].includes(tensor.dtype)) {
    throw new MasklossError(
      'domain',
      'tensor',
      `fromTensor: dtype is ${describe(tensor.dtype)}, must be float32, int32 or bool`,
    );
  }
  const values = toNumbers('fromTensor', await tensor.data());
  /** @type {Record<number, string>} */
  const usual = { 4: 'NHWC', 5: 'NDHWC' };
  const as = options.as ?? (tensor.dtype === 'float32' ? formOf('fromTensor', values, options) : 'labels');
  return arrange('fromTensor', values, tensor.shape, {
    ...options,
    as,
    layout: options.layout ?? usual[tensor.shape.length],
  });
}

/**
 * @param {{dims: number[], type: string, data: any, getData?: () => Promise<any>}} tensor
 * @param {TensorOptions} options
 */
async function fromOnnx(tensor, options) {
  // The data of a tensor on the GPU is a getter that throws; getData() fetches it from wherever it is.
  const raw = typeof tensor.getData === 'function' ? await tensor.getData() : tensor.data;
  const values = tensor.type === 'float16' && raw instanceof Uint16Array ? fromHalf(raw) : toNumbers('fromTensor', raw);
  const as =
    options.as ?? (tensor.type.startsWith('float') ? formOf('fromTensor', new Float32Array(0), options) : 'labels');
  return arrange('fromTensor', values, tensor.dims, { ...options, as });
}

/**
 * @param {{data: any, width: number, height: number, channels: number}} image
 * @param {TensorOptions} options
 */
function fromRawImage({ data, width, height, channels }, options) {
  if (!(data instanceof Uint8Array) && !(data instanceof Uint8ClampedArray)) {
    throw new MasklossError('domain', 'tensor', `fromTensor: data is ${describe(data)}, must be the bytes of an image`);
  }
  readInteger('fromTensor', 'width', width, 1, 2 ** 31 - 1, 'shape');
  readInteger('fromTensor', 'height', height, 1, 2 ** 31 - 1, 'shape');
  readInteger('fromTensor', 'channels', channels, 1, 4, 'shape');
  const as = options.as ?? 'labels';
  const byColor = options.colors !== undefined;
  return fromPixels(
    'fromTensor',
    { data, width, height, channels, max: 255 },
    {
      ...options,
      as,
      channel: options.channel ?? (byColor ? undefined : 'red'),
      threshold: options.threshold === undefined && as === 'labels' && !byColor ? 0 : options.threshold,
    },
  );
}

/**
 * @param {{width: number, height: number, getAsFloat32Array: () => Float32Array, getAsUint8Array: () => Uint8Array, hasUint8Array?: () => boolean, hasFloat32Array?: () => boolean}} mask
 * @param {TensorOptions} options
 */
function fromMPMask(mask, options) {
  const hasLabels = mask.hasUint8Array?.() ?? false;
  const hasFloats = mask.hasFloat32Array?.() ?? !hasLabels;
  const as =
    options.as ??
    (typeof options.threshold !== 'number' && hasLabels && !hasFloats
      ? 'labels'
      : typeof options.threshold === 'number'
        ? 'labels'
        : 'probs');
  const ids = (as === 'labels' || as === 'instances') && typeof options.threshold !== 'number';
  // MediaPipe turns one kind into the other by a factor of 255, which is a rescale nobody asked for.
  if (ids ? !hasLabels : !hasFloats) {
    throw ids
      ? new MasklossError(
          'domain',
          'as',
          `fromTensor: as is '${as}' for a confidence mask, must be 'probs', or pass threshold`,
        )
      : new MasklossError('domain', 'as', `fromTensor: as is '${as}' for a category mask, must be 'labels'`);
  }
  const values = ids ? mask.getAsUint8Array() : mask.getAsFloat32Array();
  return arrange('fromTensor', values, [mask.height, mask.width], { ...options, as });
}
