package org.deftstream.deft.tensorflow;

import java.util.random.RandomGenerator;
import org.deftstream.deft.tensor.FloatTensor;

/**
 * First values of a network's weights: variance 1 / fan-in, biases 0, norms the identity. The last
 * layer of every residual branch and of the network begins at zero, so that training starts from
 * the identity (and an adapter from the unconditional prior: DEFT, section 3.1).
 */
final class Initializer {
  private Initializer() {}

  /**
   * First values of one weight.
   *
   * @param firstScale first value of an adapter's s(t)
   */
  static FloatTensor initial(WeightSpec spec, double firstScale, RandomGenerator random) {
    var data = new float[Math.toIntExact(spec.size())];
    String name = spec.name();
    if (name.equals(AdapterGraph.SCALE_BIAS)) {
      java.util.Arrays.fill(data, (float) firstScale);
    } else if (name.contains("norm") && name.endsWith(".weight")) {
      java.util.Arrays.fill(data, 1);
    } else if (!name.endsWith(".bias") && !startsAtZero(name)) {
      int[] s = spec.shape();
      double fanIn = s.length == 1 ? s[0] : (double) spec.size() / s[0];
      double deviation = Math.sqrt(1 / fanIn);
      for (int i = 0; i < data.length; i++) {
        data[i] = (float) (random.nextGaussian() * deviation);
      }
    }
    return spec.layout().toTensorFlow(new FloatTensor(spec.shape(), data));
  }

  private static boolean startsAtZero(String name) {
    return name.endsWith(".conv2.weight")
        || name.endsWith(".modulation.weight")
        || name.endsWith(".to_out.0.weight")
        || name.endsWith("conv_out.weight")
        || name.equals(AdapterGraph.SCALE_WEIGHT);
  }
}
