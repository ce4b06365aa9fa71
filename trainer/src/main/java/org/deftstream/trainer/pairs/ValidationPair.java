package org.deftstream.trainer.pairs;

import java.util.Map;
import java.util.SplittableRandom;
import org.deftstream.deft.operator.BoundMeasurement;
import org.deftstream.deft.operator.ForwardOperator;

/**
 * A pair that validates, with one measurement for good: if there is no real one, it is simulated
 * with a seed that is the pair's own.
 *
 * @param id name of the pair; seeds the sampler's noise
 * @param truth the true image, flat, channels last
 * @param measurement of it
 * @param auxiliary the operator's inputs that came with it or were drawn, by name
 */
@SuppressWarnings("ArrayRecordComponent") // read only, never compared
public record ValidationPair(
    String id, float[] truth, BoundMeasurement measurement, Map<String, float[]> auxiliary) {
  /** A pair with its measurement, or with one that is simulated. */
  public static ValidationPair of(Pair pair, ForwardOperator operator) {
    if (pair.measurement().isPresent()) {
      var bound = operator.bind(pair.auxiliary());
      return new ValidationPair(
          pair.id(),
          pair.truth(),
          BoundMeasurement.of(bound, pair.measurement().get()),
          pair.auxiliary());
    }
    var random = new SplittableRandom(TrainValidationSplit.hash("measurement:" + pair.id()));
    var auxiliary = operator.drawAuxiliary(random);
    var bound = operator.bind(auxiliary);
    float[] y = bound.simulate(pair.truth(), random);
    return new ValidationPair(pair.id(), pair.truth(), BoundMeasurement.of(bound, y), auxiliary);
  }
}
