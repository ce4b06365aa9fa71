package org.deftstream.deft.evaluation;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.deftstream.deft.operator.ForwardOperator;

/**
 * What really measures. Immutable.
 *
 * @param operator its physics
 * @param jitterDegrees standard deviation of the error of each view's angle
 * @param insertion what lies in every image
 */
record Instrument(ForwardOperator operator, double jitterDegrees, Optional<Insertion> insertion) {
  private static final String ANGLES = "angles";
  private static final String RANGE = "angleRangeDegrees";

  /** An instrument that does what its operator says. */
  static Instrument plain(ForwardOperator operator) {
    return new Instrument(operator, 0, Optional.empty());
  }

  /** Whether views have angles that a record may state. */
  static boolean hasAngles(ForwardOperator operator) {
    return operator.optionalShapes().containsKey(ANGLES) && operator.spec().has(RANGE);
  }

  /** Whether it measures other than the operator says by itself. */
  boolean disturbed() {
    return jitterDegrees > 0 || insertion.isPresent();
  }

  /**
   * The operator of one record.
   *
   * @param auxiliary what the record says
   * @param random draws how far its angles are off
   */
  ForwardOperator measuring(Map<String, float[]> auxiliary, RandomGenerator random) {
    if (jitterDegrees == 0) {
      return operator.bind(auxiliary);
    }
    var angles = new float[operator.optionalShapes().get(ANGLES)[0]];
    double step = operator.spec().get(RANGE).doubleValue() / angles.length;
    for (int view = 0; view < angles.length; view++) {
      angles[view] = (float) (view * step + jitterDegrees * random.nextGaussian());
    }
    var own = new HashMap<>(auxiliary);
    own.put(ANGLES, angles);
    return operator.bind(own);
  }
}
