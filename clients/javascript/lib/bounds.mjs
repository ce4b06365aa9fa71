// Passes over a value without building anything: a few bytes may promise a million items.
const MOST_ITEMS = 10_000
const DEEPEST = 64

/**
 * Throws unless the bytes are one whole value of a type that fits the bounds.
 *
 * @param type of avsc
 * @param {Buffer} data holds the value
 * @param {number} start where it begins
 */
export function checkBounds (type, data, start) {
  const state = { data, at: start, items: MOST_ITEMS }
  pass(type, state, 0)
  if (state.at !== data.length) throw new RangeError(`${data.length - state.at} bytes are left over behind the value`)
}

function pass (type, state, depth) {
  if (depth > DEEPEST) throw new RangeError(`nested more than ${DEEPEST} levels deep`)
  switch (type.typeName) {
    case 'null': return
    case 'boolean': return skip(state, 1n)
    case 'float': return skip(state, 4n)
    case 'double': return skip(state, 8n)
    case 'fixed': return skip(state, BigInt(type.size))
    case 'int': case 'long': case 'enum': case 'abstract:long': long(state); return
    case 'string': case 'bytes': return skip(state, long(state))
    case 'array': return passItems(state, () => pass(type.itemsType, state, depth + 1))
    case 'map': return passItems(state, () => { skip(state, long(state)); pass(type.valuesType, state, depth + 1) })
    case 'record': case 'error':
      spend(state, type.fields.length)
      for (const field of type.fields) pass(field.type, state, depth + 1)
      return
    case 'union:wrapped': case 'union:unwrapped': {
      const branch = type.types[Number(long(state))]
      if (!branch) throw new RangeError(`no such branch of a union of ${type.types.length}`)
      return pass(branch, state, depth + 1)
    }
    default:
      if (type.typeName.startsWith('logical:')) return pass(type.underlyingType, state, depth)
      throw new RangeError(`type ${type.typeName} is not known here`)
  }
}

function passItems (state, item) {
  for (let count = long(state); count !== 0n; count = long(state)) {
    if (count < 0n) {
      long(state)
      count = -count
    }
    spend(state, count > BigInt(MOST_ITEMS) ? MOST_ITEMS + 1 : Number(count))
    for (let i = 0; i < Number(count); i++) item()
  }
}

function spend (state, count) {
  state.items -= count
  if (state.items < 0) throw new RangeError(`more than ${MOST_ITEMS} items in maps, arrays and records`)
}

function skip (state, length) {
  if (length < 0n || length > BigInt(state.data.length - state.at)) {
    throw new RangeError(`a length of ${length} with ${state.data.length - state.at} bytes left`)
  }
  state.at += Number(length)
}

function long (state) {
  let number = 0n
  for (let shift = 0n; shift < 70n; shift += 7n) {
    const place = state.at
    skip(state, 1n)
    const byte = BigInt(state.data[place])
    number |= (byte & 0x7fn) << shift
    if (byte < 0x80n) return (number >> 1n) ^ -(number & 1n)
  }
  throw new RangeError('a number of more than 10 bytes')
}
