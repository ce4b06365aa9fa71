// Measurements to Deftstream, reconstructions from it.
export { ReconstructionConsumer, UnreadableAnswer } from './consumer.mjs'
export { MeasurementProducer } from './producer.mjs'
export { RegistryError, SchemaRegistry } from './registry.mjs'
export { array, tensor } from './tensors.mjs'
