package org.deftstream.tests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * No two files of main code share eight equal lines in a row: what is said twice has one place.
 * Blank lines, comments, imports and lines of nothing but punctuation do not count.
 */
class DuplicatedLinesTest {
  private static final Path ROOT = Path.of("..", "..");
  private static final String SOURCES = "/src/main/java/";
  private static final int RUN = 8;

  /** A line that counts, and where it stands. */
  private record Line(int number, String text) {}

  /** Where a run of lines begins, in the lines of a file that count. */
  private record Place(String file, int index) {}

  @Test
  void shouldWriteNoEightLinesTwice() throws IOException {
    var files = sources();
    assertThat(files).hasSizeGreaterThan(900);
    assertThat(shared(files)).as("places that share %d lines or more", RUN).isEmpty();
  }

  @Test
  void shouldFindWhatStandsInTwoFiles() {
    var common = Stream.of("a();", "b();", "if (c) {", "d();", "}", "e();", "f();", "g();", "h();");
    var lines = new ArrayList<>(common.toList());
    var other =
        new ArrayList<>(List.of("package x;", "import y;", "/** An", " * other. */", "z();"));
    other.addAll(lines);
    other.add(8, "// Comments do not count,");
    other.add(9, "");
    other.replaceAll(line -> "    " + line);
    assertThat(shared(Map.of("A", counted(lines), "B", counted(other))))
        .containsExactly("A:1-9 ~ B:6-16");

    var shorter = new ArrayList<>(lines);
    shorter.remove(8);
    assertThat(shared(Map.of("A", counted(lines), "B", counted(shorter)))).isEmpty();

    // Twice in one file is another question.
    var twice = Stream.concat(lines.stream(), lines.stream()).toList();
    assertThat(shared(Map.of("A", counted(twice)))).isEmpty();
  }

  /** The lines that count of every file of main code, by its path. */
  private static Map<String, List<Line>> sources() throws IOException {
    var files = new TreeMap<String, List<Line>>();
    Files.walkFileTree(
        ROOT,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes any) {
            // What is built, generated code with it, and what is not of the tree.
            String name = directory.getFileName().toString();
            return name.equals("target") || (name.startsWith(".") && !name.equals(".."))
                ? FileVisitResult.SKIP_SUBTREE
                : FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes any) throws IOException {
            String name = ROOT.relativize(file).toString();
            if (name.contains(SOURCES) && name.endsWith(".java")) {
              files.put(name, counted(Files.readAllLines(file)));
            }
            return FileVisitResult.CONTINUE;
          }
        });
    return files;
  }

  private static List<Line> counted(List<String> lines) {
    var counted = new ArrayList<Line>();
    boolean comment = false;
    for (int i = 0; i < lines.size(); i++) {
      String text = lines.get(i).strip();
      comment = comment || text.startsWith("/*");
      boolean counts =
          !comment
              && !text.startsWith("//")
              && !text.startsWith("import ")
              && !text.startsWith("package ")
              && text.codePoints().anyMatch(Character::isLetterOrDigit);
      if (counts) {
        counted.add(new Line(i + 1, text));
      }
      comment = comment && !text.contains("*/");
    }
    return counted;
  }

  /** The longest runs that two files share: {@code FILE:FIRST-LAST ~ FILE:FIRST-LAST}. */
  private static List<String> shared(Map<String, List<Line>> files) {
    var places = new HashMap<List<String>, List<Place>>();
    new TreeMap<>(files)
        .forEach(
            (file, lines) -> {
              var texts = lines.stream().map(Line::text).toList();
              for (int i = 0; i + RUN <= texts.size(); i++) {
                places
                    .computeIfAbsent(texts.subList(i, i + RUN), run -> new ArrayList<>())
                    .add(new Place(file, i));
              }
            });
    var found = new ArrayList<String>();
    for (var same : places.values()) {
      for (int i = 0; i < same.size(); i++) {
        for (int j = i + 1; j < same.size(); j++) {
          var one = same.get(i);
          var other = same.get(j);
          if (!one.file().equals(other.file()) && begins(files, one, other)) {
            found.add(described(files, one, other));
          }
        }
      }
    }
    found.sort(null);
    return found;
  }

  /** Whether the lines before differ: a longer run is told once. */
  private static boolean begins(Map<String, List<Line>> files, Place one, Place other) {
    return one.index() == 0
        || other.index() == 0
        || !text(files, one, -1).equals(text(files, other, -1));
  }

  private static String described(Map<String, List<Line>> files, Place one, Place other) {
    int length = RUN;
    while (one.index() + length < files.get(one.file()).size()
        && other.index() + length < files.get(other.file()).size()
        && text(files, one, length).equals(text(files, other, length))) {
      length++;
    }
    return lines(files, one, length) + " ~ " + lines(files, other, length);
  }

  private static String text(Map<String, List<Line>> files, Place place, int offset) {
    return files.get(place.file()).get(place.index() + offset).text();
  }

  private static String lines(Map<String, List<Line>> files, Place place, int length) {
    var lines = files.get(place.file());
    int first = lines.get(place.index()).number();
    int last = lines.get(place.index() + length - 1).number();
    return place.file() + ":" + first + "-" + last;
  }
}
