package org.deftstream.deft.variational;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import org.deftstream.deft.operator.BoundMeasurement;
import org.deftstream.deft.prior.Prior;
import org.deftstream.deft.prior.TiledPrior;
import org.deftstream.deft.sampler.CounterNoise;

/**
 * RED-diff (Mardani et al., arXiv 2305.04391, algorithm 1): the posterior is replaced by a point
 * mu, found by Adam from the pseudo-inverse (or its surrogate) on
 *
 * <pre>{@code
 * mean((y - A(mu))^2) / 2 + lambda sqrt((1 - a) / a) mean(stopgrad(eps_theta(x_t, t) - z) mu)
 * x_t = sqrt(a) mu + sqrt(1 - a) z
 * }</pre>
 *
 * with one t for each step, descending from N - 1 to 0, and fresh noise z. The prior's Jacobian is
 * not needed; A may be non-linear. The answer is one image, not a sample of the posterior: its
 * spread over seeds is that of the optimiser. Means are over all values of the measurement, those
 * that a mask hides included; lambda takes that up. Stateless and thread-safe.
 */
public final class RedDiff {
  /** The method's name. */
  public static final String METHOD = "red-diff";

  private RedDiff() {}

  /**
   * Reconstructs measurements.
   *
   * @param ids identity of each measurement; with the sample it seeds the noise
   * @param sample index of the sample, 0 or more: another one repeats everything with other noise
   * @param done called with the number of finished measurements, after each batch
   * @return an image for each measurement, in their order; not clipped
   * @throws IllegalArgumentException if there are not as many ids as measurements, an operator is
   *     for other images than the prior makes, or there are more steps than timesteps
   */
  public static List<float[]> reconstruct(
      Prior prior,
      List<BoundMeasurement> measurements,
      List<String> ids,
      int sample,
      RedDiffSettings settings,
      IntConsumer done) {
    check(prior, measurements, ids, settings);
    var answers = new ArrayList<float[]>(measurements.size());
    for (int from = 0; from < measurements.size(); from += settings.batch()) {
      int to = Math.min(from + settings.batch(), measurements.size());
      var rows = new ArrayList<Row>();
      for (int i = from; i < to; i++) {
        var noise = CounterNoise.of(ids.get(i), sample, settings.describe());
        rows.add(new Row(measurements.get(i), noise, settings));
      }
      optimise(prior, rows, settings);
      rows.forEach(row -> answers.add(row.mu));
      done.accept(answers.size());
    }
    return answers;
  }

  private static void check(
      Prior prior,
      List<BoundMeasurement> measurements,
      List<String> ids,
      RedDiffSettings settings) {
    if (ids.size() != measurements.size()) {
      throw new IllegalArgumentException(
          "red-diff: " + ids.size() + " ids for " + measurements.size() + " measurements");
    }
    if (settings.steps() > prior.schedule().steps()) {
      throw new IllegalArgumentException(
          "red-diff: steps must be at most "
              + prior.schedule().steps()
              + ", those of the prior, got "
              + settings.steps());
    }
    var shapes = measurements.stream().map(m -> m.operator().imageShape()).distinct().toList();
    if (shapes.size() > 1) {
      throw new IllegalArgumentException("red-diff: images must be of one shape, got " + shapes);
    }
    for (var images : shapes) {
      try {
        prior.tiling().require(images, prior.imageShape());
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException(
            "red-diff: an operator is for images of "
                + images
                + "; prior "
                + prior.name()
                + ": "
                + e.getMessage(),
            e);
      }
    }
  }

  private static void optimise(Prior prior, List<Row> rows, RedDiffSettings settings) {
    var shape = rows.get(0).measurement.operator().imageShape();
    int size = shape.size();
    int timesteps = prior.schedule().steps();
    var x = new float[rows.size() * size];
    var t = new int[rows.size()];
    for (int i = settings.steps() - 1; i >= 0; i--) {
      int now = (int) ((long) (i + 1) * timesteps / settings.steps()) - 1;
      double a = prior.schedule().alphaBar(now);
      Arrays.fill(t, now);
      IntStream.range(0, rows.size())
          .parallel()
          .forEach(k -> rows.get(k).disturb(now, a, x, k * size));
      float[] eps = TiledPrior.predictNoise(prior, x, t, shape, i);
      IntStream.range(0, rows.size())
          .parallel()
          .forEach(k -> rows.get(k).step(eps, k * size, a, settings.lambda()));
    }
  }

  /** One image on its way. */
  private static final class Row {
    private final BoundMeasurement measurement;
    private final CounterNoise noise;
    private final Adam adam;
    private final float[] mu;
    private final float[] z;

    Row(BoundMeasurement measurement, CounterNoise noise, RedDiffSettings settings) {
      this.measurement = measurement;
      this.noise = noise;
      mu = measurement.operator().pseudoInverse(measurement.measurement()).clone();
      z = new float[mu.length];
      adam = new Adam(settings.learningRate(), mu.length);
    }

    /** Writes {@code sqrt(a) mu + sqrt(1 - a) z} into the batch. */
    void disturb(int t, double a, float[] batch, int offset) {
      noise.fill(z, t);
      double signal = Math.sqrt(a);
      double spread = Math.sqrt(1 - a);
      for (int i = 0; i < mu.length; i++) {
        batch[offset + i] = (float) (signal * mu[i] + spread * z[i]);
      }
    }

    void step(float[] eps, int offset, double a, double lambda) {
      var operator = measurement.operator();
      float[] rest = operator.unexplained(mu, measurement.measurement());
      float[] uphill = operator.vectorJacobian(mu, rest);
      double prior = lambda * Math.sqrt((1 - a) / a) / mu.length;
      var gradient = new double[mu.length];
      for (int i = 0; i < mu.length; i++) {
        gradient[i] = prior * (eps[offset + i] - z[i]) - (double) uphill[i] / rest.length;
      }
      adam.step(mu, gradient);
    }
  }
}
