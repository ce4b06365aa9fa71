package org.deftstream.messaging.deadletter;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.deftstream.schemas.DeadLetterHeaders;
import org.deftstream.schemas.ReplayHeaders;

/**
 * A dead letter as it lies on its topic. What its headers say is text that a producer may have
 * forged, and is treated so. Immutable.
 *
 * @param record the record
 */
public record ReceivedDeadLetter(ConsumerRecord<byte[], byte[]> record) {
  /** Where it lies: {@code 0@17}. */
  public String place() {
    return record.partition() + "@" + record.offset();
  }

  /** Class of the error, a short name. */
  public String reason() {
    return text(DeadLetterHeaders.ERROR_CLASS).orElse("unknown");
  }

  /** What was wrong, in a sentence. */
  public String message() {
    return text(DeadLetterHeaders.MESSAGE).orElse("");
  }

  /** Where it went wrong. */
  public String stage() {
    return text(DeadLetterHeaders.STAGE).orElse("unknown");
  }

  /** Where the measurement was read from: {@code measurements-0@1200}. */
  public String source() {
    return text(DeadLetterHeaders.TOPIC).orElse("unknown")
        + "-"
        + text(DeadLetterHeaders.PARTITION).orElse("?")
        + "@"
        + text(DeadLetterHeaders.OFFSET).orElse("?");
  }

  /** Partition that the measurement was read from, if that is stated. */
  public Optional<Integer> sourcePartition() {
    return text(DeadLetterHeaders.PARTITION).flatMap(ReceivedDeadLetter::number);
  }

  /** What the service left out because it did not fit the topic. */
  public Optional<String> omitted() {
    return text(DeadLetterHeaders.OMITTED);
  }

  /** How often the measurement was replayed before; 0 if what is stated is no count. */
  public int replays() {
    return text(ReplayHeaders.COUNT)
        .flatMap(ReceivedDeadLetter::number)
        .map(n -> Math.max(0, n))
        .orElse(0);
  }

  /** Text of the last header with a name. */
  public Optional<String> text(String name) {
    Header header = record.headers().lastHeader(name);
    return header == null || header.value() == null
        ? Optional.empty()
        : Optional.of(new String(header.value(), StandardCharsets.UTF_8));
  }

  private static Optional<Integer> number(String text) {
    try {
      return Optional.of(Integer.parseInt(text));
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }
}
