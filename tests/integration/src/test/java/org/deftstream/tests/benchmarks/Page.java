package org.deftstream.tests.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Pages of {@code docs/benchmarks}: the tables of all drivers, each put there by its command. */
public final class Page {
  private static final Path DIRECTORY = Path.of("..", "..", "docs", "benchmarks");
  private static final String NOT_RUN = "Not run yet.";

  /** What the pages are called, and how they begin. */
  enum Document {
    /** Faults and load. */
    FAULTS("faults.md"),
    /** Images of any size. */
    SIZES("sizes.md"),
    /** What the trainer reaches. */
    TRAINING("training.md"),
    /** What a step takes. */
    DEVICE("device.md");

    private final String file;

    Document(String file) {
      this.file = file;
    }

    private String head() {
      return switch (this) {
        case FAULTS -> HEAD_OF_FAULTS;
        case SIZES -> HEAD_OF_SIZES;
        case TRAINING -> HEAD_OF_TRAINING;
        case DEVICE -> HEAD_OF_DEVICE;
      };
    }

    private Path path() {
      return DIRECTORY.resolve(file);
    }
  }

  private static final String HEAD_OF_TRAINING =
      """
      # The trainer

      Every table is what its command printed; the long form of a driver puts its own here. The short
      form (`-Ddeftstream.benchmarks=short` instead of `-Pbenchmarks`) prints the same table for a
      training of a few steps.
      """;

  private static final String HEAD_OF_SIZES =
      """
      # Images of any size

      Every table is what its command printed; the long form of a driver puts its own here.
      """;

  private static final String HEAD_OF_DEVICE =
      """
      # What a step takes

      Every table is what its command printed; the long form of a driver puts its own here. The short
      form (`-Ddeftstream.benchmarks=short` instead of `-Pbenchmarks`) prints the same table for
      smaller images. [The device](../device.md) has what a GPU needs, and `tests/gpu`, which
      measures one.
      """;

  private static final String HEAD_OF_FAULTS =
      """
      # Faults and load

      Every table is what its command printed; the long form of a driver puts its own here. The short
      form (`-Ddeftstream.benchmarks=short` instead of `-Pbenchmarks`, `-Ddeftstream.faults=short`
      instead of `-Pfaults`) takes a minute or so and prints the same table for fewer records.
      """;

  private Page() {}

  /** Puts what was found since the last clean build into the page; the other sections stay. */
  public static void update() throws IOException {
    for (var document : Document.values()) {
      Files.writeString(document.path(), render(document, read(document), true));
    }
    for (var name : new String[] {"soak.csv", "soak.svg", "reuse.png", "reuse-seconds.png"}) {
      if (Files.exists(Section.file(name))) {
        Files.copy(
            Section.file(name),
            DIRECTORY.resolve(name),
            java.nio.file.StandardCopyOption.REPLACE_EXISTING);
      }
    }
  }

  /** The page as it is; empty if there is none. */
  static String read(Document document) throws IOException {
    return Files.exists(document.path()) ? Files.readString(document.path()) : "";
  }

  /** The page with the results that stand in another one, or with newer ones. */
  static String render(Document document, String before, boolean withFound) throws IOException {
    var page = new StringBuilder(document.head());
    for (var section : Section.values()) {
      if (section.document() != document) {
        continue;
      }
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
