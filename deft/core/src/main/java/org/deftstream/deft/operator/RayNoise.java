package org.deftstream.deft.operator;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.random.RandomGenerator;

/** The noise of a detector's rays. Immutable and thread-safe. */
public interface RayNoise {
  /** Standard deviation, or the effective one where rays differ, in units of the measurement. */
  double sigma();

  /** Makes a noisy measurement of an exact one, in place. */
  void disturb(float[] exact, RandomGenerator random);

  /**
   * For each ray {@link #sigma} squared over the variance of that ray, as far as the measurement
   * tells; null where all rays are alike, so that nobody multiplies by 1.
   */
  float[] weights(float[] measurement);

  /**
   * What measurements can be, given what exact ones can: more where noise is not a matter of {@link
   * #sigma} alone.
   */
  MeasurementRange reach(MeasurementRange exact);

  /** The field {@code noise} of a specification. */
  ObjectNode json();
}
