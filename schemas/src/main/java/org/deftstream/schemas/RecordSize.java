package org.deftstream.schemas;

import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;

/**
 * An upper bound of what one record takes in a request, computed before it is sent: a record that
 * the producer finds too large puts its transaction into a state from which there is no way out.
 * Stateless.
 */
public final class RecordSize {
  /** Batch header (61 bytes), record header (at most 21 bytes), with some to spare. */
  private static final int OVERHEAD = 128;

  /** Lengths of a header's key and value, as varints. */
  private static final int HEADER_OVERHEAD = 10;

  /** A character in UTF-8. */
  private static final int CHARACTER = 3;

  private RecordSize() {}

  /**
   * The bound in bytes.
   *
   * @param key may be null
   * @param value may be null
   */
  public static long of(byte[] key, byte[] value, Headers headers) {
    long bytes = OVERHEAD + length(key) + length(value);
    for (Header header : headers) {
      bytes += HEADER_OVERHEAD + (long) CHARACTER * header.key().length() + length(header.value());
    }
    return bytes;
  }

  private static long length(byte[] bytes) {
    return bytes == null ? 0 : bytes.length;
  }
}
