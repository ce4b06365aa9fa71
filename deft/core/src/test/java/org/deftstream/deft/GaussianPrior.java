package org.deftstream.deft;

import static org.deftstream.deft.Dense.identity;
import static org.deftstream.deft.Dense.inverse;
import static org.deftstream.deft.Dense.plus;
import static org.deftstream.deft.Dense.times;
import static org.deftstream.deft.Dense.transpose;

import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.prior.Prior;
import org.deftstream.deft.schedule.NoiseSchedule;

/**
 * A prior of which everything is known: {@code x0 ~ N(mean, covariance)}. Its noise prediction, its
 * Jacobian, its conditional noise prediction and with them the h-transform have closed forms. With
 * {@code a = alphaBar_t}, {@code P = (C^-1 + a / (1 - a) I)^-1} is the covariance of x0 given x_t
 * and {@code E[x0 | x_t] = m + (sqrt(a) / (1 - a)) P (x_t - sqrt(a) m)}. Treats rows independently,
 * to the bit. Values that are independent of each other may be as many as an image has; a full
 * covariance is for small images.
 */
public final class GaussianPrior implements Prior {
  private final ImageShape shape;
  private final NoiseSchedule schedule;
  private final double[] mean;

  /** Variances of independent values; null if there is a covariance. */
  private final double[] variance;

  /** Null if the values are independent. */
  private final double[][] covariance;

  private final Map<Integer, double[][]> spread = new ConcurrentHashMap<>();

  private GaussianPrior(
      ImageShape shape,
      NoiseSchedule schedule,
      double[] mean,
      double[] variance,
      double[][] covariance) {
    this.shape = shape;
    this.schedule = schedule;
    this.mean = mean;
    this.variance = variance;
    this.covariance = covariance;
  }

  /** A prior with a mean and a variance for each value of the image. */
  public GaussianPrior(ImageShape shape, NoiseSchedule schedule, float[] mean, float[] variance) {
    this(shape, schedule, Dense.doubles(mean), Dense.doubles(variance), null);
  }

  /** A prior with a covariance. */
  public GaussianPrior(
      ImageShape shape, NoiseSchedule schedule, double[] mean, double[][] covariance) {
    this(shape, schedule, mean, null, covariance);
  }

  /** A prior with a ramp as mean, from -0.5 to 0.5, and the variance 0.1 everywhere. */
  public static GaussianPrior ramp(ImageShape shape) {
    var mean = new float[shape.size()];
    for (int i = 0; i < mean.length; i++) {
      mean[i] = (float) i / mean.length - 0.5f;
    }
    var variance = new float[shape.size()];
    Arrays.fill(variance, 0.1f);
    return new GaussianPrior(shape, NoiseSchedule.linear(1000, 1e-4, 2e-2), mean, variance);
  }

  /** A smooth random field: correlated over about two pixels, standard deviation 0.2. */
  public static GaussianPrior smooth(ImageShape shape, NoiseSchedule schedule) {
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
  public double[][] spread(int t) {
    return spread.computeIfAbsent(
        t,
        key -> {
          double a = schedule.alphaBar(key);
          return inverse(plus(precision(), identity(mean.length, a / (1 - a)), 1));
        });
  }

  /** {@code P_t v}. */
  private double[] spread(int t, double[] v) {
    if (variance == null) {
      return times(spread(t), v);
    }
    double a = schedule.alphaBar(t);
    var out = new double[v.length];
    for (int i = 0; i < v.length; i++) {
      out[i] = v[i] / (1 / variance[i] + a / (1 - a));
    }
    return out;
  }

  /** {@code E[eps | x_t]}. */
  public double[] noise(double[] xt, int t) {
    double a = schedule.alphaBar(t);
    var away = spread(t, plus(xt, mean, -Math.sqrt(a)));
    return noiseOf(xt, plus(mean, away, Math.sqrt(a) / (1 - a)), a);
  }

  /** {@code E[eps | x_t, y]} for {@code y = A x0 + sigma n}. */
  public double[] noise(double[] xt, int t, double[][] operator, double sigma, double[] y) {
    double a = schedule.alphaBar(t);
    var transposed = transpose(operator);
    double weight = 1 / (sigma * sigma);
    var information = plus(inverse(spread(t)), times(transposed, operator), weight);
    var right = plus(times(precision(), mean), xt, Math.sqrt(a) / (1 - a));
    right = plus(right, times(transposed, y), weight);
    return noiseOf(xt, times(inverse(information), right), a);
  }

  /** Covariance of x0 given {@code y = A x0 + sigma n}. */
  public double[][] posteriorCovariance(double[][] operator, double sigma) {
    return inverse(plus(precision(), times(transpose(operator), operator), 1 / (sigma * sigma)));
  }

  /** Mean of x0 given {@code y = A x0 + sigma n}. */
  public double[] posteriorMean(double[][] operator, double sigma, double[] y) {
    var right = plus(times(precision(), mean), times(transpose(operator), y), 1 / (sigma * sigma));
    return times(posteriorCovariance(operator, sigma), right);
  }

  /** Mean of x0. */
  public double[] mean() {
    return mean;
  }

  /** Covariance of x0. */
  public double[][] covariance() {
    if (covariance != null) {
      return covariance;
    }
    var diagonal = new double[mean.length][mean.length];
    for (int i = 0; i < mean.length; i++) {
      diagonal[i][i] = variance[i];
    }
    return diagonal;
  }

  private double[][] precision() {
    return inverse(covariance());
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
    return "0".repeat(64);
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
    return 2L * mean.length;
  }

  @Override
  public String device() {
    return "closed form";
  }

  @Override
  public float[] predictNoise(float[] xt, int[] timesteps) {
    return rows(xt, timesteps, (x, row) -> noise(x, timesteps[row]));
  }

  /** Exact: {@code (v - (a / (1 - a)) P v) / sqrt(1 - a)}; the Jacobian is symmetric. */
  @Override
  public float[] vectorJacobian(float[] xt, int[] timesteps, float[] cotangent) {
    return rows(
        cotangent,
        timesteps,
        (v, row) -> {
          double a = schedule.alphaBar(timesteps[row]);
          var product = plus(v, spread(timesteps[row], v), -a / (1 - a));
          for (int i = 0; i < product.length; i++) {
            product[i] /= Math.sqrt(1 - a);
          }
          return product;
        });
  }

  private interface RowFunction {
    double[] apply(double[] row, int index);
  }

  private float[] rows(float[] batch, int[] timesteps, RowFunction function) {
    int size = shape.size();
    if (batch.length != size * timesteps.length) {
      throw new IllegalArgumentException(
          batch.length + " values for " + timesteps.length + " images of " + shape);
    }
    var out = new float[batch.length];
    for (int row = 0; row < timesteps.length; row++) {
      var part = Dense.doubles(Arrays.copyOfRange(batch, row * size, (row + 1) * size));
      System.arraycopy(Dense.floats(function.apply(part, row)), 0, out, row * size, size);
    }
    return out;
  }

  @Override
  public void close() {}
}
