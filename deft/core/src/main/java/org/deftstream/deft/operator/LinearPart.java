package org.deftstream.deft.operator;

/**
 * The normal equations of a linear or affine operator and one measurement, {@code A^T W A} and
 * {@code A^T W (y - A x)}, W being what each value counts ({@link ForwardOperator#weights}).
 * Immutable and thread-safe.
 */
public final class LinearPart {
  private static final int POWER_ITERATIONS = 12;

  /** What the power iterations may have missed of the largest eigenvalue. */
  private static final double MARGIN = 1.1;

  private final ForwardOperator operator;
  private final float[] weights;

  /** What nothing measures: not 0 where the operator is affine. */
  private final float[] zero;

  private LinearPart(ForwardOperator operator, float[] weights, float[] zero) {
    this.operator = operator;
    this.weights = weights;
    this.zero = zero;
  }

  /**
   * Of an operator that is bound to a record.
   *
   * @throws IllegalArgumentException if the operator is not linear
   */
  public static LinearPart of(ForwardOperator operator, float[] measurement) {
    if (!operator.linear()) {
      throw new IllegalArgumentException(
          "the normal equations are those of a linear operator, not of " + operator.kind());
    }
    return new LinearPart(
        operator,
        operator.weights(measurement),
        operator.measure(new float[operator.imageShape().size()]));
  }

  /** {@code A^T W A direction}, a new array. */
  public float[] normal(float[] direction) {
    float[] measured = operator.measure(direction);
    for (int i = 0; i < measured.length; i++) {
      measured[i] -= zero[i];
    }
    return operator.adjoint(weighted(measured));
  }

  /** {@code A^T W (y - A x)}, a new array. */
  public float[] uphill(float[] x, float[] measurement) {
    return operator.adjoint(weighted(operator.unexplained(x, measurement)));
  }

  /**
   * A bound of the largest eigenvalue of {@code A^T W A}, by power iterations and a tenth for what
   * they miss.
   *
   * @throws IllegalArgumentException if the operator measures nothing
   */
  public double steepest() {
    var direction = new float[operator.imageShape().size()];
    for (int i = 0; i < direction.length; i++) {
      direction[i] = (float) (1 + 0.5 * Math.sin(1.7 * i));
    }
    double value = 0;
    for (int i = 0; i < POWER_ITERATIONS; i++) {
      double length = norm(direction);
      for (int j = 0; j < direction.length; j++) {
        direction[j] /= (float) length;
      }
      direction = normal(direction);
      value = norm(direction);
      if (!(value > 0)) {
        throw new IllegalArgumentException(operator.kind() + " measures nothing");
      }
    }
    return MARGIN * value;
  }

  private float[] weighted(float[] values) {
    if (weights != null) {
      for (int i = 0; i < values.length; i++) {
        values[i] *= weights[i];
      }
    }
    return values;
  }

  private static double norm(float[] values) {
    double sum = 0;
    for (float value : values) {
      sum += (double) value * value;
    }
    return Math.sqrt(sum);
  }
}
