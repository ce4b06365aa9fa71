package org.deftstream.trainer.gate;

import java.util.Arrays;

/**
 * The residuals that an adapter had on validation data, with room on both sides: outside of it the
 * service's guard takes a canary's answer for wrong.
 *
 * @param low lower end, in units of the noise
 * @param high upper end, in units of the noise
 */
public record ResidualRange(double low, double high) {
  /** How a range follows from residuals, in words. */
  public static final String RULE = "from the least / 1.5 to the most * 1.5";

  /** Validation has seen few records, and service will see many. */
  private static final double ROOM = 1.5;

  /**
   * The range of some residuals.
   *
   * @param residuals at least one, all finite
   */
  public static ResidualRange of(double[] residuals) {
    double least = Arrays.stream(residuals).min().orElseThrow();
    double most = Arrays.stream(residuals).max().orElseThrow();
    return new ResidualRange(least / ROOM, most * ROOM);
  }
}
