package org.deftstream.deft.engine;

import java.time.Duration;

/**
 * The answer to one request. The arrays belong to whoever holds the record; nothing else refers to
 * them.
 *
 * <p>Values are what the sampler gave and are not clamped: they may leave [-1, 1] a little. With K
 * = 1 the mean is the single sample.
 *
 * @param mean mean of the K samples, flat, channels last
 * @param standardDeviation standard deviation of the K samples for each value, with the divisor K -
 *     1; null if K is 1
 * @param residual {@link org.deftstream.deft.operator.ForwardOperator#residual} of the mean: root
 *     mean square of {@code y - A(mean)} in units of the noise; about 1 when the image explains the
 *     measurement
 * @param seed seed of the first sample's noise, a function of measurement id and sampler settings
 * @param queueTime from submission to the first step
 * @param computeTime from the first step to the result
 * @param largestBatch most trajectories that were stepped together with one of this request,
 *     padding not counted
 * @param device engine and device that evaluated the prior
 */
public record Reconstruction(
    float[] mean,
    float[] standardDeviation,
    double residual,
    long seed,
    Duration queueTime,
    Duration computeTime,
    int largestBatch,
    String device) {

  /** The same with its standard deviation, if it has one, multiplied by a factor. */
  public Reconstruction withDeviation(double factor) {
    if (standardDeviation == null) {
      return this;
    }
    var widened = standardDeviation.clone();
    for (int i = 0; i < widened.length; i++) {
      widened[i] *= (float) factor;
    }
    return new Reconstruction(
        mean, widened, residual, seed, queueTime, computeTime, largestBatch, device);
  }
}
