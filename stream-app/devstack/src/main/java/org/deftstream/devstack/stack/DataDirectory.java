package org.deftstream.devstack.stack;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.deftstream.deft.UserError;
import org.deftstream.deft.text.FileProblem;

/**
 * The directory that an embedded stack owns while it runs. Opening it proves, before any server
 * starts, that it can be written, that there is room, and that no other stack uses it; all three
 * would otherwise surface as long stack traces from inside a server.
 *
 * <p>Closed by the stack, last, when nothing writes to it any more.
 */
final class DataDirectory implements AutoCloseable {
  /** Room that a broker and a registry need to start at all. */
  static final long MIN_FREE_BYTES = 64L << 20;

  private static final String LOCK_FILE = "stack.lock";

  private final Path path;
  private final FileChannel lockChannel;
  private final FileLock lock;

  private DataDirectory(Path path, FileChannel lockChannel, FileLock lock) {
    this.path = path;
    this.lockChannel = lockChannel;
    this.lock = lock;
  }

  /**
   * Creates the directory where missing and takes it.
   *
   * @throws UserError when it cannot be created or written, is nearly full, or is in use
   */
  static DataDirectory open(Path path) {
    create(path);
    var lockFile = path.resolve(LOCK_FILE);
    FileChannel channel = null;
    try {
      channel = FileChannel.open(lockFile, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      var lock = tryLock(channel);
      if (lock == null) {
        channel.close();
        throw new UserError(
            "the directory "
                + path
                + " is in use by another running stack;"
                + " stop that one or name another directory with --directory");
      }
      checkRoom(path);
      return new DataDirectory(path, channel, lock);
    } catch (IOException e) {
      closeQuietly(channel);
      throw unwritable(path, e);
    } catch (UserError e) {
      closeQuietly(channel);
      throw e;
    }
  }

  /**
   * Whether a stack runs on a directory.
   *
   * @throws UserError if the directory cannot be looked at
   */
  static boolean inUse(Path path) {
    try (var channel = FileChannel.open(path.resolve(LOCK_FILE), StandardOpenOption.WRITE)) {
      var lock = tryLock(channel);
      if (lock == null) {
        return true;
      }
      lock.release();
      return false;
    } catch (NoSuchFileException e) {
      return false;
    } catch (IOException e) {
      throw unwritable(path, e);
    }
  }

  private static void create(Path path) {
    try {
      Files.createDirectories(path);
    } catch (FileAlreadyExistsException e) {
      throw new UserError(path + " is not a directory; name another with --directory", e);
    } catch (IOException e) {
      throw unwritable(path, e);
    }
  }

  private static FileLock tryLock(FileChannel channel) throws IOException {
    try {
      return channel.tryLock();
    } catch (OverlappingFileLockException e) {
      // Held within this very process.
      return null;
    }
  }

  private static void checkRoom(Path path) throws IOException {
    var free = Files.getFileStore(path).getUsableSpace();
    if (free < MIN_FREE_BYTES) {
      throw new UserError(
          "no space left for "
              + path
              + ": "
              + (free >> 20)
              + " MiB free, at least "
              + (MIN_FREE_BYTES >> 20)
              + " MiB needed; make room or name another directory with --directory");
    }
  }

  private static UserError unwritable(Path path, IOException cause) {
    return new UserError(
        "cannot write to the directory "
            + path
            + " ("
            + FileProblem.reason(cause)
            + "); make it writable or name another with --directory",
        cause);
  }

  private static void closeQuietly(FileChannel channel) {
    try {
      if (channel != null) {
        channel.close();
      }
    } catch (IOException e) {
      // The error that brought us here says more.
    }
  }

  /** A directory of that name inside, created where missing. */
  Path resolve(String name) {
    var inner = path.resolve(name);
    create(inner);
    return inner;
  }

  /** Why a server that lives here may have stopped by itself, in words. */
  static String describeRoom(Path path) {
    try {
      var free = Files.getFileStore(path).getUsableSpace();
      return free < MIN_FREE_BYTES / 4
          ? "no space left for " + path + " (" + (free >> 20) + " MiB free)"
          : (free >> 20) + " MiB free in " + path;
    } catch (IOException e) {
      return path + " cannot be read (" + e + ")";
    }
  }

  /** Gives the directory back to the next stack; its contents stay. */
  @Override
  public void close() {
    try {
      lock.release();
    } catch (IOException e) {
      // Closing the channel releases it as well.
    }
    closeQuietly(lockChannel);
  }
}
