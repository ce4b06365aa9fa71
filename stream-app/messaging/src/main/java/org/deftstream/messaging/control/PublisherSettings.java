package org.deftstream.messaging.control;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.deftstream.schemas.Serdes;
import org.deftstream.schemas.Topics;

/**
 * How the control topics are reached. Immutable.
 *
 * @param kafka Kafka's client settings under their own names, {@code bootstrap.servers} and
 *     whatever security needs
 * @param serdes serializers for the registry
 * @param topics names of the topics
 * @param timeout bound of every wait for Kafka
 * @param issuedBy who asks, as the control record names it
 */
public record PublisherSettings(
    Map<String, Object> kafka, Serdes serdes, Topics topics, Duration timeout, String issuedBy) {
  /** Copies the client settings. */
  public PublisherSettings {
    kafka = Map.copyOf(kafka);
  }

  /** The brokers, as messages name them. */
  String brokers() {
    return String.valueOf(kafka.get(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG));
  }

  /** Settings of a consumer that reads committed records, from the beginning, in no group. */
  Map<String, Object> consumer() {
    Map<String, Object> config = new HashMap<>(kafka);
    config.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
    config.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
    config.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
    config.put(ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, Math.toIntExact(timeout.toMillis()));
    return config;
  }

  /** Where; never the settings, which may hold secrets. */
  @Override
  public String toString() {
    return "control topics on " + brokers();
  }
}
