package org.deftstream.deft.tensorflow.savedmodel;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.deftstream.deft.UserError;
import org.deftstream.deft.text.FileProblem;
import org.deftstream.deft.text.ForeignFile;

/** Files that are read whole, because they describe and hold no weights. */
final class SmallFiles {
  /** Objects of a message take at most so many times its bytes: two bytes may be an empty one. */
  private static final int TIMES = 64;

  private SmallFiles() {}

  /**
   * Reads a file that is small beside the heap.
   *
   * @throws UserError if it is not, or cannot be read
   */
  static byte[] read(Path file) {
    try {
      if (!Files.isRegularFile(file)) {
        throw new UserError(file + " is missing, or no file");
      }
      long most = Math.min(Runtime.getRuntime().maxMemory() / TIMES, Integer.MAX_VALUE - 8);
      long size = Files.size(file);
      if (size > most) {
        throw new UserError(
            file
                + " has "
                + size
                + " bytes; at most "
                + most
                + " are read, a "
                + TIMES
                + "th of the heap (-Xmx): weights belong into variables/");
      }
      if (size == 0) {
        throw new UserError(file + ": it is empty");
      }
      try (var in = Files.newInputStream(file)) {
        return in.readNBytes((int) most);
      }
    } catch (IOException e) {
      throw new UserError("cannot read " + file + ": " + FileProblem.reason(e), e);
    }
  }

  /** What a file is that cannot be understood: another that often lies there, or a damaged one. */
  static String unsound(byte[] content, String meant) {
    String foreign = ForeignFile.weights(Arrays.copyOf(content, Math.min(64, content.length)));
    return foreign.isEmpty() ? "it is no " + meant + ", or is damaged" : foreign;
  }
}
