package org.deftstream.deft.operator;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.random.RandomGenerator;

/**
 * Gaussian noise whose standard deviation a record states, value by value. {@link #sigma} is such
 * that the weights have the mean 1. Immutable and thread-safe.
 */
public final class RecordedNoise implements RayNoise {
  /** Squares of numbers beyond this are none in float32. */
  private static final float LEAST = 1e-15f;

  private final float[] sigmas;
  private final RayNoise specified;
  private final double sigma;
  private final float[] weights;
  private final double largest;

  /**
   * Takes what a record says.
   *
   * @param sigmas of each value, above 0
   * @param specified what the specification says, which a record does not change
   * @throws IllegalArgumentException if one is not above 0, or no number
   */
  public RecordedNoise(float[] sigmas, RayNoise specified) {
    this.sigmas = sigmas;
    this.specified = specified;
    double precision = 0;
    double most = 0;
    for (float value : sigmas) {
      if (!(value >= LEAST && value <= 1 / LEAST)) {
        throw new IllegalArgumentException(
            "sigma must hold standard deviations above 0, got " + value);
      }
      precision += 1 / ((double) value * value);
      most = Math.max(most, value);
    }
    sigma = Math.sqrt(sigmas.length / precision);
    largest = most;
    weights = new float[sigmas.length];
    for (int i = 0; i < weights.length; i++) {
      weights[i] = (float) (sigma / sigmas[i] * (sigma / sigmas[i]));
    }
  }

  @Override
  public double sigma() {
    return sigma;
  }

  @Override
  public void disturb(float[] exact, RandomGenerator random) {
    for (int i = 0; i < exact.length; i++) {
      exact[i] += (float) (sigmas[i] * random.nextGaussian());
    }
  }

  @Override
  public float[] weights(float[] measurement) {
    return weights;
  }

  /**
   * With what the noisiest ray has more room than others, see {@link MeasurementRange#withRoom}.
   */
  @Override
  public MeasurementRange reach(MeasurementRange exact) {
    double more = 10 * (largest - sigma);
    return new MeasurementRange(exact.least() - more, exact.most() + more);
  }

  @Override
  public ObjectNode json() {
    return specified.json();
  }
}
