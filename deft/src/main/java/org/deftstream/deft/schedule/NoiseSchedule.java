package org.deftstream.deft.schedule;

/**
 * The discrete variance-preserving noise schedule {@code x_t = sqrt(alphaBar_t) x_0 + sqrt(1 -
 * alphaBar_t) eps} of a prior. Immutable and thread-safe.
 *
 * <p>Timesteps run from 0 to {@link #steps()} - 1. The timestep -1 stands for the clean image:
 * {@code alphaBar(-1) == 1}.
 */
public final class NoiseSchedule {
  private final double[] alphaBar;

  private NoiseSchedule(double[] beta) {
    alphaBar = new double[beta.length + 1];
    alphaBar[0] = 1;
    for (int t = 0; t < beta.length; t++) {
      alphaBar[t + 1] = alphaBar[t] * (1 - beta[t]);
    }
  }

  /** The linear schedule of DDPM: {@code beta} from {@code betaStart} to {@code betaEnd}. */
  public static NoiseSchedule linear(int steps, double betaStart, double betaEnd) {
    var beta = new double[steps];
    for (int t = 0; t < steps; t++) {
      beta[t] = betaStart + (betaEnd - betaStart) * t / (steps - 1);
    }
    return new NoiseSchedule(beta);
  }

  /** The "scaled linear" schedule: linear in {@code sqrt(beta)}. */
  public static NoiseSchedule scaledLinear(int steps, double betaStart, double betaEnd) {
    var beta = new double[steps];
    double from = Math.sqrt(betaStart);
    double to = Math.sqrt(betaEnd);
    for (int t = 0; t < steps; t++) {
      double root = from + (to - from) * t / (steps - 1);
      beta[t] = root * root;
    }
    return new NoiseSchedule(beta);
  }

  /** The cosine schedule of Nichol and Dhariwal, with beta clipped at 0.999. */
  public static NoiseSchedule cosine(int steps) {
    var beta = new double[steps];
    for (int t = 0; t < steps; t++) {
      beta[t] = Math.min(0.999, 1 - cosineBar((t + 1.0) / steps) / cosineBar((double) t / steps));
    }
    return new NoiseSchedule(beta);
  }

  private static double cosineBar(double u) {
    double c = Math.cos((u + 0.008) / 1.008 * Math.PI / 2);
    return c * c;
  }

  /** Number of timesteps N. */
  public int steps() {
    return alphaBar.length - 1;
  }

  /**
   * The cumulative product {@code alphaBar_t}.
   *
   * @param t timestep in [-1, N - 1]
   */
  public double alphaBar(int t) {
    return alphaBar[t + 1];
  }
}
