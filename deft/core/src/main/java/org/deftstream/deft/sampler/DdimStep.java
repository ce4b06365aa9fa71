package org.deftstream.deft.sampler;

import org.deftstream.deft.sampler.SamplerSettings.NoiseRule;

/**
 * One step of DDIM (Song et al., arXiv 2010.02502, eq. 12), with the noise rule of DDIM or of
 * DiffPIR. With {@code a = alphaBar_t}, {@code b = alphaBar_s} of the target s and the corrected
 * noise e:
 *
 * <pre>{@code
 * x0  = (x_t - sqrt(1 - a) e) / sqrt(a)
 * x_s = sqrt(b) x0 + fresh z + predicted e,   fresh^2 + predicted^2 = 1 - b
 * }</pre>
 *
 * Stateless and thread-safe.
 */
public final class DdimStep {
  private DdimStep() {}

  /**
   * The weight of the fresh noise z. Zero means that {@link #apply} will not look at the noise:
   * always so at the last step, whose target is the clean image.
   *
   * @param alphaBar a, at the present timestep
   * @param targetAlphaBar b, at the target; larger than a, and 1 at the last step
   */
  public static double freshNoise(
      SamplerSettings settings, double alphaBar, double targetAlphaBar) {
    double variance = 1 - targetAlphaBar;
    if (settings.noise() == NoiseRule.ZETA) {
      return Math.sqrt(settings.noiseLevel() * variance);
    }
    double ratio = (1 - alphaBar / targetAlphaBar) * variance / (1 - alphaBar);
    return settings.noiseLevel() * Math.sqrt(ratio);
  }

  /**
   * Moves one trajectory to its target, in place.
   *
   * @param x the state x_t; holds x_s afterwards, which is x0 at the last step
   * @param noise the corrected noise {@code e = eps + h}
   * @param fresh z, standard normal; may be null where {@link #freshNoise} is 0
   */
  public static void apply(
      float[] x,
      float[] noise,
      float[] fresh,
      SamplerSettings settings,
      double alphaBar,
      double targetAlphaBar) {
    apply(x, noise, fresh, StepWeights.of(settings, alphaBar, targetAlphaBar));
  }

  /** As above, with weights that are known already. */
  public static void apply(float[] x, float[] noise, float[] fresh, StepWeights weights) {
    double keep = weights.keep();
    double turn = weights.noise();
    double freshWeight = weights.fresh();
    if (freshWeight == 0) {
      for (int i = 0; i < x.length; i++) {
        x[i] = (float) (keep * x[i] + turn * noise[i]);
      }
    } else {
      for (int i = 0; i < x.length; i++) {
        x[i] = (float) (keep * x[i] + turn * noise[i] + freshWeight * fresh[i]);
      }
    }
  }

  /**
   * The estimate of the clean image that belongs to a predicted noise (Tweedie): {@code (x_t -
   * sqrt(1 - a) e) / sqrt(a)}, in a new array.
   */
  public static float[] clean(float[] xt, float[] noise, double alphaBar) {
    var out = new float[xt.length];
    clean(xt, noise, alphaBar, out);
    return out;
  }

  /** As above, into a given array. */
  public static void clean(float[] xt, float[] noise, double alphaBar, float[] out) {
    double scale = 1 / Math.sqrt(alphaBar);
    double weight = Math.sqrt(1 - alphaBar) * scale;
    for (int i = 0; i < out.length; i++) {
      out[i] = (float) (scale * xt[i] - weight * noise[i]);
    }
  }
}
