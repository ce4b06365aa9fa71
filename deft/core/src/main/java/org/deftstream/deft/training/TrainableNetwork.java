package org.deftstream.deft.training;

import java.util.Map;
import org.deftstream.deft.tensor.FloatTensor;

/**
 * A network under training: weights, their running average, and the optimiser's state, in native
 * memory. Not thread-safe. Closed by who opened it.
 */
public interface TrainableNetwork extends AutoCloseable {
  /**
   * One step of Adam on the mean squared error.
   *
   * @param input network input, batch x height x width x in_channels
   * @param gradient the likelihood gradient g of an adapter's residual term, batch x height x width
   *     x out_channels; null for a prior
   * @param timesteps one per row
   * @param target what the output should be, batch x height x width x out_channels
   * @param learningRate of this step
   * @param emaDecay weight of the old running average in this step, in [0, 1]
   * @return mean squared error of each row before the step
   */
  float[] step(
      float[] input,
      float[] gradient,
      int[] timesteps,
      float[] target,
      double learningRate,
      double emaDecay);

  /**
   * The network's answer with the weights as they are, without a step.
   *
   * @param input as in {@link #step}
   * @param gradient as in {@link #step}
   * @param timesteps one per row
   * @return batch x height x width x out_channels
   */
  float[] predict(float[] input, float[] gradient, int[] timesteps);

  /**
   * The same for rows of another size, which networks of any size can answer.
   *
   * @param height of each row, a multiple of {@link
   *     org.deftstream.deft.prior.NetworkConfig#multiple}
   * @param width as the height
   */
  default float[] predict(float[] input, float[] gradient, int[] timesteps, int height, int width) {
    throw new IllegalArgumentException(
        "the network has one size; it takes no rows of " + height + "x" + width);
  }

  /**
   * The vector-Jacobian product of {@link #predict} with respect to its input: what a network that
   * is applied several times in a row, with other operations in between, is differentiated with.
   *
   * @param input as in {@link #step}
   * @param gradient as in {@link #step}
   * @param timesteps one per row
   * @param cotangent v, the shape of an answer
   * @return {@code J^T v}, the shape of the input
   */
  default float[] vectorJacobian(
      float[] input, float[] gradient, int[] timesteps, float[] cotangent) {
    throw new UnsupportedOperationException("the network has no vector-Jacobian product");
  }

  /** The running average of the weights, by diffusers name and in diffusers' layout. */
  Map<String, FloatTensor> averagedWeights();

  /** Everything needed to go on later: weights, average and optimiser state. */
  Map<String, FloatTensor> state();

  /** Goes on from a state of the same network. */
  void restore(Map<String, FloatTensor> state);

  /** Starts from given weights (also as the average), with a fresh optimiser state. */
  void warmStart(Map<String, FloatTensor> weights);

  /** Number of trainable values. */
  long parameters();

  @Override
  void close();
}
