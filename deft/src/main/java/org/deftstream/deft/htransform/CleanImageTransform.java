package org.deftstream.deft.htransform;

import java.util.List;

/**
 * The methods that replace the prior's estimate of the clean image by one that agrees with the
 * measurement, and let the corrected noise follow: with x0h the replacement, {@code e' = (x_t -
 * sqrt(a) x0h) / sqrt(1 - a)} and {@code h = e' - eps}. As {@code eps = (x_t - sqrt(a) x0Hat) /
 * sqrt(1 - a)}, this is {@code h = sqrt(a / (1 - a)) (x0Hat - x0h)}, which loses no digits. Rows
 * are computed in parallel on the common pool; thread-safe.
 */
abstract sealed class CleanImageTransform implements HTransform permits Ddnm, DiffPir {
  /**
   * The clean image that the method puts in the place of {@code x0Hat}.
   *
   * @param x0 a copy of x0Hat, clipped to [-1, 1]; may be overwritten
   * @param variance {@code s_t^2 = (1 - a) / a}, that of the noise in x_t / sqrt(a)
   */
  abstract float[] cleanImage(StepRow row, float[] x0, double variance);

  @Override
  public final List<float[]> correct(List<StepRow> rows) {
    return rows.size() == 1
        ? List.of(correct(rows.get(0)))
        : rows.parallelStream().map(this::correct).toList();
  }

  private float[] correct(StepRow row) {
    var x0 = row.x0Hat().clone();
    for (int i = 0; i < x0.length; i++) {
      x0[i] = Math.max(-1, Math.min(1, x0[i]));
    }
    double variance = (1 - row.alphaBar()) / row.alphaBar();
    var replaced = cleanImage(row, x0, variance);
    double scale = 1 / Math.sqrt(variance);
    var h = new float[replaced.length];
    for (int i = 0; i < h.length; i++) {
      h[i] = (float) (scale * ((double) row.x0Hat()[i] - replaced[i]));
    }
    return h;
  }
}
