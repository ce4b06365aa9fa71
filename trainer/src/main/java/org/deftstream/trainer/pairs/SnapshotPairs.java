package org.deftstream.trainer.pairs;

import java.util.List;
import java.util.random.RandomGenerator;
import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.operator.BoundMeasurement;
import org.deftstream.deft.operator.ForwardOperator;
import org.deftstream.deft.training.LabelledPairs;

/**
 * Pairs of a file as a training wants them. A pair with a truth alone is measured with the task's
 * operator, afresh at every use.
 */
record SnapshotPairs(
    ForwardOperator operator, List<PairEntry> entries, PairFile file, String origin)
    implements LabelledPairs {
  @Override
  public ImageShape shape() {
    return operator.imageShape();
  }

  @Override
  public int size() {
    return entries.size();
  }

  @Override
  public float[] truth(int index, RandomGenerator random) {
    return file.read(entries.get(index)).truth();
  }

  @Override
  public BoundMeasurement measurement(int index, float[] truth, RandomGenerator random) {
    var entry = entries.get(index);
    if (entry.measured()) {
      var pair = file.read(entry);
      return BoundMeasurement.of(operator.bind(pair.auxiliary()), pair.measurement().orElseThrow());
    }
    var bound = operator.bind(operator.drawAuxiliary(random));
    return BoundMeasurement.of(bound, bound.simulate(truth, random));
  }
}
