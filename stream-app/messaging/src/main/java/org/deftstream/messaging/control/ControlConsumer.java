package org.deftstream.messaging.control;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.deftstream.deft.UserError;
import org.deftstream.deft.task.Task;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the control topic from its beginning, in no group. Used by the control thread alone, but
 * for {@link #wakeup}.
 */
public final class ControlConsumer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ControlConsumer.class);

  private final KafkaConsumer<String, byte[]> consumer;
  private final Map<TopicPartition, Long> ends;

  /** Finds the topic and the end that is to be reached first. */
  public ControlConsumer(ControlSettings settings) {
    this.consumer =
        new KafkaConsumer<>(
            settings.consumer(), new StringDeserializer(), new ByteArrayDeserializer());
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

  /** Waits for records, at most so long. Those that name no task are passed over. */
  public List<ControlRecord> poll(Duration timeout) {
    var records = new ArrayList<ControlRecord>();
    for (var record : consumer.poll(timeout)) {
      if (record.key() != null && Task.isName(record.key())) {
        records.add(new ControlRecord(record.key(), record.offset(), record.value()));
      } else {
        LOG.warn(
            "control record at offset {} has {}, expected the name of a task; passed over",
            record.offset(),
            record.key() == null ? "no key" : "a key of " + record.key().length() + " characters");
      }
    }
    return records;
  }

  /** Whether everything was read that was there when this consumer was made. */
  public boolean reachedEnd() {
    return ends.entrySet().stream().allMatch(e -> consumer.position(e.getKey()) >= e.getValue());
  }

  /** Makes a waiting {@link #poll} throw WakeupException. Callable from any thread. */
  public void wakeup() {
    consumer.wakeup();
  }

  @Override
  public void close() {
    consumer.close();
  }
}
