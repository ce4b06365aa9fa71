package org.deftstream.trainer.refresh;

import org.deftstream.trainer.gate.Gate;
import org.deftstream.trainer.pairs.Split;

/**
 * How a refresh is done. Immutable.
 *
 * @param split which pairs validate
 * @param validationPairs most pairs that the gate samples, at least 2
 * @param startFrom what a training starts from
 * @param patience steps without a lower loss that end a training early; 0 for none
 * @param gate the rule of promotion
 */
public record RefreshSettings(
    Split split, int validationPairs, StartFrom startFrom, long patience, Gate gate) {
  public RefreshSettings {
    if (validationPairs < 2 || patience < 0) {
      throw new IllegalArgumentException(
          "a refresh needs 2 validation pairs or more and a patience of 0 or more, got "
              + validationPairs
              + " and "
              + patience);
    }
  }
}
