package org.deftstream.tests.faults;

/** A Kafka and its registry, as a stream needs them. Used by one thread. */
interface Brokers {
  /** Kafka's address. */
  String bootstrapServers();

  /** The registry's address. */
  String registryUrl();

  /** Copies that each partition has. */
  int copies();
}
