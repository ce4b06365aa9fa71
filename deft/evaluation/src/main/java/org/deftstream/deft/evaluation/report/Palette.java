package org.deftstream.deft.evaluation.report;

import java.util.LinkedHashMap;
import java.util.Map;
import org.deftstream.deft.evaluation.report.Report.MethodReport;
import org.deftstream.deft.evaluation.report.Report.TaskReport;

/** The colour of each method of a task: the reference has its own. Immutable. */
final class Palette {
  private static final int COLOURS = 11;

  private final Map<String, String> styles = new LinkedHashMap<>();

  Palette(TaskReport task) {
    int next = 1;
    for (MethodReport m : task.methods()) {
      if (m.setup().label().equals(task.reference())) {
        styles.put(m.setup().label(), "c0");
      } else if (m.setup().steps() == 0) {
        styles.put(m.setup().label(), "plain");
      } else {
        styles.put(m.setup().label(), "c" + next);
        next = next % COLOURS + 1;
      }
    }
  }

  /** The CSS class of a method. */
  String style(String label) {
    return styles.getOrDefault(label, "plain");
  }
}
