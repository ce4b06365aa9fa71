package org.deftstream.deft.sampler;

/**
 * DPM-Solver++(2M) and SDE-DPM-Solver++(2M) (Lu et al., arXiv 2211.01095, algorithm 2 and appendix
 * on the SDE): the second-order multistep solver in terms of the clean image. With {@code lambda =
 * ln(a / (1 - a)) / 2}, {@code h = lambda_s - lambda_t} and the corrected clean estimate D of this
 * step and D' of the one before,
 *
 * <pre>{@code
 * x_s = sqrt((1 - b) / (1 - a)) exp(-eta h) x_t
 *       + sqrt(b) (1 - exp(-(1 + eta) h)) (D + (D - D') h / (2 h'))
 *       + sqrt((1 - b) (1 - exp(-2 eta h))) z
 * }</pre>
 *
 * eta 0 solves the probability-flow equation, 1 the reverse equation with its full noise; between
 * them as in k-diffusion. The first step is of first order, where it is DDIM's for eta 0 and 1, and
 * so is the last one, which ends at D, and any that is more than twice as long as the one before:
 * the line through two estimates says nothing that far ahead, and on a uniform grid the step to
 * timestep 0 is such a one.
 */
final class DpmSolverStep implements Stepper {
  /** How many times as long as the step before a step may be to be extrapolated. */
  private static final double LONGEST = 2;

  private final double eta;
  private float[] previous;
  private float[] clean;
  private double previousLambda;
  private boolean begun;

  DpmSolverStep(double eta) {
    this.eta = eta;
  }

  @Override
  public void apply(float[] x, float[] noise, float[] fresh, StepWeights step) {
    if (clean == null) {
      clean = new float[x.length];
      previous = new float[x.length];
    }
    DdimStep.clean(x, noise, step.alphaBar(), clean);
    double variance = 1 - step.targetAlphaBar();
    if (variance == 0) {
      System.arraycopy(clean, 0, x, 0, x.length);
      return;
    }
    double lambda = halfLogSnr(step.alphaBar());
    double h = halfLogSnr(step.targetAlphaBar()) - lambda;
    double ratio = begun ? h / (lambda - previousLambda) : 0;
    double ahead = ratio > LONGEST ? 0 : ratio / 2;
    double keep = Math.sqrt(variance / (1 - step.alphaBar())) * Math.exp(-eta * h);
    double move = -Math.sqrt(step.targetAlphaBar()) * Math.expm1(-(1 + eta) * h);
    double freshWeight = Math.sqrt(-variance * Math.expm1(-2 * eta * h));
    for (int i = 0; i < x.length; i++) {
      double towards = clean[i] + ahead * ((double) clean[i] - previous[i]);
      double next = keep * x[i] + move * towards;
      x[i] = (float) (freshWeight == 0 ? next : next + freshWeight * fresh[i]);
    }
    var swapped = previous;
    previous = clean;
    clean = swapped;
    previousLambda = lambda;
    begun = true;
  }

  /** Half the logarithm of the signal-to-noise ratio {@code a / (1 - a)}. */
  static double halfLogSnr(double alphaBar) {
    return 0.5 * Math.log(alphaBar / (1 - alphaBar));
  }
}
