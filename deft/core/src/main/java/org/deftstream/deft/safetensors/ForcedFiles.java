package org.deftstream.deft.safetensors;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.deftstream.deft.UserError;
import org.deftstream.deft.text.FileProblem;

/**
 * Forces the files of a folder to the disk while other work is done: gigabytes take as long as the
 * disk does. Closing waits for it.
 */
public final class ForcedFiles implements AutoCloseable {
  private final Path folder;
  private final FutureTask<Void> forcing;

  private ForcedFiles(Path folder) {
    this.folder = folder;
    forcing =
        new FutureTask<>(
            () -> {
              force(folder);
              return null;
            });
  }

  /** Begins with the files that are there. Whoever began closes it. */
  public static ForcedFiles begin(Path folder) {
    var forced = new ForcedFiles(folder);
    var thread = new Thread(forced.forcing, "forced-files");
    thread.setDaemon(true);
    thread.start();
    return forced;
  }

  /**
   * Forces all files of a folder and those below it.
   *
   * @throws IOException if one cannot be forced
   */
  static void force(Path folder) throws IOException {
    try (var files = Files.walk(folder)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        try (var channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
          channel.force(true);
        }
      }
    }
  }

  /**
   * Waits until the files are on the disk.
   *
   * @throws UserError if they cannot be written
   */
  @Override
  public void close() {
    try {
      forcing.get();
    } catch (ExecutionException e) {
      String reason =
          e.getCause() instanceof IOException io ? FileProblem.reason(io) : e.getCause().toString();
      throw new UserError("cannot write " + folder + ": " + reason, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new UserError("interrupted while " + folder + " was written", e);
    }
  }
}
