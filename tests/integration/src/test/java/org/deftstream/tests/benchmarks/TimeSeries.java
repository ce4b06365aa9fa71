package org.deftstream.tests.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;

/** Figures over time, as CSV and as a plot with a panel for each. Not thread-safe. */
final class TimeSeries {
  private static final double WIDTH = 720;
  private static final double PANEL = 120;
  private static final double LEFT = 64;
  private static final double TOP = 22;
  private static final double BOTTOM = 20;
  private static final double RIGHT = 16;

  private final List<String> names;
  private final List<double[]> rows = new ArrayList<>();

  /** Names of the columns; the first is the time, in seconds. */
  TimeSeries(String... names) {
    this.names = List.of(names);
  }

  /** Adds a figure for each column; times ascend. */
  void add(double... row) {
    if (row.length != names.size()) {
      throw new IllegalArgumentException(row.length + " figures for " + names.size());
    }
    rows.add(row.clone());
  }

  int size() {
    return rows.size();
  }

  /** A column between two shares of the samples, in [0, 1]; at least one sample. */
  List<Double> column(int column, double from, double to) {
    int first = Math.min((int) (from * rows.size()), rows.size() - 1);
    int end = Math.max(first + 1, (int) (to * rows.size()));
    return rows.subList(first, end).stream().map(row -> row[column]).toList();
  }

  /** A header and a line for each sample. */
  String csv() {
    return String.join(",", names)
        + "\n"
        + rows.stream()
            .map(
                row ->
                    DoubleStream.of(row)
                            .mapToObj(value -> Table.number(value, 1))
                            .collect(Collectors.joining(","))
                        + "\n")
            .collect(Collectors.joining());
  }

  /** A complete SVG file; every panel begins at zero. */
  String svg() {
    var svg = new StringBuilder();
    int panels = names.size() - 1;
    svg.append(
        format(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %.0f %.0f\""
                + " font-family=\"sans-serif\" font-size=\"12\">%n"
                + "<rect width=\"100%%\" height=\"100%%\" fill=\"white\"/>%n",
            WIDTH, panels * PANEL + BOTTOM));
    for (int i = 1; i <= panels; i++) {
      panel(svg, i, (i - 1) * PANEL);
    }
    double last = rows.get(rows.size() - 1)[0];
    text(svg, LEFT, panels * PANEL + 14, "start", "0 s");
    text(svg, WIDTH - RIGHT, panels * PANEL + 14, "end", Table.number(last, 0) + " s");
    return svg.append("</svg>\n").toString();
  }

  private void panel(StringBuilder svg, int column, double y) {
    double high = Math.max(1e-9, Figures.of(column(column, 0, 1)).largest()) * 1.05;
    double last = Math.max(1e-9, rows.get(rows.size() - 1)[0]);
    double floor = y + PANEL - 8;
    text(svg, LEFT, y + 14, "start", names.get(column));
    text(svg, LEFT - 6, floor + 4, "end", "0");
    text(svg, LEFT - 6, y + TOP + 4, "end", Table.number(high, high < 10 ? 1 : 0));
    svg.append(
        format(
            "<path d=\"M%.1f %.1fV%.1fH%.1f\" fill=\"none\" stroke=\"#999\"/>%n",
            LEFT, y + TOP, floor, WIDTH - RIGHT));
    svg.append("<polyline fill=\"none\" stroke=\"#1f5fa8\" points=\"");
    for (double[] row : rows) {
      svg.append(
          format(
              "%.1f,%.1f ",
              LEFT + row[0] / last * (WIDTH - LEFT - RIGHT),
              floor - row[column] / high * (floor - y - TOP)));
    }
    svg.append("\"/>\n");
  }

  private static void text(StringBuilder svg, double x, double y, String anchor, String text) {
    svg.append(
        format("<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">%s</text>%n", x, y, anchor, text));
  }

  private static String format(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }
}
