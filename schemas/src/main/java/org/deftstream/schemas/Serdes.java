package org.deftstream.schemas;

import io.confluent.kafka.schemaregistry.avro.AvroSchemaProvider;
import io.confluent.kafka.schemaregistry.client.SchemaRegistryClientFactory;
import io.confluent.kafka.schemaregistry.client.rest.exceptions.RestClientException;
import io.confluent.kafka.serializers.AbstractKafkaSchemaSerDeConfig;
import io.confluent.kafka.serializers.KafkaAvroDeserializerConfig;
import io.confluent.kafka.serializers.KafkaAvroSerializer;
import io.confluent.kafka.serializers.KafkaAvroSerializerConfig;
import io.confluent.kafka.serializers.subject.TopicNameStrategy;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * Makes Avro serializers that talk to a schema registry in Confluent's wire format (a zero byte, a
 * four-byte schema id, the record).
 *
 * <p>Serializers look a schema up and never register it: that is done once, by {@code deftstream
 * topics create}. Subjects follow the TopicNameStrategy.
 *
 * <p>Immutable and safe for use by many threads. Every serde that it makes belongs to the caller,
 * who closes it; a serde of this class is used by one thread at a time.
 */
public final class Serdes {
  static {
    TrustedRecords.trust();
  }

  private final Map<String, Object> config;

  private Serdes(Map<String, Object> config) {
    this.config = config;
  }

  /**
   * Serdes with nothing but the registry's address.
   *
   * @param registryUrl the registry's address, or {@code mock://scope} for one inside the JVM
   * @return the serdes
   */
  public static Serdes of(String registryUrl) {
    return of(registryUrl, Map.of());
  }

  /**
   * Serdes with settings passed through.
   *
   * @param registryUrl the registry's address, or {@code mock://scope} for one inside the JVM
   * @param settings settings of Confluent's serializers under their own names, for example {@code
   *     basic.auth.user.info}; they win over those that are set here
   * @return the serdes
   */
  public static Serdes of(String registryUrl, Map<String, ?> settings) {
    Map<String, Object> config = new HashMap<>();
    config.put(AbstractKafkaSchemaSerDeConfig.SCHEMA_REGISTRY_URL_CONFIG, registryUrl);
    // Set, not left to the default: newer clients of the registry have another one.
    config.put(
        AbstractKafkaSchemaSerDeConfig.VALUE_SUBJECT_NAME_STRATEGY,
        TopicNameStrategy.class.getName());
    config.put(AbstractKafkaSchemaSerDeConfig.AUTO_REGISTER_SCHEMAS, false);
    config.put(KafkaAvroSerializerConfig.AVRO_REMOVE_JAVA_PROPS_CONFIG, true);
    config.put(KafkaAvroDeserializerConfig.SPECIFIC_AVRO_READER_CONFIG, true);
    config.putAll(settings);
    return new Serdes(Map.copyOf(config));
  }

  /**
   * A serde for the values of a topic.
   *
   * @param type the generated record
   * @param <T> the generated record
   * @return a new serde; the caller closes it
   */
  public <T extends SpecificRecord> Serde<T> value(Class<T> type) {
    return org.apache.kafka.common.serialization.Serdes.serdeFrom(
        serializer(type), deserializer(type));
  }

  /**
   * A serializer for the values of a topic.
   *
   * @param type the generated record
   * @param <T> the generated record
   * @return a new serializer; the caller closes it. It throws Kafka's {@code
   *     SerializationException} if the schema is not registered for the topic
   */
  public <T extends SpecificRecord> Serializer<T> serializer(Class<T> type) {
    return new RecordSerializer<>(configured(new KafkaAvroSerializer()));
  }

  /**
   * A deserializer for the values of a topic.
   *
   * @param type the generated record; a record written with another name's schema is refused
   * @param <T> the generated record
   * @return a new deserializer; the caller closes it. It throws Kafka's {@code
   *     SerializationException} for bytes that are not such a record, and for a record that would
   *     take far more of the heap than it has bytes
   */
  public <T extends SpecificRecord> Deserializer<T> deserializer(Class<T> type) {
    var deserializer = new BoundedDeserializer(type);
    Map<String, Object> typed = new HashMap<>(config);
    typed.put(KafkaAvroDeserializerConfig.SPECIFIC_AVRO_VALUE_TYPE_CONFIG, type.getName());
    deserializer.configure(typed, false);
    return new RecordDeserializer<>(type, deserializer);
  }

  /**
   * A serde for keys, which are UTF-8 text on every topic.
   *
   * @return a new serde
   */
  public static Serde<String> key() {
    return org.apache.kafka.common.serialization.Serdes.serdeFrom(
        new StringSerializer(), new StringDeserializer());
  }

  /**
   * Asks the registry, past all caches, which versions a topic's values have.
   *
   * @param topic the topic
   * @return whether it answered, be it that there are none
   */
  public boolean registryAnswers(String topic) {
    var urls =
        String.valueOf(config.get(AbstractKafkaSchemaSerDeConfig.SCHEMA_REGISTRY_URL_CONFIG));
    try (var client =
        SchemaRegistryClientFactory.newClient(
            List.of(urls.split(",")), 1, List.of(new AvroSchemaProvider()), config, Map.of())) {
      client.getAllVersions(topic + "-value");
      return true;
    } catch (IOException | RestClientException | RuntimeException e) {
      return RegistryErrors.unknownSchema(e);
    }
  }

  private KafkaAvroSerializer configured(KafkaAvroSerializer serializer) {
    serializer.configure(config, false);
    return serializer;
  }
}
