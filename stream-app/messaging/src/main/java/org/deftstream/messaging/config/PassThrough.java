package org.deftstream.messaging.config;

import io.confluent.kafka.serializers.AbstractKafkaSchemaSerDeConfig;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.streams.StreamsConfig;
import org.deftstream.deft.text.Nearest;

/**
 * Prefixes behind which the settings of Kafka's clients and of the registry's client keep their own
 * names. A name that the client does not define is passed on as well, because interceptors and
 * login modules have settings of their own, unless it is so close to a defined one that it must be
 * a slip.
 */
enum PassThrough {
  KAFKA(
      "kafka.",
      "all of Kafka's clients: security, for instance",
      List.of(
          AdminClientConfig.configDef(), ConsumerConfig.configDef(), ProducerConfig.configDef())),
  ADMIN("admin.", "the admin client", List.of(AdminClientConfig.configDef())),
  CONSUMER("consumer.", "the consumers", List.of(ConsumerConfig.configDef())),
  PRODUCER("producer.", "the producers", List.of(ProducerConfig.configDef())),
  STREAMS("streams.", "Kafka Streams", List.of(StreamsConfig.configDef())),
  REGISTRY(
      "registry.",
      "the schema registry's client and serializers",
      List.of(AbstractKafkaSchemaSerDeConfig.baseConfigDef()));

  /** Two letters wrong are a slip; more may be a name of its own. */
  private static final int SLIP = 2;

  /** Names whose values are shown to nobody, whatever type their client gives them. */
  private static final Pattern SECRET =
      Pattern.compile(
          "password|secret|token|jaas|credential|user\\.info|userinfo|private|keystore\\.key",
          Pattern.CASE_INSENSITIVE);

  private final String prefix;
  private final String purpose;
  private final Map<String, ConfigDef.ConfigKey> known;

  PassThrough(String prefix, String purpose, List<ConfigDef> definitions) {
    this.prefix = prefix;
    this.purpose = purpose;
    known = new TreeMap<>();
    definitions.forEach(definition -> known.putAll(definition.configKeys()));
  }

  String prefix() {
    return prefix;
  }

  String purpose() {
    return purpose;
  }

  /** The one that a key of the settings belongs to. */
  static Optional<PassThrough> of(String key) {
    return Arrays.stream(values())
        .filter(candidate -> key.startsWith(candidate.prefix))
        .filter(candidate -> key.length() > candidate.prefix.length())
        .findFirst();
  }

  /** All prefixes, in order. */
  static Collection<String> prefixes() {
    Set<String> prefixes = new TreeSet<>();
    for (var value : values()) {
      prefixes.add(value.prefix);
    }
    return prefixes;
  }

  /** The key's name in its client's own words. */
  String name(String key) {
    return key.substring(prefix.length());
  }

  /** The defined key that was meant, if this one is a slip. */
  Optional<String> slipOf(String key) {
    var name = name(key);
    if (known.containsKey(name)) {
      return Optional.empty();
    }
    return Nearest.of(name, known.keySet())
        .filter(near -> Nearest.distance(near, name.toLowerCase(Locale.ROOT)) <= SLIP)
        .map(near -> prefix + near);
  }

  /** Whether the value must not be shown. */
  boolean secret(String key) {
    var name = name(key);
    var definition = known.get(name);
    return (definition != null && definition.type == ConfigDef.Type.PASSWORD)
        || SECRET.matcher(name).find();
  }
}
