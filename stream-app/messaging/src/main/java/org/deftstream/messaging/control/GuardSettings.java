package org.deftstream.messaging.control;

/**
 * When the serve-time guard ends the trial of a canary. Immutable.
 *
 * @param window number of the canary's last measurements that are looked at
 * @param limit so many of them must have gone wrong; more than one, so that one odd record ends no
 *     trial. 0 switches the guard off
 * @param maxResidual largest residual that is right, in units of the noise, where the manifest's
 *     validation figures state no range
 */
public record GuardSettings(int window, int limit, double maxResidual) {
  /** Checks the ranges. */
  public GuardSettings {
    if (window < 1 || limit < 0 || limit > window) {
      throw new IllegalArgumentException(
          "the guard's limit must be from 0 to its window, got %d of %d".formatted(limit, window));
    }
    if (!(maxResidual > 0)) {
      throw new IllegalArgumentException("maxResidual must be above 0, got " + maxResidual);
    }
  }

  /** 5 of the last 50; residuals up to 10. */
  public static GuardSettings defaults() {
    return new GuardSettings(50, 5, 10);
  }
}
