package org.deftstream.messaging.control;

import java.time.Duration;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.deftstream.deft.UserError;
import org.deftstream.schemas.PrintableText;
import org.deftstream.schemas.RegistryErrors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads the last committed record of each key. Stateless and thread-safe. */
final class CompactedTopic {
  private static final Logger LOG = LoggerFactory.getLogger(CompactedTopic.class);

  /** Longest text of others in a line of the log. */
  private static final int LONGEST = 300;

  private static final Duration POLL = Duration.ofMillis(200);

  private CompactedTopic() {}

  /**
   * The last committed record of each key whose last record is no tombstone. Records that cannot be
   * read are passed over, and logged.
   *
   * @throws UserError if the topic is not there or does not answer in time, or the registry does
   *     not answer: nothing is known then, for a record that was passed over would be one that is
   *     not there
   */
  static <T extends SpecificRecord> SortedMap<String, T> read(
      PublisherSettings settings, String topic, Class<T> type) {
    var states = new TreeMap<String, T>();
    try (var values = settings.serdes().deserializer(type)) {
      forEach(settings, topic, record -> apply(record, values, states));
    }
    return states;
  }

  /**
   * Hands out every committed record that the topic holds now, each partition's in order.
   *
   * @throws UserError if the topic is not there or does not answer in time
   */
  static void forEach(
      PublisherSettings settings, String topic, Consumer<ConsumerRecord<String, byte[]>> taker) {
    try (var consumer =
        new KafkaConsumer<>(
            settings.consumer(), new StringDeserializer(), new ByteArrayDeserializer())) {
      var partitions = partitions(consumer, topic);
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      var ends = consumer.endOffsets(partitions);
      long deadline = System.nanoTime() + settings.timeout().toNanos();
      while (ends.entrySet().stream().anyMatch(e -> consumer.position(e.getKey()) < e.getValue())) {
        if (System.nanoTime() > deadline) {
          throw new UserError(
              "topic '"
                  + topic
                  + "' was not read to its end within "
                  + settings.timeout().toSeconds()
                  + " s");
        }
        consumer.poll(POLL).forEach(taker);
      }
    } catch (KafkaException e) {
      throw new UserError(
          "cannot read topic '" + topic + "' on " + settings.brokers() + ": " + e.getMessage(), e);
    }
  }

  static <T> void apply(
      ConsumerRecord<String, byte[]> record, Deserializer<T> values, SortedMap<String, T> states) {
    if (record.key() == null) {
      LOG.warn(
          "record of {} at offset {} has no key; passed over", record.topic(), record.offset());
    } else if (record.value() == null) {
      states.remove(record.key());
    } else {
      try {
        states.put(record.key(), RegistryCalls.deserialize(values, record.topic(), record.value()));
      } catch (UserError e) {
        throw e;
      } catch (RuntimeException e) {
        LOG.warn(
            "record {} of {} at offset {} cannot be read; passed over: {}",
            PrintableText.line(record.key(), LONGEST),
            record.topic(),
            record.offset(),
            PrintableText.line(RegistryErrors.reason(e), LONGEST));
      }
    }
  }

  /** All partitions of a topic that must be there. */
  static List<TopicPartition> partitions(KafkaConsumer<?, ?> consumer, String topic) {
    var infos = consumer.partitionsFor(topic);
    if (infos == null || infos.isEmpty()) {
      throw new UserError(
          "topic '" + topic + "' does not exist; create it with: deftstream topics create");
    }
    return infos.stream().map(info -> new TopicPartition(topic, info.partition())).toList();
  }
}
