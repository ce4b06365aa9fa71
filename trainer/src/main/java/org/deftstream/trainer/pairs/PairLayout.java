package org.deftstream.trainer.pairs;

import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.deftstream.deft.operator.ForwardOperator;

/**
 * How the pairs of one task lie in a file: float32 values of truth, measurement and auxiliary
 * inputs in the order of their names, every pair of the same length, with room for the larger
 * measurement and for the inputs that a record may leave out. Immutable.
 */
final class PairLayout {
  private final ForwardOperator operator;
  private final int truth;
  private final int measurement;
  private final Map<String, Integer> auxiliary = new TreeMap<>();
  private final int length;

  PairLayout(ForwardOperator operator) {
    this.operator = operator;
    truth = operator.imageShape().size();
    var optional = operator.optionalShapes();
    measurement = Math.max(measured(Set.of()), measured(optional.keySet()));
    operator.auxiliaryShapes().forEach((name, shape) -> auxiliary.put(name, product(shape)));
    optional.forEach((name, shape) -> auxiliary.put(name, product(shape)));
    length = auxiliary.values().stream().reduce(Math.addExact(truth, measurement), Math::addExact);
  }

  private int measured(Set<String> optional) {
    return product(operator.measurementShape(optional));
  }

  private static int product(int[] shape) {
    return Arrays.stream(shape).reduce(1, Math::multiplyExact);
  }

  /** Bytes of one pair. */
  int bytes() {
    return Math.multiplyExact(length, Float.BYTES);
  }

  /** Writes a pair; what is to be simulated stays 0. */
  void write(Pair pair, FloatBuffer to) {
    to.put(0, pair.truth());
    pair.measurement().ifPresent(y -> to.put(truth, y));
    int at = truth + measurement;
    for (var input : auxiliary.entrySet()) {
      float[] values = pair.auxiliary().get(input.getKey());
      if (values != null) {
        to.put(at, values);
      }
      at += input.getValue();
    }
  }

  /** Reads what {@link #write} wrote. */
  Pair read(PairEntry entry, String task, FloatBuffer from) {
    var image = new float[truth];
    from.get(0, image);
    if (!entry.measured()) {
      return new Pair(entry.id(), entry.series(), task, image, Optional.empty(), Map.of());
    }
    var y = new float[measured(entry.optional())];
    from.get(truth, y);
    var inputs = new HashMap<String, float[]>();
    int at = truth + measurement;
    for (var input : auxiliary.entrySet()) {
      if (entry.optional().contains(input.getKey())
          || operator.auxiliaryShapes().containsKey(input.getKey())) {
        var values = new float[input.getValue()];
        from.get(at, values);
        inputs.put(input.getKey(), values);
      }
      at += input.getValue();
    }
    return new Pair(entry.id(), entry.series(), task, image, Optional.of(y), inputs);
  }
}
