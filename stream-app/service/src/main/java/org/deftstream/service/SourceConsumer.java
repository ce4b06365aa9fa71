package org.deftstream.service;

import java.time.Duration;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.deftstream.service.ledger.BrokenServiceException;
import org.deftstream.service.ledger.SkippedOffsets;

/**
 * The consumer of a stream thread. No setting bounds what a batch unpacks to, so one record can
 * take more than the heap; it is read before any code of ours sees it. Then the instance must stop,
 * and say where it stood; and what an operator had passed over is not read.
 */
final class SourceConsumer extends KafkaConsumer<byte[], byte[]> {
  private static final Duration POSITION = Duration.ofSeconds(1);

  private final String topic;
  private final SkippedOffsets skipped;
  private final RunHistory history;
  private final StreamPulse pulse;
  private final UnreadableRecord unreadable;

  SourceConsumer(
      Map<String, Object> config,
      String topic,
      SkippedOffsets skipped,
      RunHistory history,
      StreamPulse pulse,
      UnreadableRecord unreadable) {
    super(config, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    this.topic = topic;
    this.skipped = skipped;
    this.history = history;
    this.pulse = pulse;
    this.unreadable = unreadable;
  }

  @Override
  public ConsumerRecords<byte[], byte[]> poll(Duration timeout) {
    history.rewind(this);
    passOver();
    try {
      var polled = super.poll(timeout);
      pulse.polled();
      return polled;
    } catch (Error e) {
      throw new BrokenServiceException(described(e), e);
    }
  }

  private void passOver() {
    var paused = paused();
    for (TopicPartition each : assignment()) {
      if (!each.topic().equals(topic)
          || paused.contains(each)
          || skipped.of(each.partition()).isEmpty()) {
        continue;
      }
      try {
        long position = position(each, POSITION);
        long next = skipped.next(each.partition(), position);
        if (next > position) {
          seek(each, next);
        }
      } catch (TimeoutException e) {
        // Without a position nothing is read either.
      }
    }
  }

  private String described(Error thrown) {
    var positions =
        assignment().stream()
            .filter(each -> each.topic().equals(topic))
            .collect(Collectors.toMap(each -> each, each -> position(each, POSITION)));
    for (var each : positions.entrySet()) {
      var offset = unreadable.find(each.getKey(), each.getValue());
      if (offset.isPresent()) {
        return "%s at offset %d cannot be read: %s; give the process more memory, or pass over this record with: deftstream dlq skip %s %d %d"
            .formatted(
                each.getKey(),
                offset.getAsLong(),
                thrown,
                topic,
                each.getKey().partition(),
                offset.getAsLong());
      }
    }
    return "reading %s failed: %s; no record there is too large alone, so the process needs more memory"
        .formatted(
            positions.entrySet().stream()
                .map(each -> each.getKey() + " from offset " + each.getValue())
                .sorted()
                .collect(Collectors.joining(", ")),
            thrown);
  }
}
