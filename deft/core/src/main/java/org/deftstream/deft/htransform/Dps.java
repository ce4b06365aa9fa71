package org.deftstream.deft.htransform;

import org.deftstream.deft.operator.BoundMeasurement;
import org.deftstream.deft.prior.Prior;

/**
 * DPS (Chung et al., arXiv 2209.14687, algorithm 1): after each step of the sampler, {@code x_s}
 * moves by {@code -zeta grad_{x_t} |y - A(x0Hat(x_t))|}. The norm is that of one image, not of a
 * batch, so neighbours have no effect. As a correction, with w the weight of the noise in the step
 * and r the residual, {@code h = (zeta / (w sqrt(a))) sqrt(a) J^T A'^T r / |r|}. The step of the
 * paper is ancestral: the sampler's {@code eta} 1. Needs the prior's Jacobian, which it borrows;
 * thread-safe.
 */
public final class Dps extends Guidance {
  /** The method's name. */
  public static final String METHOD = "dps";

  private final double zeta;

  /**
   * Makes the method.
   *
   * @param zeta length of the step in image units for each unit of residual, above 0; the paper
   *     uses 0.3 to 1 with 1000 steps
   */
  public Dps(Prior prior, double zeta) {
    super(prior);
    this.zeta = Parameters.positive(METHOD, "zeta", zeta);
  }

  @Override
  public String method() {
    return METHOD;
  }

  /** {@code A'^T r / |r|}; zero where nothing is left unexplained. */
  @Override
  float[] direction(BoundMeasurement measurement, float[] x0Hat, double alphaBar) {
    var operator = measurement.operator();
    var residual = operator.unexplained(x0Hat, measurement.measurement());
    double square = 0;
    for (float value : residual) {
      square += (double) value * value;
    }
    if (square > 0) {
      float scale = (float) (1 / Math.sqrt(square));
      for (int i = 0; i < residual.length; i++) {
        residual[i] *= scale;
      }
    }
    return operator.vectorJacobian(x0Hat, residual);
  }

  @Override
  double reach(StepRow row) {
    return zeta / Math.sqrt(row.alphaBar());
  }
}
