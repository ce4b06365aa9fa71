package org.deftstream.deft.image;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.zip.CRC32;

/** The outer form of PNG: chunks with checksums, which the platform's decoder does not look at. */
final class PngChunks {
  private static final int SIGNATURE = 8;
  private static final int FRAME = 12;
  static final int END = 0x49454e44; // IEND
  static final int EXIF = 0x65584966; // eXIf

  private PngChunks() {}

  /** Throws IOException if a chunk is damaged or the last one is missing. */
  static void check(byte[] file) throws IOException {
    find(file, END);
  }

  /**
   * The content of the first chunk of a type, or null; the checksums up to it are compared.
   *
   * @throws IOException if the file ends before {@code IEND}
   */
  static ByteBuffer find(byte[] file, int type) throws IOException {
    var in = ByteBuffer.wrap(file);
    for (int at = SIGNATURE; ; ) {
      if (file.length - at < FRAME) {
        throw new EOFException("it ends before its last chunk");
      }
      int length = in.getInt(at);
      if (length < 0 || length > file.length - at - FRAME) {
        throw new EOFException("it ends in the middle of a chunk");
      }
      int found = in.getInt(at + 4);
      var crc = new CRC32();
      crc.update(file, at + 4, length + 4);
      if ((int) crc.getValue() != in.getInt(at + 8 + length)) {
        throw new IOException("the checksum of a chunk is wrong");
      }
      if (found == type) {
        return in.slice(at + 8, length);
      } else if (found == END) {
        return null;
      }
      at += FRAME + length;
    }
  }
}
