package org.deftstream.stream.ledger;

import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;

/**
 * One record of the source topic as it came, undecoded. Arrays and headers are shared, not copied;
 * nobody changes them.
 *
 * @param topic the source topic
 * @param partition the source partition
 * @param offset the record's offset
 * @param timestamp the record's timestamp in milliseconds since the epoch
 * @param key original bytes, or null
 * @param value original bytes, or null
 * @param headers original headers
 */
@SuppressWarnings("ArrayRecordComponent") // Identity is by coordinates; nothing compares records.
public record SourceRecord(
    String topic,
    int partition,
    long offset,
    long timestamp,
    byte[] key,
    byte[] value,
    Headers headers) {

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

  /** Bytes of key, value and headers. */
  public long bytes() {
    long bytes = length(key) + length(value);
    for (Header header : headers) {
      bytes += header.key().length() + length(header.value());
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
