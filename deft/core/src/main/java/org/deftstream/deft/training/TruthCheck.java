package org.deftstream.deft.training;

import java.util.Locale;
import org.deftstream.deft.operator.ForwardOperator;

/**
 * Whether a truth can be learned from: its values are an image's, and it explains its measurement.
 * The same for pairs of a folder and of a topic. Immutable.
 *
 * @param maxResidual largest residual of a truth under its own measurement, in units of the noise,
 *     above 0: a truth that explains its measurement has about 1, one that belongs to another image
 *     far more
 */
public record TruthCheck(double maxResidual) {
  /** The bound if nothing else is asked for. */
  public static final double DEFAULT_MAX_RESIDUAL = 5;

  /** Truths are in [-1, 1]; a little more is rounding, much more is another unit. */
  private static final float LARGEST_VALUE = 1.5f;

  public TruthCheck {
    if (!(maxResidual > 0)) {
      throw new IllegalArgumentException("maxResidual must be above 0, got " + maxResidual);
    }
  }

  /**
   * Checks the values of an image.
   *
   * @throws IllegalArgumentException one line, if it is in another unit
   */
  public static void requireRange(float[] truth) {
    for (float value : truth) {
      // NaN is not in the range either.
      if (!(Math.abs(value) <= LARGEST_VALUE)) {
        throw new IllegalArgumentException(
            "truth holds the value " + value + "; images have values in [-1, 1]");
      }
    }
  }

  /**
   * Checks that truth and measurement belong together and are in the units of the task.
   *
   * @param operator bound to the auxiliary inputs of the pair
   * @throws IllegalArgumentException one line that says what is wrong
   */
  public void requireConsistent(ForwardOperator operator, float[] truth, float[] measurement) {
    operator.requireInRange(measurement);
    double residual = operator.residual(truth, measurement);
    if (!(residual <= maxResidual)) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "truth and measurement do not belong together: the truth leaves a residual of %.3g"
                  + " times the noise, about 1 is right and %.3g is the bound",
              residual,
              maxResidual));
    }
  }
}
