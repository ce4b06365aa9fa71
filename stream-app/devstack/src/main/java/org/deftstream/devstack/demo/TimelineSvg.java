package org.deftstream.devstack.demo;

import static org.deftstream.deft.html.HtmlPage.escape;
import static org.deftstream.devstack.demo.Html.number;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.deftstream.devstack.demo.DemoResult.MethodKind;
import org.deftstream.devstack.demo.DemoResult.StreamPoint;

/**
 * The stream as it arrived: a mark for each answer, time across, PSNR up, coloured by method, with
 * the moment of the swap. Inline SVG whose colours come from the page's style sheet.
 */
final class TimelineSvg {
  private static final double WIDTH = 1040;
  private static final double HEIGHT = 330;
  private static final double LEFT = 44;
  private static final double RIGHT = 12;
  private static final double TOP = 34;
  private static final double BOTTOM = 40;

  private final DemoResult result;
  private final List<String> tasks;
  private final double lastMillis;
  private final double low;
  private final double high;

  private TimelineSvg(DemoResult result) {
    this.result = result;
    tasks = result.tasks().stream().map(DemoResult.TaskFigures::task).toList();
    var psnr = result.stream().stream().mapToDouble(StreamPoint::psnr).sorted().toArray();
    low = Math.floor((psnr[0] - 0.5) / 5) * 5;
    high = Math.max(low + 5, Math.ceil((psnr[psnr.length - 1] + 0.5) / 5) * 5);
    lastMillis =
        result.stream().stream().mapToDouble(StreamPoint::arrivedMillis).max().orElseThrow();
  }

  /** The SVG element; empty text if nothing came back. */
  static String of(DemoResult result) {
    return result.stream().isEmpty() ? "" : new TimelineSvg(result).draw();
  }

  private String draw() {
    var svg = new StringBuilder();
    svg.append(
        format(
            "<svg class=\"timeline\" viewBox=\"0 0 %.0f %.0f\" role=\"img\" aria-label=\"PSNR of"
                + " each answer by time of arrival\">",
            WIDTH, HEIGHT));
    swapBand(svg);
    axes(svg);
    marks(svg);
    return svg.append("</svg>").toString();
  }

  private void axes(StringBuilder svg) {
    double step = high - low > 30 ? 10 : 5;
    for (double psnr = low; psnr <= high + 1e-9; psnr += step) {
      svg.append(line("grid", LEFT, y(psnr), WIDTH - RIGHT, y(psnr)));
      svg.append(text("tick end", LEFT - 8, y(psnr) + 4, number(psnr, 0)));
    }
    svg.append(text("tick end", LEFT - 8, TOP - 16, "dB"));
    double every = secondsPerTick(lastMillis / 1_000);
    for (double s = 0; s * 1_000 <= lastMillis; s += every) {
      svg.append(text("tick middle", x(s * 1_000), HEIGHT - BOTTOM + 18, number(s, 0) + " s"));
    }
    svg.append(
        text(
            "tick end",
            WIDTH - RIGHT,
            HEIGHT - 4,
            "time of arrival, since the first record was sent"));
  }

  private void swapBand(StringBuilder svg) {
    var swap = result.swap();
    if (swap == null) {
      return;
    }
    double from = x(swap.publishedMillis());
    double to = x(swap.servingMillis());
    svg.append(
        format(
            "<rect class=\"band\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"/>",
            from, TOP - 8, Math.max(1, to - from), HEIGHT - TOP - BOTTOM + 8));
    svg.append(line("moment", to, TOP - 8, to, HEIGHT - BOTTOM));
    String what = result.training() == null ? "adapters published" : "pairs sent, an adapter";
    String label = what + ", serving " + Html.duration(swap.durationMillis()) + " later";
    boolean roomRight = to < WIDTH * 0.65;
    svg.append(text(roomRight ? "label" : "label end", roomRight ? from : to, TOP - 16, label));
  }

  private void marks(StringBuilder svg) {
    for (var point : sortedForPainting()) {
      double x = x(point.arrivedMillis());
      double y = y(point.psnr());
      String style = point.kind() == MethodKind.ADAPTER ? "adapter" : "free";
      String title =
          format(
              "<title>%s, %s, %s dB, %s after it was sent</title>",
              escape(point.id()),
              point.kind() == MethodKind.ADAPTER ? "learned adapter" : "training-free",
              number(point.psnr(), 1),
              Html.duration(point.latencyMillis()));
      if (tasks.indexOf(point.task()) <= 0) {
        svg.append(format("<circle class=\"%s\" cx=\"%.1f\" cy=\"%.1f\" r=\"3.6\">", style, x, y));
        svg.append(title).append("</circle>");
      } else {
        svg.append(
            format("<path class=\"%s hollow\" d=\"M%.1f %.1fl4 4l-4 4l-4-4z\">", style, x, y - 4));
        svg.append(title).append("</path>");
      }
    }
  }

  /** The first task on top, for it is the one that people look at. */
  private List<StreamPoint> sortedForPainting() {
    var points = new ArrayList<>(result.stream());
    points.sort((a, b) -> tasks.indexOf(b.task()) - tasks.indexOf(a.task()));
    return points;
  }

  private double x(double millis) {
    return LEFT + 10 + (WIDTH - LEFT - RIGHT - 20) * millis / Math.max(1, lastMillis);
  }

  private double y(double psnr) {
    return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * (psnr - low) / (high - low);
  }

  private static double secondsPerTick(double seconds) {
    for (double step : new double[] {1, 2, 5, 10, 20, 30, 60, 120, 300}) {
      if (seconds / step <= 10) {
        return step;
      }
    }
    return 600;
  }

  private static String line(String style, double x1, double y1, double x2, double y2) {
    return format(
        "<line class=\"%s\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"/>",
        style, x1, y1, x2, y2);
  }

  private static String text(String style, double x, double y, String content) {
    return format("<text class=\"%s\" x=\"%.1f\" y=\"%.1f\">%s</text>", style, x, y, content);
  }

  private static String format(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }
}
