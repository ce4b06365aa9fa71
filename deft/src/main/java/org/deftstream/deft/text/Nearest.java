package org.deftstream.deft.text;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;
import java.util.TreeSet;

/** Finds the known name that someone most likely meant. Stateless and thread-safe. */
public final class Nearest {
  private Nearest() {}

  /**
   * The known name with the smallest edit distance, if it is close enough to be a slip: at most a
   * third of the longer name's letters, and two in short names.
   */
  public static Optional<String> of(String name, Collection<String> known) {
    return new TreeSet<>(known)
        .stream()
            .min(Comparator.comparingInt(candidate -> distance(fold(name), fold(candidate))))
            .filter(
                best ->
                    distance(fold(name), fold(best))
                        <= Math.max(2, Math.max(name.length(), best.length()) / 3));
  }

  /**
   * The end of an error message about an unknown name: {@code ; did you mean 'steps'? Known: grid,
   * steps}. Lists the known names in order, and the suggestion only where one is close.
   */
  public static String hint(String name, Collection<String> known) {
    String listed = known.isEmpty() ? "none" : String.join(", ", new TreeSet<>(known));
    return of(name, known).map(best -> "; did you mean '" + best + "'?").orElse(";")
        + " Known: "
        + listed;
  }

  /**
   * The Levenshtein distance: the least number of insertions, deletions and substitutions that turn
   * one text into the other.
   */
  public static int distance(String a, String b) {
    var previous = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      previous[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      var current = new int[b.length() + 1];
      current[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int substitution = previous[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        current[j] = Math.min(substitution, 1 + Math.min(previous[j], current[j - 1]));
      }
      previous = current;
    }
    return previous[b.length()];
  }

  private static String fold(String name) {
    return name.toLowerCase(Locale.ROOT);
  }
}
