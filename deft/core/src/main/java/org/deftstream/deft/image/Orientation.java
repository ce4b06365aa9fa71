package org.deftstream.deft.image;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * How a camera was held, as the tag Orientation of EXIF and TIFF says: which way the stored rows
 * and columns are to be turned. A file without the tag, or with one that cannot be read, is
 * upright.
 *
 * @param tag 1 to 8
 */
record Orientation(int tag) {
  private static final Orientation UPRIGHT = new Orientation(1);
  private static final int TAG = 0x0112;
  private static final int EXIF_SEGMENT = 0xe1;
  private static final int SCAN = 0xda;

  /** The orientation that a file states. */
  static Orientation of(byte[] file, String format) throws IOException {
    ByteBuffer tags =
        switch (format) {
          case "png" -> PngChunks.find(file, PngChunks.EXIF);
          case "jpeg", "jpg" -> jpegExif(file);
          case "tif", "tiff" -> ByteBuffer.wrap(file);
          default -> null;
        };
    int tag = tags == null ? 1 : read(tags);
    return tag < 1 || tag > 8 ? UPRIGHT : new Orientation(tag);
  }

  private static ByteBuffer jpegExif(byte[] file) {
    var in = ByteBuffer.wrap(file);
    int at = 2;
    while (at + 10 < file.length && in.get(at) == (byte) 0xff) {
      int marker = in.get(at + 1) & 0xff;
      int length = in.getShort(at + 2) & 0xffff;
      if (marker == SCAN || length < 2 || at + 2 + length > file.length) {
        return null;
      }
      boolean exif = length > 8 && in.getInt(at + 4) == 0x45786966 && in.getShort(at + 8) == 0;
      if (marker == EXIF_SEGMENT && exif) {
        return in.slice(at + 10, length - 8);
      }
      at += 2 + length;
    }
    return null;
  }

  /** The tag in the first directory of a TIFF structure. */
  private static int read(ByteBuffer tiff) {
    if (tiff.limit() < 8) {
      return 1;
    }
    tiff.order(tiff.get(0) == 'I' ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
    int directory = tiff.getInt(4);
    if (directory < 8 || directory > tiff.limit() - 2) {
      return 1;
    }
    int count = tiff.getShort(directory) & 0xffff;
    for (int i = 0; i < count; i++) {
      int entry = directory + 2 + 12 * i;
      if (entry > tiff.limit() - 12) {
        return 1;
      }
      if ((tiff.getShort(entry) & 0xffff) == TAG) {
        return tiff.getShort(entry + 8) & 0xffff;
      }
    }
    return 1;
  }

  /** Whether rows and columns change places. */
  boolean swaps() {
    return tag >= 5;
  }

  /** The picture as it was seen. */
  Pixels applied(Pixels p) {
    if (tag == 1) {
      return p;
    }
    int height = swaps() ? p.width() : p.height();
    int width = swaps() ? p.height() : p.width();
    var bytes = p.bytes() == null ? null : new byte[p.size()];
    var shorts = p.shorts() == null ? null : new short[p.size()];
    // Where the first stored row and column are seen: 6, for example, at the right and at the top.
    boolean lastRowFirst = tag == 3 || tag == 4 || tag == 6 || tag == 7;
    boolean lastColumnFirst = tag == 2 || tag == 3 || tag == 7 || tag == 8;
    int i = 0;
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        int row = swaps() ? x : y;
        int column = swaps() ? y : x;
        row = lastRowFirst ? p.height() - 1 - row : row;
        column = lastColumnFirst ? p.width() - 1 - column : column;
        int from = (row * p.width() + column) * p.channels();
        for (int c = 0; c < p.channels(); c++, i++) {
          if (bytes != null) {
            bytes[i] = p.bytes()[from + c];
          } else {
            shorts[i] = p.shorts()[from + c];
          }
        }
      }
    }
    return new Pixels(height, width, p.channels(), bytes, shorts);
  }
}
