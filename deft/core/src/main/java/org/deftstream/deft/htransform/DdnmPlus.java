package org.deftstream.deft.htransform;

/**
 * DDNM+ (Wang et al., arXiv 2212.00490, section 3.3), which lets the measurement's noise into the
 * image only as far as the diffusion's own noise covers it, and takes it off the fresh noise. With
 * {@code s'}, c and f as in {@link Ddnm}, in the singular basis {@code A = U S V^T} of operators
 * that have one, the next state {@code x_s / sqrt(b)} is
 *
 * <pre>{@code
 * S = 0:            x0 + c e + f z
 * S s' <  sigma:    x0 + (S c / sigma) (y / S - x0) + f z
 * S s' >= sigma:    y / S + sqrt(s'^2 - (sigma / S)^2) z
 * }</pre>
 *
 * which is {@link Ddrm}'s with etaB 1, and for the others, with {@code l = min(1, s' / (gain
 * sigma))} and the clean image {@code x0h = x0 + l A^+ (y - A x0)}, x0 being clipped to [-1, 1] and
 * {@code s} the noise of x_t,
 *
 * <pre>{@code
 * x0h + (c / s) (x_t / sqrt(a) - x0h) + (f / s') sqrt(s'^2 - (l gain sigma)^2) z
 * }</pre>
 *
 * {@code A^+} is the operator's preconditioned gradient, filtered back-projection for CT. The
 * correction is what DDIM's step lacks. Stateless but for the gain; thread-safe.
 */
public final class DdnmPlus extends PrescribedStep {
  /** The method's name. */
  public static final String METHOD = "ddnm-plus";

  private final double gain;

  /**
   * Makes the method.
   *
   * @param gain standard deviation that {@code A^+} makes of noise of standard deviation 1, at
   *     least 0, where the operator has no singular value decomposition that is cheap; 0 leaves l
   *     at 1
   */
  public DdnmPlus(double gain) {
    if (!(gain >= 0 && Double.isFinite(gain))) {
      throw new IllegalArgumentException(
          METHOD + ": gain must be a number of 0 or more, got " + gain);
    }
    this.gain = gain;
  }

  @Override
  public String method() {
    return METHOD;
  }

  @Override
  float[] correct(StepRow row) {
    return row.measurement()
        .operator()
        .spectralForm()
        .map(spectrum -> Ddrm.correct(spectrum, row, 1))
        .orElseGet(() -> inPixels(row));
  }

  private float[] inPixels(StepRow row) {
    boolean last = row.step().targetAlphaBar() == 1;
    float[] z = last ? new float[row.xt().length] : row.fresh();
    var operator = row.measurement().operator();
    double root = Math.sqrt(row.step().targetAlphaBar());
    double spread = Ddnm.spread(row.step());
    double noise = gain * operator.noiseSigma();
    double weight = noise == 0 ? 1 : Math.min(1, spread / noise);
    double c = row.step().predicted() / root;
    double f = row.step().fresh() / root;
    double admitted = weight * noise;
    // Rounding can leave a negative nothing under the root.
    double covered = Math.sqrt(Math.max(0, spread * spread - admitted * admitted));
    double rest = spread == 0 ? 0 : f / spread * covered;
    double ratio = c / Math.sqrt((1 - row.alphaBar()) / row.alphaBar());
    var x0 = DiffPir.clipped(row.x0Hat());
    var step = operator.likelihoodGradient(x0, row.measurement().measurement());
    var h = new float[x0.length];
    for (int i = 0; i < h.length; i++) {
      double clean = x0[i] + weight * step[i];
      double next = clean + ratio * (row.xt()[i] / Math.sqrt(row.alphaBar()) - clean) + rest * z[i];
      double unconditional = row.x0Hat()[i] + c * row.eps()[i] + f * z[i];
      h[i] = (float) (root * (next - unconditional) / row.step().noise());
    }
    return h;
  }
}
