package org.deftstream.deft.evaluation.report;

import static org.deftstream.deft.evaluation.report.Markup.format;
import static org.deftstream.deft.evaluation.report.Markup.number;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.deftstream.deft.evaluation.report.Report.MethodReport;
import org.deftstream.deft.evaluation.report.Report.TaskReport;
import org.deftstream.deft.html.HtmlPage;

/** Quality against wall time per image, a point for each method. Stateless. */
final class TimePlot {
  private static final double LETTER = 6.4;
  private static final double LINE = 14;

  private TimePlot() {}

  private record Label(double x, double y, String anchor, String text) {}

  /** The SVG element. */
  static String of(TaskReport task, Palette palette) {
    var methods =
        task.methods().stream()
            .filter(m -> m.psnr() != null && m.secondsPerImage() > 0)
            .sorted(Comparator.comparingDouble(m -> -m.psnr().mean()))
            .toList();
    if (methods.isEmpty()) {
      return "";
    }
    double low = methods.stream().mapToDouble(m -> m.psnr().low()).min().orElseThrow();
    double high = methods.stream().mapToDouble(m -> m.psnr().high()).max().orElseThrow();
    double step = Plot.step(Math.max(high - low, 0.5), 7);
    var rangeY =
        new double[] {Math.floor(low / step) * step, Math.ceil((high + step / 4) / step) * step};
    double fast = methods.stream().mapToDouble(MethodReport::secondsPerImage).min().orElseThrow();
    double slow = methods.stream().mapToDouble(MethodReport::secondsPerImage).max().orElseThrow();
    double from = Math.pow(10, Math.floor(Math.log10(fast / 1.3)));
    double to = Math.max(from * 10, Math.pow(10, Math.ceil(Math.log10(slow * 1.3))));
    var plot =
        new Plot(
            "PSNR against seconds per image",
            Plot.HEIGHT,
            Plot.LEFT,
            new double[] {from, to},
            rangeY,
            true);
    for (double v = rangeY[0]; v <= rangeY[1] + step / 9; v += step) {
      plot.tickY(v, number(v, step < 1 ? 1 : 0));
    }
    for (double v = from; v <= to * 1.01; v *= 10) {
      plot.tickX(v, v >= 1 ? number(v, 0) + " s" : number(v * 1e3, v < 1e-3 ? 1 : 0) + " ms");
    }
    plot.titles("wall time per image", "PSNR, dB");
    points(plot, methods, palette);
    return plot.finish();
  }

  private static void points(Plot plot, List<MethodReport> methods, Palette palette) {
    var placed = new ArrayList<Label>();
    for (var m : methods) {
      double x = plot.x(m.secondsPerImage());
      String colour = palette.style(m.setup().label());
      plot.add(
          Markup.line("whisk " + colour, x, plot.y(m.psnr().low()), x, plot.y(m.psnr().high())));
      plot.add(
          format(
              "<circle class=\"%s\" cx=\"%.1f\" cy=\"%.1f\" r=\"4.5\"><title>%s</title></circle>",
              colour,
              x,
              plot.y(m.psnr().mean()),
              HtmlPage.escape(m.setup().label()) + ": " + number(m.psnr().mean(), 2) + " dB"));
      placed.add(place(m.setup().label(), x, plot.y(m.psnr().mean()) + 4, placed));
    }
    placed.forEach(
        label ->
            plot.add(Markup.text("name " + label.anchor(), label.x(), label.y(), label.text())));
  }

  /** Beside the point, on the side with room; lower where another label is. */
  private static Label place(String text, double x, double y, List<Label> placed) {
    boolean right = x + 9 + LETTER * text.length() < Plot.WIDTH;
    double at = right ? x + 9 : x - 9;
    double low = y;
    while (overlaps(text, at, low, right, placed)) {
      low += 2;
    }
    return new Label(at, low, right ? "" : "end", text);
  }

  private static boolean overlaps(
      String text, double x, double y, boolean right, List<Label> placed) {
    double from = right ? x : x - LETTER * text.length();
    double to = right ? x + LETTER * text.length() : x;
    for (var other : placed) {
      boolean otherRight = other.anchor().isEmpty();
      double width = LETTER * other.text().length();
      double otherFrom = otherRight ? other.x() : other.x() - width;
      if (Math.abs(other.y() - y) < LINE && from < otherFrom + width && otherFrom < to) {
        return true;
      }
    }
    return false;
  }
}
