package org.deftstream.deft.engine;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The batch sizes allowed now. Shrinks when the device runs out of memory and never grows again:
 * memory that was short once will be short again. Read by any thread, changed by the engine's.
 */
final class BatchLimit {
  private static final Logger LOG = LoggerFactory.getLogger(BatchLimit.class);

  private volatile BatchSizes sizes;

  BatchLimit(int maxBatch) {
    sizes = BatchSizes.upTo(maxBatch);
  }

  BatchSizes sizes() {
    return sizes;
  }

  int largest() {
    return sizes.largest();
  }

  /**
   * Allows only sizes that are smaller than what these rows were padded to.
   *
   * @throws EngineBrokenException if not even one row fits
   */
  void shrinkBelow(int rows, OutOfDeviceMemoryException cause) {
    int failed = sizes.padded(rows);
    if (failed == 1) {
      throw new EngineBrokenException("the device has no memory for a batch of one", cause);
    }
    sizes = sizes.below(failed);
    LOG.warn(
        "out of device memory with a batch of {}; going on with at most {}: {}",
        failed,
        sizes.largest(),
        cause.getMessage());
  }
}
