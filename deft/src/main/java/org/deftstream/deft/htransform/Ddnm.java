package org.deftstream.deft.htransform;

/**
 * DDNM (Wang et al., arXiv 2212.00490): the clean image is {@code x0 + w A^+ (y - A x0)}, x0 being
 * the prior's estimate clipped to [-1, 1]. For noisy measurements it takes the scalar weight of
 * DDNM+, {@code w = min(1, s_t / (gain sigma))} with {@code s_t^2 = (1 - a) / a}, so that noise
 * enters the image only while the diffusion's own noise covers it. {@code A^+} is the operator's
 * preconditioned gradient, so exact for masks and filtered back-projection for CT. Thread-safe.
 */
public final class Ddnm extends CleanImageTransform {
  /** The method's name. */
  public static final String METHOD = "ddnm";

  private final double gain;

  /**
   * Makes the method.
   *
   * @param gain standard deviation that {@code A^+} makes of noise of standard deviation 1, at
   *     least 0; 1 for masks, and 0 leaves the weight at 1 (DDNM for measurements without noise)
   */
  public Ddnm(double gain) {
    if (!(gain >= 0 && Double.isFinite(gain))) {
      throw new IllegalArgumentException("ddnm: gain must be a number of 0 or more, got " + gain);
    }
    this.gain = gain;
  }

  @Override
  public String method() {
    return METHOD;
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
