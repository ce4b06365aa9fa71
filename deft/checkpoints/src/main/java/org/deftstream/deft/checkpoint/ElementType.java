package org.deftstream.deft.checkpoint;

import java.nio.ByteBuffer;
import org.deftstream.deft.safetensors.HalfFloat;

/** How torch stores one value of a tensor, little-endian. All are read into float32. */
enum ElementType {
  DOUBLE("DoubleStorage", 8),
  FLOAT("FloatStorage", 4),
  HALF("HalfStorage", 2),
  BFLOAT16("BFloat16Storage", 2),
  LONG("LongStorage", 8),
  INT("IntStorage", 4),
  SHORT("ShortStorage", 2),
  CHAR("CharStorage", 1),
  BYTE("ByteStorage", 1),
  BOOL("BoolStorage", 1);

  private final String className;
  private final int bytes;

  ElementType(String className, int bytes) {
    this.className = className;
    this.bytes = bytes;
  }

  /** Bytes of one value. */
  int bytes() {
    return bytes;
  }

  /** The type of the storages of a class of torch; null if it has none. */
  static ElementType ofStorage(String className) {
    for (var type : values()) {
      if (type.className.equals(className)) {
        return type;
      }
    }
    return null;
  }

  /** Reads values that follow each other; numbers of single precision all at once. */
  void next(ByteBuffer in, float[] into, int from, int count) {
    if (this == FLOAT) {
      in.asFloatBuffer().get(into, from, count);
      return;
    }
    for (int i = from; i < from + count; i++) {
      into[i] = next(in);
    }
  }

  private float next(ByteBuffer in) {
    return switch (this) {
      case DOUBLE -> (float) in.getDouble();
      case FLOAT -> in.getFloat();
      case HALF -> HalfFloat.toFloat(in.getShort());
      case BFLOAT16 -> Float.intBitsToFloat(in.getShort() << 16);
      case LONG -> in.getLong();
      case INT -> in.getInt();
      case SHORT -> in.getShort();
      case CHAR -> in.get();
      case BYTE, BOOL -> in.get() & 0xff;
    };
  }
}
