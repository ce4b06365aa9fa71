package org.deftstream.deft.htransform;

import static org.deftstream.deft.Dense.identity;
import static org.deftstream.deft.Dense.inverse;
import static org.deftstream.deft.Dense.plus;
import static org.deftstream.deft.Dense.times;
import static org.deftstream.deft.Dense.transpose;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.deftstream.deft.Dense;
import org.deftstream.deft.GaussianPrior;

/**
 * The h-transform itself, for a Gaussian prior and a linear operator: {@code h = -sqrt(a / (1 - a))
 * P A^T (A P A^T + sigma^2 I)^-1 (y - A x0Hat)}, with {@code P} the covariance of x0 given x_t.
 */
final class ExactHTransform implements HTransform {
  private final GaussianPrior prior;
  private final double[][] operator;
  private final double sigma;
  private final Map<Integer, double[][]> gains = new ConcurrentHashMap<>();

  ExactHTransform(GaussianPrior prior, double[][] operator, double sigma) {
    this.prior = prior;
    this.operator = operator;
    this.sigma = sigma;
  }

  double[] correction(double[] x0Hat, double[] y, int t) {
    return times(gain(t), plus(y, times(operator, x0Hat), -1));
  }

  private double[][] gain(int t) {
    return gains.computeIfAbsent(
        t,
        key -> {
          double a = prior.schedule().alphaBar(key);
          var cross = times(prior.spread(key), transpose(operator));
          var evidence = plus(times(operator, cross), identity(operator.length, sigma * sigma), 1);
          var gain = times(cross, inverse(evidence));
          return plus(new double[gain.length][gain[0].length], gain, -Math.sqrt(a / (1 - a)));
        });
  }

  @Override
  public String method() {
    return "exact";
  }

  @Override
  public List<float[]> correct(List<StepRow> rows) {
    return rows.stream()
        .map(
            row ->
                Dense.floats(
                    correction(
                        Dense.doubles(row.x0Hat()),
                        Dense.doubles(row.measurement().measurement()),
                        row.t())))
        .toList();
  }
}
