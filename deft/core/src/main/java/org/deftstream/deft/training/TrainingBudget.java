package org.deftstream.deft.training;

/**
 * How long to train: until the steps or the minutes are used up, whichever comes first. The
 * learning rate follows the same progress, so a run that is cut short by time still ends at rate
 * zero.
 *
 * @param steps positive
 * @param minutes of computing time, positive; infinite for no limit
 */
public record TrainingBudget(long steps, double minutes) {
  public TrainingBudget {
    if (steps < 1 || !(minutes > 0)) {
      throw new IllegalArgumentException("steps and minutes must be positive");
    }
  }

  /** The part of the budget that is used, 0 to 1. */
  public double progress(long step, double elapsedMinutes) {
    return Math.min(1, Math.max((double) step / steps, elapsedMinutes / minutes));
  }
}
