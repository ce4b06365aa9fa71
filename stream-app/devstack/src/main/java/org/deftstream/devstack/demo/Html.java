package org.deftstream.devstack.demo;

import java.util.Locale;
import org.deftstream.deft.metrics.Bootstrap;

/** Numbers as people read them. */
final class Html {
  /** Where a figure is missing. */
  static final String NONE = "–";

  private Html() {}

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
