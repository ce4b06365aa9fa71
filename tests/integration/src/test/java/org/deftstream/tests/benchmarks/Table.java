package org.deftstream.tests.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A Markdown table, under a line that says what it was taken on. Not thread-safe. */
final class Table {
  private static final double MIB = 1 << 20;

  private final List<String> columns;
  private final List<String> rows = new ArrayList<>();

  Table(String... columns) {
    this.columns = List.of(columns);
  }

  /** Adds a row: a cell for each column. */
  void row(Object... cells) {
    if (cells.length != columns.size()) {
      throw new IllegalArgumentException(
          "%d cells for %d columns".formatted(cells.length, columns.size()));
    }
    rows.add(line(List.of(cells)));
  }

  private static String line(List<?> cells) {
    return "| " + String.join(" | ", cells.stream().map(String::valueOf).toList()) + " |\n";
  }

  /** The machine, and the table. */
  String markdown() {
    int processors = Runtime.getRuntime().availableProcessors();
    return "%d processor%s, Java %s.\n\n"
            .formatted(processors, processors == 1 ? "" : "s", System.getProperty("java.version"))
        + line(columns)
        + "|---".repeat(columns.size())
        + "|\n"
        + String.join("", rows);
  }

  static String number(double value, int digits) {
    return String.format(Locale.ROOT, "%." + digits + "f", value);
  }

  static String percent(double share) {
    return number(100 * share, 1) + " %";
  }

  /** A change, with its sign. */
  static String change(double share) {
    return String.format(Locale.ROOT, "%+.1f %%", 100 * share);
  }

  static String millis(double nanos) {
    return number(nanos / 1e6, nanos < 1e8 ? 1 : 0) + " ms";
  }

  static String mebibytes(double bytes) {
    return number(bytes / MIB, 0) + " MiB";
  }
}
