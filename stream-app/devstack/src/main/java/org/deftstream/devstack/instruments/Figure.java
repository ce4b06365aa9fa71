package org.deftstream.devstack.instruments;

/**
 * One number by which an estimate is judged. Immutable.
 *
 * @param name the same for every method of a scan
 * @param unit empty if it has none
 * @param decimals that mean something
 * @param value the number
 * @param spread its standard deviation over the samples; not a number where none were drawn
 */
public record Figure(String name, String unit, int decimals, double value, double spread) {
  /** The part of the measurement that an estimate leaves: about 1 is what noise explains. */
  static Figure residual(double value) {
    return of("residual", "of the noise", 2, value);
  }

  static Figure of(String name, String unit, int decimals, double value) {
    return new Figure(name, unit, decimals, value, Double.NaN);
  }
}
