package org.deftstream.trainer.gate;

import java.util.Arrays;
import org.deftstream.deft.metrics.Coverage;

/**
 * Finds the factor on the samples' standard deviation with which an interval covers what it states.
 * Of each image it takes a bounded number of values, evenly spaced. Not thread-safe.
 */
final class SpreadFit {
  /** The level that is matched: {@link Coverage#MATCHED_LEVEL}. */
  static final String RULE = "the 90 % interval covers 90 % of the values";

  private static final int MOST_VALUES = 4096;

  private final int samples;
  private double[] distances = new double[0];
  private int count;

  SpreadFit(int samples) {
    this.samples = samples;
  }

  /** Takes an image; without a deviation it says nothing. */
  void add(float[] truth, float[] mean, float[] deviation) {
    if (samples < 2 || deviation == null) {
      return;
    }
    var all = Coverage.distances(truth, mean, deviation, samples);
    int stride = (all.length + MOST_VALUES - 1) / MOST_VALUES;
    int taken = (all.length + stride - 1) / stride;
    if (count + taken > distances.length) {
      distances = Arrays.copyOf(distances, Math.max(2 * distances.length, count + taken));
    }
    for (int i = 0; i < all.length; i += stride) {
      distances[count++] = all[i];
    }
  }

  /** The factor; NaN where nothing is known, or where no factor is enough. */
  double factor() {
    if (count == 0) {
      return Double.NaN;
    }
    double factor = Coverage.calibrate(Arrays.copyOf(distances, count), samples);
    return factor > 0 && Double.isFinite(factor) ? factor : Double.NaN;
  }
}
