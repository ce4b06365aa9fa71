package org.deftstream.deft.engine;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.deftstream.deft.prior.Prior;

/**
 * Evaluates the prior over the rows of a batch, padded to an allowed size. The padding is zero
 * images at timestep 0; its answers are thrown away.
 */
final class PriorCall implements FaultIsolation.Call {
  private final BatchLimit limit;
  private final Counters counters;
  private final int failureLimit;
  private final Map<Integer, float[]> inputs = new HashMap<>();
  private final Map<Integer, int[]> timesteps = new HashMap<>();
  private Prior prior;
  private int failuresInARow;

  PriorCall(BatchLimit limit, Counters counters, int failureLimit) {
    this.limit = limit;
    this.counters = counters;
    this.failureLimit = failureLimit;
  }

  /** The prior of the next calls. */
  PriorCall with(Prior next) {
    prior = next;
    return this;
  }

  @Override
  public void accept(List<Row> rows) {
    int size = prior.imageShape().size();
    int padded = limit.sizes().padded(rows.size());
    var x = inputs.computeIfAbsent(padded * size, float[]::new);
    var t = timesteps.computeIfAbsent(padded, int[]::new);
    for (int i = 0; i < rows.size(); i++) {
      var trajectory = rows.get(i).trajectory();
      System.arraycopy(trajectory.x(), 0, x, i * size, size);
      t[i] = trajectory.t();
    }
    Arrays.fill(x, rows.size() * size, x.length, 0);
    Arrays.fill(t, rows.size(), padded, 0);

    long start = System.nanoTime();
    var eps = prior.predictNoise(x, t);
    counters.prior(padded - rows.size(), System.nanoTime() - start);
    if (eps.length != x.length) {
      throw new EngineBrokenException(
          "prior " + prior.name() + " returned " + eps.length + " values, not " + x.length);
    }
    failuresInARow = 0;
    for (int i = 0; i < rows.size(); i++) {
      rows.get(i).predicted(eps, i * size);
    }
  }

  @Override
  public void failedAlone(Row row, RuntimeException cause) {
    failuresInARow++;
    if (failuresInARow >= failureLimit) {
      throw new EngineBrokenException(
          "prior " + prior.name() + " failed " + failuresInARow + " times in a row: " + cause,
          cause);
    }
    row.fail(cause);
  }

  @Override
  public void retrying(int rows) {
    counters.retried(rows);
  }
}
