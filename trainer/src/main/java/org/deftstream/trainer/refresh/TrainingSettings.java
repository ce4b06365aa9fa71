package org.deftstream.trainer.refresh;

import org.deftstream.deft.training.TrainingBudget;

/**
 * How candidates are trained. Immutable.
 *
 * @param budget of each training
 * @param learningRate first learning rate, decaying to 0
 * @param rows images per step
 * @param reuse how often an answer of the prior is used
 * @param emaDecay decay of the running average of the weights
 * @param checkpointMinutes minutes of computing between checkpoints: what a kill costs at most
 * @param patience checkpoints in a row without a lower loss on the validation pairs that end a
 *     training early; 0 for none
 * @param seed of weights, data order and noise
 */
public record TrainingSettings(
    TrainingBudget budget,
    double learningRate,
    int rows,
    int reuse,
    double emaDecay,
    double checkpointMinutes,
    int patience,
    long seed) {
  private static final double MOST_RATE = 1;

  public TrainingSettings {
    // Not a number is neither above nor below.
    if (!(learningRate > 0 && learningRate <= MOST_RATE)) {
      throw new IllegalArgumentException(
          "the learning rate must be above 0 and at most 1, got " + learningRate);
    }
  }
}
