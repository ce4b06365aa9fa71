package org.deftstream.deft.evaluation.report;

import static org.deftstream.deft.evaluation.report.Markup.format;
import static org.deftstream.deft.evaluation.report.Markup.number;

import java.util.List;
import org.deftstream.deft.evaluation.report.Report.TaskReport;
import org.deftstream.deft.metrics.Bootstrap.Interval;

/** Nominal against empirical coverage: as stated, and dashed with the factor. Stateless. */
final class CoveragePlot {
  private CoveragePlot() {}

  /** The SVG element; empty text if no method states an uncertainty. */
  static String of(TaskReport task, Palette palette) {
    var methods = task.methods().stream().filter(m -> m.uncertainty() != null).toList();
    if (methods.isEmpty()) {
      return "";
    }
    double lowest = 0.4;
    for (var m : methods) {
      for (var i : m.uncertainty().covered()) {
        lowest = Math.min(lowest, i.mean());
      }
    }
    double low = Math.max(0, Math.floor(lowest * 10 - 0.5) / 10);
    var plot =
        new Plot(
            "Nominal against empirical coverage",
            Plot.HEIGHT,
            Plot.LEFT,
            new double[] {0.48, 0.97},
            new double[] {low, 1},
            false);
    for (int v = (int) Math.round(low * 10); v <= 10; v++) {
      plot.tickY(v / 10.0, number(v * 10, 0) + " %");
    }
    for (double v = 0.5; v < 0.95; v += 0.1) {
      plot.tickX(v, number(v * 100, 0) + " %");
    }
    plot.titles("nominal level", "pixels within the interval");
    plot.add(Markup.line("ideal", plot.x(0.48), plot.y(0.48), plot.x(0.97), plot.y(0.97)));
    for (var m : methods) {
      String style = palette.style(m.setup().label());
      var u = m.uncertainty();
      plot.add(curve(plot, u.levels(), u.covered(), "curve " + style));
      if (u.calibrated() != null) {
        plot.add(curve(plot, u.levels(), u.calibrated(), "curve dashed " + style));
      }
    }
    return plot.finish();
  }

  private static String curve(Plot plot, double[] levels, List<Interval> values, String style) {
    var path = new StringBuilder();
    for (int i = 0; i < levels.length; i++) {
      path.append(
          format(
              "%s%.1f %.1f", i == 0 ? "M" : "L", plot.x(levels[i]), plot.y(values.get(i).mean())));
    }
    return format("<path class=\"%s\" d=\"%s\"/>", style, path);
  }
}
