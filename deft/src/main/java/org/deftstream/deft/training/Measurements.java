package org.deftstream.deft.training;

import java.util.random.RandomGenerator;
import org.deftstream.deft.operator.ForwardOperator;

/** Simulated measurements: {@code y = A(x) + sigma n}. */
public final class Measurements {
  private Measurements() {}

  /** Measures an image with an operator that is bound to its record, and adds its noise. */
  public static float[] simulate(ForwardOperator bound, float[] image, RandomGenerator random) {
    float[] y = bound.measure(image);
    double sigma = bound.noiseSigma();
    for (int i = 0; i < y.length; i++) {
      y[i] += (float) (sigma * random.nextGaussian());
    }
    return y;
  }
}
