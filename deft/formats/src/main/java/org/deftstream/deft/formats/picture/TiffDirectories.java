package org.deftstream.deft.formats.picture;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashSet;
import java.util.Set;
import org.deftstream.deft.formats.InputFile;

/**
 * Looks through the directories of a TIFF file before the platform's reader does: that one makes
 * arrays as long as an entry says, and follows directories in circles. Stateless.
 */
final class TiffDirectories {
  private static final int[] BYTES = {0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4};
  private static final int ENTRY = 12;

  private TiffDirectories() {}

  /** Refuses entries that reach beyond the file. */
  static void check(byte[] file, InputFile input) {
    var bytes =
        ByteBuffer.wrap(file)
            .order(file[0] == 'I' ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
    Set<Long> seen = new HashSet<>();
    long at = Integer.toUnsignedLong(bytes.getInt(4));
    while (at != 0) {
      if (!seen.add(at) || at + 2 > file.length) {
        throw input.problem("is broken: a directory of pages is outside the file, or in a circle");
      }
      int entries = Short.toUnsignedInt(bytes.getShort((int) at));
      long end = at + 2 + (long) entries * ENTRY;
      if (end + 4 > file.length) {
        throw input.problem("was cut in the middle of a directory");
      }
      for (long entry = at + 2; entry < end; entry += ENTRY) {
        entry(bytes, (int) entry, input);
      }
      at = Integer.toUnsignedLong(bytes.getInt((int) end));
    }
  }

  private static void entry(ByteBuffer bytes, int at, InputFile input) {
    int tag = Short.toUnsignedInt(bytes.getShort(at));
    int type = Short.toUnsignedInt(bytes.getShort(at + 2));
    long count = Integer.toUnsignedLong(bytes.getInt(at + 4));
    long size = type < BYTES.length ? count * BYTES[type] : 0;
    long offset = Integer.toUnsignedLong(bytes.getInt(at + 8));
    if (size > 4 && offset + size > bytes.limit()) {
      throw input.problem("is broken: the values of tag " + tag + " lie outside the file");
    }
  }
}
