package org.deftstream.messaging.deadletter;

import java.nio.charset.StandardCharsets;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.deftstream.schemas.DeadLetterHeaders;
import org.deftstream.schemas.InstructionHeaders;
import org.deftstream.schemas.ReplayHeaders;

/** Makes the measurement anew that a dead letter was. Stateless. */
final class ReplayedRecord {
  private ReplayedRecord() {}

  /**
   * The measurement: key, value and headers as they came, without those of the error, and with
   * {@link ReplayHeaders}.
   *
   * @param topic the topic of measurements
   * @param partitions its number of partitions; the record goes where it came from, if it can
   * @param keepDeadline whether the header {@code deft.deadline} stays
   */
  static ProducerRecord<byte[], byte[]> of(
      ReceivedDeadLetter letter, String topic, int partitions, boolean keepDeadline) {
    var headers = new RecordHeaders();
    for (Header header : letter.record().headers()) {
      boolean ours =
          DeadLetterHeaders.tellsOfTheError(header.key())
              || header.key().equals(ReplayHeaders.COUNT)
              || header.key().equals(ReplayHeaders.LETTER)
              || (header.key().equals(InstructionHeaders.DEADLINE) && !keepDeadline);
      if (!ours) {
        headers.add(header);
      }
    }
    add(headers, ReplayHeaders.COUNT, Integer.toString(letter.replays() + 1));
    add(headers, ReplayHeaders.LETTER, letter.record().topic() + "-" + letter.place());
    if (headers.lastHeader(ReplayHeaders.ORIGIN) == null) {
      add(headers, ReplayHeaders.ORIGIN, letter.source());
    }
    Integer partition =
        letter.sourcePartition().filter(each -> each >= 0 && each < partitions).orElse(null);
    return new ProducerRecord<>(
        topic, partition, letter.record().key(), letter.record().value(), headers);
  }

  private static void add(RecordHeaders headers, String name, String value) {
    headers.add(name, value.getBytes(StandardCharsets.UTF_8));
  }
}
