package org.deftstream.deft.training;

import java.nio.file.Path;

/** What everything that is trained by a {@link TrainingRun} says of it. */
public interface RunSettings {
  /** Where everything is kept: the run's checkpoints and its loss curve in {@code run}. */
  Path directory();

  /** How long to train. */
  TrainingBudget budget();

  /** The learning rate that a run begins with. */
  double learningRate();

  /** Decay of the running average of the weights. */
  double emaDecay();

  /** Minutes between checkpoints. */
  double checkpointMinutes();

  /**
   * A run with these settings, from its last checkpoint on if there is one.
   *
   * @throws CheckpointException if it cannot go on from it
   */
  default TrainingRun newRun(TrainableNetwork network) {
    return new TrainingRun(
        network,
        budget(),
        learningRate(),
        emaDecay(),
        checkpointMinutes(),
        directory().resolve("run"));
  }
}
