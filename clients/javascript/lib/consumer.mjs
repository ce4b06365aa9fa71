// Reads reconstructions and dead letters.
import { Consumer, FetchIsolationLevels, stringDeserializer } from '@platformatic/kafka'
import { RegistryError, SchemaRegistry } from './registry.mjs'
import { array } from './tensors.mjs'

const RECORD = 'org.deftstream.schemas.avro.Reconstruction'
const MOST_BYTES = 16 << 20
const AGAIN_MS = 1000
const NOTED_EVERY_MS = 500

/** A record that is no answer, with topic, partition and offset. */
export class UnreadableAnswer extends Error {
  constructor (reason, { topic, partition, offset }) {
    super(`${topic}-${partition} at offset ${offset}: ${reason}`)
    Object.assign(this, { topic, partition, offset })
  }
}

/**
 * Reads committed answers. An answer counts as handled when the next one is asked for, or on `commit`;
 * what was handed out and not handled comes again to the next reader of the group. Whoever made it closes it.
 */
export class ReconstructionConsumer {
  #consumer
  #registry
  #topic
  #deadLetters
  #fromBeginning
  #unreadable
  #handed
  #handled = new Map()
  #noted = Date.now()

  /**
   * @param {object} options
   * @param {string} options.bootstrapServers for example 127.0.0.1:9092
   * @param {string} options.registryUrl for example http://127.0.0.1:8081/apis/ccompat/v7
   * @param {string} options.group consumer group; readers of one group share the answers
   * @param {string} [options.topic] reconstructions, unless told otherwise
   * @param {string|null} [options.deadLetters] measurements.dlq; null not to read it
   * @param {boolean} [options.fromBeginning] where a group begins that has read nothing yet
   * @param {(UnreadableAnswer) => void} [options.unreadable] told of a record that is no answer, which is
   *   then passed by; without it reading ends with the error
   * @param {number} [options.timeout] milliseconds that the registry may take
   * @param {SchemaRegistry} [options.registry] one that knows a password
   * @param {object} [options.kafka] further options of the Kafka client: tls, sasl
   */
  constructor ({
    bootstrapServers, registryUrl, group, topic = 'reconstructions', deadLetters = 'measurements.dlq',
    fromBeginning = true, unreadable, timeout = 30_000, registry, kafka = {}
  }) {
    this.#registry = registry ?? new SchemaRegistry(registryUrl, { timeout })
    this.#topic = topic
    this.#deadLetters = deadLetters
    this.#fromBeginning = fromBeginning
    this.#unreadable = unreadable ?? (error => { throw error })
    this.#consumer = new Consumer({
      groupId: group,
      clientId: 'deftstream-client',
      bootstrapBrokers: bootstrapServers.split(','),
      deserializers: { key: stringDeserializer, headerKey: stringDeserializer, headerValue: stringDeserializer },
      ...kafka
    })
  }

  /**
   * Answers as they come, without end: those of kind 'reconstruction' have measurementId, task, mean and
   * standardDeviation ({shape, data}, the latter null for a single sample), samples, provenance,
   * residualOutOfRange, scale and geometry; those of kind 'dead letter' have reason, message, stage and
   * value. Both have key, headers (a Map), partition and offset. provenance.seed is a BigInt.
   */
  async * [Symbol.asyncIterator] () {
    const stream = await this.#consumer.consume({
      topics: [this.#topic, ...(this.#deadLetters ? [this.#deadLetters] : [])],
      mode: 'committed',
      fallbackMode: this.#fromBeginning ? 'earliest' : 'latest',
      autocommit: false,
      isolationLevel: FetchIsolationLevels.READ_COMMITTED, // answers come in transactions
      maxBytes: MOST_BYTES,
      highWaterMark: 64
    })
    for await (const message of stream) {
      const answer = await this.#answer(message)
      this.#handed = message
      if (answer) yield answer
      this.#handOver()
      if (Date.now() - this.#noted >= NOTED_EVERY_MS) await this.#note()
    }
  }

  /** Notes in Kafka that everything handed out is handled, be it that the loop was left. */
  async commit () {
    this.#handOver()
    await this.#note()
  }

  #handOver () {
    if (this.#handed) this.#handled.set(`${this.#handed.topic} ${this.#handed.partition}`, this.#handed)
    this.#handed = undefined
  }

  async #note () {
    const offsets = [...this.#handled.values()].map(({ topic, partition, offset }) =>
      ({ topic, partition, offset: offset + 1n, leaderEpoch: -1 }))
    this.#handled.clear()
    this.#noted = Date.now()
    if (offsets.length > 0) await this.#consumer.commit({ offsets })
  }

  /** Leaves the group. */
  async close () {
    await this.#consumer.close(true)
  }

  async #answer (message) {
    const { key, headers, partition, offset } = message
    const place = { key, headers, partition, offset }
    if (message.topic === this.#deadLetters) {
      const [reason, text, stage] = ['class', 'message', 'stage'].map(name => headers.get(`deft.error.${name}`))
      return { kind: 'dead letter', reason, message: text, stage, value: message.value, ...place }
    }
    for (;;) {
      try {
        const record = await this.#registry.decode(message.value, RECORD)
        return {
          kind: 'reconstruction',
          ...record,
          mean: array(record.mean),
          standardDeviation: record.standardDeviation && array(record.standardDeviation),
          ...place
        }
      } catch (e) {
        if (!(e instanceof RegistryError) || e.missing) {
          this.#unreadable(new UnreadableAnswer(e.message, message))
          return undefined
        }
        // A registry that is away says nothing of the record.
        await new Promise(resolve => setTimeout(resolve, AGAIN_MS))
      }
    }
  }
}
