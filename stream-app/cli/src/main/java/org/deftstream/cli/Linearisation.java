package org.deftstream.cli;

import java.util.Arrays;
import org.deftstream.deft.UserError;

/**
 * A polynomial without constant that turns what an instrument measured into what a linear operator
 * measures, as beam hardening needs it: {@code y = c1 m + c2 m^2 + ...}. Immutable and thread-safe.
 */
final class Linearisation {
  private static final int MOST_TERMS = 8;

  private final double[] coefficients;

  private Linearisation(double[] coefficients) {
    this.coefficients = coefficients;
  }

  /**
   * Reads {@code C1,C2,...}.
   *
   * @throws UserError if these are no numbers, or too many
   */
  static Linearisation of(String text) {
    double[] coefficients;
    try {
      coefficients = Arrays.stream(text.split(",", -1)).mapToDouble(Double::parseDouble).toArray();
    } catch (NumberFormatException e) {
      coefficients = new double[0];
    }
    boolean finite = Arrays.stream(coefficients).allMatch(Double::isFinite);
    if (coefficients.length == 0 || coefficients.length > MOST_TERMS || !finite) {
      throw new UserError(
          "--linearise takes 1 to %d numbers, C1,C2,..., got %s".formatted(MOST_TERMS, text));
    }
    return new Linearisation(coefficients);
  }

  /** New values, one for each. */
  float[] of(float[] measured) {
    var values = new float[measured.length];
    for (int i = 0; i < values.length; i++) {
      double sum = 0;
      for (int term = coefficients.length - 1; term >= 0; term--) {
        sum = (sum + coefficients[term]) * measured[i];
      }
      values[i] = (float) sum;
    }
    return values;
  }
}
