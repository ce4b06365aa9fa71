package org.deftstream.deft.evaluation.report;

import static org.deftstream.deft.evaluation.report.Markup.difference;
import static org.deftstream.deft.evaluation.report.Markup.format;
import static org.deftstream.deft.evaluation.report.Markup.interval;
import static org.deftstream.deft.evaluation.report.Markup.number;
import static org.deftstream.deft.html.HtmlPage.escape;

import java.util.Comparator;
import java.util.Optional;
import org.deftstream.deft.evaluation.report.Report.MethodReport;
import org.deftstream.deft.evaluation.report.Report.TaskReport;
import org.deftstream.deft.metrics.Bootstrap.Interval;

/** The methods of a task with their figures. Stateless. */
final class MethodTable {
  private static final double WHISKER = 130;
  private static final int LEVEL_90 = 8;

  private MethodTable() {}

  /** The table element. */
  static String of(TaskReport task, Palette palette) {
    boolean distances = task.methods().stream().anyMatch(m -> m.distances() != null);
    boolean coverage = task.methods().stream().anyMatch(m -> m.uncertainty() != null);
    var html =
        new StringBuilder(
            "<div class=\"scroll\"><table class=\"methods\"><thead><tr><th>method</th>");
    html.append("<th colspan=\"2\">PSNR, dB</th>");
    html.append(task.reference() == null ? "" : head("to " + escape(task.reference())));
    boolean contrast = task.methods().stream().anyMatch(m -> m.contrast() != null);
    boolean marked = task.methods().stream().anyMatch(m -> m.marked() != null);
    html.append(head("SSIM")).append(head("residual")).append(marked ? head("marked") : "");
    html.append(contrast ? head("contrast kept") : "");
    html.append(distances ? head("Fréchet") + head("KID × 1000") : "");
    html.append(coverage ? head("90 % covers") + head("× factor") : "");
    html.append(head("s / image")).append(head("ms / step")).append("</tr></thead><tbody>");
    var best =
        task.methods().stream()
            .filter(m -> m.psnr() != null)
            .max(Comparator.comparingDouble(m -> m.psnr().mean()));
    double[] range = range(task);
    for (var m : task.methods()) {
      html.append(m.setup().label().equals(task.reference()) ? "<tr class=\"reference\">" : "<tr>");
      html.append("<td>").append(name(m, palette)).append("</td><td class=\"whisker\">");
      html.append(whisker(m, range, palette)).append("</td>");
      html.append(cell(mark(interval(m.psnr(), 2), best.filter(b -> b == m))));
      html.append(task.reference() == null ? "" : cell(difference(m.psnrDifference(), 2)));
      html.append(cell(interval(m.ssim(), 3))).append(cell(interval(m.residual(), 2)));
      html.append(marked ? cell(m.marked() == null ? "" : "" + m.marked()) : "");
      html.append(contrast ? cell(interval(m.contrast(), 2)) : "");
      if (distances) {
        var d = m.distances();
        html.append(cell(d == null ? "" : interval(d.frechet(), 2)));
        html.append(cell(d == null ? "" : interval(thousand(d.kernel()), 2)));
      }
      if (coverage) {
        coverage(html, m);
      }
      html.append(cell(number(m.secondsPerImage(), m.secondsPerImage() < 0.1 ? 4 : 2)));
      html.append(cell(m.millisPerStep() == null ? "" : number(m.millisPerStep(), 1)));
      html.append("</tr>");
    }
    return html.append("</tbody></table></div>").toString();
  }

  private static void coverage(StringBuilder html, MethodReport m) {
    var u = m.uncertainty();
    html.append(cell(u == null ? "" : number(100 * u.covered().get(LEVEL_90).mean(), 1) + " %"));
    html.append(
        cell(
            u == null || u.factor() == null
                ? ""
                : number(u.factor(), 2)
                    + " <span class=\"pm\">→ "
                    + number(100 * u.calibrated().get(LEVEL_90).mean(), 1)
                    + " %</span>"));
  }

  private static Interval thousand(Interval i) {
    return new Interval(1e3 * i.mean(), 1e3 * i.low(), 1e3 * i.high());
  }

  private static String mark(String text, Optional<MethodReport> best) {
    return best.isPresent() ? "<b>" + text + "</b>" : text;
  }

  private static String head(String text) {
    return "<th class=\"n\">" + text + "</th>";
  }

  private static String cell(String content) {
    return "<td class=\"n\">" + content + "</td>";
  }

  private static String name(MethodReport m, Palette palette) {
    var html = new StringBuilder("<i class=\"dot ").append(palette.style(m.setup().label()));
    html.append("\"></i>").append(escape(m.setup().label()));
    var notes = new StringBuilder(MarkdownReport.parameters(m));
    if (m.setup().steps() > 0) {
      notes.append(notes.isEmpty() ? "" : ", ").append(m.setup().steps()).append(" steps");
      notes.append(m.setup().samples() > 1 ? ", mean of " + m.setup().samples() : "");
      notes.append(m.setup().restarts() > 1 ? ", best of " + m.setup().restarts() : "");
    }
    notes.append(m.failed() > 0 ? ", " + m.failed() + " failed" : "");
    notes.append(m.missing() > 0 ? ", " + m.missing() + " not computed yet" : "");
    return notes.isEmpty()
        ? html.toString()
        : html.append("<div class=\"note\">")
            .append(escape(notes.toString()))
            .append("</div>")
            .toString();
  }

  private static double[] range(TaskReport task) {
    double low = Double.POSITIVE_INFINITY;
    double high = Double.NEGATIVE_INFINITY;
    for (var m : task.methods()) {
      if (m.psnr() != null) {
        low = Math.min(low, m.psnr().low());
        high = Math.max(high, m.psnr().high());
      }
    }
    double margin = Math.max(0.5, (high - low) * 0.06);
    return new double[] {low - margin, high + margin};
  }

  private static String whisker(MethodReport m, double[] range, Palette palette) {
    if (m.psnr() == null) {
      return "";
    }
    double scale = WHISKER / (range[1] - range[0]);
    return format(
        "<svg viewBox=\"0 0 %5$.0f 16\" aria-hidden=\"true\"><line class=\"rail\" x1=\"0\" y1=\"8\""
            + " x2=\"%5$.0f\" y2=\"8\"/><line class=\"bar %1$s\" x1=\"%2$.1f\" y1=\"8\""
            + " x2=\"%3$.1f\" y2=\"8\"/><circle class=\"%1$s\" cx=\"%4$.1f\" cy=\"8\""
            + " r=\"4\"/></svg>",
        palette.style(m.setup().label()),
        (m.psnr().low() - range[0]) * scale,
        (m.psnr().high() - range[0]) * scale,
        (m.psnr().mean() - range[0]) * scale,
        WHISKER);
  }
}
