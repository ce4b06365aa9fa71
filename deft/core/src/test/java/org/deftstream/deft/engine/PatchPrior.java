package org.deftstream.deft.engine;

import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.deftstream.deft.GaussianPrior;
import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.prior.Prior;
import org.deftstream.deft.prior.Tiling;
import org.deftstream.deft.schedule.NoiseSchedule;

/**
 * A prior of small regions whose values are independent and all alike: what it says of an image cut
 * into regions is what {@link #whole} says of the image.
 */
final class PatchPrior extends StandInPrior {
  private final int overlap;
  private final List<Integer> sizes = new CopyOnWriteArrayList<>();
  private CountDownLatch start = new CountDownLatch(0);
  private Runnable inCalls = () -> {};
  private boolean onADevice;

  PatchPrior(ImageShape row, int overlap) {
    super(whole(row), "patches", false);
    this.overlap = overlap;
  }

  /** The same prior for images of one shape, in one piece. */
  static Prior whole(ImageShape shape) {
    var mean = new float[shape.size()];
    var variance = new float[shape.size()];
    Arrays.fill(mean, 0.2f);
    Arrays.fill(variance, 0.1f);
    return new GaussianPrior(shape, NoiseSchedule.linear(1000, 1e-4, 2e-2), mean, variance);
  }

  /** Every call waits until {@link #start}. */
  PatchPrior held() {
    start = new CountDownLatch(1);
    return this;
  }

  /** It leaves the processors free, and something is done in every call. */
  PatchPrior onADevice(Runnable what) {
    onADevice = true;
    inCalls = what;
    return this;
  }

  /** Lets the calls go on. */
  void start() {
    start.countDown();
  }

  /** Number of rows of every call so far. */
  List<Integer> sizes() {
    return sizes;
  }

  @Override
  public Tiling tiling() {
    return new Tiling.Patches(overlap);
  }

  @Override
  public float[] predictNoise(float[] xt, int[] timesteps) {
    try {
      start.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
    sizes.add(timesteps.length);
    inCalls.run();
    return exact.predictNoise(xt, timesteps);
  }

  @Override
  public boolean usesProcessors() {
    return !onADevice;
  }
}
