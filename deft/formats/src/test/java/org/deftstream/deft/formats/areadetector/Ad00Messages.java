package org.deftstream.deft.formats.areadetector;

import com.google.flatbuffers.FlatBufferBuilder;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Messages {@code ad00}, written by FlatBuffers' own library. Stateless. */
public final class Ad00Messages {
  /** Numbers of types, as the schema counts them. */
  public static final int UINT16 = 3;

  private Ad00Messages() {}

  /** A message with an attribute, which nobody here reads. */
  public static byte[] of(
      String source, int id, long timestamp, int type, byte[] data, long... dimensions) {
    var builder = new FlatBufferBuilder(1024);
    int name = builder.createString("exposure");
    int value = builder.createByteVector(new byte[8]);
    builder.startTable(5);
    builder.addOffset(0, name, 0);
    builder.addByte(3, (byte) 9, 0);
    builder.addOffset(4, value, 0);
    int attribute = builder.endTable();
    int attributes = builder.createVectorOfTables(new int[] {attribute});
    int sourceName = builder.createString(source);
    builder.startVector(Long.BYTES, dimensions.length, Long.BYTES);
    for (int i = dimensions.length - 1; i >= 0; i--) {
      builder.addLong(dimensions[i]);
    }
    int shape = builder.endVector();
    int numbers = builder.createByteVector(data);
    builder.startTable(7);
    builder.addOffset(0, sourceName, 0);
    builder.addInt(1, id, 0);
    builder.addLong(2, timestamp, 0);
    builder.addOffset(3, shape, 0);
    builder.addByte(4, (byte) type, 0);
    builder.addOffset(5, numbers, 0);
    builder.addOffset(6, attributes, 0);
    builder.finish(builder.endTable(), "ad00");
    return builder.sizedByteArray();
  }

  /** Counts of 16 bits. */
  public static byte[] counts(String source, int id, int[] values, long... dimensions) {
    var data = ByteBuffer.allocate(2 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    for (int value : values) {
      data.putShort((short) value);
    }
    return of(source, id, 1_700_000_000_123_456_789L, UINT16, data.array(), dimensions);
  }
}
