package org.deftstream.service;

import org.apache.kafka.streams.errors.MissingSourceTopicException;

/** Whether a stream thread ended because of what has become of its topics. */
final class TopicTrouble {
  /** The tool that Kafka Streams recommends when partitions do not fit. It deletes the ledger. */
  private static final String TOOL = "StreamsResetter";

  private TopicTrouble() {}

  static boolean behind(Throwable thrown) {
    for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
      if (cause instanceof MissingSourceTopicException) {
        return true;
      }
    }
    return advisedBy(thrown);
  }

  /** Whether a text recommends the tool. */
  static boolean advisedBy(String text) {
    return text != null && text.contains(TOOL);
  }

  /** Whether an error, or what brought it about, recommends the tool. */
  static boolean advisedBy(Throwable thrown) {
    for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
      if (advisedBy(cause.getMessage())) {
        return true;
      }
    }
    return false;
  }
}
