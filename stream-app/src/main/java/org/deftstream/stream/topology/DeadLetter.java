package org.deftstream.stream.topology;

import java.nio.charset.StandardCharsets;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.deftstream.schemas.DeadLetterHeaders;
import org.deftstream.stream.ledger.RejectedRecordException;
import org.deftstream.stream.ledger.SourceRecord;

/**
 * A record that could not be answered, as it goes to the dead-letter topic: key, value and headers
 * as they came, and {@link DeadLetterHeaders} that say why and where from. What does not fit is
 * left out, value first, and a header says so; the coordinates then point to it.
 *
 * @param key original key, or null
 * @param value original value, or null
 * @param headers original headers and those of the error
 */
@SuppressWarnings("ArrayRecordComponent") // Never compared.
record DeadLetter(byte[] key, byte[] value, Headers headers) {
  private static final int MAX_MESSAGE = 1000;

  /**
   * Makes a dead letter.
   *
   * @param topic source topic
   * @param partition source partition
   * @param offset source offset
   * @param record the record, or null if it is not in the source topic any more
   * @param reason why it was not answered
   * @param limit largest size in bytes
   */
  static DeadLetter of(
      String topic,
      int partition,
      long offset,
      SourceRecord record,
      RejectedRecordException reason,
      long limit) {
    var error = headers(topic, partition, offset, reason);
    if (record == null) {
      return gone(error);
    }
    var whole = new DeadLetter(record.key(), record.value(), joined(record.headers(), error));
    if (whole.fits(limit)) {
      return whole;
    }
    int bytes = record.value() == null ? 0 : record.value().length;
    add(error, DeadLetterHeaders.OMITTED, "value of " + bytes + " bytes");
    var withoutValue = new DeadLetter(record.key(), null, joined(record.headers(), error));
    if (withoutValue.fits(limit)) {
      return withoutValue;
    }
    error.remove(DeadLetterHeaders.OMITTED);
    add(error, DeadLetterHeaders.OMITTED, "key, headers, and value of " + bytes + " bytes");
    return new DeadLetter(null, null, error);
  }

  /**
   * Makes one dead letter for many records that are not in the source topic any more.
   *
   * @param topic source topic
   * @param partition source partition
   * @param first offset of the first
   * @param last offset of the last
   * @param reason why they were not answered
   */
  static DeadLetter ofRange(
      String topic, int partition, long first, long last, RejectedRecordException reason) {
    var error = headers(topic, partition, first, reason);
    add(error, DeadLetterHeaders.LAST_OFFSET, Long.toString(last));
    return gone(error);
  }

  private static DeadLetter gone(Headers error) {
    add(error, DeadLetterHeaders.OMITTED, "key, value and headers, which are gone");
    return new DeadLetter(null, null, error);
  }

  private static Headers headers(
      String topic, int partition, long offset, RejectedRecordException reason) {
    var error = new RecordHeaders();
    add(error, DeadLetterHeaders.ERROR_CLASS, reason.errorClass());
    add(error, DeadLetterHeaders.MESSAGE, shortened(reason.getMessage()));
    add(error, DeadLetterHeaders.STAGE, reason.stage().header());
    add(error, DeadLetterHeaders.TOPIC, topic);
    add(error, DeadLetterHeaders.PARTITION, Integer.toString(partition));
    add(error, DeadLetterHeaders.OFFSET, Long.toString(offset));
    return error;
  }

  private boolean fits(long limit) {
    return RecordSize.of(key, value, headers) <= limit;
  }

  /** A replayed record may fail again: only the last error counts. */
  private static Headers joined(Headers original, Headers error) {
    var all = new RecordHeaders();
    for (Header header : original) {
      if (!header.key().startsWith(DeadLetterHeaders.PREFIX)) {
        all.add(header);
      }
    }
    error.forEach(all::add);
    return all;
  }

  private static void add(Headers headers, String name, String value) {
    headers.add(name, value.getBytes(StandardCharsets.UTF_8));
  }

  private static String shortened(String message) {
    return message.length() <= MAX_MESSAGE ? message : message.substring(0, MAX_MESSAGE) + " ...";
  }
}
