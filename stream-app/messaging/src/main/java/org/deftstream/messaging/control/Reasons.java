package org.deftstream.messaging.control;

/** What a failure says, in one line. Stateless. */
public final class Reasons {
  private static final int LONGEST = 500;

  private Reasons() {}

  /** The message and, where they say more, those of its causes. */
  public static String of(Throwable thrown) {
    var text = new StringBuilder();
    for (var cause = thrown; cause != null; cause = cause.getCause()) {
      String message = cause.getMessage() == null ? cause.toString() : cause.getMessage();
      if (text.indexOf(message) < 0) {
        text.append(text.isEmpty() ? "" : ": ").append(message);
      }
    }
    String line = text.toString().strip().replaceAll("\\s*\\R\\s*", " ");
    return line.length() <= LONGEST ? line : line.substring(0, LONGEST) + "...";
  }
}
