package org.deftstream.deft.tensorflow;

import org.deftstream.deft.prior.NetworkConfig;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/**
 * The generalised h-transform network (DEFT, eq. 12) in noise units: {@code h = NN1(features, t) -
 * s(t) g}. NN1 is a small network of either kind; s is a scalar function of the timestep; the sign
 * is minus because {@code h = -sqrt(1 - alphaBar) grad ln p(y | x_t)} and g points uphill.
 */
final class AdapterGraph {
  static final String SCALE_WEIGHT = "scale.linear_2.weight";
  static final String SCALE_BIAS = "scale.linear_2.bias";
  private static final int WAVE = 32;
  private static final int HIDDEN = 64;

  private AdapterGraph() {}

  /**
   * Adds the network to a graph.
   *
   * @param features batch x height x width x in_channels
   * @param gradient g, batch x height x width x out_channels
   * @param t timesteps, one per row
   * @return h, the shape of {@code gradient}
   */
  static Operand<TFloat32> build(
      Ops tf,
      NetworkConfig config,
      WeightSource weights,
      Operand<TFloat32> features,
      Operand<TFloat32> gradient,
      Operand<TInt32> t) {
    var correction = NetworkGraph.build(tf, config, weights, features, t);
    var layers = new Layers(tf, weights);
    var wave = layers.sinusoidal(t, WAVE, 0, true);
    var hidden = layers.silu(layers.linear("scale.linear_1", wave, WAVE, HIDDEN));
    var scale = layers.linear("scale.linear_2", hidden, HIDDEN, 1);
    return tf.math.sub(correction, tf.math.mul(layers.spatial(scale, 1), gradient));
  }
}
