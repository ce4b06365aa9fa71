package org.deftstream.devstack.demo;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.deftstream.deft.metrics.Bootstrap;

/** The page around what is said, escaping, and numbers as people read them. */
final class Html {
  /** Where a figure is missing. */
  static final String NONE = "–";

  private Html() {}

  /**
   * A page: one file, style inside, no script, nothing fetched.
   *
   * @param title plain text
   * @param body HTML
   */
  static String page(String title, String body) {
    return """
    <!doctype html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>"""
        + escape(title)
        + "</title>\n<style>\n"
        + style()
        + "</style>\n</head>\n<body>\n<main>\n"
        + body
        + "</main>\n</body>\n</html>\n";
  }

  private static String style() {
    try (InputStream in = Html.class.getResourceAsStream("report.css")) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Text, made safe for element content and quoted attributes. */
  static String escape(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;");
  }

  /** A number with so many decimals, with a true minus sign. */
  static String number(double value, int decimals) {
    if (Double.isNaN(value) || Double.isInfinite(value)) {
      return NONE;
    }
    return String.format(Locale.ROOT, "%." + decimals + "f", value).replace('-', '−');
  }

  /** A mean and half its interval: {@code 29.87 ± 0.41}. */
  static String interval(Bootstrap.Interval interval, int decimals) {
    if (interval == null) {
      return NONE;
    }
    double half = (interval.high() - interval.low()) / 2;
    return number(interval.mean(), decimals)
        + " <span class=\"pm\">± "
        + number(half, decimals)
        + "</span>";
  }

  /** A gain with its sign: {@code +2.3 ± 0.2}. */
  static String gain(Bootstrap.Interval interval, int decimals) {
    return (interval.mean() > 0 ? "+" : "") + interval(interval, decimals);
  }

  /** A duration in the unit that suits it: {@code 840 ms}, {@code 12.4 s}, {@code 2 min 3 s}. */
  static String duration(double millis) {
    if (Double.isNaN(millis)) {
      return NONE;
    }
    if (millis < 1_000) {
      return number(millis, 0) + " ms";
    }
    if (millis < 99_950) {
      return number(millis / 1_000, 1) + " s";
    }
    long seconds = Math.round(millis / 1_000);
    return seconds / 60 + " min " + seconds % 60 + " s";
  }

  /** A count with its noun: {@code 1 record}, {@code 2 records}. */
  static String count(int n, String noun) {
    return n + " " + noun + (n == 1 ? "" : "s");
  }
}
