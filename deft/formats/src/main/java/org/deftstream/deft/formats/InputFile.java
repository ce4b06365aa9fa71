package org.deftstream.deft.formats;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import org.deftstream.deft.UserError;

/**
 * A file that is being read, and what its reader may take of the heap: {@link #take} comes before
 * every array whose size the file says. Used by one thread.
 */
public final class InputFile {
  private static final double MIB = 1 << 20;

  private final Path path;
  private final long limit;
  private long left;

  /** A file, and how many bytes of the heap reading it may take. */
  public InputFile(Path path, long limit) {
    this.path = path;
    this.limit = limit;
    left = limit;
  }

  /** Where it is. */
  public Path path() {
    return path;
  }

  /** Its name in small letters. */
  public String lowerName() {
    return path.getFileName().toString().toLowerCase(Locale.ROOT);
  }

  /** Another file with what this one has left. */
  public InputFile neighbour(Path other) {
    return new InputFile(other, left);
  }

  /** One line with the file's name. */
  public UserError problem(String what) {
    return new UserError(path + ": " + what);
  }

  /**
   * Takes bytes of the heap.
   *
   * @param what what they are for: {@code 512 x 512 numbers}
   * @throws UserError if there are not so many left
   */
  public void take(long bytes, String what) {
    if (bytes < 0 || bytes > left) {
      throw problem(
          String.format(
              Locale.ROOT,
              "%s would take %.1f MiB, and reading one file may take %.1f MiB",
              what,
              bytes < 0 ? Double.POSITIVE_INFINITY : bytes / MIB,
              limit / MIB));
    }
    left -= bytes;
  }

  /** Gives back what was taken for something that is no longer needed. */
  public void release(long bytes) {
    left += bytes;
  }

  /**
   * Makes room for numbers.
   *
   * @throws UserError if the shape is none, or there is no room
   */
  public float[] floats(boolean complex, int... shape) {
    long count;
    try {
      count = NumericArray.count(shape) * (complex ? 2 : 1);
    } catch (IllegalArgumentException e) {
      throw problem(e.getMessage());
    }
    take(count * Float.BYTES, NumericArray.describe(shape, complex) + " numbers");
    return new float[Math.toIntExact(count)];
  }

  /** The whole file. */
  public byte[] bytes() throws IOException {
    long size = Files.size(path);
    take(size, "the file");
    if (size > Integer.MAX_VALUE - 8) {
      throw problem("has more than 2 GiB; split it");
    }
    try (var in = Files.newInputStream(path)) {
      return in.readNBytes((int) size);
    }
  }

  /** Its first bytes. */
  byte[] head(int count) throws IOException {
    try (var in = Files.newInputStream(path)) {
      return in.readNBytes(count);
    }
  }

  /**
   * Reads bytes that are said to be there.
   *
   * @param what what they are
   * @throws UserError if the stream ends before
   */
  public byte[] exactly(InputStream in, long count, String what) throws IOException {
    take(count, what);
    byte[] read = in.readNBytes(Math.toIntExact(count));
    if (read.length < count) {
      throw problem(
          "was cut: " + what + " needs " + count + " bytes, and " + read.length + " are there");
    }
    return read;
  }

  /**
   * Unpacks deflated bytes.
   *
   * @param size how many they must be; more are not unpacked
   * @return as many as there are, {@code size} at most
   */
  public byte[] inflated(byte[] packed, int from, int length, int size) {
    take(size, "a packed part");
    var out = new byte[size];
    var inflater = new Inflater();
    try {
      inflater.setInput(packed, from, length);
      int at = 0;
      while (at < size) {
        int more = inflater.inflate(out, at, size - at);
        if (more == 0) {
          break;
        }
        at += more;
      }
      if (at < size) {
        throw problem("is broken: a packed part holds " + at + " bytes instead of " + size);
      }
      return out;
    } catch (DataFormatException e) {
      throw new UserError(path + ": is broken: a packed part cannot be unpacked", e);
    } finally {
      inflater.end();
    }
  }
}
