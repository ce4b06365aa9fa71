package org.deftstream.service;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.streams.StreamsConfig;
import org.deftstream.deft.UserError;

/**
 * Settings of Kafka's clients that must not be passed through, because one answer for each record
 * depends on them, or because the service has a setting of its own for them. Stateless.
 */
final class ProtectedSettings {
  /** A stream thread may wait for some seconds while a transaction is open. */
  static final long LEAST_TRANSACTION_MILLIS = 10_000;

  private static final String GUARANTEE = "one answer for each record depends on it";

  private static final Map<String, String> STREAMS =
      Map.of(
          StreamsConfig.PROCESSING_GUARANTEE_CONFIG,
          GUARANTEE,
          StreamsConfig.PROCESSING_EXCEPTION_HANDLER_CLASS_CONFIG,
          GUARANTEE,
          "processing.exception.handler.global.enabled",
          GUARANTEE,
          StreamsConfig.DESERIALIZATION_EXCEPTION_HANDLER_CLASS_CONFIG,
          GUARANTEE,
          "default.deserialization.exception.handler",
          GUARANTEE,
          StreamsConfig.PRODUCTION_EXCEPTION_HANDLER_CLASS_CONFIG,
          GUARANTEE,
          "default.production.exception.handler",
          GUARANTEE,
          StreamsConfig.APPLICATION_ID_CONFIG,
          "it is the service's application.id",
          StreamsConfig.NUM_STREAM_THREADS_CONFIG,
          "it is the service's stream.threads",
          StreamsConfig.STATE_DIR_CONFIG,
          "it is the service's state.dir");

  private static final Map<String, String> CONSUMER =
      Map.of(
          ConsumerConfig.ISOLATION_LEVEL_CONFIG, GUARANTEE,
          ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, GUARANTEE,
          ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, GUARANTEE,
          ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG, GUARANTEE,
          ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG, GUARANTEE,
          ConsumerConfig.GROUP_ID_CONFIG, "it is the service's application.id");

  private static final Map<String, String> PRODUCER =
      Map.of(
          ProducerConfig.TRANSACTIONAL_ID_CONFIG, GUARANTEE,
          ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, GUARANTEE,
          ProducerConfig.ACKS_CONFIG, GUARANTEE,
          ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG, GUARANTEE,
          ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG, GUARANTEE);

  private ProtectedSettings() {}

  /**
   * Refuses what must not be set.
   *
   * @param connection with what is passed through
   * @throws UserError that names the first such setting, and why
   */
  static void check(ServiceOptions.Connection connection) {
    refuse("streams.", connection.streams(), STREAMS);
    refuse("consumer.", connection.consumer(), CONSUMER);
    refuse("producer.", connection.producer(), PRODUCER);
    for (String prefix : List.of("consumer.", "main.consumer.", "restore.consumer.")) {
      refuse("streams." + prefix, within(connection.streams(), prefix), CONSUMER);
    }
    refuse("streams.producer.", within(connection.streams(), "producer."), PRODUCER);
  }

  private static void refuse(
      String prefix, Map<String, Object> passed, Map<String, String> refused) {
    for (String name : new TreeMap<>(passed).keySet()) {
      if (refused.containsKey(name)) {
        throw new UserError("%s%s cannot be set: %s".formatted(prefix, name, refused.get(name)));
      }
    }
    Object timeout = passed.get(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG);
    if (timeout != null && tooShort(timeout.toString())) {
      throw new UserError(
          "%s%s=%s: must be a number of milliseconds, at least %d"
              .formatted(
                  prefix,
                  ProducerConfig.TRANSACTION_TIMEOUT_CONFIG,
                  timeout,
                  LEAST_TRANSACTION_MILLIS));
    }
  }

  private static boolean tooShort(String timeout) {
    try {
      return Long.parseLong(timeout.strip()) < LEAST_TRANSACTION_MILLIS;
    } catch (NumberFormatException e) {
      return true;
    }
  }

  private static Map<String, Object> within(Map<String, Object> settings, String prefix) {
    var found = new TreeMap<String, Object>();
    settings.forEach(
        (name, value) -> {
          if (name.startsWith(prefix)) {
            found.put(name.substring(prefix.length()), value);
          }
        });
    return found;
  }
}
