package org.deftstream.trainer.pairs;

/**
 * What stands at a place of the topic takes more memory than there is. Nothing bounds what a
 * consumer unpacks, so the process ends rather than live without reading; the message is one line
 * that names the place and says how to pass it by.
 */
public final class UnreadablePairException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  UnreadablePairException(String message, OutOfMemoryError cause) {
    super(message, cause);
  }
}
