package org.deftstream.deft.tensorflow;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.deftstream.deft.tensor.FloatTensor;
import org.deftstream.deft.tensor.TensorSource;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.op.core.Variable;
import org.tensorflow.types.TFloat32;

/**
 * Weights as graph variables. {@code VariableV2}, because TensorFlow-Java's saver skips resource
 * variables without a word.
 */
final class VariableWeights implements WeightSource {
  /** Values that are handed over in one run, 64 MB of them. */
  private static final int MOST_AT_ONCE = 1 << 24;

  private final Ops tf;
  private final Map<WeightSpec, Variable<TFloat32>> variables = new LinkedHashMap<>();
  private final Map<String, Variable<TFloat32>> byName = new HashMap<>();

  VariableWeights(Ops tf) {
    this.tf = tf;
  }

  @Override
  public Operand<TFloat32> weight(String name, WeightLayout layout, int... shape) {
    // A network that is placed a second time has the same weights.
    return byName.computeIfAbsent(
        name + layout + Arrays.toString(shape),
        key -> {
          var variable = variable(layout.toTensorFlow(shape));
          variables.put(new WeightSpec(name, layout, shape), variable);
          return variable;
        });
  }

  private Variable<TFloat32> variable(int[] shape) {
    var dims = new long[shape.length];
    for (int i = 0; i < shape.length; i++) {
      dims[i] = shape[i];
    }
    return tf.variable(Shape.of(dims), TFloat32.class);
  }

  Map<WeightSpec, Variable<TFloat32>> variables() {
    return variables;
  }

  /**
   * The values of the variables by the names of their operations, in TensorFlow's layout, read when
   * they are wanted.
   *
   * @throws IllegalArgumentException if a weight is missing, has another shape, or belongs to no
   *     variable
   */
  Map<String, TensorSource> values(Map<String, ? extends TensorSource> weights) {
    WeightSpec.refuseUnused(variables.keySet(), weights);
    var values = new LinkedHashMap<String, TensorSource>();
    variables.forEach(
        (spec, variable) -> {
          spec.require(weights);
          values.put(variable.op().name(), new Value(spec, weights));
        });
    return values;
  }

  private record Value(WeightSpec spec, Map<String, ? extends TensorSource> weights)
      implements TensorSource {
    @Override
    public int[] shape() {
      return spec.layout().toTensorFlow(spec.shape());
    }

    @Override
    public FloatTensor read() {
      return spec.select(weights);
    }
  }

  /**
   * Gives the variables their values, some at a time, so that a network needs little memory beside
   * its own.
   *
   * @throws IllegalArgumentException if a weight is missing or has another shape
   */
  static void fill(
      Ops tf,
      Session session,
      Map<WeightSpec, Variable<TFloat32>> variables,
      Map<String, ? extends TensorSource> weights) {
    var some = new LinkedHashMap<WeightSpec, Variable<TFloat32>>();
    long values = 0;
    for (var entry : variables.entrySet()) {
      some.put(entry.getKey(), entry.getValue());
      values += entry.getKey().size();
      if (values > MOST_AT_ONCE) {
        fillAtOnce(tf, session, some, weights);
        some.clear();
        values = 0;
      }
    }
    if (!some.isEmpty()) {
      fillAtOnce(tf, session, some, weights);
    }
  }

  private static void fillAtOnce(
      Ops tf,
      Session session,
      Map<WeightSpec, Variable<TFloat32>> variables,
      Map<String, ? extends TensorSource> weights) {
    var tensors = new ArrayList<TFloat32>();
    var runner = session.runner();
    try {
      variables.forEach(
          (spec, variable) -> {
            var value = Tensors.of(spec.select(weights));
            tensors.add(value);
            var feed = tf.placeholder(TFloat32.class, Placeholder.shape(variable.shape()));
            runner.feed(feed, value).addTarget(tf.assign(variable, feed));
          });
      runner.run().close();
    } finally {
      tensors.forEach(TFloat32::close);
    }
  }
}
