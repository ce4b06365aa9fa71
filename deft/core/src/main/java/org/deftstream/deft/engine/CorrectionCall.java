package org.deftstream.deft.engine;

import java.util.List;
import java.util.stream.IntStream;
import org.deftstream.deft.htransform.HTransform;

/** Evaluates one h-transform over the rows that belong to it. */
final class CorrectionCall implements FaultIsolation.Call<Row> {
  private final Counters counters;
  private HTransform transform;

  CorrectionCall(Counters counters) {
    this.counters = counters;
  }

  /** The h-transform of the next calls. */
  CorrectionCall with(HTransform next) {
    transform = next;
    return this;
  }

  @Override
  public void failedAlone(Row row, RuntimeException cause) {
    row.fail(cause);
  }

  @Override
  public void accept(List<Row> rows) {
    var seen = rows.stream().map(Row::stepRow).toList();
    long start = System.nanoTime();
    var corrections = transform.correct(seen);
    counters.transform(System.nanoTime() - start);
    if (corrections.size() != rows.size()) {
      throw new IllegalStateException(
          "h-transform "
              + transform.method()
              + " returned "
              + corrections.size()
              + " corrections for "
              + rows.size()
              + " rows");
    }
    for (int i = 0; i < rows.size(); i++) {
      rows.get(i).checkCorrection(corrections.get(i));
    }
    IntStream.range(0, rows.size())
        .parallel()
        .forEach(i -> rows.get(i).corrected(corrections.get(i)));
  }
}
