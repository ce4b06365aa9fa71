package org.deftstream.tests.faults;

import java.time.Duration;
import java.util.Locale;

/** What can befall a stream in work. It is over when it returns. */
interface Disturbance {
  /** Its name in properties: {@code KILL} is counted by {@code deftstream.faults.kill}. */
  String name();

  /** Its name in the table. */
  String description();

  /** How many of it a run has, unless a property says otherwise. */
  default int count() {
    return Integer.getInteger(
        "deftstream.faults." + name().toLowerCase(Locale.ROOT).replace('_', '.'), 1);
  }

  /**
   * Lets it happen to a bed in work.
   *
   * @return how long it took until every partition had an answer again
   */
  Duration strike(Bed bed) throws Exception;
}
