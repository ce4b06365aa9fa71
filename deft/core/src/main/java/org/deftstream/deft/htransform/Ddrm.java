package org.deftstream.deft.htransform;

import org.deftstream.deft.operator.ForwardOperator;
import org.deftstream.deft.operator.SpectralForm;

/**
 * DDRM (Kawar et al., arXiv 2201.11793, eqs. 7 and 8) for operators with a cheap singular value
 * decomposition {@code A = U S V^T}. In coordinates {@code V^T x}, with {@code s' = sqrt((1 - b) /
 * b)}, c the weight of the predicted noise and f that of the fresh noise, both over sqrt(b) and
 * {@code c^2 + f^2 = s'^2}, the next state {@code x_s / sqrt(b)} is
 *
 * <pre>{@code
 * S = 0:            x0 + c e + f z
 * S s' <  sigma:    x0 + c (y - S x0) / sigma + f z
 * S s' >= sigma:    (1 - etaB) x0 + etaB y / S + sqrt(s'^2 - (etaB sigma / S)^2) z
 * }</pre>
 *
 * where y stands for {@code U^T y}. The paper's {@code eta} is {@code f / s'}: the square root of
 * {@code zeta} in the sampler's noise rule of that name, 0.7225 for the paper's 0.85. The
 * correction is what DDIM's step lacks, {@code h = (x_s - DDIM(x_t)) / w} with w the weight of the
 * noise; where the paper's fresh noise is another than the sampler's, h holds the difference.
 * Stateless but for etaB; thread-safe.
 */
public final class Ddrm extends PrescribedStep {
  /** The method's name. */
  public static final String METHOD = "ddrm";

  private final double etaB;

  /**
   * Makes the method.
   *
   * @param etaB trust in measured coordinates, in (0, 1]; 1 in the paper
   */
  public Ddrm(double etaB) {
    if (!(etaB > 0 && etaB <= 1)) {
      throw new IllegalArgumentException("ddrm: etaB must be a number in (0, 1], got " + etaB);
    }
    this.etaB = etaB;
  }

  @Override
  public String method() {
    return METHOD;
  }

  /**
   * As the class says.
   *
   * @throws IllegalArgumentException if the operator has no spectral form
   */
  @Override
  float[] correct(StepRow row) {
    return correct(spectrum(row.measurement().operator()), row, etaB);
  }

  /**
   * The decomposition.
   *
   * @throws IllegalArgumentException if the operator has none
   */
  static SpectralForm spectrum(ForwardOperator operator) {
    return operator
        .spectralForm()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "ddrm needs the singular value decomposition of the operator; "
                        + operator.kind()
                        + " has none that is cheap"));
  }

  /** The correction in the singular basis. */
  static float[] correct(SpectralForm spectrum, StepRow row, double etaB) {
    float[] clean = spectrum.imageToSpectral(row.x0Hat());
    float[] eps = spectrum.imageToSpectral(row.eps());
    float[] y = spectrum.measurementToSpectral(row.measurement().measurement());
    boolean last = row.step().targetAlphaBar() == 1;
    float[] z = last ? new float[clean.length] : spectrum.imageToSpectral(row.fresh());
    float[] singular = spectrum.singularValues();
    double sigma = row.measurement().operator().noiseSigma();
    double root = Math.sqrt(row.step().targetAlphaBar());
    double spread = Ddnm.spread(row.step());
    double predicted = row.step().predicted() / root;
    double fresh = row.step().fresh() / root;
    var h = new float[clean.length];
    for (int i = 0; i < h.length; i++) {
      double s = singular[i];
      if (s == 0) {
        continue;
      }
      double next;
      if (s * spread < sigma) {
        next = clean[i] + predicted * (y[i] - s * clean[i]) / sigma + fresh * z[i];
      } else {
        double noise = etaB * sigma / s;
        // Rounding can leave a negative nothing under the root.
        double rest = Math.sqrt(Math.max(0, spread * spread - noise * noise));
        next = (1 - etaB) * clean[i] + etaB * y[i] / s + rest * z[i];
      }
      double unconditional = clean[i] + predicted * eps[i] + fresh * z[i];
      h[i] = (float) (root * (next - unconditional) / row.step().noise());
    }
    return spectrum.spectralToImage(h);
  }
}
