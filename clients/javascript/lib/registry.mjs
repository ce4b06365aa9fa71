// The schema registry, over Confluent's HTTP interface.
import avsc from 'avsc'
import { checkBounds } from './bounds.mjs'

const MOST_SCHEMAS = 256
const PREFIX_BYTES = 5

// Seeds use all 64 bits of a long, which a JavaScript number has not.
const long = avsc.types.LongType.__with({
  fromBuffer: bytes => bytes.readBigInt64LE(),
  toBuffer: number => { const bytes = Buffer.alloc(8); bytes.writeBigInt64LE(number); return bytes },
  fromJSON: BigInt,
  toJSON: String,
  isValid: number => typeof number === 'bigint',
  compare: (a, b) => Number(a - b)
})

/** The registry does not answer, or not with a schema. `missing`: it answered that there is none. */
export class RegistryError extends Error {
  constructor (message, missing = false) {
    super(message)
    this.missing = missing
  }
}

/** Schemas by id and by subject; the youngest few hundred are kept. */
export class SchemaRegistry {
  #url
  #timeout
  #headers
  #known = new Map()

  /**
   * @param {string} url for example http://127.0.0.1:8081/apis/ccompat/v7, as deftstream stack up prints it
   * @param {{user?: string, password?: string, timeout?: number}} options timeout in milliseconds
   */
  constructor (url, { user, password, timeout = 10_000 } = {}) {
    const parsed = new URL(url)
    if (!['http:', 'https:'].includes(parsed.protocol)) throw new TypeError(`the registry's address must begin with http:// or https://, got ${parsed.protocol}`)
    if (parsed.username || parsed.password) throw new TypeError('name and password belong into the options, not into the address')
    this.#url = url.replace(/\/+$/, '')
    this.#timeout = timeout
    this.#headers = { accept: 'application/vnd.schemaregistry.v1+json, application/json' }
    if (user !== undefined) this.#headers.authorization = 'Basic ' + Buffer.from(`${user}:${password ?? ''}`).toString('base64')
  }

  /** The id and the type that were registered last for a subject, to write with: longs are numbers. */
  async newest (subject) {
    const { id, schema } = await this.#get(`/subjects/${encodeURIComponent(subject)}/versions/latest`, `subject '${subject}'`)
    return { id, type: this.#parsed(id, schema, {}) }
  }

  /** The type of an id, to read with: longs are BigInts, times are numbers. */
  async byId (id) {
    let type = this.#known.get(id)
    if (!type) {
      type = this.#parsed(id, (await this.#get(`/schemas/ids/${id}`, `schema ${id}`)).schema, { long })
      if (this.#known.size >= MOST_SCHEMAS) this.#known.delete(this.#known.keys().next().value)
      this.#known.set(id, type)
    }
    return type
  }

  /** A value of a topic: a zero byte, the schema's id, the record. Throws what is wrong with it. */
  async decode (bytes, name) {
    if (!bytes || bytes.length < PREFIX_BYTES || bytes[0] !== 0) throw new RangeError('the value does not begin as one of a schema registry does')
    const type = await this.byId(bytes.readUInt32BE(1))
    if (type.name !== name) throw new RangeError(`the value is a ${type.name ?? type.typeName}, not a ${name}`)
    checkBounds(type, bytes, PREFIX_BYTES)
    return type.fromBuffer(bytes.subarray(PREFIX_BYTES))
  }

  /** The bytes of a value; throws a TypeError that names the field which does not fit. */
  encode ({ id, type }, value) {
    type.isValid(value, {
      errorHook: (path, part, wanted) => {
        throw new TypeError(`${path.join('.') || type.name} is ${String(part).slice(0, 60)}, but must be ${wanted}`)
      }
    })
    const prefix = Buffer.alloc(PREFIX_BYTES)
    prefix.writeUInt32BE(id, 1)
    return Buffer.concat([prefix, type.toBuffer(value)])
  }

  #parsed (id, text, registry) {
    try {
      return avsc.Type.forSchema(JSON.parse(text), { registry })
    } catch (e) {
      throw new RegistryError(`schema ${id} of ${this.#url} cannot be used: ${e.message}`, true)
    }
  }

  async #get (path, what) {
    let response, text
    try {
      const signal = AbortSignal.timeout(this.#timeout)
      response = await fetch(this.#url + path, { headers: this.#headers, redirect: 'error', signal })
      text = await response.text()
    } catch (e) {
      throw new RegistryError(`the registry at ${this.#url} does not answer: ${e.cause?.message ?? e.message}`)
    }
    let answer
    try {
      answer = JSON.parse(text)
    } catch {
      answer = undefined
    }
    if (response.ok && typeof answer?.schema === 'string') return answer
    if (response.status === 404 && answer?.error_code) {
      throw new RegistryError(`the registry at ${this.#url} has no ${what}; deftstream topics create registers the schemas`, true)
    }
    if (response.status === 404) {
      throw new RegistryError(`${this.#url} is no schema registry; with the stack of Deftstream its address ends with /apis/ccompat/v7`)
    }
    throw new RegistryError(`the registry at ${this.#url} answers ${response.status} for ${what}`)
  }
}
