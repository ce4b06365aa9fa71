package org.deftstream.cli;

import java.util.regex.Pattern;

/** Makes text that others wrote fit for a log: one line, without control characters, bounded. */
final class LogText {
  /** Longest message, in characters. */
  static final int LONGEST = 4_000;

  /** Control and format characters (escape codes, reversed writing), and ends of lines. */
  private static final Pattern UNPRINTABLE = Pattern.compile("[\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}]");

  private static final Pattern BREAK = Pattern.compile("\\s*\\R\\s*");

  private LogText() {}

  /** The text in one line: ends of lines become blanks, what cannot be printed a question mark. */
  static String oneLine(String text) {
    return UNPRINTABLE
        .matcher(BREAK.matcher(bounded(text).strip()).replaceAll(" "))
        .replaceAll("?");
  }

  /** The text, cut to {@link #LONGEST} characters. */
  static String bounded(String text) {
    if (text == null) {
      return "";
    }
    return text.length() <= LONGEST
        ? text
        : text.substring(0, LONGEST) + "... (" + text.length() + " characters)";
  }
}
