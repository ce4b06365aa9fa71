package org.deftstream.deft.tensorflow;

import java.util.ArrayDeque;
import java.util.Deque;
import org.deftstream.deft.prior.DruNetConfig;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.family.TNumber;

/** Builds a {@link DruNetConfig}, channels last; height and width are those of the call. */
final class DruNetGraph {
  private final Ops tf;
  private final DruNetConfig config;
  private final Layers layers;

  private DruNetGraph(Ops tf, DruNetConfig config, WeightSource weights) {
    this.tf = tf;
    this.config = config;
    this.layers = new Layers(tf, weights);
  }

  /**
   * Adds a network to a graph.
   *
   * @param x input in [0, 1], batch x height x width x channels; both sides a multiple of {@link
   *     DruNetConfig#multiple}
   * @param level noise levels in the units of the input, one per row
   * @return the image without the noise, the size of {@code x}
   */
  static Operand<TFloat32> build(
      Ops tf,
      DruNetConfig config,
      WeightSource weights,
      Operand<TFloat32> x,
      Operand<? extends TNumber> level) {
    var graph = new DruNetGraph(tf, config, weights);
    return graph.network(graph.withMap(x, level));
  }

  private Operand<TFloat32> withMap(Operand<TFloat32> x, Operand<? extends TNumber> level) {
    var first =
        tf.slice(x, tf.constant(new int[] {0, 0, 0, 0}), tf.constant(new int[] {-1, -1, -1, 1}));
    var height = layers.spatial(tf.dtypes.cast(level, TFloat32.class), 1);
    var map = tf.math.mul(tf.onesLike(first), height);
    return tf.concat(java.util.List.of(x, map), tf.constant(3));
  }

  private Operand<TFloat32> network(Operand<TFloat32> x) {
    var widths = config.blockOutChannels();
    int coarsest = widths.size() - 1;
    int channels = config.channels();
    var y = conv3("m_head", x, channels + 1, widths.get(0));
    Deque<Operand<TFloat32>> kept = new ArrayDeque<>();
    kept.push(y);
    for (int i = 0; i < coarsest; i++) {
      String arm = "m_down" + (i + 1);
      y = blocks(arm, 0, y, widths.get(i));
      String smaller = arm + "." + config.layersPerBlock();
      y = layers.plainConv(smaller, y, widths.get(i), widths.get(i + 1), 2, 2, "VALID");
      kept.push(y);
    }
    y = blocks("m_body", 0, y, widths.get(coarsest));
    for (int i = coarsest - 1; i >= 0; i--) {
      String arm = "m_up" + (i + 1);
      var sum = tf.math.add(y, kept.pop());
      y = layers.plainConvUp(arm + ".0", sum, widths.get(i + 1), widths.get(i));
      y = blocks(arm, 1, y, widths.get(i));
    }
    return conv3("m_tail", tf.math.add(y, kept.pop()), widths.get(0), channels);
  }

  /** {@code x + conv(relu(conv(x)))}, several times; the first has the number {@code from}. */
  private Operand<TFloat32> blocks(String arm, int from, Operand<TFloat32> x, int width) {
    var y = x;
    for (int i = 0; i < config.layersPerBlock(); i++) {
      String name = arm + "." + (from + i) + ".res.";
      var inner = tf.nn.relu(conv3(name + "0", y, width, width));
      y = tf.math.add(y, conv3(name + "2", inner, width, width));
    }
    return y;
  }

  private Operand<TFloat32> conv3(String name, Operand<TFloat32> x, int in, int out) {
    return layers.plainConv(name, x, in, out, 3, 1, "SAME");
  }
}
