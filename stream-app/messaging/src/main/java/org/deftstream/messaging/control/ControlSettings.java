package org.deftstream.messaging.control;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.deftstream.deft.adapter.AdapterVerifier;
import org.deftstream.deft.engine.BatchSizes;
import org.deftstream.schemas.Serdes;
import org.deftstream.schemas.Topics;

/**
 * How an instance follows the control topic. Immutable.
 *
 * @param kafka Kafka's client settings under their own names, {@code bootstrap.servers} and
 *     whatever security needs
 * @param serdes serializers for the registry
 * @param topics names of the topics
 * @param instance name of this instance in its reports; unique among the running ones
 * @param batchSizes sizes at which adapters are evaluated, and warmed up
 * @param maxAdapterBytes largest weights file that is accepted
 * @param loadTimeout how long chunks of weights may take to arrive before the adapter is refused
 * @param kafkaTimeout bound of every wait for Kafka
 * @param guard when a canary's trial is ended
 * @param keys whose signatures are accepted; with none, adapters need no signature
 */
public record ControlSettings(
    Map<String, Object> kafka,
    Serdes serdes,
    Topics topics,
    String instance,
    BatchSizes batchSizes,
    long maxAdapterBytes,
    Duration loadTimeout,
    Duration kafkaTimeout,
    GuardSettings guard,
    TrustedKeys keys) {
  /** Usual bound for chunks to arrive. */
  public static final Duration DEFAULT_LOAD_TIMEOUT = Duration.ofSeconds(30);

  /** Usual bound of a wait for Kafka. */
  public static final Duration DEFAULT_KAFKA_TIMEOUT = Duration.ofSeconds(15);

  private static final int FETCH_BYTES = 8 << 20;

  /** Copies the client settings. */
  public ControlSettings {
    kafka = Map.copyOf(kafka);
  }

  /** Settings with the usual bounds. */
  public static ControlSettings of(
      Map<String, Object> kafka,
      Serdes serdes,
      Topics topics,
      String instance,
      BatchSizes batchSizes) {
    return new ControlSettings(
        kafka,
        serdes,
        topics,
        instance,
        batchSizes,
        AdapterVerifier.DEFAULT_MAX_BYTES,
        DEFAULT_LOAD_TIMEOUT,
        DEFAULT_KAFKA_TIMEOUT,
        GuardSettings.defaults(),
        TrustedKeys.NONE);
  }

  /** The brokers, as messages name them. */
  public String brokers() {
    return String.valueOf(kafka.get(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG));
  }

  /** Settings of a consumer that reads committed records, from the beginning, in no group. */
  Map<String, Object> consumer() {
    Map<String, Object> config = new HashMap<>(kafka);
    config.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
    config.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
    config.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
    config.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
    config.put(ConsumerConfig.FETCH_MAX_BYTES_CONFIG, FETCH_BYTES);
    config.put(
        ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, Math.toIntExact(kafkaTimeout.toMillis()));
    return config;
  }

  /** Settings of a producer whose send gives up after the timeout. */
  public Map<String, Object> producer() {
    Map<String, Object> config = new HashMap<>(kafka);
    int timeout = Math.toIntExact(kafkaTimeout.toMillis());
    config.put(ProducerConfig.ACKS_CONFIG, "all");
    config.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
    config.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, timeout);
    config.put(ProducerConfig.LINGER_MS_CONFIG, 0);
    return config;
  }

  /** Who and where; never the settings, which may hold secrets. */
  @Override
  public String toString() {
    return "instance " + instance + " on " + brokers();
  }
}
