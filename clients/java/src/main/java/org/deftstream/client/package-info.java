/**
 * For programs that send measurements and read reconstructions: {@link
 * org.deftstream.client.MeasurementProducer}, {@link org.deftstream.client.ReconstructionConsumer}.
 *
 * <p>This package may import {@code org.deftstream.schemas}, Kafka's client, and nothing else of
 * Deftstream.
 */
package org.deftstream.client;
