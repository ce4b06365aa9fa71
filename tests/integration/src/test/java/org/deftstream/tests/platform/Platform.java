package org.deftstream.tests.platform;

import java.time.Duration;
import java.util.Map;

/**
 * A Kafka cluster, a schema registry, and a place to run the service. Used by one thread; closed by
 * whoever started it, with everything that it started.
 */
public interface Platform extends AutoCloseable {
  /** The longest that a test waits for one thing, on a machine with much else to do. */
  Duration PATIENCE = Duration.ofMinutes(4);

  /** Kafka's address, as this JVM reaches it. */
  String bootstrapServers();

  /** The registry's Confluent-compatible API, as this JVM reaches it. */
  String registryUrl();

  /**
   * Starts {@code deftstream serve} and waits until it says that it is ready.
   *
   * @param instance name of the instance
   * @param settings the service's settings besides the addresses, by their own names
   */
  Instance serve(String instance, Map<String, String> settings);

  /** Kills the broker where it stands. */
  void killBroker();

  /** Starts the broker again on the data that it had, and waits until it answers. */
  void restartBroker();

  @Override
  void close();

  /** One instance of the service. */
  interface Instance extends AutoCloseable {
    /** Kills it where it stands: {@code kill -9}. */
    void kill();

    /** Starts it again on the state that it had, and waits until it is ready. */
    void restart();

    /** What it has printed so far. */
    String output();

    /** Ends it in order, with SIGTERM. */
    @Override
    void close();
  }
}
