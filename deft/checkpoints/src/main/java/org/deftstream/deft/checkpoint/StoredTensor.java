package org.deftstream.deft.checkpoint;

import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.deftstream.deft.tensor.FloatTensor;
import org.deftstream.deft.tensor.TensorSource;

/** A tensor of a torch file: a view of a storage, by offset and strides. Read on demand. */
final class StoredTensor implements TensorSource {
  private static final int PIECE = 1 << 16;
  static final int MAX_RANK = 16;

  private final Storage storage;
  private final int offset;
  private final int[] shape;
  private final long[] strides;

  /**
   * Checks what the file claims.
   *
   * @throws UnsoundCheckpointException if the view leaves its storage, or repeats values of it
   */
  StoredTensor(Storage storage, long offset, long[] shape, long[] strides) {
    if (shape.length != strides.length || shape.length > MAX_RANK) {
      throw new UnsoundCheckpointException(
          "a tensor has " + shape.length + " sides and " + strides.length + " strides");
    }
    this.shape = new int[shape.length];
    long size = 1;
    long last = 0;
    for (int i = 0; i < shape.length; i++) {
      if (shape[i] < 0 || shape[i] > Integer.MAX_VALUE - 8 || strides[i] < 0) {
        throw new UnsoundCheckpointException(
            "a tensor has a side of " + shape[i] + " and a stride of " + strides[i]);
      }
      this.shape[i] = (int) shape[i];
      size = times(size, shape[i]);
      last = plus(last, times(Math.max(0, shape[i] - 1), strides[i]));
    }
    long end = size == 0 ? offset : plus(plus(offset, last), 1);
    if (offset < 0 || end > storage.count() || size > storage.count() - offset) {
      throw new UnsoundCheckpointException(
          "a tensor of "
              + size
              + " values from "
              + offset
              + " to "
              + end
              + " lies in a storage of "
              + storage.count());
    }
    if (end > Integer.MAX_VALUE - 8) {
      throw new UnsoundCheckpointException("a storage of more than 2^31 values is not read");
    }
    this.storage = storage;
    this.offset = (int) offset;
    this.strides = strides;
  }

  private static long times(long a, long b) {
    return Math.multiplyHigh(a, b) == 0 && a * b >= 0 ? a * b : Long.MAX_VALUE;
  }

  private static long plus(long a, long b) {
    return a > Long.MAX_VALUE - b ? Long.MAX_VALUE : a + b;
  }

  @Override
  public int[] shape() {
    return shape;
  }

  @Override
  public FloatTensor read() {
    try {
      return new FloatTensor(shape, contiguous() ? values((int) size()) : gathered());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private boolean contiguous() {
    long expected = 1;
    for (int i = shape.length - 1; i >= 0; i--) {
      if (shape[i] != 1 && strides[i] != expected) {
        return size() == 0;
      }
      expected *= shape[i];
    }
    return true;
  }

  /** Values from the offset on, in the storage's order. */
  private float[] values(int count) throws IOException {
    var type = storage.type();
    var values = new float[count];
    var piece = new byte[Math.min(count, PIECE) * type.bytes()];
    try (var in = storage.bytes().from((long) offset * type.bytes())) {
      for (int done = 0; done < count; ) {
        int wanted = Math.min(PIECE, count - done);
        int bytes = wanted * type.bytes();
        if (in.readNBytes(piece, 0, bytes) < bytes) {
          throw new EOFException("it became shorter while it was read");
        }
        var buffer = ByteBuffer.wrap(piece, 0, bytes).order(ByteOrder.LITTLE_ENDIAN);
        type.next(buffer, values, done, wanted);
        done += wanted;
      }
    }
    return values;
  }

  private float[] gathered() throws IOException {
    int last = 0;
    for (int i = 0; i < shape.length; i++) {
      last += (int) ((shape[i] - 1) * strides[i]);
    }
    float[] stored = values(last + 1);
    var values = new float[(int) size()];
    var index = new int[shape.length];
    int at = 0;
    for (int i = 0; i < values.length; i++) {
      values[i] = stored[at];
      for (int d = shape.length - 1; d >= 0; d--) {
        at += (int) strides[d];
        if (++index[d] < shape[d]) {
          break;
        }
        at -= (int) (strides[d] * shape[d]);
        index[d] = 0;
      }
    }
    return values;
  }
}
