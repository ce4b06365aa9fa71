package org.deftstream.trainer.refresh;

import org.deftstream.deft.training.TrainingRun;

/** Sees the steps of a refresh's trainings. Called by the thread that trains. */
public interface RefreshListener extends TrainingRun.Listener {
  /**
   * A training begins, or goes on.
   *
   * @param name what it starts from: {@code warm} or {@code scratch}
   */
  default void training(String name) {}

  /** The weights of a checkpoint were tried on the validation pairs. */
  default void validated(long step, ValidationLoss.Measured loss) {}
}
