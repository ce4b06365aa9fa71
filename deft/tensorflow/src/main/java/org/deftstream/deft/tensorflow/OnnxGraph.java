package org.deftstream.deft.tensorflow;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.deftstream.deft.safetensors.AtomicFiles;
import org.deftstream.deft.tensor.TensorSource;

/**
 * A model of ONNX under construction: nodes, constants and weights. The weights lie in a second
 * file, {@code NAME.data}, so that they pass through the memory one by one and may be of any size.
 * Not thread-safe.
 */
final class OnnxGraph {
  private static final int IR_VERSION = 8;
  private static final int OPERATORS = 17;
  private static final int FLOAT = 1;
  private static final int INT64 = 7;
  private static final int ALIGNMENT = 64;

  private final OnnxMessage graph = new OnnxMessage();
  private final Map<String, TensorSource> weights = new LinkedHashMap<>();
  private final Map<String, String> metadata = new LinkedHashMap<>();
  private int constants;

  /** Attributes of one node. */
  static final class Attributes {
    private static final int AS_INT = 2;
    private static final int AS_STRING = 3;
    private static final int AS_TENSOR = 4;
    private static final int AS_INTS = 7;
    private final List<OnnxMessage> all = new ArrayList<>();

    private OnnxMessage add(String name, int type) {
      var message = new OnnxMessage().text(1, name).number(20, type);
      all.add(message);
      return message;
    }

    Attributes number(String name, long value) {
      add(name, AS_INT).number(3, value);
      return this;
    }

    Attributes text(String name, String value) {
      add(name, AS_STRING).text(4, value);
      return this;
    }

    Attributes numbers(String name, long... values) {
      var message = add(name, AS_INTS);
      for (long value : values) {
        message.number(8, value);
      }
      return this;
    }

    /** A tensor of one value. */
    Attributes one(String name, float value) {
      add(name, AS_TENSOR).message(5, floats(new long[] {1}, value));
      return this;
    }
  }

  /** Adds a node; returns the name of its first output. */
  String node(String operator, List<String> inputs, Attributes attributes, String... outputs) {
    var node = new OnnxMessage();
    inputs.forEach(input -> node.text(1, input));
    for (String output : outputs) {
      node.text(2, output);
    }
    node.text(3, outputs[0]).text(4, operator);
    attributes.all.forEach(a -> node.message(5, a));
    graph.message(1, node);
    return outputs[0];
  }

  private static OnnxMessage floats(long[] shape, float... values) {
    var raw = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    raw.asFloatBuffer().put(values);
    return tensor(FLOAT, shape).bytes(9, raw.array());
  }

  private static OnnxMessage tensor(int type, long... shape) {
    var tensor = new OnnxMessage();
    for (long side : shape) {
      tensor.number(1, side);
    }
    return tensor.number(2, type);
  }

  /** A constant of whole numbers, one side long; returns its name. */
  String integers(long... values) {
    var raw = ByteBuffer.allocate(8 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    raw.asLongBuffer().put(values);
    String name = "constant_" + constants++;
    graph.message(5, tensor(INT64, values.length).bytes(9, raw.array()).text(8, name));
    return name;
  }

  /** A constant that has a name already. */
  void constant(String name, long[] shape, float... values) {
    graph.message(5, floats(shape, values).text(8, name));
  }

  /** A constant; returns its name. */
  String constant(long[] shape, float... values) {
    String name = "constant_" + constants++;
    constant(name, shape, values);
    return name;
  }

  /** A weight; {@code values} has the shape that ONNX wants, and is read when it is written. */
  void weight(String name, TensorSource values) {
    weights.put(name, values);
  }

  /**
   * An input or output.
   *
   * @param sides numbers, or names of sides that may have any length
   */
  void input(String name, boolean whole, Object... sides) {
    graph.message(11, value(name, whole ? INT64 : FLOAT, sides));
  }

  /** As {@link #input}. */
  void output(String name, Object... sides) {
    graph.message(12, value(name, FLOAT, sides));
  }

  private static OnnxMessage value(String name, int type, Object... sides) {
    var shape = new OnnxMessage();
    for (Object side : sides) {
      shape.message(
          1,
          side instanceof Number number
              ? new OnnxMessage().number(1, number.longValue())
              : new OnnxMessage().text(2, side.toString()));
    }
    var tensor = new OnnxMessage().number(1, type).message(2, shape);
    return new OnnxMessage().text(1, name).message(2, new OnnxMessage().message(1, tensor));
  }

  /** Says something about the model. */
  void about(String key, String value) {
    metadata.put(key, value);
  }

  /**
   * Writes the model and, beside it, its weights.
   *
   * @throws IOException if they cannot be written
   */
  void write(Path file, String name) throws IOException {
    Path data = file.resolveSibling(file.getFileName() + ".data");
    long at = 0;
    for (var weight : weights.entrySet()) {
      long bytes = 4 * weight.getValue().size();
      int[] shape = weight.getValue().shape();
      var sides = new long[shape.length];
      for (int i = 0; i < sides.length; i++) {
        sides[i] = shape[i];
      }
      var tensor = tensor(FLOAT, sides).text(8, weight.getKey());
      tensor.message(13, entry("location", data.getFileName().toString()));
      tensor.message(13, entry("offset", Long.toString(at)));
      tensor.message(13, entry("length", Long.toString(bytes)));
      graph.message(5, tensor.number(14, 1));
      at = aligned(at + bytes);
    }
    AtomicFiles.write(data, this::writeWeights);
    graph.text(2, name);
    var model = new OnnxMessage().number(1, IR_VERSION).text(2, "deftstream");
    model.message(7, graph).message(8, new OnnxMessage().text(1, "").number(2, OPERATORS));
    metadata.forEach((key, value) -> model.message(14, entry(key, value)));
    AtomicFiles.write(file, model.toBytes());
  }

  private static OnnxMessage entry(String key, String value) {
    return new OnnxMessage().text(1, key).text(2, value);
  }

  private static long aligned(long at) {
    return (at + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
  }

  private void writeWeights(java.nio.channels.FileChannel channel) throws IOException {
    long at = 0;
    for (var weight : weights.values()) {
      float[] values = weight.read().data();
      int bytes = 4 * values.length;
      var raw = ByteBuffer.allocate((int) (aligned(at + bytes) - at));
      raw.order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().put(values);
      while (raw.hasRemaining()) {
        channel.write(raw);
      }
      at = aligned(at + bytes);
    }
  }
}
