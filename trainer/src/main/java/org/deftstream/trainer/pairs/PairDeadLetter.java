package org.deftstream.trainer.pairs;

import java.nio.charset.StandardCharsets;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.deftstream.schemas.DeadLetterHeaders;

/** A pair that was rejected: its bytes as they came, and why. Stateless. */
final class PairDeadLetter {
  private static final int MAX_MESSAGE = 1000;

  private PairDeadLetter() {}

  static ProducerRecord<byte[], byte[]> of(
      ConsumerRecord<byte[], byte[]> record, PairRejectedException reason, String topic) {
    var headers = new RecordHeaders();
    for (Header header : record.headers()) {
      if (!header.key().startsWith(DeadLetterHeaders.PREFIX)) {
        headers.add(header);
      }
    }
    String message = reason.getMessage();
    add(headers, DeadLetterHeaders.ERROR_CLASS, reason.errorClass());
    add(
        headers,
        DeadLetterHeaders.MESSAGE,
        message.length() <= MAX_MESSAGE ? message : message.substring(0, MAX_MESSAGE) + " ...");
    add(headers, DeadLetterHeaders.STAGE, reason.stage().header());
    add(headers, DeadLetterHeaders.TOPIC, record.topic());
    add(headers, DeadLetterHeaders.PARTITION, Integer.toString(record.partition()));
    add(headers, DeadLetterHeaders.OFFSET, Long.toString(record.offset()));
    return new ProducerRecord<>(topic, null, record.key(), record.value(), headers);
  }

  private static void add(RecordHeaders headers, String name, String value) {
    headers.add(name, value.getBytes(StandardCharsets.UTF_8));
  }
}
