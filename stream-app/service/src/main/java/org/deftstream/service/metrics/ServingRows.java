package org.deftstream.service.metrics;

import io.micrometer.core.instrument.MultiGauge.Row;
import io.micrometer.core.instrument.Tags;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.deftstream.service.control.TaskView;

/** One row for every adapter or method that serves a task, with its share. */
final class ServingRows {
  /** A label cannot be absent. */
  private static final String NO_ADAPTER = "none";

  private ServingRows() {}

  static List<Row<?>> of(Collection<TaskView> tasks) {
    var rows = new ArrayList<Row<?>>();
    for (var view : tasks) {
      double canary = view.canaryId().isPresent() ? view.canaryShare() : 0;
      rows.add(row(view, view.method(), view.adapterId().orElse(NO_ADAPTER), "stable", 1 - canary));
      view.canaryId().ifPresent(id -> rows.add(row(view, "deft", id, "canary", canary)));
    }
    return rows;
  }

  private static Row<?> row(
      TaskView view, String method, String adapter, String role, double share) {
    return Row.of(
        Tags.of("task", view.task(), "method", method, "adapter", adapter, "role", role), share);
  }
}
