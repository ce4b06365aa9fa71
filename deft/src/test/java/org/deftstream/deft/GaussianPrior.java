package org.deftstream.deft;

import java.util.Arrays;
import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.prior.Prior;
import org.deftstream.deft.schedule.NoiseSchedule;

/**
 * The exact prior of images with independent Gaussian values {@code x_0 ~ N(m, v)}, in closed form:
 * with {@code a = alphaBar_t}, {@code E[x_0 | x_t] = (m / v + sqrt(a) x_t / (1 - a)) / (1 / v + a /
 * (1 - a))} and {@code eps = (x_t - sqrt(a) E[x_0 | x_t]) / sqrt(1 - a)}. Treats rows
 * independently, to the bit.
 */
public final class GaussianPrior implements Prior {
  private final ImageShape shape;
  private final NoiseSchedule schedule;
  private final float[] mean;
  private final float[] variance;

  /** A prior with a mean and a variance for each value of the image. */
  public GaussianPrior(ImageShape shape, NoiseSchedule schedule, float[] mean, float[] variance) {
    this.shape = shape;
    this.schedule = schedule;
    this.mean = mean.clone();
    this.variance = variance.clone();
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
    int size = shape.size();
    if (xt.length != size * timesteps.length) {
      throw new IllegalArgumentException(
          xt.length + " values for " + timesteps.length + " images of " + shape);
    }
    var eps = new float[xt.length];
    for (int row = 0; row < timesteps.length; row++) {
      double a = schedule.alphaBar(timesteps[row]);
      for (int i = 0; i < size; i++) {
        double x = xt[row * size + i];
        double clean =
            (mean[i] / variance[i] + Math.sqrt(a) * x / (1 - a)) / (1 / variance[i] + a / (1 - a));
        eps[row * size + i] = (float) ((x - Math.sqrt(a) * clean) / Math.sqrt(1 - a));
      }
    }
    return eps;
  }

  @Override
  public void close() {}
}
