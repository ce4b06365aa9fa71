package org.deftstream.deft.formats;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/**
 * Tests on what real instruments wrote, where {@code -Ddeftstream.instruments=DIR} says that it
 * lies; none of it is here. Skipped without it.
 */
abstract class MeasuredFiles {
  private static final String PROPERTY = "deftstream.instruments";

  private Path data;

  @TempDir Path directory;

  @BeforeEach
  void find() {
    String given = System.getProperty(PROPERTY, "");
    assumeTrue(!given.isEmpty(), "no measured files: -D" + PROPERTY + "=DIR names where they are");
    data = Path.of(given);
  }

  Path there(String name) {
    Path file = data.resolve(name);
    assumeTrue(Files.exists(file), file + " is not there");
    return file;
  }

  List<Path> unzipped(Path archive, String ending) throws IOException {
    var files = new ArrayList<Path>();
    try (var zip = new ZipFile(archive.toFile())) {
      for (var entry : Collections.list(zip.entries())) {
        if (!entry.isDirectory() && entry.getName().endsWith(ending)) {
          Path file = directory.resolve(archive.getFileName() + "-" + files.size());
          try (var in = zip.getInputStream(entry)) {
            Files.copy(in, file);
          }
          files.add(file);
        }
      }
    }
    return files;
  }

  /** Plain tar: a header of 512 bytes with name and octal size before each file. */
  List<Path> untarred(Path archive) throws IOException {
    var files = new ArrayList<Path>();
    try (InputStream in =
        new BufferedInputStream(new GZIPInputStream(Files.newInputStream(archive)))) {
      for (byte[] head = in.readNBytes(512);
          head.length == 512 && head[0] != 0;
          head = in.readNBytes(512)) {
        String name = new String(head, 0, 100, StandardCharsets.US_ASCII).trim();
        int size = Integer.parseInt(new String(head, 124, 11, StandardCharsets.US_ASCII).trim(), 8);
        byte[] content = in.readNBytes((size + 511) / 512 * 512);
        if (name.endsWith(".uvfits")) {
          Path file = directory.resolve(Path.of(name).getFileName());
          Files.write(file, Arrays.copyOf(content, size));
          files.add(file);
        }
      }
    }
    return files;
  }
}
