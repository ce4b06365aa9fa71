package org.deftstream.messaging.admin;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;
import org.apache.kafka.clients.admin.AdminClientConfig;

/**
 * How to reach a Kafka cluster and its schema registry, and how long to try.
 *
 * @param kafka settings of Kafka's admin client under their own names, {@code bootstrap.servers}
 *     among them
 * @param registryUrl the registry's {@code schema.registry.url}
 * @param registry further settings of Confluent's registry client under their own names
 * @param deadline the longest wait for an answer of either
 */
public record Connection(
    Map<String, Object> kafka,
    String registryUrl,
    Map<String, Object> registry,
    Duration deadline) {

  /** How long to try when nothing else is said. */
  public static final Duration DEFAULT_DEADLINE = Duration.ofSeconds(15);

  private static final String CONNECT_TIMEOUT = "http.connect.timeout.ms";
  private static final String READ_TIMEOUT = "http.read.timeout.ms";
  private static final Pattern USER_INFO = Pattern.compile("//[^/@,]*@");

  /** Copies the maps. */
  public Connection {
    kafka = Map.copyOf(kafka);
    registry = Map.copyOf(registry);
    Objects.requireNonNull(registryUrl, "registryUrl");
    Objects.requireNonNull(deadline, "deadline");
  }

  /** A cluster and a registry without credentials, and the default deadline. */
  public static Connection to(String bootstrapServers, String registryUrl) {
    return new Connection(
        Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers),
        registryUrl,
        Map.of(),
        DEFAULT_DEADLINE);
  }

  /** The address of the cluster. */
  public String bootstrapServers() {
    return String.valueOf(kafka.get(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG));
  }

  /** The registry's address for messages: without a user's name and password. */
  public String shownRegistryUrl() {
    return USER_INFO.matcher(registryUrl).replaceAll("//");
  }

  /** Settings of an admin client that keeps the deadline. */
  Map<String, Object> adminConfig() {
    var config = new HashMap<>(kafka);
    var millis = Math.toIntExact(deadline.toMillis());
    config.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, millis);
    config.put(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, millis);
    return config;
  }

  /** Settings of a registry client that keeps the deadline; what the user set stays. */
  public Map<String, Object> registryConfig() {
    Map<String, Object> config = new HashMap<>();
    var millis = Math.toIntExact(deadline.toMillis());
    config.put(CONNECT_TIMEOUT, millis);
    config.put(READ_TIMEOUT, millis);
    config.putAll(registry);
    return config;
  }

  /** Address and deadline; never the settings, which may hold secrets. */
  @Override
  public String toString() {
    return "Kafka at " + bootstrapServers() + ", registry at " + shownRegistryUrl();
  }
}
