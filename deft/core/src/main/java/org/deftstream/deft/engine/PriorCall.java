package org.deftstream.deft.engine;

import java.util.Arrays;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.prior.Prior;

/**
 * Evaluates the prior over the regions of a batch, padded to an allowed size. The padding is zero
 * images at timestep 0; its answers are thrown away.
 */
final class PriorCall implements FaultIsolation.Call<Region> {
  /** Inputs are kept from call to call, but not those of many different shapes. */
  private static final int KEPT_INPUTS = 16;

  private final Counters counters;
  private final int failureLimit;
  private final Map<Integer, float[]> inputs = new HashMap<>();
  private final Map<Trajectory, Throwable> failures = new IdentityHashMap<>();
  private Prior prior;
  private ImageShape row;
  private BatchSizes sizes;
  private final AtomicInteger failuresInARow;

  /**
   * A call.
   *
   * @param failuresInARow counted over all calls of the engine
   */
  PriorCall(Counters counters, int failureLimit, AtomicInteger failuresInARow) {
    this.counters = counters;
    this.failureLimit = failureLimit;
    this.failuresInARow = failuresInARow;
  }

  /** The prior, its rows' shape and its limit, of the next calls. Forgets failures. */
  PriorCall with(Prior next, ImageShape shape, BatchLimit limit) {
    prior = next;
    row = shape;
    sizes = limit == null ? null : limit.sizes();
    failures.clear();
    return this;
  }

  /** Why trajectories cannot go on. */
  Map<Trajectory, Throwable> failures() {
    return failures;
  }

  @Override
  public void accept(List<Region> regions) {
    int size = row.size();
    int padded = row.equals(prior.imageShape()) ? sizes.padded(regions.size()) : regions.size();
    var x = input(padded * size);
    var t = new int[padded];
    for (int i = 0; i < regions.size(); i++) {
      var region = regions.get(i);
      region.trajectory().cut(region.index(), x, i * size);
      t[i] = region.trajectory().t();
    }
    Arrays.fill(x, regions.size() * size, x.length, 0);

    long start = System.nanoTime();
    var eps = prior.predictNoise(x, t, row);
    counters.prior(padded - regions.size(), System.nanoTime() - start);
    if (eps.length != x.length) {
      throw new EngineBrokenException(
          "prior " + prior.name() + " returned " + eps.length + " values, not " + x.length);
    }
    failuresInARow.set(0);
    for (int i = 0; i < regions.size(); i++) {
      var region = regions.get(i);
      region.trajectory().predicted(region.index(), eps, i * size);
    }
  }

  private float[] input(int length) {
    if (inputs.size() > KEPT_INPUTS && !inputs.containsKey(length)) {
      inputs.clear();
    }
    return inputs.computeIfAbsent(length, float[]::new);
  }

  @Override
  public boolean oversized() {
    return row.size() > prior.imageShape().size();
  }

  @Override
  public void failedAlone(Region region, RuntimeException cause) {
    // A region too large for the device says nothing about the device.
    boolean ofTheDevice = !(cause instanceof OutOfDeviceMemoryException);
    int failed = ofTheDevice ? failuresInARow.incrementAndGet() : failuresInARow.get();
    if (failed >= failureLimit) {
      throw new EngineBrokenException(
          "prior " + prior.name() + " failed " + failed + " times in a row: " + cause, cause);
    }
    failures.putIfAbsent(region.trajectory(), cause);
  }

  @Override
  public void retrying(int rows) {
    counters.retried(rows);
  }
}
