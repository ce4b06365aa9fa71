package org.deftstream.stream.control;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.deftstream.deft.UserError;
import org.deftstream.schemas.avro.AdapterControl;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the control topic from its beginning, in no group. Used by the control thread alone, but
 * for {@link #wakeup}.
 */
final class ControlConsumer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ControlConsumer.class);

  /**
   * What a record asks for.
   *
   * @param task the record's key
   * @param state the desired state; empty retires the task
   * @param error why the record cannot be read, if so; {@code state} is then empty
   */
  record Request(String task, Optional<AdapterControl> state, Optional<String> error) {}

  private final KafkaConsumer<String, byte[]> consumer;
  private final Deserializer<AdapterControl> values;
  private final Map<TopicPartition, Long> ends;

  /** Finds the topic and the end that is to be reached first. */
  ControlConsumer(ControlSettings settings) {
    this.consumer =
        new KafkaConsumer<>(
            settings.consumer(), new StringDeserializer(), new ByteArrayDeserializer());
    this.values = settings.serdes().deserializer(AdapterControl.class);
    try {
      var partitions = partitions(consumer, settings.topics().adapters());
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      this.ends = consumer.endOffsets(partitions);
    } catch (RuntimeException e) {
      close();
      throw e;
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

  /** Waits for requests, at most so long. */
  List<Request> poll(Duration timeout) {
    var requests = new ArrayList<Request>();
    for (var record : consumer.poll(timeout)) {
      if (record.key() == null) {
        LOG.warn("control record at offset {} has no key; passed over", record.offset());
      } else {
        requests.add(decode(record));
      }
    }
    return requests;
  }

  /** Whether everything was read that was there when this consumer was made. */
  boolean reachedEnd() {
    return ends.entrySet().stream().allMatch(e -> consumer.position(e.getKey()) >= e.getValue());
  }

  private Request decode(ConsumerRecord<String, byte[]> record) {
    if (record.value() == null) {
      return new Request(record.key(), Optional.empty(), Optional.empty());
    }
    String where = "control record at offset " + record.offset();
    try {
      var state = values.deserialize(record.topic(), record.value());
      if (!state.getTask().equals(record.key())) {
        String error =
            where
                + " has the key "
                + record.key()
                + " and names task "
                + state.getTask()
                + "; both must be the same";
        return new Request(record.key(), Optional.empty(), Optional.of(error));
      }
      return new Request(record.key(), Optional.of(state), Optional.empty());
    } catch (SerializationException e) {
      String error = where + " cannot be read: " + e.getMessage();
      return new Request(record.key(), Optional.empty(), Optional.of(error));
    }
  }

  /** Makes a waiting {@link #poll} throw WakeupException. Callable from any thread. */
  void wakeup() {
    consumer.wakeup();
  }

  @Override
  public void close() {
    consumer.close();
    values.close();
  }
}
