package org.deftstream.deft.htransform;

/**
 * DiffPIR (Zhu et al., arXiv 2305.08995, algorithm 1): the clean image is the proximal point {@code
 * argmin_x |y - A x|^2 + rho |x - x0|^2} with {@code rho = lambda sigma^2 / s_t^2} and {@code s_t^2
 * = (1 - a) / a}, where x0 is the prior's estimate clipped to [-1, 1]. Goes with the sampler's
 * noise rule {@code zeta}. Thread-safe.
 */
public final class DiffPir extends CleanImageTransform {
  /** The method's name. */
  public static final String METHOD = "diffpir";

  private final double lambda;

  /**
   * Makes the method.
   *
   * @param lambda trust in the prior against the measurement, above 0; the paper uses 1 to 25
   */
  public DiffPir(double lambda) {
    this.lambda = Parameters.positive(METHOD, "lambda", lambda);
  }

  @Override
  public String method() {
    return METHOD;
  }

  @Override
  float[] cleanImage(StepRow row, float[] x0, double variance) {
    var operator = row.measurement().operator();
    double sigma = operator.noiseSigma();
    double rho = lambda * sigma * sigma / variance;
    return operator.proximal(x0, row.measurement().measurement(), rho);
  }
}
