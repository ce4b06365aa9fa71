// Prints reconstructions, dead letters and reports on adapters, a line each: node consume.mjs
import { AvroDeserializer, SchemaRegistryClient, SerdeType } from '@confluentinc/schemaregistry'
import { Consumer, FetchIsolationLevels, stringDeserializer } from '@platformatic/kafka'
import avsc from 'avsc'

const { BOOTSTRAP_SERVERS, SCHEMA_REGISTRY_URL } = process.env
const topics = (process.env.TOPICS ?? 'reconstructions,measurements.dlq,adapter-status').split(',')
const registry = new SchemaRegistryClient({ baseURLs: [SCHEMA_REGISTRY_URL] })
// Seeds use all 64 bits of a long, which a JavaScript number has not.
const long = avsc.types.LongType.__with({
  fromBuffer: bytes => bytes.readBigInt64LE(),
  toBuffer: number => { const bytes = Buffer.alloc(8); bytes.writeBigInt64LE(number); return bytes },
  fromJSON: BigInt, toJSON: String, isValid: number => typeof number === 'bigint', compare: (a, b) => Number(a - b)
})
const avro = new AvroDeserializer(registry, SerdeType.VALUE, { registry: { long } })
const consumer = new Consumer({
  groupId: `viewer-${process.pid}`, clientId: 'viewer', bootstrapBrokers: BOOTSTRAP_SERVERS.split(','),
  deserializers: { key: stringDeserializer, headerKey: stringDeserializer, headerValue: stringDeserializer }
})
const floats = ({ data }) => new Float32Array(Uint8Array.from(data).buffer)

const isolationLevel = FetchIsolationLevels.READ_COMMITTED // answers come in transactions
for await (const { topic, key, value, headers } of await consumer.consume({ topics, mode: 'earliest', isolationLevel })) {
  if (topic.endsWith('.dlq')) {
    console.log('dead letter', key, headers.get('deft.error.class'), headers.get('deft.error.message'))
  } else {
    const record = await avro.deserialize(topic, value)
    if (record.mean) {
      const { method, residual, seed } = record.provenance
      console.log('reconstruction', record.measurementId, method, residual.toFixed(2), String(seed), floats(record.mean).length)
    } else {
      console.log('status', record.instance, record.task, record.state)
    }
  }
}
