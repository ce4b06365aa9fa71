package org.deftstream.deft.annealing;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.operator.BoundMeasurement;
import org.deftstream.deft.prior.Prior;
import org.deftstream.deft.prior.TiledPrior;
import org.deftstream.deft.sampler.CounterNoise;
import org.deftstream.deft.sampler.DdimStep;
import org.deftstream.deft.schedule.NoiseSchedule;

/**
 * DAPS, decoupled annealing posterior sampling (Zhang et al., CVPR 2025, arXiv 2407.01521,
 * algorithm 1 with Langevin's dynamics in pixels): at each of a falling sequence of noise levels
 *
 * <pre>{@code
 * x0 <- the clean end of the reverse equation from x_t, in a few deterministic steps
 * x0y ~ N(x0; x0(x_t), r_t^2 I) p(y | x0),  r_t^2 = (1 - a) / a, by Langevin's dynamics from x0
 * x_s <- sqrt(b) x0y + sqrt(1 - b) z
 * }</pre>
 *
 * so that successive states depend on each other through x0y alone and may be far apart. The
 * operator must be linear here, and its measurement noisy. Levels are evenly spaced in the seventh
 * root of {@code r_t} (Karras et al.), which is the paper's choice. Stateless and thread-safe.
 */
public final class Daps {
  /** The method's name. */
  public static final String METHOD = "daps";

  private static final double GRID_POWER = 7;

  /** The least level that is visited: an image of 256 grey values tells of no smaller one. */
  private static final double LEAST_DEVIATION = 0.01;

  private Daps() {}

  /**
   * Reconstructs measurements.
   *
   * @param ids identity of each measurement; with the sample it seeds the noise
   * @param sample index of the sample, 0 or more
   * @param done called with the number of finished measurements, after each batch
   * @return a sample for each measurement, in their order; not clipped
   * @throws IllegalArgumentException if there are not as many ids as measurements, an operator is
   *     not linear, measures without noise or is for other images than the prior makes, or there
   *     are more levels than timesteps
   */
  public static List<float[]> reconstruct(
      Prior prior,
      List<BoundMeasurement> measurements,
      List<String> ids,
      int sample,
      DapsSettings settings,
      IntConsumer done) {
    if (ids.size() != measurements.size()) {
      throw new IllegalArgumentException(
          "daps: " + ids.size() + " ids for " + measurements.size() + " measurements");
    }
    int[] levels = levels(prior.schedule(), settings.levels());
    var answers = new ArrayList<float[]>(measurements.size());
    for (int from = 0; from < measurements.size(); from += settings.batch()) {
      int to = Math.min(from + settings.batch(), measurements.size());
      var rows = new ArrayList<Row>();
      for (int i = from; i < to; i++) {
        prior.tiling().require(measurements.get(i).operator().imageShape(), prior.imageShape());
        rows.add(
            new Row(measurements.get(i), CounterNoise.of(ids.get(i), sample, settings.describe())));
      }
      anneal(prior, rows, levels, settings);
      rows.forEach(row -> answers.add(row.x));
      done.accept(answers.size());
    }
    return answers;
  }

  /**
   * Timesteps of the levels, the noisiest first.
   *
   * @throws IllegalArgumentException if there are more levels than timesteps
   */
  static int[] levels(NoiseSchedule schedule, int count) {
    if (count > schedule.steps()) {
      throw new IllegalArgumentException(
          "daps: levels must be at most "
              + schedule.steps()
              + ", the timesteps of the prior, got "
              + count);
    }
    double most = Math.pow(deviation(schedule, schedule.steps() - 1), 1 / GRID_POWER);
    double least = Math.pow(Math.max(LEAST_DEVIATION, deviation(schedule, 0)), 1 / GRID_POWER);
    var levels = new int[count];
    int t = schedule.steps() - 1;
    for (int i = 0; i < count; i++) {
      double part = count == 1 ? 0 : (double) i / (count - 1);
      double wanted = Math.pow(most + part * (least - most), GRID_POWER);
      // Each level lies below the one before, and leaves a timestep for each that follows.
      int highest = i == 0 ? t : t - 1;
      t = highest;
      while (t > count - 1 - i && deviation(schedule, t) > wanted * (1 + 1e-9)) {
        t--;
      }
      levels[i] = t;
    }
    return levels;
  }

  private static double deviation(NoiseSchedule schedule, int t) {
    double alphaBar = schedule.alphaBar(t);
    return Math.sqrt((1 - alphaBar) / alphaBar);
  }

  private static void anneal(Prior prior, List<Row> rows, int[] levels, DapsSettings settings) {
    var shape = rows.get(0).measurement.operator().imageShape();
    for (int level = 0; level < levels.length; level++) {
      int t = levels[level];
      double a = prior.schedule().alphaBar(t);
      // Numbers of the fresh noise: one for the state, then one for each step of Langevin's.
      int first = level * (settings.langevinSteps() + 1);
      rows.parallelStream().forEach(row -> row.disturb(a, first));
      float[] clean = clean(prior, rows, shape, t, settings.odeSteps(), level);
      double r = deviation(prior.schedule(), t);
      IntStream.range(0, rows.size())
          .parallel()
          .forEach(k -> rows.get(k).walk(clean, k, r, settings, first + 1));
    }
  }

  /** The clean ends of the reverse equation from the states of all rows. */
  private static float[] clean(
      Prior prior, List<Row> rows, ImageShape shape, int t, int steps, int level) {
    int size = shape.size();
    var x = new float[rows.size() * size];
    for (int k = 0; k < rows.size(); k++) {
      System.arraycopy(rows.get(k).x, 0, x, k * size, size);
    }
    int taken = Math.min(steps, t + 1);
    for (int i = 0; i < taken; i++) {
      int now = t - (int) ((long) i * (t + 1) / taken);
      int next = i + 1 < taken ? t - (int) ((long) (i + 1) * (t + 1) / taken) : -1;
      double a = prior.schedule().alphaBar(now);
      double b = next < 0 ? 1 : prior.schedule().alphaBar(next);
      var times = new int[rows.size()];
      Arrays.fill(times, now);
      float[] eps =
          TiledPrior.predictNoise(
              prior, x, times, shape, (long) level * prior.schedule().steps() + i);
      float[] estimate = DdimStep.clean(x, eps, a);
      for (int j = 0; j < x.length; j++) {
        x[j] = (float) (Math.sqrt(b) * estimate[j] + Math.sqrt(1 - b) * eps[j]);
      }
    }
    for (int j = 0; j < x.length; j++) {
      x[j] = Math.max(-1, Math.min(1, x[j]));
    }
    return x;
  }

  /** One image on its way. */
  private static final class Row {
    private final BoundMeasurement measurement;
    private final Langevin langevin;
    private final CounterNoise noise;

    /** The clean image of the level before, or the noisy state of this level. */
    private float[] x;

    Row(BoundMeasurement measurement, CounterNoise noise) {
      this.measurement = measurement;
      this.noise = noise;
      langevin = new Langevin(measurement);
      x = new float[measurement.operator().imageShape().size()];
    }

    /** {@code sqrt(a) x + sqrt(1 - a) z}; at the first level there is no image yet. */
    void disturb(double a, int number) {
      var z = new float[x.length];
      noise.fill(z, number);
      double signal = number == 0 ? 0 : Math.sqrt(a);
      double spread = number == 0 ? 1 : Math.sqrt(1 - a);
      for (int i = 0; i < x.length; i++) {
        x[i] = (float) (signal * x[i] + spread * z[i]);
      }
    }

    void walk(float[] clean, int row, double r, DapsSettings settings, int first) {
      float[] centre = Arrays.copyOfRange(clean, row * x.length, (row + 1) * x.length);
      x = langevin.walk(centre, r, settings.langevinSteps(), settings.stepSize(), noise, first);
    }
  }
}
