package org.deftstream.deft.evaluation.report;

import static org.deftstream.deft.evaluation.report.Markup.format;
import static org.deftstream.deft.evaluation.report.Markup.number;

import java.util.ArrayList;
import java.util.List;
import org.deftstream.deft.evaluation.report.Report.MethodReport;
import org.deftstream.deft.evaluation.report.Report.TaskReport;

/** PSNR of each image minus the reference's, a row for each method. Stateless. */
final class DifferencePlot {
  private static final double ROW = 30;
  private static final int MOST_DOTS = 250;
  private static final double NAMES = 118;
  private static final double GOLDEN = 0.6180339887;

  private DifferencePlot() {}

  private record Strip(String label, double[] differences, double mean) {}

  /** The SVG element; empty text if there is nothing to compare. */
  static String of(TaskReport task, Palette palette) {
    var reference =
        task.methods().stream().filter(m -> m.setup().label().equals(task.reference())).findFirst();
    if (reference.isEmpty()) {
      return "";
    }
    var strips = strips(task.methods(), reference.get());
    if (strips.isEmpty()) {
      return "";
    }
    double low = 0;
    double high = 0;
    for (var strip : strips) {
      for (double d : strip.differences()) {
        low = Math.min(low, d);
        high = Math.max(high, d);
      }
    }
    double step = Plot.step(Math.max(1, high - low), 7);
    low = Math.floor(low / step) * step;
    high = Math.max(low + step, Math.ceil(high / step) * step);
    double height = Plot.TOP + Plot.BOTTOM + ROW * strips.size();
    var plot =
        new Plot(
            "PSNR by image, minus the reference's",
            height,
            NAMES,
            new double[] {low, high},
            new double[] {0, strips.size()},
            false);
    for (double v = low; v <= high + step / 9; v += step) {
      plot.tickX(v, (v > 1e-9 ? "+" : "") + number(Math.abs(v) < 1e-9 ? 0 : v, step < 1 ? 1 : 0));
    }
    plot.titles("PSNR minus that of " + task.reference() + " on the same image, dB", "");
    plot.add(Markup.line("ideal", plot.x(0), Plot.TOP, plot.x(0), height - Plot.BOTTOM));
    for (int i = 0; i < strips.size(); i++) {
      strip(plot, strips.get(i), strips.size() - i - 0.5, palette);
    }
    return plot.finish();
  }

  private static List<Strip> strips(List<MethodReport> methods, MethodReport reference) {
    var strips = new ArrayList<Strip>();
    for (var m : methods) {
      if (m != reference
          && m.psnrDifference() != null
          && m.psnrByImage().length == reference.psnrByImage().length) {
        var differences = new double[m.psnrByImage().length];
        for (int i = 0; i < differences.length; i++) {
          differences[i] = m.psnrByImage()[i] - reference.psnrByImage()[i];
        }
        strips.add(new Strip(m.setup().label(), differences, m.psnrDifference().mean()));
      }
    }
    return strips;
  }

  private static void strip(Plot plot, Strip strip, double row, Palette palette) {
    String style = palette.style(strip.label());
    String name =
        strip.label().length() > 17 ? strip.label().substring(0, 16) + "…" : strip.label();
    plot.add(Markup.text("name end", NAMES - 9, plot.y(row) + 4, name));
    int n = strip.differences().length;
    for (int i = 0; i < n; i += Math.max(1, n / MOST_DOTS)) {
      // The golden ratio spreads dots evenly, and the same way each time.
      double jitter = (i * GOLDEN % 1 - 0.5) * 0.56;
      plot.add(
          format(
              "<circle class=\"faint %s\" cx=\"%.1f\" cy=\"%.1f\" r=\"2.2\"/>",
              style, plot.x(strip.differences()[i]), plot.y(row + jitter)));
    }
    double x = plot.x(strip.mean());
    plot.add(Markup.line("mean", x, plot.y(row) - 10, x, plot.y(row) + 10));
  }
}
