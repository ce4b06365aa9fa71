package org.deftstream.deft.formats.numpy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.deftstream.deft.formats.InputFile;
import org.deftstream.deft.formats.NumericArray;
import org.deftstream.deft.safetensors.HalfFloat;

/** Numbers of an npy array as floats, and back. Stateless. */
final class NpyArray {
  private static final int BLOCK = 1 << 16;
  private static final int ALIGNMENT = 64;

  private NpyArray() {}

  /** Reads the numbers that follow a header. */
  static NumericArray read(InputStream in, NpyHeader header, InputFile file) throws IOException {
    var values = file.floats(header.complex(), header.shape());
    int width = header.complex() ? header.bytes() / 2 : header.bytes();
    var block = new byte[BLOCK];
    int at = 0;
    while (at < values.length) {
      int wanted = (int) Math.min(BLOCK, (long) (values.length - at) * width);
      int read = in.readNBytes(block, 0, wanted);
      if (read < wanted) {
        throw file.problem(
            "was cut: its header says "
                + NumericArray.describe(header.shape(), header.complex())
                + ", and the numbers end before");
      }
      var numbers =
          ByteBuffer.wrap(block)
              .order(header.bigEndian() ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
      for (int i = 0; i < read; i += width) {
        values[at++] = number(numbers, i, header.kind(), width);
      }
    }
    if (!header.columnMajor()) {
      return new NumericArray(values, header.complex(), header.shape());
    }
    file.take((long) values.length * Float.BYTES, "its numbers in row-major order");
    int[] reversed =
        IntStream.range(0, header.shape().length)
            .map(axis -> header.shape()[header.shape().length - 1 - axis])
            .toArray();
    return new NumericArray(values, header.complex(), reversed).transposed();
  }

  private static float number(ByteBuffer bytes, int at, char kind, int width) {
    return switch (kind) {
      case 'f', 'c' ->
          switch (width) {
            case 2 -> HalfFloat.toFloat(bytes.getShort(at));
            case 4 -> bytes.getFloat(at);
            default -> (float) bytes.getDouble(at);
          };
      case 'b' -> bytes.get(at) == 0 ? 0 : 1;
      case 'u' ->
          switch (width) {
            case 1 -> bytes.get(at) & 0xff;
            case 2 -> bytes.getShort(at) & 0xffff;
            case 4 -> Integer.toUnsignedLong(bytes.getInt(at));
            default -> unsigned(bytes.getLong(at));
          };
      default ->
          switch (width) {
            case 1 -> bytes.get(at);
            case 2 -> bytes.getShort(at);
            case 4 -> bytes.getInt(at);
            default -> bytes.getLong(at);
          };
    };
  }

  private static float unsigned(long value) {
    return value >= 0 ? value : (float) ((value >>> 1) * 2.0);
  }

  /** What 32-bit floats do not keep of numbers of this type. */
  static List<String> notes(NpyHeader header) {
    boolean exact =
        (header.kind() == 'f' || header.kind() == 'c')
            ? header.bytes() <= (header.complex() ? 8 : 4)
            : header.bytes() <= 2;
    return exact
        ? List.of()
        : List.of(
            "numbers of type " + header.kind() + header.bytes() + " are read as 32-bit floats");
  }

  /** An npy file of 32-bit floats. */
  static byte[] write(NumericArray array) {
    String shape =
        Arrays.stream(array.shape()).mapToObj(Integer::toString).collect(Collectors.joining(", "));
    String header =
        "{'descr': '"
            + (array.complex() ? "<c8" : "<f4")
            + "', 'fortran_order': False, 'shape': ("
            + shape
            + (array.rank() == 1 ? ",), }" : "), }");
    int start = 10;
    int padded = (start + header.length() + ALIGNMENT) / ALIGNMENT * ALIGNMENT;
    var bytes =
        ByteBuffer.allocate(padded + array.values().length * Float.BYTES)
            .order(ByteOrder.LITTLE_ENDIAN);
    bytes.put(NpyHeader.MAGIC.getBytes(StandardCharsets.ISO_8859_1)).put((byte) 1).put((byte) 0);
    bytes.putShort((short) (padded - start));
    bytes.put(header.getBytes(StandardCharsets.ISO_8859_1));
    while (bytes.position() < padded - 1) {
      bytes.put((byte) ' ');
    }
    bytes.put((byte) '\n');
    bytes.asFloatBuffer().put(array.values());
    return bytes.array();
  }
}
