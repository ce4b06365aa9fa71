package org.deftstream.tests.benchmarks;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.prior.Prior;
import org.deftstream.deft.prior.Tiling;
import org.deftstream.deft.schedule.NoiseSchedule;

/**
 * The exact prior of images of independent values x_0 ~ N(m, v), which takes its time for a call as
 * a device would: the processors are free meanwhile.
 */
final class DevicePrior implements Prior {
  static final String NAME = "closed-form";
  private static final double VARIANCE = 0.1;
  private static final NoiseSchedule SCHEDULE = NoiseSchedule.linear(1000, 1e-4, 2e-2);

  private final ImageShape shape;
  private final Tiling tiling;
  private final Duration perCall;
  private final Duration perRow;
  private final Map<ImageShape, Calls> calls = new ConcurrentHashMap<>();

  /** Calls with rows of one shape. */
  record Calls(long number, long rows) {}

  /**
   * A prior that takes images of one shape.
   *
   * @param perCall time of a call, what is computed included
   * @param perRow further time for each image of the batch
   */
  DevicePrior(ImageShape shape, Duration perCall, Duration perRow) {
    this(shape, new Tiling.Whole(), perCall, perRow);
  }

  /**
   * A prior.
   *
   * @param perCall time of a call, what is computed included
   * @param perRow further time for each row of that shape, and as much more for larger ones as they
   *     have pixels
   */
  DevicePrior(ImageShape shape, Tiling tiling, Duration perCall, Duration perRow) {
    this.shape = shape;
    this.tiling = tiling;
    this.perCall = perCall;
    this.perRow = perRow;
  }

  /** What was called so far, by the shape of the rows. */
  Map<ImageShape, Calls> calls() {
    return Map.copyOf(calls);
  }

  @Override
  public float[] predictNoise(float[] xt, int[] timesteps) {
    return predictNoise(xt, timesteps, shape);
  }

  @Override
  public float[] predictNoise(float[] xt, int[] timesteps, ImageShape row) {
    double rows = (double) timesteps.length * row.size() / shape.size();
    long end = System.nanoTime() + perCall.toNanos() + Math.round(rows * perRow.toNanos());
    calls.merge(
        row,
        new Calls(1, timesteps.length),
        (a, b) -> new Calls(a.number + b.number, a.rows + b.rows));
    int size = row.size();
    var eps = new float[xt.length];
    for (int r = 0; r < timesteps.length; r++) {
      double a = SCHEDULE.alphaBar(timesteps[r]);
      // E[x_0 | x_t] = (m (1 - a) + v sqrt(a) x_t) / (1 - a + v a), and eps follows from it: linear
      // in m and x_t.
      double spread = 1 - a + VARIANCE * a;
      double ofX = (1 - VARIANCE * a / spread) / Math.sqrt(1 - a);
      double ofMean = -Math.sqrt(a) * (1 - a) / spread / Math.sqrt(1 - a);
      for (int i = 0; i < size; i++) {
        int at = r * size + i;
        eps[at] = (float) (ofX * xt[at] + ofMean * mean(i, size));
      }
    }
    for (long left = end - System.nanoTime(); left > 0; left = end - System.nanoTime()) {
      LockSupport.parkNanos(left);
    }
    return eps;
  }

  private static double mean(int index, int size) {
    return (double) index / size - 0.5;
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public String fingerprint() {
    return NAME;
  }

  @Override
  public ImageShape imageShape() {
    return shape;
  }

  @Override
  public boolean usesProcessors() {
    return false;
  }

  @Override
  public Tiling tiling() {
    return tiling;
  }

  @Override
  public NoiseSchedule schedule() {
    return SCHEDULE;
  }

  @Override
  public long parameters() {
    return 2;
  }

  @Override
  public String device() {
    return "closed form";
  }

  @Override
  public void close() {}
}
