package org.deftstream.schemas;

/**
 * Names of the headers that a dead letter carries besides those of the original record. All values
 * are UTF-8 text; numbers are decimal.
 *
 * <p>A dead letter's key, value and other headers are the bytes of the original record, unchanged,
 * as far as they fit the topic.
 */
public final class DeadLetterHeaders {
  /** Common prefix: whoever replays a dead letter removes what {@link #tellsOfTheError}. */
  public static final String PREFIX = "deft.error.";

  /** Simple class name of the error, stable enough to count by. */
  public static final String ERROR_CLASS = PREFIX + "class";

  /** What was wrong, and what would be right, in one sentence for a person. */
  public static final String MESSAGE = PREFIX + "message";

  /** Where it went wrong: decode, validate, admit, compute or publish. */
  public static final String STAGE = PREFIX + "stage";

  /** Topic that the original record was read from. */
  public static final String TOPIC = PREFIX + "topic";

  /** Partition that the original record was read from. */
  public static final String PARTITION = PREFIX + "partition";

  /** Offset that the original record was read from. */
  public static final String OFFSET = PREFIX + "offset";

  /** Last offset that the letter stands for, if it stands for more than one; else absent. */
  public static final String LAST_OFFSET = PREFIX + "last.offset";

  /** What was left out because it does not fit the topic or is gone; absent if nothing was. */
  public static final String OMITTED = PREFIX + "omitted";

  /**
   * Common prefix of the headers that Kafka Streams gives its own dead letters (KIP-1034); a letter
   * carries those too, so that tools for these read ours.
   */
  static final String STREAMS_PREFIX = "__streams.errors.";

  /** As {@link #ERROR_CLASS}. */
  public static final String STREAMS_EXCEPTION = STREAMS_PREFIX + "exception";

  /** As {@link #MESSAGE}. */
  public static final String STREAMS_MESSAGE = STREAMS_PREFIX + "message";

  /** As {@link #TOPIC}. */
  public static final String STREAMS_TOPIC = STREAMS_PREFIX + "topic";

  /** As {@link #PARTITION}. */
  public static final String STREAMS_PARTITION = STREAMS_PREFIX + "partition";

  /** As {@link #OFFSET}. */
  public static final String STREAMS_OFFSET = STREAMS_PREFIX + "offset";

  private DeadLetterHeaders() {}

  /** Whether a header tells of the error, so that it is not the original record's. */
  public static boolean tellsOfTheError(String name) {
    return name.startsWith(PREFIX) || name.startsWith(STREAMS_PREFIX);
  }
}
