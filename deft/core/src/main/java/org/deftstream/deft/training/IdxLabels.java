package org.deftstream.deft.training;

import java.io.DataInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;
import org.deftstream.deft.UserError;

/** Reads labels in MNIST's idx format, gzipped or not. Stateless. */
public final class IdxLabels {
  private static final int MAGIC = 0x801;

  private IdxLabels() {}

  /**
   * All labels of a file.
   *
   * @throws UserError if it cannot be read or is no idx file of labels
   */
  public static int[] read(Path file) {
    try (var raw = Files.newInputStream(file);
        var in =
            new DataInputStream(
                file.toString().endsWith(".gz") ? new GZIPInputStream(raw, 1 << 16) : raw)) {
      if (in.readInt() != MAGIC) {
        throw new UserError(file + " is not an idx file of labels");
      }
      var bytes = new byte[in.readInt()];
      in.readFully(bytes);
      var labels = new int[bytes.length];
      for (int i = 0; i < labels.length; i++) {
        labels[i] = bytes[i] & 0xff;
      }
      return labels;
    } catch (IOException e) {
      throw new UserError("cannot read labels from " + file + ": " + e, e);
    }
  }
}
