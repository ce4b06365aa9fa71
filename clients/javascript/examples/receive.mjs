// Prints reconstructions and dead letters, a line each, until HOW-MANY have come: node receive.mjs [HOW-MANY]
import { ReconstructionConsumer } from 'deftstream-client'

const {
  BOOTSTRAP_SERVERS = '127.0.0.1:9092',
  SCHEMA_REGISTRY_URL = 'http://127.0.0.1:8081/apis/ccompat/v7',
  RECONSTRUCTIONS = 'reconstructions',
  DEAD_LETTERS = 'measurements.dlq'
} = process.env
const consumer = new ReconstructionConsumer({
  bootstrapServers: BOOTSTRAP_SERVERS,
  registryUrl: SCHEMA_REGISTRY_URL,
  topic: RECONSTRUCTIONS,
  deadLetters: DEAD_LETTERS,
  group: 'viewer-js'
})
let left = Number(process.argv[2] ?? 1)
for await (const answer of consumer) {
  if (answer.kind === 'dead letter') {
    console.log('dead letter', answer.key, answer.reason, answer.message)
  } else {
    const { measurementId, mean, provenance: { method, residual, seed } } = answer
    const sum = mean.data.reduce((total, value) => total + value, 0)
    console.log('reconstruction', measurementId, method, residual.toFixed(2), String(seed), `[${mean.shape}]`, sum.toFixed(6))
  }
  if (--left === 0) break
}
await consumer.commit()
await consumer.close()
