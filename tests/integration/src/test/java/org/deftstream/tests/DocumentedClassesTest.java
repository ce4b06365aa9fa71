package org.deftstream.tests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** A page that follows a record through the files names files that are there. */
class DocumentedClassesTest {
  private static final Path ROOT = Path.of("..", "..");

  /** The last package and the class: {@code ledger/Ledger}, {@code deft.engine.Engine}. */
  private static final Pattern NAMED =
      Pattern.compile("`(?:[a-z.]+[./])?([a-z]+)[./]([A-Z][a-z]\\w*)`");

  private static final Pattern FILE = Pattern.compile(".*/src/\\w+/java/.*/([a-z]+/\\w+)\\.java");

  @Test
  void shouldNameClassesWhereTheyAre() throws IOException {
    var classes = new TreeSet<String>();
    try (var files = Files.walk(ROOT)) {
      files
          .map(file -> FILE.matcher(file.toString()))
          .filter(name -> name.matches())
          .forEach(name -> classes.add(name.group(1)));
    }
    var named =
        NAMED
            .matcher(Files.readString(ROOT.resolve("docs/architecture.md")))
            .results()
            .map(each -> each.group(1) + "/" + each.group(2))
            .toList();
    assertThat(named).hasSizeGreaterThan(30);
    assertThat(classes).containsAll(named);
  }
}
