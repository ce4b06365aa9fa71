package org.deftstream.deft.checkpoint;

import java.io.IOException;
import java.io.InputStream;

/** The bytes of a pickle, with the place where it stands and a look ahead at counts. */
final class PickleInput extends InputStream {
  private static final int BUFFER = 1 << 13;

  private final Bytes bytes;
  private final byte[] buffer = new byte[BUFFER];
  private long bufferStart;
  private int buffered;
  private long position;

  PickleInput(Bytes bytes, long position) {
    this.bytes = bytes;
    this.position = position;
    this.bufferStart = position;
  }

  long position() {
    return position;
  }

  long remaining() {
    return bytes.size() - position;
  }

  Bytes source() {
    return bytes;
  }

  @Override
  public int read() throws IOException {
    int value = at(position);
    position += value < 0 ? 0 : 1;
    return value;
  }

  @Override
  public int read(byte[] into, int from, int count) throws IOException {
    int done = 0;
    while (done < count) {
      int value = read();
      if (value < 0) {
        return done == 0 ? -1 : done;
      }
      into[from + done++] = (byte) value;
    }
    return done;
  }

  /** Little-endian number of some bytes from here on; the place stays. */
  long peek(int width) throws IOException {
    long value = 0;
    for (int i = 0; i < width; i++) {
      int next = at(position + i);
      if (next < 0) {
        throw new UnsoundCheckpointException("it ends in the middle of a pickle: the file was cut");
      }
      value |= (long) next << (8 * i);
    }
    return value;
  }

  /** Goes on behind some bytes, which must be there. */
  void pass(long count) {
    position += count;
  }

  private int at(long place) throws IOException {
    if (place < bufferStart || place >= bufferStart + buffered) {
      if (place >= bytes.size()) {
        return -1;
      }
      bufferStart = place;
      try (var in = bytes.from(place)) {
        buffered = in.readNBytes(buffer, 0, (int) Math.min(BUFFER, bytes.size() - place));
      }
      if (buffered == 0) {
        return -1;
      }
    }
    return buffer[(int) (place - bufferStart)] & 0xff;
  }
}
