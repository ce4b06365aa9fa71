package org.deftstream.tests.faults;

import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.deftstream.tests.benchmarks.Page;
import org.deftstream.tests.benchmarks.Section;

/**
 * What the runs came to, as Markdown. In the long form each row is kept when it is known and
 * replaces the one of an earlier run, so that the suite can be run in parts. Not thread-safe.
 */
final class FaultTable {
  private static final String HEAD =
      """
      | fault | number | partitions | instances | records | dead letters (expected) | lost | duplicated | out of order | wrong pixels | recovery, median | worst |
      |---|---|---|---|---|---|---|---|---|---|---|---|
      """;

  private final Section section;
  private final boolean kept;
  private final Map<List<String>, String> rows = new LinkedHashMap<>();

  /**
   * A table.
   *
   * @param section where it goes
   * @param kept whether it goes on with the rows that are there
   */
  FaultTable(Section section, boolean kept) throws IOException {
    this.section = section;
    this.kept = kept;
    if (kept) {
      section.found().stream().flatMap(String::lines).skip(2).forEach(this::put);
    }
  }

  /** Adds a run. */
  void add(
      String fault,
      int partitions,
      int instances,
      Bed bed,
      Verifier verifier,
      List<Duration> recoveries)
      throws IOException {
    var sorted = recoveries.stream().sorted().toList();
    put(
        "| %s | %d | %d | %d | %d | %d (%d) | %d | %d | %d | %d | %s | %s |"
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
    if (kept) {
      section.keep(markdown());
    }
  }

  /** The fault and where it happened tell rows apart. */
  private void put(String row) {
    var cells = row.split(" \\| ", -1);
    rows.put(List.of(cells[0], cells[2], cells[3]), row);
  }

  private static String seconds(Duration time) {
    return String.format(Locale.ROOT, "%.1f s", time.toMillis() / 1e3);
  }

  private String markdown() {
    return HEAD + String.join("\n", rows.values()) + "\n";
  }

  /** Prints it, and takes the long form over into the page. */
  void publish() throws IOException {
    section.publish(markdown());
    if (kept) {
      Page.update();
    }
  }
}
