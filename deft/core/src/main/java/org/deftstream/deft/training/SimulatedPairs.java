package org.deftstream.deft.training;

import java.util.random.RandomGenerator;
import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.operator.BoundMeasurement;
import org.deftstream.deft.operator.ForwardOperator;

/**
 * Images whose measurements are simulated with fresh auxiliary inputs and noise at every use, which
 * amortises the h-transform over them (DEFT, appendix H).
 */
record SimulatedPairs(Truths truths, ForwardOperator operator) implements LabelledPairs {
  @Override
  public ImageShape shape() {
    return truths.shape();
  }

  @Override
  public int size() {
    return truths.size();
  }

  @Override
  public float[] truth(int index, RandomGenerator random) {
    return truths.truth(index, random);
  }

  @Override
  public String origin() {
    return truths.origin() + ", measured by simulation";
  }

  @Override
  public BoundMeasurement measurement(int index, float[] truth, RandomGenerator random) {
    var bound = operator.bind(operator.drawAuxiliary(random));
    return BoundMeasurement.of(bound, bound.simulate(truth, random));
  }
}
