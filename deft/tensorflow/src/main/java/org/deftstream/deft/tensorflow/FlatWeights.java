package org.deftstream.deft.tensorflow;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.deftstream.deft.tensor.FloatTensor;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/**
 * Weights as slices of one flat input, so that another adapter is another argument of the call: no
 * native memory changes hands when adapters are swapped.
 */
final class FlatWeights implements WeightSource {
  private final Ops tf;
  private final Operand<TFloat32> theta;
  private final List<WeightSpec> specs = new ArrayList<>();
  private int offset;

  FlatWeights(Ops tf, Operand<TFloat32> theta) {
    this.tf = tf;
    this.theta = theta;
  }

  @Override
  public Operand<TFloat32> weight(String name, WeightLayout layout, int... shape) {
    var spec = new WeightSpec(name, layout, shape);
    int size = Math.toIntExact(spec.size());
    var slice = tf.slice(theta, tf.constant(new int[] {offset}), tf.constant(new int[] {size}));
    offset += size;
    specs.add(spec);
    return tf.reshape(slice, tf.constant(layout.toTensorFlow(shape)));
  }

  List<WeightSpec> specs() {
    return List.copyOf(specs);
  }

  /** Lays named weights out in the order in which the graph slices them. */
  static float[] flatten(List<WeightSpec> specs, Map<String, FloatTensor> weights) {
    long size = specs.stream().mapToLong(WeightSpec::size).sum();
    var theta = new float[Math.toIntExact(size)];
    int at = 0;
    for (var spec : specs) {
      float[] data = spec.select(weights).data();
      System.arraycopy(data, 0, theta, at, data.length);
      at += data.length;
    }
    return theta;
  }
}
