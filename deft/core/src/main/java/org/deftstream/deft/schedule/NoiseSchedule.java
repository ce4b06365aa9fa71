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

  /** Most variance of the image that is left where there should be none. */
  public static final double LAST_SIGNAL = 0x1p-24;

  private static final double LEAST_NOISE = 1e-9;
  private static final double LEAST_SIGNAL = 1e-18;

  private final double[] alphaBar;

  private NoiseSchedule(double[] alphaBar) {
    this.alphaBar = alphaBar;
    int last = alphaBar.length - 1;
    for (int t = 1; t <= last; t++) {
      if (!(alphaBar[t] < alphaBar[t - 1])) {
        throw new IllegalArgumentException(
            "the noise does not grow from timestep " + (t - 2) + " to " + (t - 1));
      }
    }
    // Samplers divide by the roots of both, in single precision.
    if (1 - alphaBar[1] < LEAST_NOISE || alphaBar[last] < LEAST_SIGNAL) {
      throw new IllegalArgumentException(
          "the schedule begins with a noise variance of "
              + (1 - alphaBar[1])
              + " and ends with a signal variance of "
              + alphaBar[last]
              + "; they must be at least "
              + LEAST_NOISE
              + " and "
              + LEAST_SIGNAL);
    }
  }

  /** Products of {@code 1 - beta}. */
  private static double[] products(double[] beta) {
    requireSteps(beta.length);
    var alphaBar = new double[beta.length + 1];
    alphaBar[0] = 1;
    for (int t = 0; t < beta.length; t++) {
      if (!(beta[t] > 0 && beta[t] < 1)) {
        throw new IllegalArgumentException(
            "beta of timestep " + t + " is " + beta[t] + "; each must lie between 0 and 1");
      }
      alphaBar[t + 1] = alphaBar[t] * (1 - beta[t]);
    }
    return alphaBar;
  }

  private static void requireSteps(int steps) {
    if (steps < 2 || steps > MAX_STEPS) {
      throw new IllegalArgumentException(
          "a schedule of " + steps + " timesteps; it must have 2 to " + MAX_STEPS);
    }
  }

  private static double[] betas(int steps) {
    requireSteps(steps);
    return new double[steps];
  }

  /**
   * The schedule of any betas.
   *
   * @param beta one for each timestep, between 0 and 1
   */
  public static NoiseSchedule ofBetas(double[] beta) {
    return new NoiseSchedule(products(beta));
  }

  /**
   * The schedule of a variance-exploding diffusion {@code x = x_0 + sigma eps}, scaled so that the
   * variance is preserved: {@code alphaBar = 1 / (1 + sigma^2)}.
   *
   * @param sigma standard deviation of the noise at each timestep, growing
   */
  public static NoiseSchedule ofSigmas(double[] sigma) {
    requireSteps(sigma.length);
    var alphaBar = new double[sigma.length + 1];
    alphaBar[0] = 1;
    for (int t = 0; t < sigma.length; t++) {
      alphaBar[t + 1] = 1 / (1 + sigma[t] * sigma[t]);
    }
    return new NoiseSchedule(alphaBar);
  }

  /**
   * The same schedule shifted and scaled so that nothing is left of the image at the end (Lin et
   * al., 2024), but for a variance of {@link #LAST_SIGNAL} or less: samplers divide by its root.
   */
  public NoiseSchedule withZeroTerminalSnr() {
    double first = Math.sqrt(alphaBar[1]);
    double last = Math.sqrt(alphaBar[steps()]);
    var scaled = new double[alphaBar.length];
    scaled[0] = 1;
    for (int t = 1; t < scaled.length; t++) {
      double root = (Math.sqrt(alphaBar[t]) - last) * first / (first - last);
      scaled[t] = root * root;
    }
    scaled[steps()] = Math.min(LAST_SIGNAL, scaled[steps() - 1] / 2);
    return new NoiseSchedule(scaled);
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
    return ofBetas(beta);
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
    return ofBetas(beta);
  }

  /** The cosine schedule of Nichol and Dhariwal, with beta clipped at 0.999. */
  public static NoiseSchedule cosine(int steps) {
    var beta = betas(steps);
    for (int t = 0; t < steps; t++) {
      beta[t] = Math.min(0.999, 1 - cosineBar((t + 1.0) / steps) / cosineBar((double) t / steps));
    }
    return ofBetas(beta);
  }

  private static double cosineBar(double u) {
    double c = Math.cos((u + 0.008) / 1.008 * Math.PI / 2);
    return c * c;
  }

  /** Standard deviation of the noise beside an image that is not scaled down. */
  public double sigma(int t) {
    return Math.sqrt((1 - alphaBar(t)) / alphaBar(t));
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
