package org.deftstream.deft.htransform;

import org.deftstream.deft.operator.BoundMeasurement;
import org.deftstream.deft.operator.ProximalDevice;
import org.deftstream.deft.sampler.StepWeights;

/**
 * What an h-transform sees of one trajectory at one step. Arrays are flat, channels last, and only
 * lent for the call.
 *
 * @param xt the noisy image
 * @param eps the prior's predicted noise
 * @param x0Hat the Tweedie estimate {@code (x_t - sqrt(1 - alphaBar_t) eps) / sqrt(alphaBar_t)}
 * @param t timestep
 * @param alphaBar {@code alphaBar_t}
 * @param measurement y and its operator
 * @param step the step that the corrected noise will be used for; h itself depends on it only in
 *     methods that are published as a step ({@link HTransform#prescribesStep})
 * @param fresh the step's fresh noise z, standard normal. There for methods that prescribe the
 *     step, unless it is the last; else it may be null or hold anything
 * @param previous the conditional estimate {@code E[x0 | x_s, y]} of the step before. There for
 *     methods that remember it ({@link HTransform#remembers}); null at the first step
 * @param device what may find proximal points; null for the host
 */
public record StepRow(
    float[] xt,
    float[] eps,
    float[] x0Hat,
    int t,
    double alphaBar,
    BoundMeasurement measurement,
    StepWeights step,
    float[] fresh,
    float[] previous,
    ProximalDevice device) {

  /** A row whose proximal point the host finds. */
  public StepRow(
      float[] xt,
      float[] eps,
      float[] x0Hat,
      int t,
      double alphaBar,
      BoundMeasurement measurement,
      StepWeights step,
      float[] fresh,
      float[] previous) {
    this(xt, eps, x0Hat, t, alphaBar, measurement, step, fresh, previous, null);
  }

  /** A row whose step leads to the clean image. */
  public StepRow(
      float[] xt,
      float[] eps,
      float[] x0Hat,
      int t,
      double alphaBar,
      BoundMeasurement measurement) {
    this(xt, eps, x0Hat, t, alphaBar, measurement, StepWeights.toClean(alphaBar), null, null);
  }
}
