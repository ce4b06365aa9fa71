package org.deftstream.deft.evaluation.report;

import static org.deftstream.deft.html.HtmlPage.escape;

import java.util.Locale;
import org.deftstream.deft.metrics.Bootstrap.Interval;

/** Text and SVG elements of the page. Stateless. */
final class Markup {
  private Markup() {}

  /** Escaped text whose parts in backticks become code. */
  static String withCode(String text) {
    return escape(text).replaceAll("`([^`]*)`", "<code>$1</code>");
  }

  /** A number with so many decimals, with a true minus sign. */
  static String number(double value, int decimals) {
    return Double.isFinite(value)
        ? String.format(Locale.ROOT, "%." + decimals + "f", value).replace('-', '−')
        : "–";
  }

  /** A mean and half its interval. */
  static String interval(Interval i, int decimals) {
    return i == null
        ? ""
        : number(i.mean(), decimals)
            + " <span class=\"pm\">± "
            + number((i.high() - i.low()) / 2, decimals)
            + "</span>";
  }

  /** A difference with its sign, quiet where its interval holds 0. */
  static String difference(Interval i, int decimals) {
    if (i == null) {
      return "";
    }
    boolean clear = i.low() > 0 || i.high() < 0;
    return "<span class=\""
        + (clear ? "clear" : "unclear")
        + "\">"
        + (i.mean() > 0 ? "+" : "")
        + interval(i, decimals)
        + "</span>";
  }

  static String line(String style, double x1, double y1, double x2, double y2) {
    return format(
        "<line class=\"%s\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"/>",
        style, x1, y1, x2, y2);
  }

  static String text(String style, double x, double y, String content) {
    return format("<text class=\"%s\" x=\"%.1f\" y=\"%.1f\">", style, x, y)
        + escape(content)
        + "</text>";
  }

  static String format(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }
}
