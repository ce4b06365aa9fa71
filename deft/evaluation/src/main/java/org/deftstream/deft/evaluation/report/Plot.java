package org.deftstream.deft.evaluation.report;

import static org.deftstream.deft.evaluation.report.Markup.format;
import static org.deftstream.deft.evaluation.report.Markup.line;
import static org.deftstream.deft.evaluation.report.Markup.text;

import org.deftstream.deft.html.HtmlPage;

/** The frame of a plot as inline SVG: two axes with ticks. Not thread-safe. */
final class Plot {
  static final double WIDTH = 420;
  static final double HEIGHT = 290;
  static final double LEFT = 46;
  static final double RIGHT = 14;
  static final double TOP = 26;
  static final double BOTTOM = 42;

  private final StringBuilder svg = new StringBuilder();
  private final double height;
  private final double left;
  private final double lowX;
  private final double highX;
  private final double lowY;
  private final double highY;
  private final boolean logarithmic;

  /**
   * Begins a plot.
   *
   * @param logarithmic whether x is
   */
  Plot(
      String description,
      double height,
      double left,
      double[] rangeX,
      double[] rangeY,
      boolean logarithmic) {
    this.height = height;
    this.left = left;
    this.logarithmic = logarithmic;
    lowX = rangeX[0];
    highX = rangeX[1];
    lowY = rangeY[0];
    highY = rangeY[1];
    svg.append(format("<svg class=\"plot\" viewBox=\"0 0 %.0f %.0f\" role=\"img\"", WIDTH, height));
    svg.append(" aria-label=\"").append(HtmlPage.escape(description)).append("\">");
  }

  double x(double value) {
    double share =
        logarithmic
            ? Math.log(value / lowX) / Math.log(highX / lowX)
            : (value - lowX) / (highX - lowX);
    return left + share * (WIDTH - left - RIGHT);
  }

  double y(double value) {
    return height - BOTTOM - (value - lowY) / (highY - lowY) * (height - TOP - BOTTOM);
  }

  void tickX(double value, String label) {
    svg.append(line("grid", x(value), TOP, x(value), height - BOTTOM));
    svg.append(text("tick middle", x(value), height - BOTTOM + 17, label));
  }

  void tickY(double value, String label) {
    svg.append(line("grid", left, y(value), WIDTH - RIGHT, y(value)));
    svg.append(text("tick end", left - 7, y(value) + 4, label));
  }

  void titles(String across, String up) {
    svg.append(text("tick end", WIDTH - RIGHT, height - 6, across));
    svg.append(text("tick", 2, 12, up));
  }

  void add(String element) {
    svg.append(element);
  }

  String finish() {
    return svg.append("</svg>").toString();
  }

  /** A step of 1, 2 or 5 times a power of ten that gives at most so many ticks. */
  static double step(double range, int most) {
    double step = Math.pow(10, Math.floor(Math.log10(range / most)));
    for (double factor : new double[] {1, 2, 5, 10}) {
      if (range / (step * factor) <= most) {
        return step * factor;
      }
    }
    return step * 10;
  }
}
