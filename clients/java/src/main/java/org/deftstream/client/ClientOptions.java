package org.deftstream.client;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;
import org.deftstream.schemas.Serdes;
import org.deftstream.schemas.Topics;

/**
 * How a client reaches Kafka and the schema registry, and how long it waits for them.
 *
 * @param bootstrapServers addresses of brokers, for example {@code 127.0.0.1:9092}
 * @param registryUrl address of the registry, for example {@code
 *     http://127.0.0.1:8081/apis/ccompat/v7}
 * @param topics names of the topics, and the size of their largest record
 * @param kafka further settings of Kafka's clients under their own names (TLS, SASL); they win over
 *     those that are set here
 * @param registry further settings of Confluent's registry client under their own names
 * @param timeout longest wait for room in a queue, for a record to be stored, for an answer of the
 *     registry, and for closing; from 1 ms to 1 hour
 */
public record ClientOptions(
    String bootstrapServers,
    String registryUrl,
    Topics topics,
    Map<String, Object> kafka,
    Map<String, Object> registry,
    Duration timeout) {
  private static final Duration TIMEOUT = Duration.ofSeconds(30);
  private static final Duration LONGEST = Duration.ofHours(1);
  private static final Pattern USER_INFO = Pattern.compile("//[^/@,]*@");

  /**
   * Copies the maps.
   *
   * @throws IllegalArgumentException if the timeout is out of range
   */
  public ClientOptions {
    Objects.requireNonNull(bootstrapServers, "bootstrapServers");
    Objects.requireNonNull(registryUrl, "registryUrl");
    Objects.requireNonNull(topics, "topics");
    kafka = Map.copyOf(kafka);
    registry = Map.copyOf(registry);
    if (timeout.toMillis() < 1 || timeout.compareTo(LONGEST) > 0) {
      throw new IllegalArgumentException("timeout must be from 1 ms to 1 h, got " + timeout);
    }
  }

  /** Without credentials, with the topics' default names, and 30 seconds of patience. */
  public static ClientOptions of(String bootstrapServers, String registryUrl) {
    return new ClientOptions(
        bootstrapServers, registryUrl, Topics.defaults(), Map.of(), Map.of(), TIMEOUT);
  }

  /** The same with other topics. */
  public ClientOptions withTopics(Topics other) {
    return new ClientOptions(bootstrapServers, registryUrl, other, kafka, registry, timeout);
  }

  /** The same with these settings of Kafka's clients. */
  public ClientOptions withKafka(Map<String, Object> other) {
    return new ClientOptions(bootstrapServers, registryUrl, topics, other, registry, timeout);
  }

  /** The same with these settings of the registry's client. */
  public ClientOptions withRegistry(Map<String, Object> other) {
    return new ClientOptions(bootstrapServers, registryUrl, topics, kafka, other, timeout);
  }

  /** The same with another patience. */
  public ClientOptions withTimeout(Duration other) {
    return new ClientOptions(bootstrapServers, registryUrl, topics, kafka, registry, other);
  }

  Serdes serdes() {
    Map<String, Object> config = new HashMap<>();
    config.put("http.connect.timeout.ms", millis());
    config.put("http.read.timeout.ms", millis());
    config.putAll(registry);
    return Serdes.of(registryUrl, config);
  }

  int millis() {
    return Math.toIntExact(timeout.toMillis());
  }

  /** The registry's address for messages: without a user's name and password. */
  String shownRegistryUrl() {
    return USER_INFO.matcher(registryUrl).replaceAll("//");
  }

  /** Addresses only; never the settings, which may hold secrets. */
  @Override
  public String toString() {
    return "Kafka at " + bootstrapServers + ", registry at " + shownRegistryUrl();
  }
}
