package org.deftstream.deft.tensorflow;

import java.util.ArrayDeque;
import java.util.Deque;
import org.deftstream.deft.prior.ResidualUNetConfig;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.family.TNumber;

/** Builds a {@link ResidualUNetConfig}, channels last; height and width are those of the call. */
final class ResidualUNetGraph {
  private static final int WAVE = 64;
  private static final int EMBEDDING = 128;

  private final Ops tf;
  private final ResidualUNetConfig config;
  private final Layers layers;
  private final Operand<TFloat32> time;

  private ResidualUNetGraph(
      Ops tf, ResidualUNetConfig config, WeightSource weights, Operand<? extends TNumber> t) {
    this.tf = tf;
    this.config = config;
    this.layers = new Layers(tf, weights);
    var wave = layers.sinusoidal(t, WAVE, 0, true);
    this.time = layers.silu(layers.linear("time_embedding.linear_1", wave, WAVE, EMBEDDING));
  }

  /**
   * Adds a network to a graph.
   *
   * @param x input, batch x height x width x channels; both sides a multiple of {@link
   *     ResidualUNetConfig#multiple}
   * @param t timesteps, one per row
   * @return output, the size of {@code x}
   */
  static Operand<TFloat32> build(
      Ops tf,
      ResidualUNetConfig config,
      WeightSource weights,
      Operand<TFloat32> x,
      Operand<? extends TNumber> t) {
    return new ResidualUNetGraph(tf, config, weights, t).network(x);
  }

  private Operand<TFloat32> network(Operand<TFloat32> x) {
    int fold = config.patchSize();
    int seen = config.inChannels() * fold * fold;
    int answered = config.outChannels() * fold * fold;
    var widths = config.blockOutChannels();
    int coarsest = widths.size() - 1;
    Operand<TFloat32> y = fold == 1 ? x : tf.nn.spaceToDepth(x, (long) fold);
    y = layers.conv3("conv_in", y, seen, widths.get(0));
    Deque<Operand<TFloat32>> skips = new ArrayDeque<>();
    for (int i = 0; i < coarsest; i++) {
      y = blocks("down_blocks." + i, y, widths.get(i));
      skips.push(y);
      String name = "down_blocks." + i + ".downsample";
      y = layers.conv(name, y, widths.get(i), widths.get(i + 1), 2, 2, "VALID");
    }
    y = blocks("mid_block", y, widths.get(coarsest));
    for (int i = coarsest - 1; i >= 0; i--) {
      int width = widths.get(i);
      String name = "up_blocks." + i + ".upsample";
      var spread = layers.conv(name, y, widths.get(i + 1), 4 * width, 1, 1, "SAME");
      y = tf.math.add(tf.nn.depthToSpace(spread, 2L), skips.pop());
      y = blocks("up_blocks." + i, y, width);
    }
    y = layers.conv3("conv_out", y, widths.get(0), answered);
    return fold == 1 ? y : tf.nn.depthToSpace(y, (long) fold);
  }

  private Operand<TFloat32> blocks(String name, Operand<TFloat32> x, int width) {
    var y = x;
    for (int i = 0; i < config.layersPerBlock(); i++) {
      y = block(name + ".resnets." + i, y, width);
    }
    return y;
  }

  /** {@code x + conv2(relu((1 + scale) conv1(x) + shift))}, both of the timestep. */
  private Operand<TFloat32> block(String name, Operand<TFloat32> x, int width) {
    var modulation = layers.linear(name + ".modulation", time, EMBEDDING, 2 * width);
    var halves = tf.split(tf.constant(1), modulation, 2L);
    var scale = tf.math.add(layers.spatial(halves.output().get(0), width), tf.constant(1f));
    var shift = layers.spatial(halves.output().get(1), width);
    var inner = layers.conv3(name + ".conv1", x, width, width);
    var active = tf.nn.relu(tf.math.add(tf.math.mul(inner, scale), shift));
    return tf.math.add(x, layers.conv3(name + ".conv2", active, width, width));
  }
}
