package org.deftstream.deft.tensorflow;

import org.deftstream.deft.prior.DruNetConfig;
import org.deftstream.deft.prior.NetworkConfig;
import org.deftstream.deft.prior.Preconditioning;
import org.deftstream.deft.prior.ResidualUNetConfig;
import org.deftstream.deft.prior.SongUNetConfig;
import org.deftstream.deft.prior.UNetConfig;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.family.TNumber;

/** Builds a network of any kind, and the noise that the answer of a prior's stands for. */
final class NetworkGraph {
  private NetworkGraph() {}

  /**
   * Adds a network without classes to a graph.
   *
   * @param x input, batch x height x width x in_channels
   * @param t timesteps, TInt32, or what stands for the noise level, TFloat32, one per row
   * @return output, batch x height x width x out_channels
   */
  static Operand<TFloat32> build(
      Ops tf,
      NetworkConfig config,
      WeightSource weights,
      Operand<TFloat32> x,
      Operand<? extends TNumber> t) {
    if (config instanceof ResidualUNetConfig residual) {
      return ResidualUNetGraph.build(tf, residual, weights, x, t);
    }
    if (config instanceof DruNetConfig drunet) {
      return DruNetGraph.build(tf, drunet, weights, x, t);
    }
    if (config instanceof SongUNetConfig song) {
      return SongUNetGraph.build(tf, song, weights, x, t);
    }
    return UNetGraph.build(tf, (UNetConfig) config, weights, x, t);
  }

  /**
   * Adds the network of a prior, asked as it was trained.
   *
   * @param x noisy images {@code x_t}
   * @param t timesteps of the prior's schedule, one per row
   * @return the noise in {@code x}
   */
  static Operand<TFloat32> noise(
      Ops tf,
      NetworkConfig config,
      Preconditioning p,
      WeightSource weights,
      Operand<TFloat32> x,
      Operand<TInt32> t) {
    if (p.plainInput()) {
      return ofAnswer(tf, p, x, t, build(tf, config, weights, x, t));
    }
    Operand<TFloat32> seen = tf.math.mul(ofRow(tf, p.inputScale(), t), x);
    seen = p.inputShift() == 0 ? seen : tf.math.add(seen, tf.constant(p.inputShift()));
    var level = tf.gather(tf.constant(p.time()), t, tf.constant(0));
    return ofAnswer(tf, p, x, t, build(tf, config, weights, seen, level));
  }

  private static Operand<TFloat32> ofAnswer(
      Ops tf, Preconditioning p, Operand<TFloat32> x, Operand<TInt32> t, Operand<TFloat32> answer) {
    if (p.answersNoise()) {
      return answer;
    }
    var middle = p.answerShift() == 0 ? answer : tf.math.sub(answer, tf.constant(p.answerShift()));
    var told = tf.math.mul(ofRow(tf, p.ofAnswer(), t), middle);
    return tf.math.add(told, tf.math.mul(ofRow(tf, p.ofInput(), t), x));
  }

  private static Operand<TFloat32> ofRow(Ops tf, float[] table, Operand<TInt32> t) {
    var chosen = tf.gather(tf.constant(table), t, tf.constant(0));
    return tf.reshape(chosen, tf.constant(new int[] {-1, 1, 1, 1}));
  }
}
