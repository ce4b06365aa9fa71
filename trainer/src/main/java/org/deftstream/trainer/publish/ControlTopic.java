package org.deftstream.trainer.publish;

import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.deftstream.deft.UserError;
import org.deftstream.schemas.avro.AdapterControl;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads the desired state of every task. Stateless and thread-safe. */
public final class ControlTopic {
  private static final Logger LOG = LoggerFactory.getLogger(ControlTopic.class);

  private ControlTopic() {}

  /**
   * The last committed record of each task that is not retired. Records that cannot be read are
   * passed over, and logged.
   *
   * @return control records by task
   * @throws UserError if the topic is not there or does not answer in time
   */
  public static SortedMap<String, AdapterControl> read(PublisherSettings settings) {
    String topic = settings.topics().adapters();
    try (var consumer =
            new KafkaConsumer<>(
                settings.consumer(), new StringDeserializer(), new ByteArrayDeserializer());
        var values = settings.serdes().deserializer(AdapterControl.class)) {
      var partitions = partitions(consumer, topic);
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      return read(consumer, values, settings);
    } catch (KafkaException e) {
      throw new UserError(
          "cannot read topic '" + topic + "' on " + settings.brokers() + ": " + e.getMessage(), e);
    }
  }

  private static SortedMap<String, AdapterControl> read(
      Consumer<String, byte[]> consumer,
      Deserializer<AdapterControl> values,
      PublisherSettings settings) {
    var states = new TreeMap<String, AdapterControl>();
    var ends = consumer.endOffsets(consumer.assignment());
    long deadline = System.nanoTime() + settings.timeout().toNanos();
    while (ends.entrySet().stream().anyMatch(e -> consumer.position(e.getKey()) < e.getValue())) {
      if (System.nanoTime() > deadline) {
        throw new UserError(
            "topic '"
                + settings.topics().adapters()
                + "' was not read to its end within "
                + settings.timeout().toSeconds()
                + " s");
      }
      for (var record : consumer.poll(java.time.Duration.ofMillis(200))) {
        apply(record, values, states);
      }
    }
    return states;
  }

  private static void apply(
      ConsumerRecord<String, byte[]> record,
      Deserializer<AdapterControl> values,
      SortedMap<String, AdapterControl> states) {
    if (record.key() == null) {
      LOG.warn("control record at offset {} has no key; passed over", record.offset());
    } else if (record.value() == null) {
      states.remove(record.key());
    } else {
      try {
        states.put(record.key(), values.deserialize(record.topic(), record.value()));
      } catch (SerializationException e) {
        LOG.warn(
            "control record of task {} at offset {} cannot be read; passed over: {}",
            record.key(),
            record.offset(),
            e.getMessage());
      }
    }
  }

  /** All partitions of a topic that must be there. */
  static List<TopicPartition> partitions(Consumer<?, ?> consumer, String topic) {
    var infos = consumer.partitionsFor(topic);
    if (infos == null || infos.isEmpty()) {
      throw new UserError(
          "topic '" + topic + "' does not exist; create it with: deftstream topics create");
    }
    return infos.stream().map(info -> new TopicPartition(topic, info.partition())).toList();
  }
}
