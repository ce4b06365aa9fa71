package org.deftstream.trainer.pairs;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeader;

/**
 * "Refresh this task now", as a record among the pairs: key is the task, no value, and a header. It
 * comes after the pairs that were sent before it on its partition, needs no topic of its own, and
 * is remembered by the topic until a refresh has begun. Stateless and thread-safe.
 */
public final class RefreshCommand {
  /** Name of the header. */
  public static final String HEADER = "deft.command";

  /** A task's longest name in UTF-8, in bytes. */
  private static final int LONGEST_KEY = 3 * PairCheck.LONGEST_NAME;

  private static final byte[] REFRESH = "refresh".getBytes(StandardCharsets.UTF_8);

  private RefreshCommand() {}

  /** The headers of a command. */
  public static List<Header> headers() {
    return List.of(new RecordHeader(HEADER, REFRESH.clone()));
  }

  /**
   * Whether a trainer has read a command.
   *
   * @param committed what the trainer's group has noted of the command's partition, or null
   * @param topicId id of the topic as it is now
   * @param offset of the command
   */
  public static boolean isRead(OffsetAndMetadata committed, String topicId, long offset) {
    if (committed == null) {
      return false;
    }
    var mark = PairMark.of(committed);
    return mark.isOf(topicId) && mark.offset() > offset;
  }

  /** The task that a record asks to refresh; empty if the record is none of these. */
  static Optional<String> task(byte[] key, byte[] value, Headers headers) {
    Header header = headers.lastHeader(HEADER);
    if (key == null || key.length > LONGEST_KEY || value != null || header == null) {
      return Optional.empty();
    }
    return Arrays.equals(header.value(), REFRESH)
        ? Optional.of(new String(key, StandardCharsets.UTF_8))
        : Optional.empty();
  }
}
