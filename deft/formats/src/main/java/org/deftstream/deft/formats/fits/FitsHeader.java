package org.deftstream.deft.formats.fits;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.deftstream.deft.formats.InputFile;

/** The cards of one header of a FITS file. Immutable. */
final class FitsHeader {
  static final int BLOCK = 2880;
  private static final int CARD = 80;
  private static final int MOST_AXES = 16;

  private final InputFile file;
  private final Map<String, String> cards = new HashMap<>();
  private final int end;

  /** Reads the header that begins at a byte. */
  FitsHeader(byte[] bytes, int from, InputFile file) {
    this.file = file;
    int at = from;
    while (true) {
      if (at + CARD > bytes.length) {
        throw file.problem("was cut: a header has no END");
      }
      String card = new String(bytes, at, CARD, StandardCharsets.ISO_8859_1);
      at += CARD;
      String key = card.substring(0, 8).strip();
      if (key.equals("END")) {
        break;
      }
      if (card.startsWith("= ", 8)) {
        cards.putIfAbsent(key, value(card.substring(10)));
      }
    }
    end = from + (at - from + BLOCK - 1) / BLOCK * BLOCK;
  }

  private static String value(String text) {
    String stripped = text.strip();
    if (stripped.startsWith("'")) {
      int close = stripped.indexOf('\'', 1);
      return close < 0 ? stripped : stripped.substring(1, close).strip();
    }
    int comment = stripped.indexOf('/');
    return (comment < 0 ? stripped : stripped.substring(0, comment)).strip();
  }

  /** Where its numbers begin. */
  int end() {
    return end;
  }

  String text(String key) {
    return cards.getOrDefault(key, "");
  }

  double number(String key, double otherwise) {
    String value = cards.get(key);
    if (value == null) {
      return otherwise;
    }
    try {
      double number = Double.parseDouble(value.replace('D', 'E'));
      if (Double.isFinite(number)) {
        return number;
      }
    } catch (NumberFormatException e) {
      // Told below.
    }
    throw file.problem(key + " should be a number, but is '" + value + "'");
  }

  int whole(String key, int otherwise, int least, int most) {
    double number = number(key, otherwise);
    if (number != Math.rint(number) || number < least || number > most) {
      throw file.problem(
          key + " should be a whole number of " + least + " to " + most + ", but is " + text(key));
    }
    return (int) number;
  }

  /** NAXISn, the fastest first. */
  int[] axes() {
    int[] axes = new int[whole("NAXIS", 0, 0, MOST_AXES)];
    for (int i = 0; i < axes.length; i++) {
      axes[i] = whole("NAXIS" + (i + 1), 0, 0, Integer.MAX_VALUE);
    }
    return axes;
  }

  /** Bytes of one number; BITPIX tells which kind. */
  int width() {
    int bits = whole("BITPIX", 0, -64, 64);
    if (bits != 8 && bits != 16 && bits != 32 && bits != 64 && bits != -32 && bits != -64) {
      throw file.problem("BITPIX should be 8, 16, 32, 64, -32 or -64, but is " + bits);
    }
    return Math.abs(bits) / 8;
  }

  /**
   * Bytes of the numbers behind it, without the padding; more than there can be if they overflow.
   */
  long dataBytes() {
    int[] axes = axes();
    boolean groups = text("GROUPS").equals("T") && axes.length > 0 && axes[0] == 0;
    double count = axes.length == 0 ? 0 : 1;
    for (int i = groups ? 1 : 0; i < axes.length; i++) {
      count *= axes[i];
    }
    count += whole("PCOUNT", 0, 0, Integer.MAX_VALUE);
    count *= whole("GCOUNT", 1, 0, Integer.MAX_VALUE);
    return (long) (count * width());
  }

  boolean isGroups() {
    return text("GROUPS").equals("T");
  }
}
