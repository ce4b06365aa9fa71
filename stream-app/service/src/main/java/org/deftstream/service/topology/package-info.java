/**
 * The way of a measurement through the service: consumed as bytes, decoded and validated ({@link
 * org.deftstream.service.topology.MeasurementDecoder}), reconstructed by the engine ({@link
 * org.deftstream.service.topology.ReconstructionWork}), encoded ({@link
 * org.deftstream.service.topology.ReconstructionEncoder}) and let out in order ({@link
 * org.deftstream.service.topology.LedgerProcessor}), as a reconstruction or as a dead letter.
 *
 * <p>{@link org.deftstream.service.topology.ReconstructionTopology} puts the Streams topology
 * together. The package may import Kafka Streams (public API only), the ledger, the schemas, the
 * control plane's {@code TaskRegistry} and {@code ServingMethod}, and {@code deft}.
 */
package org.deftstream.service.topology;
