package org.deftstream.trainer.refresh;

import java.util.Locale;
import org.deftstream.deft.training.TrainingDivergedException;
import org.deftstream.deft.training.TrainingRun;

/**
 * Ends a training early: one whose loss runs away with an exception, one whose loss has come to
 * rest in good order. Not thread-safe.
 */
final class LossWatch implements TrainingRun.Listener {
  /** A smoothed loss that is so many times the lowest one has run away. */
  private static final double RUNAWAY = 10;

  /** The first steps of a fresh network say nothing. */
  private static final long BEGINNING = 200;

  /** An improvement by less than this part is none. */
  private static final double IMPROVEMENT = 0.002;

  private final long patience;
  private final TrainingRun.Listener next;
  private double lowest = Double.POSITIVE_INFINITY;
  private long lowestAt = -1;
  private long last;

  /**
   * A watch.
   *
   * @param patience so many steps without a lower loss are enough; 0 never
   * @param next told everything as well
   */
  LossWatch(long patience, TrainingRun.Listener next) {
    this.patience = patience;
    this.next = next;
  }

  @Override
  public void stepped(long step, double progress, double loss, double elapsedMinutes) {
    if (step > BEGINNING && loss > RUNAWAY * lowest) {
      throw new TrainingDivergedException(
          String.format(
              Locale.ROOT,
              "training diverged at step %d: the loss is %.4g after %.4g at step %d",
              step,
              loss,
              lowest,
              lowestAt));
    }
    if (lowestAt < 0 || loss < lowest * (1 - IMPROVEMENT)) {
      lowest = loss;
      lowestAt = step;
    }
    last = step;
    next.stepped(step, progress, loss, elapsedMinutes);
  }

  @Override
  public void checkpointed(TrainingRun run) {
    next.checkpointed(run);
  }

  @Override
  public boolean enough() {
    return (patience > 0 && lowestAt >= 0 && last - lowestAt >= patience) || next.enough();
  }
}
