package org.deftstream.deft.operator;

/**
 * One measurement with the operator of its record, and the features that stay the same at every
 * step. Immutable; computed once at admission.
 *
 * @param operator the operator, bound to the record's auxiliary inputs
 * @param measurement y, flat
 * @param conditioning {@link ForwardOperator#conditioning} of y
 */
public record BoundMeasurement(
    ForwardOperator operator, float[] measurement, float[] conditioning) {

  /**
   * Binds a measurement and computes its features.
   *
   * @throws IllegalArgumentException one line that says what does not fit, if the measurement has
   *     another size or {@link ForwardOperator#requireInRange} refuses it
   */
  public static BoundMeasurement of(ForwardOperator bound, float[] measurement) {
    bound.requireInRange(measurement);
    return new BoundMeasurement(bound, measurement, bound.conditioning(measurement));
  }
}
