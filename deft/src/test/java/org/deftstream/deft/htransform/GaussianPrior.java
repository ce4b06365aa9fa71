package org.deftstream.deft.htransform;

import static org.deftstream.deft.htransform.Dense.identity;
import static org.deftstream.deft.htransform.Dense.inverse;
import static org.deftstream.deft.htransform.Dense.plus;
import static org.deftstream.deft.htransform.Dense.times;
import static org.deftstream.deft.htransform.Dense.transpose;

import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.prior.Prior;
import org.deftstream.deft.schedule.NoiseSchedule;

/**
 * A prior of which everything is known: x0 ~ N(mean, covariance). Its noise prediction, its
 * conditional noise prediction and with them the h-transform have closed forms.
 */
final class GaussianPrior implements Prior {
  private final ImageShape shape;
  private final NoiseSchedule schedule;
  private final double[] mean;
  private final double[][] covariance;
  private final double[][] precision;
  private final Map<Integer, double[][]> spread = new ConcurrentHashMap<>();

  GaussianPrior(ImageShape shape, NoiseSchedule schedule, double[] mean, double[][] covariance) {
    this.shape = shape;
    this.schedule = schedule;
    this.mean = mean;
    this.covariance = covariance;
    precision = inverse(covariance);
  }

  /** A smooth random field: correlated over about two pixels, standard deviation 0.2. */
  static GaussianPrior smooth(ImageShape shape, NoiseSchedule schedule) {
    int n = shape.size();
    var mean = new double[n];
    var covariance = identity(n, 0.004);
    for (int i = 0; i < n; i++) {
      mean[i] = 0.3 * Math.sin(i);
      for (int j = 0; j < n; j++) {
        double rows = (double) i / shape.width() - (double) j / shape.width();
        double columns = i % shape.width() - j % shape.width();
        rows = Math.rint(rows - columns / shape.width());
        covariance[i][j] += 0.036 * Math.exp(-(rows * rows + columns * columns) / 4);
      }
    }
    return new GaussianPrior(shape, schedule, mean, covariance);
  }

  /** {@code P_t = (C^-1 + a / (1 - a) I)^-1}, the covariance of x0 given x_t. */
  double[][] spread(int t) {
    return spread.computeIfAbsent(
        t,
        key -> {
          double a = schedule.alphaBar(key);
          return inverse(plus(precision, identity(mean.length, a / (1 - a)), 1));
        });
  }

  /** {@code E[eps | x_t]}. */
  double[] noise(double[] xt, int t) {
    double a = schedule.alphaBar(t);
    var right = plus(times(precision, mean), xt, Math.sqrt(a) / (1 - a));
    return noiseOf(xt, times(spread(t), right), a);
  }

  /** {@code E[eps | x_t, y]} for {@code y = A x0 + sigma n}. */
  double[] noise(double[] xt, int t, double[][] operator, double sigma, double[] y) {
    double a = schedule.alphaBar(t);
    var transposed = transpose(operator);
    double weight = 1 / (sigma * sigma);
    var information = plus(inverse(spread(t)), times(transposed, operator), weight);
    var right = plus(times(precision, mean), xt, Math.sqrt(a) / (1 - a));
    right = plus(right, times(transposed, y), weight);
    return noiseOf(xt, times(inverse(information), right), a);
  }

  double[][] posteriorCovariance(double[][] operator, double sigma) {
    return inverse(plus(precision, times(transpose(operator), operator), 1 / (sigma * sigma)));
  }

  double[] posteriorMean(double[][] operator, double sigma, double[] y) {
    var right = plus(times(precision, mean), times(transpose(operator), y), 1 / (sigma * sigma));
    return times(posteriorCovariance(operator, sigma), right);
  }

  double[] mean() {
    return mean;
  }

  double[][] covariance() {
    return covariance;
  }

  private static double[] noiseOf(double[] xt, double[] x0, double a) {
    var out = plus(xt, x0, -Math.sqrt(a));
    for (int i = 0; i < out.length; i++) {
      out[i] /= Math.sqrt(1 - a);
    }
    return out;
  }

  @Override
  public String name() {
    return "gaussian";
  }

  @Override
  public String fingerprint() {
    return "none";
  }

  @Override
  public ImageShape imageShape() {
    return shape;
  }

  @Override
  public NoiseSchedule schedule() {
    return schedule;
  }

  @Override
  public long parameters() {
    return 0;
  }

  @Override
  public String device() {
    return "closed form";
  }

  @Override
  public float[] predictNoise(float[] xt, int[] timesteps) {
    int n = shape.size();
    var out = new float[xt.length];
    for (int row = 0; row < timesteps.length; row++) {
      var x = Dense.doubles(Arrays.copyOfRange(xt, row * n, (row + 1) * n));
      System.arraycopy(Dense.floats(noise(x, timesteps[row])), 0, out, row * n, n);
    }
    return out;
  }

  @Override
  public void close() {}
}
