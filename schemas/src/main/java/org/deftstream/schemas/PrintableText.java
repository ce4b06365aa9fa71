package org.deftstream.schemas;

/**
 * Text that came from outside, fit for a log, a terminal and a header: one line of a bounded
 * length, without characters that steer what shows it. Stateless.
 */
public final class PrintableText {
  private static final String CUT = " ...";

  private PrintableText() {}

  /**
   * One line.
   *
   * @param text any text, or null
   * @param most longest result in characters, without the mark of a cut
   * @return the text; control and format characters (line ends, escapes, changes of direction),
   *     separators of lines and halves of characters are {@code ?}; {@code " ..."} ends a text that
   *     was cut
   */
  public static String line(String text, int most) {
    if (text == null) {
      return "null";
    }
    var line = new StringBuilder(Math.min(text.length(), most) + CUT.length());
    int at = 0;
    while (at < text.length()) {
      int character = text.codePointAt(at);
      int length = Character.charCount(character);
      if (line.length() + length > most) {
        return line.append(CUT).toString();
      }
      line.appendCodePoint(steers(character) ? '?' : character);
      at += length;
    }
    return line.toString();
  }

  private static boolean steers(int character) {
    return switch (Character.getType(character)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          true;
      default -> false;
    };
  }
}
