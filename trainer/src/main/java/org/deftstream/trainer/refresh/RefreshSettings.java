package org.deftstream.trainer.refresh;

import org.deftstream.trainer.gate.PromotionGate;
import org.deftstream.trainer.pairs.TrainValidationSplit;

/**
 * How a refresh is done. Immutable.
 *
 * @param split which pairs validate
 * @param validationPairs most pairs that the gate samples, at least 2
 * @param startFrom what a training starts from
 * @param gate the rule of promotion
 */
public record RefreshSettings(
    TrainValidationSplit split, int validationPairs, StartFrom startFrom, PromotionGate gate) {
  public RefreshSettings {
    if (validationPairs < 2) {
      throw new IllegalArgumentException(
          "a refresh needs 2 validation pairs or more, got " + validationPairs);
    }
  }
}
