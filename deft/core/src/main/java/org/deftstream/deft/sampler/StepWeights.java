package org.deftstream.deft.sampler;

/**
 * One step of DDIM as the affine map that it is: {@code x_s = keep x_t + noise e + fresh z}, with
 * the corrected noise e and a standard normal z. Immutable.
 *
 * <p>A correction h of the predicted noise moves x_s by {@code noise h}. The weight is negative,
 * and 0 for no step: {@code noise = predicted - sqrt(b (1 - a) / a)} with {@code predicted <=
 * sqrt(1 - b)} and {@code b > a}. So a method that is published as a step can be written as a
 * correction.
 *
 * @param alphaBar {@code a = alphaBar_t}
 * @param targetAlphaBar {@code b = alphaBar_s}; larger than a, and 1 at the last step
 * @param keep {@code sqrt(b / a)}
 * @param noise weight of the corrected noise
 * @param fresh weight of the fresh noise
 */
public record StepWeights(
    double alphaBar, double targetAlphaBar, double keep, double noise, double fresh) {

  /** The weights of a step with the settings' noise rule. */
  public static StepWeights of(SamplerSettings settings, double alphaBar, double targetAlphaBar) {
    double fresh = DdimStep.freshNoise(settings, alphaBar, targetAlphaBar);
    // Rounding can leave a negative nothing under the root.
    double predicted = Math.sqrt(Math.max(0, 1 - targetAlphaBar - fresh * fresh));
    double keep = Math.sqrt(targetAlphaBar / alphaBar);
    double noise = predicted - keep * Math.sqrt(1 - alphaBar);
    return new StepWeights(alphaBar, targetAlphaBar, keep, noise, fresh);
  }

  /** The weights of the last step, to the clean image {@code (x_t - sqrt(1 - a) e) / sqrt(a)}. */
  public static StepWeights toClean(double alphaBar) {
    double keep = 1 / Math.sqrt(alphaBar);
    return new StepWeights(alphaBar, 1, keep, -keep * Math.sqrt(1 - alphaBar), 0);
  }

  /** Weight of the predicted noise beside the clean image: {@code x_s = sqrt(b) x0 + this e}. */
  public double predicted() {
    return noise + keep * Math.sqrt(1 - alphaBar);
  }
}
