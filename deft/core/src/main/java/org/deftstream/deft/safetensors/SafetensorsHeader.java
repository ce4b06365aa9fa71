package org.deftstream.deft.safetensors;

import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The header of a safetensors file. Everything that it claims is checked before a byte of a tensor
 * is read: no name twice, whole numbers, as many bytes as values, and tensors that lie one behind
 * the other without overlap or hole. Bytes behind the last tensor are let be.
 *
 * @param length bytes of the header
 * @param entries tensors in the order of the header
 * @param metadata the free-form {@code __metadata__}
 */
record SafetensorsHeader(int length, List<Entry> entries, Map<String, String> metadata) {
  /** Longest header: one of 100,000 tensors, and little enough to be parsed in a small heap. */
  static final int MAX_BYTES = 16 << 20;

  private static final int MAX_RANK = 32;
  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  /** How one value is stored. */
  enum Type {
    F64(8),
    F32(4),
    F16(2),
    BF16(2),
    U8(1),
    BOOL(1);

    private final int bytes;

    Type(int bytes) {
      this.bytes = bytes;
    }

    int bytes() {
      return bytes;
    }

    /** Reads values that follow each other; numbers of single precision all at once. */
    void next(ByteBuffer in, float[] into, int from, int count) {
      if (this == F32) {
        in.asFloatBuffer().get(into, from, count);
        return;
      }
      for (int i = from; i < from + count; i++) {
        into[i] = next(in);
      }
    }

    private float next(ByteBuffer in) {
      return switch (this) {
        case F64 -> (float) in.getDouble();
        case F32 -> in.getFloat();
        case F16 -> HalfFloat.toFloat(in.getShort());
        case BF16 -> Float.intBitsToFloat(in.getShort() << 16);
        case U8, BOOL -> in.get() & 0xff;
      };
    }

    static Type of(String tensor, JsonNode name, boolean withBytes) {
      for (var type : values()) {
        if (name.isTextual()
            && type.name().equals(name.textValue())
            && (withBytes || type.bytes() > 1)) {
          return type;
        }
      }
      throw new IllegalArgumentException(
          "tensor "
              + tensor
              + " has type "
              + shortened(name.asText(name.getNodeType().toString()))
              + "; F64, F32, F16"
              + (withBytes ? ", BF16, U8 or BOOL is read" : " or BF16 is read"));
    }
  }

  /**
   * One tensor.
   *
   * @param from its first byte, from the start of the data
   * @param to the byte behind its last
   */
  @SuppressWarnings("ArrayRecordComponent") // handed over, not compared
  record Entry(String name, Type type, int[] shape, long from, long to) {
    /** Number of values. */
    int size() {
      return (int) ((to - from) / type.bytes());
    }
  }

  /** The first byte of the tensors, from the start of the file. */
  long start() {
    return 8L + length;
  }

  /**
   * Parses a header.
   *
   * @param withBytes whether tensors may hold bytes, as data may and weights may not
   */
  static SafetensorsHeader parse(byte[] bytes, boolean withBytes) {
    var entries = new ArrayList<Entry>();
    var metadata = new LinkedHashMap<String, String>();
    for (var field : json(bytes).properties()) {
      if (field.getKey().equals("__metadata__")) {
        field.getValue().properties().forEach(m -> metadata.put(m.getKey(), m.getValue().asText()));
      } else {
        entries.add(entry(field.getKey(), field.getValue(), withBytes));
      }
    }
    return new SafetensorsHeader(bytes.length, entries, metadata);
  }

  private static JsonNode json(byte[] bytes) {
    JsonNode node;
    try {
      node = JSON.readTree(bytes);
    } catch (IOException e) {
      String message = String.valueOf(e.getMessage());
      int twice = message.indexOf("Duplicate field '");
      throw new IllegalArgumentException(
          twice < 0
              ? "not a safetensors file: header is not JSON"
              : "the header names "
                  + shortened(message.substring(twice + 17).split("'\\R?", 2)[0])
                  + " twice",
          e);
    }
    if (!node.isObject()) {
      throw new IllegalArgumentException("not a safetensors file: header is not a JSON object");
    }
    return node;
  }

  private static Entry entry(String key, JsonNode json, boolean withBytes) {
    String name = shortened(key);
    var type = Type.of(name, json.path("dtype"), withBytes);
    int[] shape = shape(name, json.path("shape"));
    long size = 1;
    for (int side : shape) {
      size = side == 0 ? 0 : size * side;
      if (size > Integer.MAX_VALUE - 8) {
        throw new IllegalArgumentException(
            "tensor " + name + " has more values than can be read, " + (Integer.MAX_VALUE - 8));
      }
    }
    for (int side : shape) {
      size = side == 0 ? 0 : size;
    }
    var offsets = json.path("data_offsets");
    if (!offsets.isArray() || offsets.size() != 2) {
      throw new IllegalArgumentException("tensor " + name + " has no two data_offsets");
    }
    long from = whole(name, "data_offsets", offsets.get(0), Long.MAX_VALUE);
    long to = whole(name, "data_offsets", offsets.get(1), Long.MAX_VALUE);
    if (from < 0 || to < from || to - from != size * type.bytes()) {
      throw new IllegalArgumentException(
          claim(name, from, to) + " for " + size + " values of " + type.bytes() + " bytes");
    }
    return new Entry(key, type, shape, from, to);
  }

  private static String claim(String name, long from, long to) {
    return "tensor " + shortened(name) + " claims bytes " + from + " to " + to;
  }

  private static int[] shape(String name, JsonNode json) {
    if (!json.isArray() || json.size() > MAX_RANK) {
      throw new IllegalArgumentException(
          "tensor " + name + " has no shape of at most " + MAX_RANK + " sides");
    }
    var shape = new int[json.size()];
    for (int i = 0; i < shape.length; i++) {
      long side = whole(name, "shape", json.get(i), Integer.MAX_VALUE);
      if (side < 0) {
        throw new IllegalArgumentException("tensor " + name + " has a negative dimension");
      }
      shape[i] = (int) side;
    }
    return shape;
  }

  private static long whole(String name, String field, JsonNode json, long most) {
    if (!json.isIntegralNumber() || !json.canConvertToLong() || json.longValue() > most) {
      throw new IllegalArgumentException(
          "tensor "
              + name
              + ": "
              + field
              + " must hold whole numbers up to "
              + most
              + ", not "
              + shortened(json.toString()));
    }
    return json.longValue();
  }

  /**
   * Compares the tensors' places with each other and with what is there.
   *
   * @param data bytes behind the header
   */
  void check(long data) {
    var sorted = new ArrayList<>(entries);
    // Tensors without values lie between others.
    sorted.sort(Comparator.comparingLong(Entry::from).thenComparingLong(Entry::to));
    long end = 0;
    String before = "the header";
    for (var entry : sorted) {
      String claim = claim(entry.name(), entry.from(), entry.to());
      if (entry.from() < end) {
        throw new IllegalArgumentException(
            claim + " and " + before + " ends at " + end + ": they overlap");
      } else if (entry.from() > end) {
        throw new IllegalArgumentException(
            claim + " and " + before + " ends at " + end + ": there is a hole between them");
      } else if (entry.to() > data) {
        throw new IllegalArgumentException(
            claim + " in a file with " + data + " bytes of data: it was cut");
      }
      end = entry.to();
      before = shortened(entry.name());
    }
  }

  private static String shortened(String text) {
    String line = text.replaceAll("\\p{Cntrl}", "?");
    return line.length() <= 80 ? line : line.substring(0, 77) + "...";
  }
}
