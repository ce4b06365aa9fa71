package org.deftstream.deft.safetensors;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import org.deftstream.deft.text.FileProblem;

/** Writes files so that a reader, or a crash, sees the old content or the new, never a part. */
public final class AtomicFiles {
  /** What is written to see that there is room: more than a file's name takes. */
  private static final int PROBE_BYTES = 1 << 20;

  private AtomicFiles() {}

  /**
   * Sees that a directory can be written and has room for anything: on a full disk a file may have
   * a name, but nothing in it.
   *
   * @throws IOException if it cannot be written, or there is no room
   */
  public static void requireRoom(Path directory) throws IOException {
    Path probe = directory.resolve("probe-" + ProcessHandle.current().pid());
    try {
      Files.write(probe, new byte[PROBE_BYTES]);
    } finally {
      Files.deleteIfExists(probe);
    }
  }

  /**
   * Writes bytes to a temporary neighbour, forces them to the disk and renames it.
   *
   * @throws java.nio.file.FileSystemException that names a file, if it cannot be written
   */
  public static void write(Path file, byte[] bytes) throws IOException {
    write(file, channel -> writeAll(channel, ByteBuffer.wrap(bytes)));
  }

  /** Writes what is too much to be held in memory at once. */
  @FunctionalInterface
  public interface Content {
    /** Writes all of it, in order. */
    void to(FileChannel channel) throws IOException;
  }

  /**
   * Writes content to a temporary neighbour, forces it to the disk and renames it.
   *
   * @throws java.nio.file.FileSystemException that names a file, if it cannot be written
   */
  public static void write(Path file, Content content) throws IOException {
    write(file, content, true);
  }

  /**
   * As above; whoever has it not forced sees to it with {@link ForcedFiles} or {@link
   * NewDirectory}.
   */
  static void write(Path file, Content content, boolean forced) throws IOException {
    if (Files.isDirectory(file)) {
      throw new FileSystemException(file.toString(), null, "it is a directory");
    }
    try {
      replace(file, content, forced);
    } catch (IOException e) {
      throw FileProblem.named(file, e);
    }
  }

  private static void replace(Path file, Content content, boolean forced) throws IOException {
    Path directory = file.toAbsolutePath().getParent();
    Files.createDirectories(directory);
    Path temporary = directory.resolve("." + file.getFileName() + ".tmp");
    try {
      try (var channel =
          FileChannel.open(
              temporary,
              StandardOpenOption.CREATE,
              StandardOpenOption.TRUNCATE_EXISTING,
              StandardOpenOption.WRITE)) {
        content.to(channel);
        if (forced) {
          channel.force(true);
        }
      }
      Files.move(
          temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(temporary);
    }
  }

  static void writeAll(FileChannel channel, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  /** Writes a text as UTF-8. */
  public static void write(Path file, String text) throws IOException {
    write(file, text.getBytes(StandardCharsets.UTF_8));
  }
}
