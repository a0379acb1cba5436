// An ONNX model written by hand: protocol buffers need only numbers and lengths.

/** @typedef {{ op: string, inputs: string[], outputs: string[], attributes?: Record<string, number | number[]> }} Node */
/** @typedef {{ name: string, type: 'float' | 'int64', shape: readonly (number | string)[] }} Value a size that is a word may be any */

const TYPES = { float: 1, int64: 7 };

/** Seven bits a byte, the lowest first. @param {number} value */
function varint(value) {
  const bytes = [];
  for (let left = value; ; left = Math.floor(left / 128)) {
    if (left < 128) return [...bytes, left];
    bytes.push((left % 128) + 128);
  }
}

/** @param {number} field @param {number} value */
const integer = (field, value) => [...varint(field * 8), ...varint(value)];

/** @param {number} field @param {ArrayLike<number>} bytes */
const bytes = (field, bytes) => [...varint(field * 8 + 2), ...varint(bytes.length), ...Array.from(bytes)];

/** @param {number} field @param {string} value */
const text = (field, value) => bytes(field, new TextEncoder().encode(value));

/** AttributeProto: an integer, or a list of them. @param {string} name @param {number | number[]} value */
function attribute(name, value) {
  if (typeof value === 'number') return [...text(1, name), ...integer(3, value), ...integer(20, 2)];
  return [...text(1, name), ...value.flatMap((x) => integer(8, x)), ...integer(20, 7)];
}

/** NodeProto. @param {Node} node */
function node({ op, inputs, outputs, attributes = {} }) {
  return [
    ...inputs.flatMap((name) => text(1, name)),
    ...outputs.flatMap((name) => text(2, name)),
    ...text(4, op),
    ...Object.entries(attributes).flatMap(([name, value]) => bytes(5, attribute(name, value))),
  ];
}

/** ValueInfoProto of a tensor. @param {Value} value */
function info({ name, type, shape }) {
  const dims = shape.flatMap((size) => bytes(1, typeof size === 'number' ? integer(1, size) : text(2, size)));
  const tensor = [...integer(1, TYPES[type]), ...bytes(2, dims)];
  return [...text(1, name), ...bytes(2, bytes(1, tensor))];
}

/** TensorProto of one float. @param {string} name @param {number} value */
function constant(name, value) {
  return [...integer(2, TYPES.float), ...text(8, name), ...bytes(9, new Uint8Array(Float32Array.of(value).buffer))];
}

/**
 * A model of operators of opset 17.
 *
 * @param {{ nodes: Node[], inputs: Value[], outputs: Value[], constants?: Record<string, number> }} graph
 * @returns {Uint8Array}
 */
export function onnxModel({ nodes, inputs, outputs, constants = {} }) {
  const graph = [
    ...nodes.flatMap((n) => bytes(1, node(n))),
    ...text(2, 'loss'),
    ...Object.entries(constants).flatMap(([name, value]) => bytes(5, constant(name, value))),
    ...inputs.flatMap((value) => bytes(11, info(value))),
    ...outputs.flatMap((value) => bytes(12, info(value))),
  ];
  return Uint8Array.from([...integer(1, 8), ...bytes(7, graph), ...bytes(8, integer(2, 17))]);
}
