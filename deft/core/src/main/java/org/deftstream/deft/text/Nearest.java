package org.deftstream.deft.text;

import java.util.Collection;
import java.util.Locale;
import java.util.Optional;
import java.util.TreeSet;

/** Finds the known name that someone most likely meant. Stateless and thread-safe. */
public final class Nearest {
  /** No name that is known here is longer. */
  private static final int LONGEST = 256;

  private Nearest() {}

  /**
   * The known name with the smallest edit distance, if it is close enough to be a slip: at most a
   * third of the longer name's letters, and two in short names. A text that is longer than names
   * are is close to none: it may come from anybody, and comparing takes time by its square.
   */
  public static Optional<String> of(String name, Collection<String> known) {
    String folded = fold(name);
    String best = null;
    int least = Integer.MAX_VALUE;
    for (String candidate : new TreeSet<>(known)) {
      int allowed = Math.max(2, Math.max(name.length(), candidate.length()) / 3);
      // No text is closer to another than their lengths are.
      if (Math.abs(name.length() - candidate.length()) <= allowed) {
        int distance = distance(folded, fold(candidate));
        if (distance <= allowed && distance < least) {
          least = distance;
          best = candidate;
        }
      }
    }
    return Optional.ofNullable(best);
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
   * one text into the other. It takes time by the product of the lengths; where a text is longer
   * than names are, the longer length is given instead, which is never less.
   */
  public static int distance(String a, String b) {
    if (a.length() > LONGEST || b.length() > LONGEST) {
      return Math.max(a.length(), b.length());
    }
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
