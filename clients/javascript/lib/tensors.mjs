// Between typed arrays and the tensors of the records: a type, a shape, little-endian bytes.
const TYPES = { FLOAT32: Float32Array, FLOAT64: Float64Array, INT16: Int16Array, UINT8: Uint8Array }
const MOST_AXES = 8

/**
 * Packs numbers: a Float32Array, Float64Array, Int16Array or Uint8Array is sent as what it is, an
 * ordinary array as 32-bit floats.
 *
 * @param numbers in row-major order, the last axis fastest
 * @param shape the length of each axis, for example [64, 64, 1]
 */
export function tensor (numbers, shape) {
  const packed = Array.isArray(numbers) ? Float32Array.from(numbers) : numbers
  const dtype = Object.keys(TYPES).find(name => packed instanceof TYPES[name])
  if (!dtype) {
    throw new TypeError('numbers must be an array, or a Float32Array, Float64Array, Int16Array or Uint8Array')
  }
  checkShape(shape)
  const count = product(shape)
  if (count !== packed.length) {
    throw new TypeError(`shape [${shape}] holds ${count} numbers, but ${packed.length} were given`)
  }
  // A copy: the caller may go on with its own array.
  return { dtype, shape: Array.from(shape), data: Buffer.from(Uint8Array.from(bytes(packed))) }
}

/** Unpacks a tensor: {shape, data}, where data is a typed array of the tensor's own type. */
export function array ({ dtype, shape, data }) {
  const Kind = TYPES[dtype]
  if (!Kind) throw new TypeError(`a tensor of type ${dtype} is not known here`)
  checkShape(shape)
  if (product(shape) * Kind.BYTES_PER_ELEMENT !== data.length) {
    throw new TypeError(`a tensor of ${dtype} [${shape}] with ${data.length} bytes`)
  }
  // A copy, because the bytes of a record begin at no multiple of the size of a number.
  return { shape, data: new Kind(Uint8Array.from(data).buffer) }
}

function checkShape (shape) {
  const fits = Array.isArray(shape) && shape.length >= 1 && shape.length <= MOST_AXES &&
    shape.every(length => Number.isInteger(length) && length >= 1)
  if (!fits) throw new TypeError(`a shape has 1 to ${MOST_AXES} axes, each at least 1, got [${String(shape).slice(0, 60)}]`)
}

const product = shape => shape.reduce((count, length) => count * length, 1)
const bytes = packed => new Uint8Array(packed.buffer, packed.byteOffset, packed.byteLength)
