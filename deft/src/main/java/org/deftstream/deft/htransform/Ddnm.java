package org.deftstream.deft.htransform;

/**
 * DDNM (Wang et al., arXiv 2212.00490): the clean image is {@code x0 + w A^+ (y - A x0)}, x0 being
 * the prior's estimate clipped to [-1, 1]. DDNM itself has {@code w = 1}, for measurements without
 * noise. DDNM+ is for noisy ones and has the scalar weight {@code w = min(1, s_t / (gain sigma))}
 * with {@code s_t^2 = (1 - a) / a}, so that noise enters the image only while the diffusion's own
 * noise covers it. {@code A^+} is the operator's preconditioned gradient, so exact for masks and
 * filtered back-projection for CT. Thread-safe.
 */
public final class Ddnm extends CleanImageTransform {
  /** The name of DDNM. */
  public static final String METHOD = "ddnm";

  /** The name of DDNM+. */
  public static final String PLUS_METHOD = "ddnm-plus";

  private final String method;
  private final double gain;

  private Ddnm(String method, double gain) {
    this.method = method;
    this.gain = gain;
  }

  /** DDNM, which takes the measurement at its word. */
  public static Ddnm exact() {
    return new Ddnm(METHOD, 0);
  }

  /**
   * DDNM+.
   *
   * @param gain standard deviation that {@code A^+} makes of noise of standard deviation 1, at
   *     least 0; 1 for masks, and 0 leaves the weight at 1
   */
  public static Ddnm plus(double gain) {
    if (!(gain >= 0 && Double.isFinite(gain))) {
      throw new IllegalArgumentException(
          PLUS_METHOD + ": gain must be a number of 0 or more, got " + gain);
    }
    return new Ddnm(PLUS_METHOD, gain);
  }

  @Override
  public String method() {
    return method;
  }

  @Override
  float[] cleanImage(StepRow row, float[] x0, double variance) {
    var operator = row.measurement().operator();
    double spread = gain * operator.noiseSigma();
    double weight = spread == 0 ? 1 : Math.min(1, Math.sqrt(variance) / spread);
    var step = operator.likelihoodGradient(x0, row.measurement().measurement());
    for (int i = 0; i < x0.length; i++) {
      x0[i] += (float) (weight * step[i]);
    }
    return x0;
  }
}
