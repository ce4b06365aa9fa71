package org.deftstream.deft.tensorflow;

import java.io.IOException;
import java.net.URL;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.deftstream.deft.UserError;
import org.deftstream.deft.text.FileProblem;

/**
 * The directory of what this program unpacks or builds once and reads at every start: {@code
 * DEFTSTREAM_CACHE}, or {@code .cache/deftstream} in the home directory. It may be read-only if all
 * is there, and shared between users: nothing is locked or written unless something is missing.
 */
final class CacheDirectory {
  private CacheDirectory() {}

  /** The directory, which need not exist yet. */
  static Path get() {
    return get(System.getenv("DEFTSTREAM_CACHE"), System.getProperty("user.home"));
  }

  static Path get(String chosen, String home) {
    try {
      if (chosen != null && !chosen.isBlank()) {
        return Path.of(chosen).toAbsolutePath();
      }
      // A user without an entry in the system's list has "?" for a home directory.
      if (home == null || !Path.of(home).isAbsolute()) {
        throw new UserError(
            "there is no home directory to keep unpacked libraries in (user.home is '"
                + home
                + "'); set DEFTSTREAM_CACHE to a directory that may be written");
      }
      return Path.of(home, ".cache", "deftstream");
    } catch (InvalidPathException e) {
      throw new UserError("DEFTSTREAM_CACHE or the home directory: " + FileProblem.noPath(e), e);
    }
  }

  /** Says that something could not be made in the cache, and what helps. */
  static UserError cannot(String what, IOException e) {
    return new UserError(
        "cannot "
            + what
            + ": "
            + FileProblem.of(e)
            + "; set DEFTSTREAM_CACHE to a directory that may be written and has room",
        e);
  }

  /** Something that writes. */
  interface Work {
    void run() throws IOException;
  }

  /**
   * Works while other processes wait, as far as the file system allows: where a lock cannot be had,
   * because the file is another user's or the system has none, the work is done twice, which costs
   * time only.
   */
  static void exclusively(Path lockFile, Work work) throws IOException {
    var channel = lock(lockFile);
    try {
      work.run();
    } finally {
      close(channel);
    }
  }

  private static FileChannel lock(Path file) {
    FileChannel channel = null;
    try {
      channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      channel.lock();
      return channel;
    } catch (IOException e) {
      close(channel);
      return null;
    }
  }

  private static void close(FileChannel channel) {
    try {
      if (channel != null) {
        channel.close();
      }
    } catch (IOException e) {
      // Nothing was written to it.
    }
  }

  /** A name beside a file for its content while it is incomplete. */
  static Path part(Path file) {
    return file.resolveSibling(
        file.getFileName() + ".part-" + ProcessHandle.current().pid() + "-" + System.nanoTime());
  }

  /**
   * Unpacks files that are missing or have another size than their source; looks before it writes.
   *
   * @param files sources by name
   * @throws IOException if one cannot be written; then nothing incomplete has its name
   */
  static synchronized void unpack(Map<String, URL> files, Path directory) throws IOException {
    if (unsound(files, directory).isEmpty()) {
      return;
    }
    Files.createDirectories(directory);
    exclusively(
        directory.resolve(".lock"),
        () -> {
          for (String name : unsound(files, directory)) {
            unpack(files.get(name), directory.resolve(name));
          }
        });
  }

  private static void unpack(URL source, Path target) throws IOException {
    Path part = part(target);
    try (var in = source.openStream()) {
      // Not as a temporary file, which only its owner could read.
      Files.copy(in, part);
      Files.move(part, target, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(part);
    }
  }

  private static List<String> unsound(Map<String, URL> files, Path directory) throws IOException {
    var names = new ArrayList<String>();
    for (var file : files.entrySet()) {
      Path target = directory.resolve(file.getKey());
      long size = file.getValue().openConnection().getContentLengthLong();
      if (!Files.isRegularFile(target) || (size >= 0 && Files.size(target) != size)) {
        names.add(file.getKey());
      }
    }
    return names;
  }
}
