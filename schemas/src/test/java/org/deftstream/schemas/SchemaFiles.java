package org.deftstream.schemas;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.apache.avro.Schema;

/** Reads a folder of {@code .avsc} files, those that others name first. */
final class SchemaFiles {
  static final Path CURRENT = Path.of("src/main/avro");
  static final Path RELEASED = Path.of("released");

  private static final List<String> NAMED_BY_OTHERS =
      List.of(
          "Tensor.avsc",
          "Provenance.avsc",
          "AdapterRef.avsc",
          "IntensityScale.avsc",
          "Geometry.avsc");

  private SchemaFiles() {}

  /** Every record of a folder by its full name. */
  static Map<String, Schema> read(Path folder) {
    Map<String, Schema> known = new TreeMap<>();
    for (Path file : ordered(folder)) {
      var parser = new Schema.Parser();
      parser.addTypes(known.values());
      try {
        Schema schema = parser.parse(file.toFile());
        known.put(schema.getFullName(), schema);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return known;
  }

  /** The folders of the released versions, oldest first. */
  static List<Path> releases() {
    return list(RELEASED, Files::isDirectory);
  }

  private static List<Path> ordered(Path folder) {
    List<Path> files = new ArrayList<>();
    NAMED_BY_OTHERS.stream().map(folder::resolve).filter(Files::exists).forEach(files::add);
    list(folder, file -> file.toString().endsWith(".avsc")).stream()
        .filter(file -> !files.contains(file))
        .forEach(files::add);
    return files;
  }

  private static List<Path> list(Path folder, Predicate<Path> which) {
    try (var entries = Files.list(folder)) {
      return entries.filter(which).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
