package org.deftstream.tests.faults;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What the runs came to, as Markdown. Not thread-safe. */
final class FaultTable {
  private static final String HEAD =
      """
      | fault | number | partitions | instances | records | dead letters (expected) | lost | duplicated | out of order | wrong pixels | recovery, median | worst |
      |---|---|---|---|---|---|---|---|---|---|---|---|
      """;

  private final List<String> rows = new ArrayList<>();

  /** Adds a run. */
  void add(
      String fault,
      int partitions,
      int instances,
      Bed bed,
      Verifier verifier,
      List<Duration> recoveries) {
    var sorted = recoveries.stream().sorted().toList();
    rows.add(
        "| %s | %d | %d | %d | %d | %d (%d) | %d | %d | %d | %d | %s | %s |\n"
            .formatted(
                fault,
                recoveries.size(),
                partitions,
                instances,
                bed.sent(),
                verifier.deadLetters(),
                bed.expectedDeadLetters(),
                bed.sent() - verifier.answers(),
                verifier.duplicates(),
                verifier.outOfOrder(),
                verifier.wrong(),
                seconds(sorted.get(sorted.size() / 2)),
                seconds(sorted.get(sorted.size() - 1))));
  }

  private static String seconds(Duration time) {
    return String.format(Locale.ROOT, "%.1f s", time.toMillis() / 1e3);
  }

  /** The table. */
  String markdown() {
    return HEAD + String.join("", rows);
  }
}
