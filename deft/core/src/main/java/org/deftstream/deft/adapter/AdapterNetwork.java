package org.deftstream.deft.adapter;

/**
 * The network of one shape, which evaluates any adapter of that shape: the weights are an argument
 * of the call. Thread-safe. Made, and shared, by {@link AdapterNetworks}; whoever opened it closes
 * it, when no call is in flight any more.
 */
public interface AdapterNetwork extends AutoCloseable {
  /**
   * Evaluates {@code h = NN1(features, t) - NN2(t) g}, the correction to the predicted noise in
   * noise units (DEFT, eq. 12; the minus is that of noise units, {@code h = -sqrt(1 - alphaBar)
   * grad ln p}).
   *
   * @param weights an adapter of this network's shape
   * @param features batch x height x width x F, in the order of {@link AdapterFeatures}
   * @param gradient the likelihood gradient g, batch x height x width x C
   * @param t one timestep for each row
   * @return h, batch x height x width x C
   * @throws IllegalArgumentException if the weights or an array do not have the network's shape
   */
  float[] predict(AdapterWeights weights, float[] features, float[] gradient, int[] t);

  /**
   * Evaluates rows of another size than the network's own, which networks of any size can do.
   *
   * @param height of each row, a multiple of {@link
   *     org.deftstream.deft.prior.NetworkConfig#multiple}
   * @param width as the height
   * @throws IllegalArgumentException if the network has no rows of that size
   */
  default float[] predict(
      AdapterWeights weights, float[] features, float[] gradient, int[] t, int height, int width) {
    throw new IllegalArgumentException(
        "the adapter's network has one size; it takes no rows of " + height + "x" + width);
  }

  @Override
  void close();
}
