package org.deftstream.deft.formats.matlab;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import java.util.zip.InflaterInputStream;
import org.deftstream.deft.formats.ArrayFile;
import org.deftstream.deft.formats.InputFile;
import org.deftstream.deft.formats.NumericArray;

/**
 * The numeric arrays of a MAT file of version 5. By hand, because what is packed in it must not be
 * unpacked beyond what it says and what there is room for. Texts, sparse matrices and objects with
 * methods are passed over.
 */
final class Mat5File extends ArrayFile {
  private static final int HEADER = 128;
  private static final int MATRIX = 14;
  private static final int COMPRESSED = 15;
  private static final int DEEPEST = 16;
  private static final int MOST_ARRAYS = 10_000;
  private static final int MOST_AXES = 8;
  private static final int COMPLEX = 0x0800;

  private final InputFile file;
  private final Map<String, Numbers> arrays = new LinkedHashMap<>();

  Mat5File(byte[] bytes, InputFile file) throws IOException {
    super(file);
    this.file = file;
    if (bytes.length < HEADER || (bytes[126] != 'I' && bytes[126] != 'M')) {
      throw file.problem("is no MAT file of version 5, or was cut");
    }
    var order = bytes[126] == 'I' ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN;
    var all = ByteBuffer.wrap(bytes).order(order);
    all.position(HEADER);
    while (all.remaining() >= 8) {
      var element = Element.next(all, file);
      if (element.type == COMPRESSED) {
        var packed = element.data;
        matrix(
            unpacked(bytes, packed.arrayOffset() + packed.position(), packed.remaining(), order));
      } else if (element.type == MATRIX) {
        matrix(element.data, "", 0);
      }
    }
  }

  private void matrix(ByteBuffer unpacked) {
    matrix(unpacked, "", 0);
  }

  private ByteBuffer unpacked(byte[] bytes, int from, int length, ByteOrder order)
      throws IOException {
    var in = new InflaterInputStream(new ByteArrayInputStream(bytes, from, length));
    var tag = ByteBuffer.wrap(file.exactly(in, 8, "the tag of a packed array")).order(order);
    if (tag.getInt(0) != MATRIX) {
      throw file.problem("is broken: what is packed is no array");
    }
    long size = Integer.toUnsignedLong(tag.getInt(4));
    return ByteBuffer.wrap(file.exactly(in, size, "a packed array")).order(order);
  }

  /** Notes an array, or those in a structure or cell. */
  private void matrix(ByteBuffer data, String prefix, int depth) {
    if (!data.hasRemaining()) {
      return;
    }
    if (depth > DEEPEST || arrays.size() > MOST_ARRAYS) {
      throw file.problem("is nested too deep, or has more than " + MOST_ARRAYS + " arrays");
    }
    var flags = Element.next(data, file).data;
    int kind = flags.getInt() & 0xffff;
    int type = kind & 0xff;
    if (type < 1 || type > 15) {
      return;
    }
    var lengths = Element.next(data, file).data;
    int[] axes = new int[lengths.remaining() / 4];
    if (axes.length > MOST_AXES) {
      throw file.problem("has an array of " + axes.length + " axes");
    }
    for (int i = 0; i < axes.length; i++) {
      axes[i] = lengths.getInt();
    }
    String own = text(Element.next(data, file).data);
    String name = prefix.isEmpty() || own.isEmpty() ? prefix + own : prefix + "." + own;
    if (type == 1) {
      elements(data, i -> name + "{" + (i + 1) + "}", depth);
    } else if (type == 2 || type == 3) {
      structure(data, axes, name, type == 3, depth);
    } else if (type >= 6 && IntStream.of(axes).allMatch(length -> length > 0)) {
      arrays.put(name, new Numbers(axes, (kind & COMPLEX) != 0, data.slice().order(data.order())));
    }
  }

  private void structure(ByteBuffer data, int[] axes, String name, boolean object, int depth) {
    if (object) {
      Element.next(data, file);
    }
    int length = Element.next(data, file).data.getInt();
    var names = Element.next(data, file).data;
    if (length < 1 || length > names.remaining() + 1) {
      throw file.problem("is broken: names of fields have " + length + " bytes");
    }
    int fields = names.remaining() / length;
    var labels = new String[fields];
    for (int i = 0; i < fields; i++) {
      labels[i] = text(names.slice(names.position() + i * length, length));
    }
    boolean one = IntStream.of(axes).allMatch(each -> each == 1);
    elements(
        data,
        i ->
            name
                + (one || fields == 0 ? "" : "(" + (i / fields + 1) + ")")
                + "."
                + (fields == 0 ? "" : labels[i % fields]),
        depth);
  }

  /** As many as there are; the file's own bytes bound them. */
  private void elements(ByteBuffer data, IntFunction<String> name, int depth) {
    for (int i = 0; data.remaining() >= 8; i++) {
      var element = Element.next(data, file);
      if (element.type == MATRIX) {
        matrix(element.data, name.apply(i), depth + 1);
      }
    }
  }

  private static String text(ByteBuffer bytes) {
    String text = StandardCharsets.ISO_8859_1.decode(bytes).toString();
    int end = text.indexOf('\0');
    return end < 0 ? text : text.substring(0, end);
  }

  @Override
  protected Map<String, int[]> shapes() {
    var shapes = new LinkedHashMap<String, int[]>();
    arrays.forEach(
        (name, array) -> shapes.put(name, NumericArray.realShape(array.axes, array.complex)));
    return shapes;
  }

  @Override
  protected NumericArray load(String name) {
    var array = arrays.get(name);
    var data = array.data.duplicate().order(array.data.order());
    var values = file.floats(array.complex, array.axes);
    int step = array.complex ? 2 : 1;
    for (int part = 0; part < step; part++) {
      Element.next(data, file).read(values, part, step, name, file);
    }
    file.take((long) values.length * Float.BYTES, name + " in row-major order");
    int rank = array.axes.length;
    int[] reversed = IntStream.range(0, rank).map(i -> array.axes[rank - 1 - i]).toArray();
    return new NumericArray(values, array.complex, reversed).transposed();
  }

  /** An array that may be read later: its parts begin where {@code data} does. */
  private record Numbers(int[] axes, boolean complex, ByteBuffer data) {}

  /** One element: what it is, and its bytes. */
  private record Element(int type, ByteBuffer data) {
    static Element next(ByteBuffer from, InputFile file) {
      if (from.remaining() < 8) {
        throw file.problem("was cut in the middle of an array");
      }
      int first = from.getInt();
      boolean small = first >>> 16 != 0;
      long size = small ? first >>> 16 : Integer.toUnsignedLong(from.getInt());
      int type = small ? first & 0xffff : first;
      if (size > (small ? 4 : from.remaining())) {
        throw file.problem(
            "was cut: an element needs " + size + " bytes, and " + from.remaining() + " are there");
      }
      int start = from.position();
      var data = from.slice(start, (int) size).order(from.order());
      long next = start + (small ? 4 : type == COMPRESSED ? size : (size + 7) / 8 * 8);
      from.position((int) Math.min(from.limit(), next));
      return new Element(type, data);
    }

    /** Reads real or imaginary parts. */
    void read(float[] values, int offset, int step, String name, InputFile file) {
      int width =
          switch (type) {
            case 1, 2 -> 1;
            case 3, 4 -> 2;
            case 5, 6, 7 -> 4;
            case 9, 12, 13 -> 8;
            default -> throw file.problem(name + " holds elements of type " + type);
          };
      int count = values.length / step;
      if (data.remaining() / width < count) {
        throw file.problem(
            "was cut: "
                + name
                + " should hold "
                + count
                + " numbers, but has "
                + data.remaining() / width);
      }
      for (int i = 0; i < count; i++) {
        values[offset + i * step] = number(i * width);
      }
    }

    private float number(int at) {
      return switch (type) {
        case 1 -> data.get(at);
        case 2 -> data.get(at) & 0xff;
        case 3 -> data.getShort(at);
        case 4 -> data.getShort(at) & 0xffff;
        case 5 -> data.getInt(at);
        case 6 -> Integer.toUnsignedLong(data.getInt(at));
        case 7 -> data.getFloat(at);
        case 9 -> (float) data.getDouble(at);
        default -> data.getLong(at);
      };
    }
  }
}
