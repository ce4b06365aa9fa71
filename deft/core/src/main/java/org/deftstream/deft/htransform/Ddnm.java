package org.deftstream.deft.htransform;

import org.deftstream.deft.sampler.StepWeights;

/**
 * DDNM (Wang et al., arXiv 2212.00490, algorithm 1), for measurements without noise. With {@code s'
 * = sqrt((1 - b) / b)}, c the weight of the predicted noise and f that of the fresh noise, both
 * over sqrt(b) and {@code c^2 + f^2 = s'^2}, the next state {@code x_s / sqrt(b)} is
 *
 * <pre>{@code
 * x0 + A^+ (y - A x0) + c e + f z
 * }</pre>
 *
 * {@code A^+} is the operator's preconditioned gradient, so exact for masks and filtered
 * back-projection for CT. The correction is what DDIM's step lacks, {@code h = (x_s - DDIM(x_t)) /
 * w} with w the weight of the noise. Stateless; thread-safe.
 */
public final class Ddnm extends PrescribedStep {
  /** The method's name. */
  public static final String METHOD = "ddnm";

  @Override
  public String method() {
    return METHOD;
  }

  @Override
  float[] correct(StepRow row) {
    var h =
        row.measurement()
            .operator()
            .likelihoodGradient(row.x0Hat(), row.measurement().measurement());
    double scale = Math.sqrt(row.step().targetAlphaBar()) / row.step().noise();
    for (int i = 0; i < h.length; i++) {
      h[i] *= (float) scale;
    }
    return h;
  }

  /** {@code s'}, the noise of the next state over sqrt(b). */
  static double spread(StepWeights step) {
    return Math.sqrt((1 - step.targetAlphaBar()) / step.targetAlphaBar());
  }
}
