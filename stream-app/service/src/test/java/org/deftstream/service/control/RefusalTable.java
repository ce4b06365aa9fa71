package org.deftstream.service.control;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.deftstream.schemas.avro.AdapterStatus;

/**
 * What was wrong with adapters, and what the service said of them, as Markdown. Not thread-safe.
 */
final class RefusalTable {
  private static final Path FILE =
      Path.of("..", "..", "target", "benchmarks", "hostile_adapters.md");
  private static final String HEAD =
      """
      | what is wrong | state | reason on `adapter-status` |
      |---|---|---|
      """;

  private final List<String> rows = new ArrayList<>();

  /** Adds what an instance reported. */
  void add(String flaw, AdapterStatus status) {
    // Fingerprints are long and say nothing here; control characters and bars break the table.
    var reason =
        status
            .getReason()
            .replaceAll("([0-9a-f]{8})[0-9a-f]{56}", "$1…")
            .replaceAll("\\p{Cntrl}", "�")
            .replace("|", "\\|");
    rows.add("| %s | %s | %s |\n".formatted(flaw, status.getState(), reason));
  }

  /** Prints it, and keeps it for the page of benchmarks. */
  void write() throws IOException {
    var table = HEAD + String.join("", rows.stream().sorted().toList());
    System.out.println(table);
    Files.createDirectories(FILE.getParent());
    Files.writeString(FILE, table);
  }
}
