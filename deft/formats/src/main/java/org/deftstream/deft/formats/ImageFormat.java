package org.deftstream.deft.formats;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * One format of files, found by {@link java.util.ServiceLoader}. Stateless and thread-safe.
 *
 * <p>Reading is bounded by {@link InputFile#take} before memory is taken, and says what is wrong
 * with a file by {@link InputFile#problem}. Whatever else a reader throws is turned into one line
 * by {@link ImageFormats#read}.
 */
public interface ImageFormat {
  /** What {@code --format} calls it: {@code nifti}. */
  String name();

  /** Endings of its files' names, small, with their dot; the first is the one that is written. */
  List<String> endings();

  /**
   * Whether a file is of this format, by what is in it.
   *
   * @param head its first 600 bytes, or all if it has fewer
   * @param name its name in small letters, for formats without a mark in the file
   */
  boolean recognises(byte[] head, String name);

  /** Reads a file. */
  FileContent read(InputFile file, ReadOptions options) throws IOException;

  /** Whether it is written too. */
  default boolean writes() {
    return false;
  }

  /** Whether one file holds all slices of a volume; else each has a file of its own. */
  default boolean holdsSeries() {
    return false;
  }

  /**
   * Writes a file, whole or not at all.
   *
   * @param samples images of one shape, more than one only if it {@link #holdsSeries}
   * @return what could not be kept, one line each
   */
  default List<String> write(Path file, List<Sample> samples, WriteOptions options)
      throws IOException {
    throw new UnsupportedOperationException(name() + " is not written");
  }

  /** Whether bytes begin with others. */
  static boolean begins(byte[] head, int at, String mark) {
    if (head.length < at + mark.length()) {
      return false;
    }
    for (int i = 0; i < mark.length(); i++) {
      if ((head[at + i] & 0xff) != mark.charAt(i)) {
        return false;
      }
    }
    return true;
  }
}
