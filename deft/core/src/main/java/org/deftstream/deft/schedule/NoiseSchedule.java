package org.deftstream.deft.schedule;

/**
 * The discrete variance-preserving noise schedule {@code x_t = sqrt(alphaBar_t) x_0 + sqrt(1 -
 * alphaBar_t) eps} of a prior. Immutable and thread-safe.
 *
 * <p>Timesteps run from 0 to {@link #steps()} - 1. The timestep -1 stands for the clean image:
 * {@code alphaBar(-1) == 1}.
 */
public final class NoiseSchedule {
  /** Most timesteps of a schedule. */
  public static final int MAX_STEPS = 1_000_000;

  private static final double LEAST_NOISE = 1e-9;
  private static final double LEAST_SIGNAL = 1e-18;

  private final double[] alphaBar;

  private NoiseSchedule(double[] beta) {
    alphaBar = new double[beta.length + 1];
    alphaBar[0] = 1;
    for (int t = 0; t < beta.length; t++) {
      if (!(beta[t] > 0 && beta[t] < 1)) {
        throw new IllegalArgumentException(
            "beta of timestep " + t + " is " + beta[t] + "; each must lie between 0 and 1");
      }
      alphaBar[t + 1] = alphaBar[t] * (1 - beta[t]);
    }
    // Samplers divide by the roots of both, in single precision.
    if (1 - alphaBar[1] < LEAST_NOISE || alphaBar[beta.length] < LEAST_SIGNAL) {
      throw new IllegalArgumentException(
          "the schedule begins with a noise variance of "
              + (1 - alphaBar[1])
              + " and ends with a signal variance of "
              + alphaBar[beta.length]
              + "; they must be at least "
              + LEAST_NOISE
              + " and "
              + LEAST_SIGNAL);
    }
  }

  private static double[] betas(int steps) {
    if (steps < 2 || steps > MAX_STEPS) {
      throw new IllegalArgumentException(
          "a schedule of " + steps + " timesteps; it must have 2 to " + MAX_STEPS);
    }
    return new double[steps];
  }

  /**
   * The linear schedule of DDPM: {@code beta} from {@code betaStart} to {@code betaEnd}.
   *
   * @throws IllegalArgumentException as all that make a schedule: if there are fewer than 2
   *     timesteps or more than {@link #MAX_STEPS}, a beta is not between 0 and 1, or signal or
   *     noise vanish
   */
  public static NoiseSchedule linear(int steps, double betaStart, double betaEnd) {
    var beta = betas(steps);
    for (int t = 0; t < steps; t++) {
      beta[t] = betaStart + (betaEnd - betaStart) * t / (steps - 1);
    }
    return new NoiseSchedule(beta);
  }

  /** The "scaled linear" schedule: linear in {@code sqrt(beta)}. */
  public static NoiseSchedule scaledLinear(int steps, double betaStart, double betaEnd) {
    var beta = betas(steps);
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
    var beta = betas(steps);
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
