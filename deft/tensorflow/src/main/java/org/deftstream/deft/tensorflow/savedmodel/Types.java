package org.deftstream.deft.tensorflow.savedmodel;

import java.util.Locale;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;

/** Types in messages of TensorFlow. */
final class Types {
  /** What an attribute is that is not there. */
  static final AttrValue NONE = AttrValue.getDefaultInstance();

  private Types() {}

  /** {@code float32}, {@code int64} and so on. */
  static String word(DataType type) {
    return switch (type) {
      case DT_FLOAT -> "float32";
      case DT_DOUBLE -> "float64";
      default -> type.name().toLowerCase(Locale.ROOT).replace("dt_", "");
    };
  }
}
