package org.deftstream.deft.checkpoint.prior;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.deftstream.deft.UserError;

/**
 * What the user says of a checkpoint because it cannot be seen in it. A family asks for what it
 * needs; all that is missing is named at once, and an answer that was not asked for is refused. Not
 * thread-safe; for one import.
 */
public final class Answers {
  private final Map<String, Object> given = new TreeMap<>();
  private final Set<String> asked = new LinkedHashSet<>();
  private final Map<String, String> missing = new LinkedHashMap<>();

  /**
   * Adds an answer.
   *
   * @param option as it is typed, with its dashes
   * @param value null where it was not given
   */
  public Answers put(String option, Object value) {
    if (value != null) {
      given.put(option, value);
    }
    return this;
  }

  /** The answer, or what is known without; if neither, the question is noted. */
  int integer(String option, Integer known, String meaning) {
    asked.add(option);
    Object value = given.getOrDefault(option, known);
    if (value == null) {
      missing.put(option, meaning);
      return 0;
    }
    return (Integer) value;
  }

  /** As above, of numbers with a fraction, which are always known. */
  double number(String option, double known) {
    asked.add(option);
    return (Double) given.getOrDefault(option, known);
  }

  /** As above, of numbers that are not always known. */
  double number(String option, Double known, String meaning) {
    asked.add(option);
    Object value = given.getOrDefault(option, known);
    if (value == null) {
      missing.put(option, meaning);
      return 1;
    }
    return (Double) value;
  }

  /** As above, of words. */
  String word(String option, String known, Set<String> words, String meaning) {
    asked.add(option);
    Object value = given.getOrDefault(option, known);
    if (value == null) {
      missing.put(option, meaning);
      return "";
    }
    if (!words.contains(value)) {
      throw new UserError(option + " is " + value + "; understood: " + String.join(", ", words));
    }
    return (String) value;
  }

  /** Whether there is an answer. */
  boolean has(String option) {
    asked.add(option);
    return given.containsKey(option);
  }

  /**
   * Ends the questions.
   *
   * @throws UserError if one has no answer, or an answer no question
   */
  void requireAll(Family family) {
    if (!missing.isEmpty()) {
      var names = new StringBuilder();
      missing.forEach(
          (option, meaning) ->
              names
                  .append(names.isEmpty() ? "" : "; ")
                  .append(option)
                  .append(" (")
                  .append(meaning)
                  .append(')'));
      throw new UserError(
          "it is none of the known "
              + family.word()
              + " checkpoints, and cannot be told by itself: say "
              + names);
    }
    for (String option : given.keySet()) {
      if (!asked.contains(option)) {
        throw new UserError(
            option
                + " says nothing about this checkpoint of the family "
                + family.word()
                + ": it says so itself, or its kind has none");
      }
    }
  }
}
