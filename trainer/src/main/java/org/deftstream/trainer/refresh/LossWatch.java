package org.deftstream.trainer.refresh;

import java.util.Locale;
import org.deftstream.deft.training.TrainingDivergedException;
import org.deftstream.deft.training.TrainingRun;

/** Ends a training whose loss runs away. Not thread-safe. */
final class LossWatch implements RefreshListener {
  /** A smoothed loss that is so many times the lowest one has run away. */
  private static final double RUNAWAY = 10;

  /** The first steps of a fresh network say nothing. */
  private static final long BEGINNING = 200;

  private final RefreshListener next;
  private double lowest = Double.POSITIVE_INFINITY;
  private long lowestAt = -1;

  /**
   * A watch.
   *
   * @param next told everything as well
   */
  LossWatch(RefreshListener next) {
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
    if (lowestAt < 0 || loss < lowest) {
      lowest = loss;
      lowestAt = step;
    }
    next.stepped(step, progress, loss, elapsedMinutes);
  }

  @Override
  public void checkpointed(TrainingRun run) {
    next.checkpointed(run);
  }

  @Override
  public void training(String name) {
    next.training(name);
  }

  @Override
  public void validated(long step, ValidationLoss.Measured loss) {
    next.validated(step, loss);
  }

  @Override
  public boolean enough() {
    return next.enough();
  }
}
