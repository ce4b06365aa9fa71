package org.deftstream.devstack.instruments;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipFile;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;

/**
 * Takes files out of zip and tar.gz archives. What is written is bounded by the sizes that are
 * asked for, what is unpacked on the way by {@link #MOST_UNPACKED}. Stateless.
 */
final class ArchiveMembers {
  private static final long MOST_UNPACKED = 1L << 30;

  private ArchiveMembers() {}

  /**
   * Takes the files out that have one of the names, in whatever folder; of several the first.
   *
   * @param wanted names without folders, with their sizes; one byte more than that is written at
   *     most, so that a larger one is known by its size
   * @param into a directory
   * @throws IOException if the archive is none, is broken or was cut, or unpacks without end
   */
  static void extract(Path archive, Map<String, Long> wanted, Path into) throws IOException {
    byte[] head;
    try (InputStream in = Files.newInputStream(archive)) {
      head = in.readNBytes(2);
    }
    if (head.length == 2 && head[0] == 'P' && head[1] == 'K') {
      unzip(archive, wanted, into);
    } else if (head.length == 2 && head[0] == 0x1f && head[1] == (byte) 0x8b) {
      untar(archive, wanted, into);
    } else {
      throw new IOException("it is neither a zip nor a tar.gz archive");
    }
  }

  private static void unzip(Path archive, Map<String, Long> wanted, Path into) throws IOException {
    try (var zip = new ZipFile(archive.toFile())) {
      for (var entries = zip.entries(); entries.hasMoreElements(); ) {
        var entry = entries.nextElement();
        String name = lastName(entry.getName());
        if (!entry.isDirectory() && missing(name, wanted, into)) {
          try (var in = zip.getInputStream(entry)) {
            write(in, wanted.get(name), into.resolve(name));
          }
        }
      }
    }
  }

  private static void untar(Path archive, Map<String, Long> wanted, Path into) throws IOException {
    try (var file = new BufferedInputStream(Files.newInputStream(archive));
        var tar = new TarArchiveInputStream(new GZIPInputStream(file))) {
      for (var entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
        if (tar.getBytesRead() > MOST_UNPACKED) {
          throw new IOException("it unpacks to more than " + MOST_UNPACKED + " bytes");
        }
        String name = lastName(entry.getName());
        if (entry.isFile() && missing(name, wanted, into)) {
          write(tar, wanted.get(name), into.resolve(name));
        }
      }
    }
  }

  private static String lastName(String name) {
    return name.substring(name.lastIndexOf('/') + 1);
  }

  private static boolean missing(String name, Map<String, Long> wanted, Path into) {
    return wanted.containsKey(name) && !Files.exists(into.resolve(name));
  }

  private static void write(InputStream in, long bytes, Path file) throws IOException {
    try (var out = Files.newOutputStream(file)) {
      byte[] buffer = new byte[1 << 16];
      long left = bytes + 1;
      int read = in.read(buffer, 0, (int) Math.min(buffer.length, left));
      while (left > 0 && read > 0) {
        out.write(buffer, 0, read);
        left -= read;
        read = in.read(buffer, 0, (int) Math.min(buffer.length, left));
      }
    }
  }
}
