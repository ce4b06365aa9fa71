package org.deftstream.tests.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** {@code docs/benchmarks/faults.md}: the tables of all drivers, each put there by its command. */
public final class Page {
  private static final Path FILE = Path.of("..", "docs", "benchmarks", "faults.md");
  private static final String NOT_RUN = "Not run yet.";
  private static final String HEAD =
      """
      # Faults and load

      Every table is what its command printed; the long form of a driver puts its own here. The short
      form (`-Ddeftstream.benchmarks=short` instead of `-Pbenchmarks`, `-Ddeftstream.faults=short`
      instead of `-Pfaults`) takes a minute or so and prints the same table for fewer records.
      """;

  private Page() {}

  /** Puts what was found since the last clean build into the page; the other sections stay. */
  public static void update() throws IOException {
    String before = read();
    Files.writeString(FILE, render(before, true));
    for (var name : new String[] {"soak.csv", "soak.svg"}) {
      if (Section.SOAK.found().isPresent() && Files.exists(Section.file(name))) {
        Files.copy(
            Section.file(name),
            FILE.resolveSibling(name),
            java.nio.file.StandardCopyOption.REPLACE_EXISTING);
      }
    }
  }

  /** The page as it is; empty if there is none. */
  static String read() throws IOException {
    return Files.exists(FILE) ? Files.readString(FILE) : "";
  }

  /** The page with the results that stand in another one, or with newer ones. */
  static String render(String before, boolean withFound) throws IOException {
    var page = new StringBuilder(HEAD);
    for (var section : Section.values()) {
      var found = withFound ? section.found() : java.util.Optional.<String>empty();
      page.append("\n").append(section.markdown(found.orElse(result(before, section))));
    }
    return page.toString();
  }

  private static String result(String page, Section section) {
    int heading = page.indexOf(section.heading());
    if (heading < 0) {
      return NOT_RUN;
    }
    int from = page.indexOf("```\n", page.indexOf("```sh\n", heading) + 6) + 4;
    int to = page.indexOf("\n## ", from);
    return page.substring(from, to < 0 ? page.length() : to);
  }
}
