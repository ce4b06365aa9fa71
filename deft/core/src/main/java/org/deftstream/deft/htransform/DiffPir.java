package org.deftstream.deft.htransform;

import java.util.List;
import java.util.OptionalDouble;
import java.util.stream.IntStream;
import org.deftstream.deft.operator.ForwardOperator;
import org.deftstream.deft.operator.ProximalPoints;

/**
 * DiffPIR (Zhu et al., arXiv 2305.08995, algorithm 1): the clean image is the proximal point {@code
 * x0h = argmin_x |y - A x|^2 + rho |x - x0|^2} with {@code rho = lambda sigma^2 / s_t^2} and {@code
 * s_t^2 = (1 - a) / a}, where x0 is the prior's estimate clipped to [-1, 1], and the corrected
 * noise follows it: {@code e' = (x_t - sqrt(a) x0h) / sqrt(1 - a)} and {@code h = e' - eps}. As
 * {@code eps = (x_t - sqrt(a) x0Hat) / sqrt(1 - a)}, this is {@code h = sqrt(a / (1 - a)) (x0Hat -
 * x0h)}, which loses no digits. Goes with the sampler's noise rule {@code zeta}. Rows are computed
 * in parallel on the common pool; thread-safe.
 */
public final class DiffPir implements HTransform {
  /** The method's name. */
  public static final String METHOD = "diffpir";

  private final double lambda;

  /**
   * Makes the method.
   *
   * @param lambda trust in the prior against the measurement, above 0; the paper uses 1 to 25
   */
  public DiffPir(double lambda) {
    this.lambda = Parameters.positive(METHOD, "lambda", lambda);
  }

  @Override
  public String method() {
    return METHOD;
  }

  @Override
  public List<float[]> correct(List<StepRow> rows) {
    var asked = rows.parallelStream().map(this::asked).toList();
    var proximal = ProximalPoints.of(asked, rows.get(0).device());
    return IntStream.range(0, proximal.length)
        .parallel()
        .mapToObj(i -> correction(rows.get(i), proximal[i]))
        .toList();
  }

  @Override
  public OptionalDouble proximalWeight(ForwardOperator operator, double alphaBar) {
    double sigma = operator.noiseSigma();
    return OptionalDouble.of(lambda * sigma * sigma / variance(alphaBar));
  }

  private ProximalPoints.Row asked(StepRow row) {
    double rho = proximalWeight(row.measurement().operator(), row.alphaBar()).orElseThrow();
    return new ProximalPoints.Row(row.measurement(), clipped(row.x0Hat()), rho);
  }

  private static double variance(double alphaBar) {
    return (1 - alphaBar) / alphaBar;
  }

  private static float[] correction(StepRow row, float[] proximal) {
    double scale = 1 / Math.sqrt(variance(row.alphaBar()));
    var h = new float[proximal.length];
    for (int i = 0; i < h.length; i++) {
      h[i] = (float) (scale * ((double) row.x0Hat()[i] - proximal[i]));
    }
    return h;
  }

  /** A copy of an image with its values clipped to [-1, 1]. */
  static float[] clipped(float[] image) {
    var out = image.clone();
    for (int i = 0; i < out.length; i++) {
      out[i] = Math.max(-1, Math.min(1, out[i]));
    }
    return out;
  }
}
