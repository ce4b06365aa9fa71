package org.deftstream.deft.tensorflow;

import org.deftstream.deft.prior.NetworkConfig;
import org.deftstream.deft.prior.ResidualUNetConfig;
import org.deftstream.deft.prior.SchedulerConfig;
import org.deftstream.deft.prior.UNetConfig;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/** Builds a network of either kind, and the noise that the answer of a prior's stands for. */
final class NetworkGraph {
  private NetworkGraph() {}

  /**
   * Adds a network without classes to a graph.
   *
   * @param x input, batch x height x width x in_channels
   * @param t timesteps, one per row
   * @return output, batch x height x width x out_channels
   */
  static Operand<TFloat32> build(
      Ops tf, NetworkConfig config, WeightSource weights, Operand<TFloat32> x, Operand<TInt32> t) {
    if (config instanceof ResidualUNetConfig residual) {
      return ResidualUNetGraph.build(tf, residual, weights, x, t);
    }
    return UNetGraph.build(tf, (UNetConfig) config, weights, x, t);
  }

  /**
   * The noise in {@code x} by what the network predicts: {@code eps} itself, or of {@code v = alpha
   * eps - sigma x0} (Salimans and Ho, 2022) {@code alpha v + sigma x}, or of {@code x0} {@code (x -
   * alpha x0) / sigma}.
   */
  static Operand<TFloat32> noise(
      Ops tf,
      SchedulerConfig scheduler,
      Operand<TFloat32> x,
      Operand<TInt32> t,
      Operand<TFloat32> predicted) {
    if (scheduler.prediction() == SchedulerConfig.Prediction.EPSILON) {
      return predicted;
    }
    var schedule = scheduler.schedule();
    var signal = new float[schedule.steps()];
    var noise = new float[schedule.steps()];
    for (int i = 0; i < signal.length; i++) {
      signal[i] = (float) Math.sqrt(schedule.alphaBar(i));
      noise[i] = (float) Math.sqrt(1 - schedule.alphaBar(i));
    }
    var alpha = ofRow(tf, signal, t);
    var sigma = ofRow(tf, noise, t);
    return scheduler.prediction() == SchedulerConfig.Prediction.V
        ? tf.math.add(tf.math.mul(alpha, predicted), tf.math.mul(sigma, x))
        : tf.math.div(tf.math.sub(x, tf.math.mul(alpha, predicted)), sigma);
  }

  private static Operand<TFloat32> ofRow(Ops tf, float[] table, Operand<TInt32> t) {
    var chosen = tf.gather(tf.constant(table), t, tf.constant(0));
    return tf.reshape(chosen, tf.constant(new int[] {-1, 1, 1, 1}));
  }
}
