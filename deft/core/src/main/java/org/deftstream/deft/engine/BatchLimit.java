package org.deftstream.deft.engine;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The batch sizes of one prior that are allowed now. Halves when the device runs out of memory, and
 * doubles again, up to the setting, after many full batches that went well: others may have given
 * memory back. Each time that memory is short again it waits twice as long. Thread-safe.
 */
final class BatchLimit {
  private static final Logger LOG = LoggerFactory.getLogger(BatchLimit.class);
  private static final int FIRST_WAIT = 500;
  private static final int LONGEST_WAIT = 1 << 20;

  private final String prior;
  private final BatchSizes all;
  private volatile BatchSizes sizes;
  private int wait = FIRST_WAIT;
  private int fullBatches;

  BatchLimit(String prior, int maxBatch) {
    this.prior = prior;
    all = BatchSizes.upTo(maxBatch);
    sizes = all;
  }

  BatchSizes sizes() {
    return sizes;
  }

  int largest() {
    return sizes.largest();
  }

  /** Notes a batch of so many rows that went well. */
  synchronized void succeeded(int rows) {
    if (sizes == all || rows < sizes.largest() || ++fullBatches < wait) {
      return;
    }
    fullBatches = 0;
    sizes = BatchSizes.upTo(Math.min(all.largest(), 2 * sizes.largest()));
    LOG.info("prior {}: trying batches of {} again", prior, sizes.largest());
  }

  /**
   * Allows only sizes that are smaller than what these rows were padded to.
   *
   * @throws EngineBrokenException if not even one row fits
   */
  synchronized void shrinkBelow(int rows, OutOfDeviceMemoryException cause) {
    int failed = sizes.padded(rows);
    if (failed == 1) {
      throw new EngineBrokenException("the device has no memory for a batch of one", cause);
    }
    sizes = sizes.below(failed);
    fullBatches = 0;
    wait = Math.min(LONGEST_WAIT, 2 * wait);
    LOG.warn(
        "prior {}: out of device memory with a batch of {}; going on with at most {}: {}",
        prior,
        failed,
        sizes.largest(),
        cause.getMessage());
  }
}
