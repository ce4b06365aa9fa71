package org.deftstream.deft.tensorflow;

import java.nio.ByteOrder;
import java.util.function.IntFunction;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.TensorProto;

/** The values of the constants of a TensorFlow graph. */
final class GraphConstants {
  private GraphConstants() {}

  private static TensorProto tensor(NodeDef node) {
    if (!node.getOp().equals("Const")) {
      throw new IllegalStateException(node.getName() + " is no constant, but " + node.getOp());
    }
    return node.getAttrOrThrow("value").getTensor();
  }

  static long[] shape(NodeDef node) {
    var shape = tensor(node).getTensorShape();
    var sides = new long[shape.getDimCount()];
    for (int i = 0; i < sides.length; i++) {
      sides[i] = shape.getDim(i).getSize();
    }
    return sides;
  }

  private static int size(NodeDef node) {
    long size = 1;
    for (long side : shape(node)) {
      size *= side;
    }
    return Math.toIntExact(size);
  }

  /** Whole numbers. */
  static long[] integers(NodeDef node) {
    var tensor = tensor(node);
    var values = new long[size(node)];
    if (!tensor.getTensorContent().isEmpty()) {
      var content = tensor.getTensorContent().asReadOnlyByteBuffer().order(ByteOrder.nativeOrder());
      for (int i = 0; i < values.length; i++) {
        values[i] = tensor.getDtype() == DataType.DT_INT64 ? content.getLong() : content.getInt();
      }
      return values;
    }
    IntFunction<Number> listed =
        tensor.getDtype() == DataType.DT_INT64 ? tensor::getInt64Val : tensor::getIntVal;
    int count =
        tensor.getDtype() == DataType.DT_INT64
            ? tensor.getInt64ValCount()
            : tensor.getIntValCount();
    for (int i = 0; i < values.length; i++) {
      // Values that repeat to the end are written once.
      values[i] = count == 0 ? 0 : listed.apply(Math.min(i, count - 1)).longValue();
    }
    return values;
  }

  /** Numbers of single precision. */
  static float[] floats(NodeDef node) {
    var tensor = tensor(node);
    var values = new float[size(node)];
    if (!tensor.getTensorContent().isEmpty()) {
      tensor
          .getTensorContent()
          .asReadOnlyByteBuffer()
          .order(ByteOrder.nativeOrder())
          .asFloatBuffer()
          .get(values);
      return values;
    }
    int count = tensor.getFloatValCount();
    for (int i = 0; i < values.length; i++) {
      values[i] = count == 0 ? 0 : tensor.getFloatVal(Math.min(i, count - 1));
    }
    return values;
  }

  /** Adds a constant of numbers that are calculated with; others are read where they are used. */
  static void put(NodeDef node, OnnxGraph onnx) {
    if (tensor(node).getDtype() == DataType.DT_FLOAT) {
      onnx.constant(node.getName(), shape(node), floats(node));
    }
  }
}
