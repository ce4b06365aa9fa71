package org.deftstream.deft.engine;

import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Map;
import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.prior.Prior;

/**
 * The batch limit of every prior that the engine has work of. A limit counts rows of the prior's
 * own shape; fewer of larger rows make a batch. Read by any thread, changed by the engine's.
 */
final class BatchLimits {
  private final int maxBatch;
  private final Map<Prior, BatchLimit> byPrior =
      Collections.synchronizedMap(new IdentityHashMap<>());

  BatchLimits(int maxBatch) {
    this.maxBatch = maxBatch;
  }

  BatchLimit of(Prior prior) {
    return byPrior.computeIfAbsent(prior, p -> new BatchLimit(p.name(), maxBatch));
  }

  /** Most rows of a shape in a batch of a prior, at least 1. */
  int largest(Prior prior, ImageShape row) {
    return inPixels(of(prior).largest(), prior, row);
  }

  private static int inPixels(int rows, Prior prior, ImageShape row) {
    long pixels = (long) rows * prior.imageShape().size();
    return (int) Math.max(1, Math.min(rows, pixels / row.size()));
  }

  /** The lowest of the limits; that of the settings where no prior has one. */
  int lowest() {
    synchronized (byPrior) {
      return byPrior.values().stream().mapToInt(BatchLimit::largest).min().orElse(maxBatch);
    }
  }

  /** The sizes of batches that every prior may have now. */
  BatchSizes sizes() {
    return BatchSizes.upTo(lowest());
  }
}
