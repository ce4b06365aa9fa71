package org.deftstream.deft.htransform;

import org.deftstream.deft.operator.BoundMeasurement;
import org.deftstream.deft.prior.Prior;

/**
 * PiGDM (Song et al., ICLR 2023, algorithm 1, as in the authors' code for RED-diff): x0 given x_t
 * is taken for {@code N(x0Hat, r_t^2 I)} with {@code r_t^2 = 1 - a}, and the step becomes {@code
 * x_s = DDIM(x_t) + weight sqrt(a b) J^T v} with {@code v = A^T (A A^T + (sigma^2 / r_t^2) I)^-1 (y
 * - A x0Hat)}. By the push-through identity v is how far the operator's proximal point for {@code
 * rho = sigma^2 / r_t^2} is from x0Hat. For non-linear operators v is the operator's surrogate of
 * {@code A^+ (y - A(x0Hat))}, its likelihood gradient. As a correction, {@code h = (weight sqrt(b)
 * / w) sqrt(a) J^T v} with w the weight of the noise in the step. Needs the prior's Jacobian, which
 * it borrows; thread-safe.
 */
public final class PiGdm extends Guidance {
  /** The method's name. */
  public static final String METHOD = "pigdm";

  private final double weight;

  /**
   * Makes the method.
   *
   * @param weight factor of the guidance, above 0; 1 in the paper
   */
  public PiGdm(Prior prior, double weight) {
    super(prior);
    this.weight = Parameters.positive(METHOD, "weight", weight);
  }

  @Override
  public String method() {
    return METHOD;
  }

  @Override
  float[] direction(BoundMeasurement measurement, float[] x0Hat, double alphaBar) {
    var operator = measurement.operator();
    double sigma = operator.noiseSigma();
    if (!operator.linear() || sigma == 0) {
      return operator.likelihoodGradient(x0Hat, measurement.measurement());
    }
    double rho = sigma * sigma / (1 - alphaBar);
    float[] nearest = operator.proximal(x0Hat, measurement.measurement(), rho);
    var v = new float[nearest.length];
    for (int i = 0; i < v.length; i++) {
      v[i] = nearest[i] - x0Hat[i];
    }
    return v;
  }

  @Override
  double reach(StepRow row) {
    return weight * Math.sqrt(row.step().targetAlphaBar());
  }
}
