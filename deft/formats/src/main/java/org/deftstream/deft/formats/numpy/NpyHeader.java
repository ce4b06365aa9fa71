package org.deftstream.deft.formats.numpy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.regex.Pattern;
import org.deftstream.deft.formats.InputFile;

/**
 * What stands at the beginning of an npy file.
 *
 * @param kind {@code f}, {@code c}, {@code i}, {@code u} or {@code b}
 * @param bytes of one number
 * @param bigEndian whether its first byte is the highest
 * @param columnMajor whether the first axis is the fastest
 * @param shape length of each axis
 */
record NpyHeader(char kind, int bytes, boolean bigEndian, boolean columnMajor, int[] shape) {
  static final String MAGIC = "\u0093NUMPY";
  private static final int LONGEST = 1 << 16;
  private static final Pattern TYPE =
      Pattern.compile("'descr'\\s*:\\s*'([<>|=])([fciub])(\\d{1,2})'");
  private static final Pattern ORDER = Pattern.compile("'fortran_order'\\s*:\\s*(True|False)");
  private static final Pattern SHAPE = Pattern.compile("'shape'\\s*:\\s*\\(([\\d, ]*)\\)");

  /** Reads it, and leaves the stream at the first number. */
  static NpyHeader read(InputStream in, InputFile file) throws IOException {
    byte[] start = in.readNBytes(8);
    if (start.length < 8 || !new String(start, 0, 6, StandardCharsets.ISO_8859_1).equals(MAGIC)) {
      throw file.problem("is not an npy array: it does not begin with \\x93NUMPY");
    }
    byte[] size = in.readNBytes(start[6] == 1 ? 2 : 4);
    long length = 0;
    for (int i = size.length - 1; i >= 0; i--) {
      length = (length << 8) | (size[i] & 0xff);
    }
    if (length > LONGEST) {
      throw file.problem("says that its header has " + length + " bytes");
    }
    String text = new String(file.exactly(in, length, "the header"), StandardCharsets.ISO_8859_1);
    var type = TYPE.matcher(text);
    var order = ORDER.matcher(text);
    var shape = SHAPE.matcher(text);
    if (!type.find() || !order.find() || !shape.find()) {
      throw file.problem(
          "holds no array of plain numbers; save one with numpy.save: " + text.strip());
    }
    int[] axes =
        Arrays.stream(shape.group(1).split(",", -1))
            .map(String::strip)
            .filter(axis -> !axis.isEmpty())
            .mapToInt(Integer::parseInt)
            .toArray();
    var header =
        new NpyHeader(
            type.group(2).charAt(0),
            Integer.parseInt(type.group(3)),
            type.group(1).equals(">"),
            order.group(1).equals("True"),
            axes);
    header.require(file);
    return header;
  }

  private void require(InputFile file) {
    boolean known =
        switch (kind) {
          case 'f' -> bytes == 2 || bytes == 4 || bytes == 8;
          case 'c' -> bytes == 8 || bytes == 16;
          case 'b' -> bytes == 1;
          default -> bytes == 1 || bytes == 2 || bytes == 4 || bytes == 8;
        };
    if (!known) {
      throw file.problem("holds numbers of type " + kind + bytes + ", which are not read");
    }
  }

  boolean complex() {
    return kind == 'c';
  }
}
