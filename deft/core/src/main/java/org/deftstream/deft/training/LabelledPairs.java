package org.deftstream.deft.training;

import java.util.random.RandomGenerator;
import org.deftstream.deft.operator.BoundMeasurement;
import org.deftstream.deft.operator.ForwardOperator;

/** Images with measurements of them: what an h-transform is learned from. Thread-safe. */
public interface LabelledPairs extends Truths {
  /**
   * A measurement of an image.
   *
   * @param index the image's index
   * @param truth what {@link #truth} answered for it
   * @param random draws masks and noise where measurements are simulated
   */
  BoundMeasurement measurement(int index, float[] truth, RandomGenerator random);

  /** Pairs whose measurements are simulated, afresh at every use. */
  static LabelledPairs simulated(Truths truths, ForwardOperator operator) {
    return new SimulatedPairs(truths, operator);
  }
}
