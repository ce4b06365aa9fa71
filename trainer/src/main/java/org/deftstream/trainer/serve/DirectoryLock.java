package org.deftstream.trainer.serve;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.deftstream.deft.UserError;
import org.deftstream.deft.safetensors.AtomicFiles;
import org.deftstream.deft.text.FileProblem;

/**
 * A directory that one process at a time works in. The operating system lets go of it when the
 * process ends, however it does. Closed by whoever took it.
 */
public final class DirectoryLock implements AutoCloseable {
  private static final String FILE = ".lock";

  private final FileChannel channel;

  private DirectoryLock(FileChannel channel) {
    this.channel = channel;
  }

  /**
   * Makes the directory where it is missing, and takes it.
   *
   * @param setting what names it, for the message
   * @throws UserError if another process has it, or it cannot be made or written, or there is no
   *     room
   */
  public static DirectoryLock take(String setting, Path directory) {
    try {
      Files.createDirectories(directory);
      var channel =
          FileChannel.open(
              directory.resolve(FILE), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      if (!locked(channel)) {
        channel.close();
        throw new UserError(
            setting
                + "="
                + directory
                + " is in use by another process that runs; end that one, or give each a directory"
                + " of its own");
      }
      var lock = new DirectoryLock(channel);
      try {
        AtomicFiles.requireRoom(directory);
      } catch (IOException e) {
        lock.close();
        throw e;
      }
      return lock;
    } catch (IOException e) {
      throw new UserError(
          setting + "=" + directory + " cannot be used: " + FileProblem.reason(e), e);
    }
  }

  private static boolean locked(FileChannel channel) throws IOException {
    try {
      return channel.tryLock() != null;
    } catch (OverlappingFileLockException e) {
      // Held by this very process.
      return false;
    }
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
