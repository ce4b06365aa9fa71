package org.deftstream.deft.htransform;

import org.deftstream.deft.operator.BoundMeasurement;

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
 */
public record StepRow(
    float[] xt, float[] eps, float[] x0Hat, int t, double alphaBar, BoundMeasurement measurement) {}
