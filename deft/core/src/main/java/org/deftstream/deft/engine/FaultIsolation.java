package org.deftstream.deft.engine;

import java.util.List;
import java.util.function.Consumer;

/**
 * Calls a network over rows so that a failure hits the row that causes it and no other. A call that
 * throws is tried again over each half of its rows, down to single rows; a single row that throws
 * fails. When the device runs out of memory the batch limit shrinks and the same rows go in smaller
 * calls.
 *
 * <p>{@link EngineBrokenException} and {@link Error} are nobody's row; they pass through.
 *
 * @param <T> a row
 */
final class FaultIsolation<T> {
  /** What is called, and what is told when it fails even for a single row. */
  interface Call<T> extends Consumer<List<T>> {
    /** A single row failed. */
    void failedAlone(T row, RuntimeException cause);

    /** Rows go to the network once more. */
    default void retrying(int rows) {}

    /** Whether a single row is larger than those that the batch limit counts. */
    default boolean oversized() {
      return false;
    }
  }

  void run(List<T> rows, BatchLimit limit, Call<T> call) {
    int most = limit.largest();
    if (rows.size() > most) {
      run(rows.subList(0, most), limit, call);
      run(rows.subList(most, rows.size()), limit, call);
      return;
    }
    if (rows.isEmpty()) {
      return;
    }
    try {
      call.accept(rows);
      limit.succeeded(rows.size());
    } catch (OutOfDeviceMemoryException e) {
      if (rows.size() == 1 && call.oversized()) {
        // The image is too large, not the device too small.
        call.failedAlone(rows.get(0), e);
        return;
      }
      limit.shrinkBelow(rows.size(), e);
      call.retrying(rows.size());
      run(rows, limit, call);
    } catch (EngineBrokenException e) {
      throw e;
    } catch (RuntimeException e) {
      if (rows.size() == 1) {
        call.failedAlone(rows.get(0), e);
      } else {
        call.retrying(rows.size());
        int half = rows.size() / 2;
        run(rows.subList(0, half), limit, call);
        run(rows.subList(half, rows.size()), limit, call);
      }
    }
  }
}
