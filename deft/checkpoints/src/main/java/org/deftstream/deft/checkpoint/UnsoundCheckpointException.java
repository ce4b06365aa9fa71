package org.deftstream.deft.checkpoint;

/** A checkpoint that is damaged, or holds what is not read. The message is one line. */
public final class UnsoundCheckpointException extends RuntimeException {
  private static final long serialVersionUID = 1L;
  private static final int LONGEST = 60;

  UnsoundCheckpointException(String message) {
    super(message);
  }

  UnsoundCheckpointException(String message, Throwable cause) {
    super(message, cause);
  }

  /** Words of the file as they may stand in a message. */
  static String shown(Object words) {
    String line = String.valueOf(words).replaceAll("[^\\x20-\\x7e]", "?");
    return line.length() <= LONGEST ? line : line.substring(0, LONGEST - 3) + "...";
  }
}
