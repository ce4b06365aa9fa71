package org.deftstream.deft.formats.areadetector;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.stream.IntStream;
import org.deftstream.deft.formats.InputFile;
import org.deftstream.deft.formats.NumericArray;

/**
 * A message of the schema {@code ad00}: an array of a detector, with who made it and when.
 * Immutable.
 *
 * @param source name of the detector
 * @param id number that it gave the array
 * @param timestamp nanoseconds since 1970, 0 if it says none
 * @param values the numbers, the last axis the fastest
 * @param exact whether 32-bit floats hold every number of this type
 */
record Ad00Message(String source, int id, long timestamp, NumericArray values, boolean exact) {
  static final String IDENTIFIER = "ad00";

  private static final int SOURCE = 0;
  private static final int ID = 1;
  private static final int TIMESTAMP = 2;
  private static final int DIMENSIONS = 3;
  private static final int TYPE = 4;
  private static final int DATA = 5;
  private static final int ATTRIBUTES = 6;

  /** Name, description, source and value of an attribute: bytes in vectors. */
  private static final int[] OF_ATTRIBUTES = {0, 1, 2, 4};

  /** Of EPICS' arrays. */
  private static final int MOST_AXES = 10;

  private static final int LONGEST_NAME = 256;

  /** In the order of the schema's numbers; its last one is text. */
  private enum Type {
    INT8(1),
    UINT8(1),
    INT16(2),
    UINT16(2),
    INT32(4),
    UINT32(4),
    INT64(8),
    UINT64(8),
    FLOAT32(4),
    FLOAT64(8);

    private final int width;

    Type(int width) {
      this.width = width;
    }

    private float read(ByteBuffer bytes, int at) {
      return switch (this) {
        case INT8 -> bytes.get(at);
        case UINT8 -> bytes.get(at) & 0xff;
        case INT16 -> bytes.getShort(at);
        case UINT16 -> bytes.getShort(at) & 0xffff;
        case INT32 -> bytes.getInt(at);
        case UINT32 -> Integer.toUnsignedLong(bytes.getInt(at));
        case INT64 -> bytes.getLong(at);
        case UINT64 -> unsigned(bytes.getLong(at));
        case FLOAT32 -> bytes.getFloat(at);
        case FLOAT64 -> (float) bytes.getDouble(at);
      };
    }

    private static float unsigned(long value) {
      return value >= 0 ? value : (float) ((value >>> 1) * 2.0);
    }

    private boolean exact() {
      return width <= 2 || this == FLOAT32;
    }
  }

  /**
   * Reads a message.
   *
   * @param file names it, and bounds the heap that its numbers take
   * @throws IllegalArgumentException one line that says what is wrong with it
   */
  static Ad00Message read(byte[] message, InputFile file) {
    var table = new FlatTable(message);
    var type = type(table.byteAt(TYPE, "data_type"));
    int[] shape = shape(table);
    var data = table.vector(DATA, 1, "data");
    long wanted = NumericArray.count(shape) * type.width;
    if (data.count() != wanted) {
      throw new IllegalArgumentException(
          "says that it holds %s numbers of %d bytes, which are %d bytes, and data has %d"
              .formatted(NumericArray.describe(shape, false), type.width, wanted, data.count()));
    }
    checkAttributes(table);
    float[] values = file.floats(false, shape);
    for (int i = 0; i < values.length; i++) {
      values[i] = type.read(table.bytes(), data.place() + i * type.width);
    }
    return new Ad00Message(
        table.text(SOURCE, LONGEST_NAME, "source_name"),
        table.intAt(ID, "id"),
        table.longAt(TIMESTAMP, "timestamp"),
        NumericArray.of(values, shape),
        type.exact());
  }

  /** They are not kept, but one that ends beyond the message says that it was cut. */
  private static void checkAttributes(FlatTable table) {
    table.eachTable(
        ATTRIBUTES,
        "an attribute",
        attribute -> {
          for (int field : OF_ATTRIBUTES) {
            if (attribute.has(field)) {
              attribute.vector(field, 1, "an attribute");
            }
          }
        });
  }

  private static Type type(int number) {
    if (number < 0 || number >= Type.values().length) {
      throw new IllegalArgumentException(
          "has the data_type "
              + number
              + (number == Type.values().length ? " (text)" : "")
              + "; numbers are 0 to "
              + (Type.values().length - 1));
    }
    return Type.values()[number];
  }

  private static int[] shape(FlatTable table) {
    var dimensions = table.vector(DIMENSIONS, Long.BYTES, "dimensions");
    if (dimensions.count() < 1 || dimensions.count() > MOST_AXES) {
      throw new IllegalArgumentException(
          "has %d dimensions; 1 to %d are understood".formatted(dimensions.count(), MOST_AXES));
    }
    var shape = new int[dimensions.count()];
    for (int i = 0; i < shape.length; i++) {
      long length = table.bytes().getLong(dimensions.place() + i * Long.BYTES);
      if (length < 1 || length > Integer.MAX_VALUE / 4) {
        throw new IllegalArgumentException("has a dimension of " + length);
      }
      shape[i] = (int) length;
    }
    return shape;
  }

  /** The same numbers where the first dimension is the fastest, as EPICS itself counts them. */
  NumericArray fastestFirst() {
    int[] shape = values.shape();
    return values.reshaped(
        IntStream.range(0, shape.length).map(i -> shape[shape.length - 1 - i]).toArray());
  }

  List<String> notes() {
    return exact ? List.of() : List.of("numbers are read as 32-bit floats");
  }
}
