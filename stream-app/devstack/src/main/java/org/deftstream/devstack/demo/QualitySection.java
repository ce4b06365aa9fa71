package org.deftstream.devstack.demo;

import static org.deftstream.deft.html.HtmlPage.escape;
import static org.deftstream.devstack.demo.Html.number;

import java.util.Locale;
import org.deftstream.devstack.demo.DemoResult.MethodFigures;
import org.deftstream.devstack.demo.DemoResult.MethodKind;
import org.deftstream.devstack.demo.DemoResult.TaskFigures;

/** The table of a task's methods: quality with intervals, and speed. */
final class QualitySection {
  private static final double WHISKER = 130;

  private QualitySection() {}

  /** The table's HTML. */
  static String of(TaskFigures task) {
    double low = Double.POSITIVE_INFINITY;
    double high = Double.NEGATIVE_INFINITY;
    for (var method : task.methods()) {
      low = Math.min(low, method.psnr().mean());
      high = Math.max(high, method.psnr().mean());
    }
    var html =
        new StringBuilder(
            "<div class=\"scroll\"><table class=\"quality\"><thead><tr><th>method</th>"
                + "<th colspan=\"2\">PSNR, dB</th><th class=\"n\">SSIM</th>"
                + "<th class=\"n\">adapter gains</th>"
                + "<th class=\"n\">records / s</th><th class=\"n\">latency p50</th>"
                + "<th class=\"n\">p95</th></tr></thead><tbody>");
    for (var method : task.methods()) {
      html.append(row(task, method, low - 2, high + 2));
    }
    return html.append("</tbody></table></div>").toString();
  }

  private static String row(TaskFigures task, MethodFigures method, double low, double high) {
    boolean learned = method.kind() == MethodKind.ADAPTER;
    var html = new StringBuilder("<tr" + (learned ? " class=\"best\"" : "") + "><td>");
    html.append("<i class=\"dot ")
        .append(style(method.kind()))
        .append("\"></i>")
        .append(escape(method.label()));
    if (method.samples() > 1) {
      html.append(" <span class=\"note\">mean of ").append(method.samples()).append("</span>");
    }
    html.append("</td><td class=\"whisker\">").append(whisker(method, low, high));
    html.append("</td><td class=\"n\">").append(Html.interval(method.psnr(), 2));
    html.append("</td><td class=\"n\">").append(Html.interval(method.ssim(), 3));
    html.append("</td><td class=\"n\">").append(gain(task, method));
    html.append("</td><td class=\"n\">")
        .append(method.perSecond() == null ? "" : number(method.perSecond(), 2));
    var latency = method.latencyMillis();
    html.append("</td><td class=\"n\">")
        .append(latency == null ? "" : Html.duration(latency.p50()));
    html.append("</td><td class=\"n\">")
        .append(latency == null ? "" : Html.duration(latency.p95()));
    html.append("</td></tr>");
    if (method.singleSamplePsnr() != null && method.samples() > 1) {
      html.append("<tr class=\"sub\"><td>one of its samples</td><td></td><td class=\"n\">")
          .append(number(method.singleSamplePsnr(), 2))
          .append("</td><td colspan=\"5\"></td></tr>");
    }
    return html.toString();
  }

  private static String gain(TaskFigures task, MethodFigures method) {
    return task.gains().stream()
        .filter(gain -> gain.kind() == method.kind())
        .findFirst()
        .map(gain -> Html.gain(gain.psnr(), 2))
        .orElse("");
  }

  /** A dot for the mean on a common scale, with its interval as a bar. */
  private static String whisker(MethodFigures method, double low, double high) {
    double scale = WHISKER / (high - low);
    double mean = (method.psnr().mean() - low) * scale;
    double from = (method.psnr().low() - low) * scale;
    double to = (method.psnr().high() - low) * scale;
    return String.format(
        Locale.ROOT,
        "<svg viewBox=\"0 0 %5$.0f 16\" aria-hidden=\"true\"><line class=\"rail\" x1=\"0\" y1=\"8\""
            + " x2=\"%5$.0f\" y2=\"8\"/><line class=\"bar %1$s\" x1=\"%2$.1f\" y1=\"8\""
            + " x2=\"%3$.1f\" y2=\"8\"/><circle class=\"%1$s\" cx=\"%4$.1f\" cy=\"8\""
            + " r=\"4\"/></svg>",
        style(method.kind()),
        from,
        to,
        mean,
        WHISKER);
  }

  private static String style(MethodKind kind) {
    return switch (kind) {
      case PSEUDO_INVERSE -> "plain";
      case TRAINING_FREE -> "free";
      case ADAPTER -> "adapter";
    };
  }
}
