// Sends measurements.
import { compatibilityPartitioner, Producer } from '@platformatic/kafka'
import { SchemaRegistry } from './registry.mjs'

/** Sends measurements to a service of Deftstream. Whoever made it closes it. */
export class MeasurementProducer {
  #producer
  #registry
  #schema
  #topic
  #underWay = new Set()
  #most

  /**
   * @param {object} options
   * @param {string} options.bootstrapServers for example 127.0.0.1:9092
   * @param {string} options.registryUrl for example http://127.0.0.1:8081/apis/ccompat/v7
   * @param {string} [options.topic] measurements, unless told otherwise
   * @param {number} [options.timeout] milliseconds that registry and brokers may take
   * @param {number} [options.mostUnderWay] records that are on their way at a time; sending waits beyond
   * @param {SchemaRegistry} [options.registry] one that knows a password
   * @param {object} [options.kafka] further options of the Kafka client: tls, sasl
   */
  constructor ({ bootstrapServers, registryUrl, topic = 'measurements', timeout = 30_000, mostUnderWay = 32, registry, kafka = {} }) {
    this.#registry = registry ?? new SchemaRegistry(registryUrl, { timeout })
    this.#topic = topic
    this.#most = mostUnderWay
    this.#producer = new Producer({
      clientId: 'deftstream-client', bootstrapBrokers: bootstrapServers.split(','), acks: -1, timeout,
      // As Kafka's Java clients do, so that a key has one partition, whoever sends.
      partitioner: compatibilityPartitioner, ...kafka
    })
  }

  /**
   * Sends one measurement; resolves when Kafka has stored it. Records are in the order of `send` if
   * each is awaited.
   *
   * @param {object} measurement id (the same when it is sent again), task, values and auxiliary (of
   *   `tensor`), and, if wanted, attributes, capturedAt (a Date), scale, geometry
   * @param {object} [how]
   * @param {string} [how.key] what shall stay in order, for example a scanner's name; the id if not given
   * @param {string} [how.adapter] id of the adapter that must serve it (header deft.adapter)
   * @param {number} [how.priority] -100 to 100, higher goes first within its task (header deft.priority)
   * @param {Date} [how.deadline] after which the answer is of no use (header deft.deadline)
   * @param {Object<string, string>} [how.headers] further ones, which come back with the answer
   * @throws {TypeError} if something does not fit; nothing was sent
   */
  async send (measurement, { key, adapter, priority, deadline, headers = {} } = {}) {
    const record = { ...measurement }
    if (record.capturedAt !== undefined) record.capturedAt = date('capturedAt', record.capturedAt).getTime()
    const all = { ...headers }
    if (adapter !== undefined) all['deft.adapter'] = adapter
    if (priority !== undefined) {
      if (!Number.isInteger(priority) || Math.abs(priority) > 100) throw new TypeError(`priority must be a whole number from -100 to 100, got ${priority}`)
      all['deft.priority'] = String(priority)
    }
    if (deadline !== undefined) all['deft.deadline'] = String(date('deadline', deadline).getTime())
    this.#schema ??= await this.#registry.newest(`${this.#topic}-value`)
    const value = this.#registry.encode(this.#schema, record)
    while (this.#underWay.size >= this.#most) await Promise.race(this.#underWay)
    const sent = this.#producer.send({
      messages: [{
        topic: this.#topic,
        key: Buffer.from(key ?? record.id),
        value,
        headers: new Map(Object.entries(all).map(([name, text]) => [Buffer.from(name), Buffer.from(text)]))
      }]
    })
    const ended = sent.then(() => {}, () => {}).finally(() => this.#underWay.delete(ended))
    this.#underWay.add(ended)
    await sent
  }

  /** Waits for what is under way, and closes. */
  async close () {
    await Promise.all(this.#underWay)
    await this.#producer.close()
  }
}

function date (name, value) {
  if (!(value instanceof Date) || Number.isNaN(value.getTime())) throw new TypeError(`${name} must be a valid Date`)
  return value
}
