package org.deftstream.tests.benchmarks;

import java.time.Duration;

/** How long the benchmarks are. Stateless. */
final class Form {
  /** The property: {@code short} or {@code long}; without it no benchmark runs. */
  static final String PROPERTY = "deftstream.benchmarks";

  private static final String PREFIX = PROPERTY + ".";

  private Form() {}

  /** Whether figures are held to what is wanted. */
  static boolean isLong() {
    return "long".equals(System.getProperty(PROPERTY));
  }

  /** Whether what is found may go into a page: it is of a long form, of benchmarks or of faults. */
  static boolean isForThePage() {
    return isLong() || "long".equals(System.getProperty("deftstream.faults"));
  }

  /** A number that {@code -Ddeftstream.benchmarks.NAME} sets. */
  static int number(String name, int ofShort, int ofLong) {
    return Integer.getInteger(PREFIX + name, isLong() ? ofLong : ofShort);
  }

  /** A time, set in whole seconds in the same way. */
  static Duration seconds(String name, int ofShort, int ofLong) {
    return Duration.ofSeconds(number(name, ofShort, ofLong));
  }
}
