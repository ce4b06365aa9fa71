package org.deftstream.service;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.prior.Prior;
import org.deftstream.deft.prior.Tiling;
import org.deftstream.deft.schedule.NoiseSchedule;

/**
 * The exact prior of images with independent values {@code x_0 ~ N(m, v)}: with {@code a =
 * alphaBar_t}, {@code E[x_0 | x_t] = (m (1 - a) + v sqrt(a) x_t) / (1 - a + v a)} and {@code eps =
 * (x_t - sqrt(a) E[x_0 | x_t]) / sqrt(1 - a)}. Takes a chosen time for each call, as a network
 * does.
 */
public final class ClosedFormPrior implements Prior {
  private static final double VARIANCE = 0.1;

  private final ImageShape shape;
  private final Tiling tiling;
  private final NoiseSchedule schedule = NoiseSchedule.linear(1000, 1e-4, 2e-2);
  private final Duration callTime;

  ClosedFormPrior(ImageShape shape, Duration callTime) {
    this(shape, new Tiling.Whole(), callTime);
  }

  /** A prior that cuts images of other shapes into rows of its own. */
  public ClosedFormPrior(ImageShape shape, Tiling tiling, Duration callTime) {
    this.shape = shape;
    this.tiling = tiling;
    this.callTime = callTime;
  }

  @Override
  public String name() {
    return "small";
  }

  @Override
  public String fingerprint() {
    return "closed-form";
  }

  @Override
  public ImageShape imageShape() {
    return shape;
  }

  @Override
  public Tiling tiling() {
    return tiling;
  }

  @Override
  public NoiseSchedule schedule() {
    return schedule;
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
  public float[] predictNoise(float[] xt, int[] timesteps) {
    LockSupport.parkNanos(callTime.toNanos());
    var eps = new float[xt.length];
    int size = shape.size();
    for (int i = 0; i < xt.length; i++) {
      double a = schedule.alphaBar(timesteps[i / size]);
      double mean = (double) (i % size) / size - 0.5;
      double clean = (mean * (1 - a) + VARIANCE * Math.sqrt(a) * xt[i]) / (1 - a + VARIANCE * a);
      eps[i] = (float) ((xt[i] - Math.sqrt(a) * clean) / Math.sqrt(1 - a));
    }
    return eps;
  }

  @Override
  public void close() {}
}
