package org.deftstream.cli;

import java.util.Map;
import java.util.Optional;

/**
 * The place of a measurement in the file that it came from. It goes along with the record and comes
 * back with the answer, whose file gets its name.
 *
 * @param file name of the file, with slashes between directories
 * @param format name of its format
 * @param slice which of its samples, from 0
 * @param slices how many there are
 */
public record Source(String file, String format, int slice, int slices) {
  private static final int MOST_SLICES = 1 << 20;
  private static final int LONGEST = 1024;
  private static final String FILE = "file";
  private static final String FORMAT = "format";
  private static final String SLICE = "slice";
  private static final String SLICES = "slices";

  /** What is sent along with the record. */
  public Map<String, String> identifiers() {
    return Map.of(FILE, file, FORMAT, format, SLICE, "" + slice, SLICES, "" + slices);
  }

  /**
   * What identifiers say. Whoever can write to a topic can say anything, so a name that is no plain
   * relative path is none.
   */
  static Optional<Source> of(Map<String, String> identifiers) {
    String file = identifiers.getOrDefault(FILE, "");
    int slice = number(identifiers.get(SLICE));
    int slices = number(identifiers.get(SLICES));
    return isPlain(file) && slice >= 0 && slice < slices && slices <= MOST_SLICES
        ? Optional.of(new Source(file, identifiers.getOrDefault(FORMAT, ""), slice, slices))
        : Optional.empty();
  }

  private static boolean isPlain(String file) {
    if (file.isBlank() || file.length() > LONGEST || file.matches(".*[\\p{Cntrl}\\\\:].*")) {
      return false;
    }
    for (String part : file.split("/", -1)) {
      if (part.isBlank() || part.startsWith(".") || part.length() > 200) {
        return false;
      }
    }
    return true;
  }

  private static int number(String text) {
    return text != null && text.matches("\\d{1,7}") ? Integer.parseInt(text) : -1;
  }

  /** For messages: the file, and the slice if there are several. */
  @Override
  public String toString() {
    return slices == 1 ? file : file + ", slice " + slice;
  }
}
