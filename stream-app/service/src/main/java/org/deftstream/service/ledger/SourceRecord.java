package org.deftstream.service.ledger;

import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.deftstream.schemas.DeadLetter;
import org.deftstream.service.ledger.RejectedRecordException.Stage;

/**
 * One record of the source topic as it came, undecoded. Arrays and headers are shared, not copied;
 * nobody changes them.
 *
 * @param topic the source topic
 * @param partition the source partition
 * @param offset the record's offset
 * @param timestamp the record's timestamp in milliseconds since the epoch; the time of its reading
 *     if it came without one, which Kafka writes as a negative number and refuses to write again
 * @param key original bytes, or null
 * @param value original bytes, or null
 * @param headers original headers; none if there were more than {@link #MAX_HEADERS}
 * @param headerCount how many headers the record came with
 */
@SuppressWarnings("ArrayRecordComponent") // Identity is by coordinates; nothing compares records.
public record SourceRecord(
    String topic,
    int partition,
    long offset,
    long timestamp,
    byte[] key,
    byte[] value,
    Headers headers,
    int headerCount) {

  /** More headers are not kept: an empty one takes a byte of the log, and a hundred of the heap. */
  public static final int MAX_HEADERS = DeadLetter.MOST_HEADERS;

  /** What a header costs on the heap besides the bytes of its name and value. */
  private static final int HEADER_BYTES = 100;

  /** Gives a record without a time one, and lets go of headers that nobody can mean. */
  public SourceRecord {
    timestamp = timestamp < 0 ? System.currentTimeMillis() : timestamp;
    headers = headerCount > MAX_HEADERS ? new RecordHeaders() : headers;
  }

  /** A record with as many headers as there are. */
  public SourceRecord(
      String topic,
      int partition,
      long offset,
      long timestamp,
      byte[] key,
      byte[] value,
      Headers headers) {
    this(topic, partition, offset, timestamp, key, value, headers, headers.toArray().length);
  }

  /** The same record, as a consumer returned it. */
  public static SourceRecord of(ConsumerRecord<byte[], byte[]> read) {
    return new SourceRecord(
        read.topic(),
        read.partition(),
        read.offset(),
        read.timestamp(),
        read.key(),
        read.value(),
        read.headers());
  }

  /** Why the record is not worked on at all, if so. */
  Optional<RejectedRecordException> refusal() {
    return headerCount <= MAX_HEADERS
        ? Optional.empty()
        : Optional.of(
            new RejectedRecordException(
                Stage.ADMIT,
                "TooManyHeaders",
                "the record has %d headers, but at most %d are taken; they are left out here"
                    .formatted(headerCount, MAX_HEADERS)));
  }

  /** About what key, value and headers take on the heap, in bytes. */
  public long bytes() {
    long bytes = length(key) + length(value);
    for (Header header : headers) {
      bytes += HEADER_BYTES + header.key().length() + length(header.value());
    }
    return bytes;
  }

  /** Where the record stands, for messages: {@code measurements-3@1200}. */
  public String coordinates() {
    return topic + "-" + partition + "@" + offset;
  }

  private static long length(byte[] bytes) {
    return bytes == null ? 0 : bytes.length;
  }
}
