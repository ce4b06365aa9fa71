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
 */
final class FaultIsolation {
  private final BatchLimit limit;

  FaultIsolation(BatchLimit limit) {
    this.limit = limit;
  }

  /** What is called, and what is told when it fails even for a single row. */
  interface Call extends Consumer<List<Row>> {
    /** A single row failed. */
    default void failedAlone(Row row, RuntimeException cause) {
      row.fail(cause);
    }

    /** Rows go to the network once more. */
    default void retrying(int rows) {}
  }

  void run(List<Row> rows, Call call) {
    int most = limit.largest();
    if (rows.size() > most) {
      run(rows.subList(0, most), call);
      run(rows.subList(most, rows.size()), call);
      return;
    }
    if (rows.isEmpty()) {
      return;
    }
    try {
      call.accept(rows);
    } catch (OutOfDeviceMemoryException e) {
      limit.shrinkBelow(rows.size(), e);
      call.retrying(rows.size());
      run(rows, call);
    } catch (EngineBrokenException e) {
      throw e;
    } catch (RuntimeException e) {
      if (rows.size() == 1) {
        call.failedAlone(rows.get(0), e);
      } else {
        call.retrying(rows.size());
        int half = rows.size() / 2;
        run(rows.subList(0, half), call);
        run(rows.subList(half, rows.size()), call);
      }
    }
  }
}
