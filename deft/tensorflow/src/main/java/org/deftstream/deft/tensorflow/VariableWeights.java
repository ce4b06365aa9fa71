package org.deftstream.deft.tensorflow;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.Map;
import org.deftstream.deft.tensor.FloatTensor;
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
  private final Ops tf;
  private final Map<WeightSpec, Variable<TFloat32>> variables = new LinkedHashMap<>();

  VariableWeights(Ops tf) {
    this.tf = tf;
  }

  @Override
  public Operand<TFloat32> weight(String name, WeightLayout layout, int... shape) {
    int[] s = layout.toTensorFlow(shape);
    var dims = new long[s.length];
    for (int i = 0; i < s.length; i++) {
      dims[i] = s[i];
    }
    Variable<TFloat32> variable = tf.variable(Shape.of(dims), TFloat32.class);
    variables.put(new WeightSpec(name, layout, shape), variable);
    return variable;
  }

  Map<WeightSpec, Variable<TFloat32>> variables() {
    return variables;
  }

  /**
   * Gives the variables their values, in one run.
   *
   * @throws IllegalArgumentException if a weight is missing or has another shape
   */
  static void fill(
      Ops tf,
      Session session,
      Map<WeightSpec, Variable<TFloat32>> variables,
      Map<String, FloatTensor> weights) {
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
