package org.deftstream.deft.metrics;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.ToDoubleFunction;

/**
 * How sure a figure of a whole set is, such as a distance of distributions: the bootstrap by random
 * halves without replacement (Efron, The Jackknife, the Bootstrap and Other Resampling Plans, 1982,
 * section 8.3). The ordinary bootstrap would repeat images, and repeated images bias such distances
 * upwards. A mean over n/2 of n values drawn without replacement spreads as the mean of all n does,
 * so the spread over the halves is the standard error. Stateless and thread-safe.
 */
public final class HalfSamples {
  /** Number of halves. */
  public static final int DRAWS = 100;

  /** Quantile 0.975 of the normal distribution. */
  private static final double Z = 1.959964;

  private HalfSamples() {}

  /** Halves of {@code 0 .. size - 1}, the same for the same seed. */
  public static List<int[]> draw(int size, long seed) {
    var random = new SplittableRandom(seed);
    var halves = new ArrayList<int[]>();
    var order = new int[size];
    for (int i = 0; i < size; i++) {
      order[i] = i;
    }
    for (int n = 0; n < DRAWS; n++) {
      var half = new int[size / 2];
      for (int i = 0; i < half.length; i++) {
        int j = i + random.nextInt(size - i);
        int chosen = order[j];
        order[j] = order[i];
        order[i] = chosen;
        half[i] = chosen;
      }
      halves.add(half);
    }
    return halves;
  }

  /** A figure on each of the halves. */
  public static double[] apply(List<int[]> halves, ToDoubleFunction<int[]> figure) {
    return halves.stream().mapToDouble(figure).toArray();
  }

  /**
   * The value of the whole set with its normal 95 % interval.
   *
   * @param whole the figure on the whole set
   * @param halves the figure on each half
   */
  public static Bootstrap.Interval interval(double whole, double[] halves) {
    double mean = 0;
    for (double value : halves) {
      mean += value / halves.length;
    }
    double squares = 0;
    for (double value : halves) {
      squares += (value - mean) * (value - mean);
    }
    double error = Z * Math.sqrt(squares / (halves.length - 1));
    return new Bootstrap.Interval(whole, whole - error, whole + error);
  }
}
