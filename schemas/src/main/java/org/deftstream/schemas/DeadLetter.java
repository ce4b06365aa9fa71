package org.deftstream.schemas;

import java.nio.charset.StandardCharsets;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;

/**
 * A record that could not be answered or learned from, as it goes to its dead-letter topic: key,
 * value and headers as they came, and {@link DeadLetterHeaders} that say why and where from. What
 * does not fit is left out, value first, and a header says so; the coordinates then point to it. So
 * a letter fits every topic that takes records of {@link #LEAST_LIMIT} bytes.
 *
 * @param key original key, or null
 * @param value original value, or null
 * @param headers original headers and those of the error
 */
@SuppressWarnings("ArrayRecordComponent") // Never compared.
public record DeadLetter(byte[] key, byte[] value, Headers headers) {
  /** A topic of dead letters must take records of so many bytes. */
  public static final int LEAST_LIMIT = 8 * 1024;

  /** More headers than this are no letter's: each costs its reader a hundred bytes of memory. */
  public static final int MOST_HEADERS = 1000;

  private static final int MAX_MESSAGE = 1000;

  /**
   * Where a record was read.
   *
   * @param topic source topic
   * @param partition source partition
   * @param offset source offset
   */
  public record Place(String topic, int partition, long offset) {}

  /**
   * Why it became a letter.
   *
   * @param errorClass a name that is stable enough to count by
   * @param message what was wrong and what would be right; control characters become {@code ?}, and
   *     a long one is cut
   * @param stage where it went wrong
   */
  public record Reason(String errorClass, String message, String stage) {}

  /**
   * Makes the letter of a record.
   *
   * @param key its key, or null
   * @param value its value, or null
   * @param original its headers
   * @param limit largest size of a letter in bytes, at least {@link #LEAST_LIMIT}
   */
  public static DeadLetter of(
      Place place, Reason reason, byte[] key, byte[] value, Headers original, long limit) {
    var error = headers(place, reason);
    String bytes = "value of " + (value == null ? 0 : value.length) + " bytes";
    if (hasRoom(original)) {
      var whole = new DeadLetter(key, value, joined(original, error));
      if (whole.fits(limit)) {
        return whole;
      }
      add(error, DeadLetterHeaders.OMITTED, bytes);
      var withoutValue = new DeadLetter(key, null, joined(original, error));
      if (withoutValue.fits(limit)) {
        return withoutValue;
      }
      error.remove(DeadLetterHeaders.OMITTED);
    }
    add(error, DeadLetterHeaders.OMITTED, "key, headers, and " + bytes);
    return new DeadLetter(null, null, error);
  }

  /** Makes the letter of a record that is not in its topic any more. */
  public static DeadLetter ofGone(Place place, Reason reason) {
    return gone(headers(place, reason));
  }

  /** Makes the letter of a record that is in its topic and could not be read. */
  public static DeadLetter ofUnread(Place place, Reason reason) {
    var error = headers(place, reason);
    add(error, DeadLetterHeaders.OMITTED, "key, value and headers, which were not read");
    return new DeadLetter(null, null, error);
  }

  /**
   * Makes one letter for many records that are not in their topic any more.
   *
   * @param first place of the first
   * @param last offset of the last
   */
  public static DeadLetter ofRange(Place first, long last, Reason reason) {
    var error = headers(first, reason);
    add(error, DeadLetterHeaders.LAST_OFFSET, Long.toString(last));
    return gone(error);
  }

  private static DeadLetter gone(Headers error) {
    add(error, DeadLetterHeaders.OMITTED, "key, value and headers, which are gone");
    return new DeadLetter(null, null, error);
  }

  private static Headers headers(Place place, Reason reason) {
    var error = new RecordHeaders();
    var message = PrintableText.line(reason.message(), MAX_MESSAGE);
    add(error, DeadLetterHeaders.ERROR_CLASS, reason.errorClass());
    add(error, DeadLetterHeaders.MESSAGE, message);
    add(error, DeadLetterHeaders.STAGE, reason.stage());
    add(error, DeadLetterHeaders.TOPIC, place.topic());
    add(error, DeadLetterHeaders.PARTITION, Integer.toString(place.partition()));
    add(error, DeadLetterHeaders.OFFSET, Long.toString(place.offset()));
    add(error, DeadLetterHeaders.STREAMS_EXCEPTION, reason.errorClass());
    add(error, DeadLetterHeaders.STREAMS_MESSAGE, message);
    add(error, DeadLetterHeaders.STREAMS_TOPIC, place.topic());
    add(error, DeadLetterHeaders.STREAMS_PARTITION, Integer.toString(place.partition()));
    add(error, DeadLetterHeaders.STREAMS_OFFSET, Long.toString(place.offset()));
    return error;
  }

  /**
   * Whether headers are few enough to be copied and counted.
   *
   * @param headers of a record that came from outside
   */
  public static boolean hasRoom(Headers headers) {
    int count = 0;
    for (var each = headers.iterator(); each.hasNext(); each.next()) {
      if (++count > MOST_HEADERS) {
        return false;
      }
    }
    return true;
  }

  private boolean fits(long limit) {
    return RecordSize.of(key, value, headers) <= limit;
  }

  /** A replayed record may fail again: only the last error counts. */
  private static Headers joined(Headers original, Headers error) {
    var all = new RecordHeaders();
    for (Header header : original) {
      if (!DeadLetterHeaders.tellsOfTheError(header.key())) {
        all.add(header);
      }
    }
    error.forEach(all::add);
    return all;
  }

  private static void add(Headers headers, String name, String value) {
    headers.add(name, value.getBytes(StandardCharsets.UTF_8));
  }
}
