// Sends masked pictures: node send.mjs [HOW-MANY]
import { MeasurementProducer, tensor } from 'deftstream-client'

const {
  BOOTSTRAP_SERVERS = '127.0.0.1:9092',
  SCHEMA_REGISTRY_URL = 'http://127.0.0.1:8081/apis/ccompat/v7',
  TOPIC = 'measurements',
  TASK = 'fashion-32/inpaint'
} = process.env
const producer = new MeasurementProducer({ bootstrapServers: BOOTSTRAP_SERVERS, registryUrl: SCHEMA_REGISTRY_URL, topic: TOPIC })
const mask = Array.from({ length: 32 * 32 }, (_, pixel) => (pixel % 3 ? 1 : 0))
const values = mask.map((seen, pixel) => seen * Math.sin(pixel / 100))
for (let i = 0; i < Number(process.argv[2] ?? 1); i++) {
  const measurement = {
    id: `js-${i}`,
    task: TASK,
    values: tensor(values, [32, 32, 1]),
    auxiliary: { mask: tensor(mask, [32, 32]) }
  }
  await producer.send(measurement, { key: 'camera-1', priority: 10, deadline: new Date(Date.now() + 600_000) })
}
await producer.close()
console.log('stored')
