package org.deftstream.deft.image;

/**
 * The values of one picture on the heap, row by row, channels last, with 8 or 16 bits each. Not
 * changed by anyone once it is made; shared between threads.
 *
 * @param bytes values of 0 to 255, or null
 * @param shorts values of 0 to 65535, or null; one of the two is there
 */
@SuppressWarnings("ArrayRecordComponent") // a bulk value that is handed over
public record Pixels(int height, int width, int channels, byte[] bytes, short[] shorts) {
  /** The value at an index, in [-1, 1]. */
  public float value(int index) {
    return bytes != null
        ? (bytes[index] & 0xff) / 127.5f - 1
        : (shorts[index] & 0xffff) / 32767.5f - 1;
  }

  /** Number of values. */
  public int size() {
    return height * width * channels;
  }

  /** The middle of the picture, of a size that fits into it. */
  public Pixels middle(int rows, int columns) {
    if (rows == height && columns == width) {
      return this;
    }
    int length = columns * channels;
    var cutBytes = bytes == null ? null : new byte[rows * length];
    var cutShorts = shorts == null ? null : new short[rows * length];
    for (int row = 0; row < rows; row++) {
      int from = (((height - rows) / 2 + row) * width + (width - columns) / 2) * channels;
      if (bytes != null) {
        System.arraycopy(bytes, from, cutBytes, row * length, length);
      } else {
        System.arraycopy(shorts, from, cutShorts, row * length, length);
      }
    }
    return new Pixels(rows, columns, channels, cutBytes, cutShorts);
  }
}
