// Sends measurements of masked pictures: node produce.mjs [HOW-MANY]
import { AvroSerializer, SchemaRegistryClient, SerdeType } from '@confluentinc/schemaregistry'
import { Producer } from '@platformatic/kafka'

const { BOOTSTRAP_SERVERS, SCHEMA_REGISTRY_URL, TOPIC = 'measurements' } = process.env
const registry = new SchemaRegistryClient({ baseURLs: [SCHEMA_REGISTRY_URL] })
// The schema is the registry's newest; nothing is registered.
const avro = new AvroSerializer(registry, SerdeType.VALUE, { autoRegisterSchemas: false, useLatestVersion: true })
const producer = new Producer({ clientId: 'instrument', bootstrapBrokers: BOOTSTRAP_SERVERS.split(',') })
const tensor = (numbers, shape) => ({ dtype: 'FLOAT32', shape, data: Buffer.from(Float32Array.from(numbers).buffer) })

const mask = Array.from({ length: 32 * 32 }, (_, pixel) => (pixel % 3 ? 1 : 0))
const values = mask.map((seen, pixel) => seen * Math.sin(pixel / 100))
for (let i = 0; i < Number(process.argv[2] ?? 1); i++) {
  const measurement = {
    id: `js-${i}`,
    task: process.env.TASK ?? 'fashion-32/inpaint',
    values: tensor(values, [32, 32, 1]),
    auxiliary: { mask: tensor(mask, [32, 32]) }
  }
  const value = await avro.serialize(TOPIC, measurement)
  await producer.send({ messages: [{ topic: TOPIC, key: Buffer.from(measurement.id), value }] })
}
await producer.close()
