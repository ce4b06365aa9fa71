package org.deftstream.deft.safetensors;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.deftstream.deft.tensor.FloatTensor;

/**
 * The safetensors file format: an 8-byte little-endian header length, a JSON header with the type,
 * shape and byte range of every tensor, then the bytes. Data only: reading one never runs code.
 * Reads F64, F32, F16 and BF16 into float32, and U8 where data and no weights are wanted; writes
 * F32 or F16.
 */
public final class Safetensors {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final long MAX_HEADER_BYTES = 100_000_000;

  private Safetensors() {}

  /** Storage type of written tensors. */
  public enum Storage {
    F32(4),
    F16(2);

    private final int bytes;

    Storage(int bytes) {
      this.bytes = bytes;
    }
  }

  /**
   * The content of one file.
   *
   * @param tensors by name, in the order of the header
   * @param metadata the header's free-form {@code __metadata__}
   */
  public record Content(Map<String, FloatTensor> tensors, Map<String, String> metadata) {}

  /**
   * Reads a file of weights.
   *
   * @throws IllegalArgumentException if it is not a sound safetensors file; the message names it
   * @throws UncheckedIOException if it cannot be read
   */
  public static Content read(Path file) {
    return read(file, false);
  }

  /**
   * Reads a file of data, in which numbers from 0 to 255 may be bytes (U8), as masks are.
   *
   * @throws IllegalArgumentException if it is not a sound safetensors file; the message names it
   * @throws UncheckedIOException if it cannot be read
   */
  public static Content readData(Path file) {
    return read(file, true);
  }

  private static Content read(Path file, boolean withBytes) {
    try {
      return parse(ByteBuffer.wrap(Files.readAllBytes(file)), withBytes);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(file + ": " + e.getMessage(), e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Reads the bytes of a file that came from elsewhere, for example over the network.
   *
   * @throws IllegalArgumentException if they are not sound safetensors
   */
  public static Content parse(ByteBuffer bytes) {
    return parse(bytes, false);
  }

  private static Content parse(ByteBuffer bytes, boolean withBytes) {
    var in = bytes.slice().order(ByteOrder.LITTLE_ENDIAN);
    if (in.remaining() < 8) {
      throw new IllegalArgumentException("not a safetensors file: shorter than 8 bytes");
    }
    long headerLength = in.getLong();
    if (headerLength < 2 || headerLength > MAX_HEADER_BYTES || headerLength > in.remaining()) {
      throw new IllegalArgumentException(
          "not a safetensors file: header of " + headerLength + " bytes does not fit");
    }
    var header = new byte[(int) headerLength];
    in.get(header);
    var data = in.slice().order(ByteOrder.LITTLE_ENDIAN);
    var tensors = new LinkedHashMap<String, FloatTensor>();
    var metadata = new LinkedHashMap<String, String>();
    // Tensors that share bytes would turn a small file into a full heap.
    long claimed = 0;
    for (var field : readHeader(header).properties()) {
      if (field.getKey().equals("__metadata__")) {
        field.getValue().properties().forEach(m -> metadata.put(m.getKey(), m.getValue().asText()));
      } else {
        tensors.put(field.getKey(), readTensor(field.getKey(), field.getValue(), data, withBytes));
        claimed += claimedBytes(field.getValue());
        if (claimed > data.limit()) {
          throw new IllegalArgumentException(
              "tensors up to "
                  + field.getKey()
                  + " claim "
                  + claimed
                  + " bytes in a file with "
                  + data.limit()
                  + " bytes of data: they overlap");
        }
      }
    }
    return new Content(tensors, metadata);
  }

  private static JsonNode readHeader(byte[] header) {
    try {
      var node = JSON.readTree(header);
      if (!node.isObject()) {
        throw new IllegalArgumentException("not a safetensors file: header is not a JSON object");
      }
      return node;
    } catch (IOException e) {
      throw new IllegalArgumentException("not a safetensors file: header is not JSON", e);
    }
  }

  private static long claimedBytes(JsonNode entry) {
    long from = entry.path("data_offsets").path(0).asLong(-1);
    return Math.max(0, entry.path("data_offsets").path(1).asLong(-1) - from);
  }

  private static FloatTensor readTensor(
      String name, JsonNode entry, ByteBuffer data, boolean withBytes) {
    String type = entry.path("dtype").asText();
    int width =
        switch (type) {
          case "U8" -> {
            if (!withBytes) {
              throw unread(name, type, withBytes);
            }
            yield 1;
          }
          case "F64" -> 8;
          case "F32" -> 4;
          case "F16", "BF16" -> 2;
          default -> throw unread(name, type, withBytes);
        };
    var shape = new int[entry.path("shape").size()];
    for (int i = 0; i < shape.length; i++) {
      shape[i] = entry.get("shape").get(i).asInt(-1);
      if (shape[i] < 0) {
        throw new IllegalArgumentException("tensor " + name + " has a negative dimension");
      }
    }
    long from = entry.path("data_offsets").path(0).asLong(-1);
    long to = entry.path("data_offsets").path(1).asLong(-1);
    long size = FloatTensor.sizeOf(shape);
    if (from < 0 || to > data.limit() || to - from != size * width) {
      throw new IllegalArgumentException(
          "tensor "
              + name
              + " claims bytes "
              + from
              + " to "
              + to
              + " for "
              + size
              + " values of "
              + width
              + " bytes in a file with "
              + data.limit()
              + " bytes of data");
    }
    var values = new float[(int) size];
    var in = data.slice((int) from, (int) (to - from)).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < values.length; i++) {
      values[i] =
          switch (type) {
            case "F32" -> in.getFloat();
            case "F64" -> (float) in.getDouble();
            case "U8" -> in.get() & 0xff;
            case "F16" -> HalfFloat.toFloat(in.getShort());
            default -> Float.intBitsToFloat(in.getShort() << 16);
          };
    }
    return new FloatTensor(shape, values);
  }

  private static IllegalArgumentException unread(String name, String type, boolean withBytes) {
    return new IllegalArgumentException(
        "tensor %s has type %s; F64, F32, F16%s is read"
            .formatted(name, type, withBytes ? ", BF16 or U8" : " or BF16"));
  }

  /** Encodes tensors, in the order of the map, as the bytes of a safetensors file. */
  public static byte[] encode(
      Map<String, FloatTensor> tensors, Storage storage, Map<String, String> metadata) {
    var header = JSON.createObjectNode();
    if (!metadata.isEmpty()) {
      var node = header.putObject("__metadata__");
      metadata.forEach(node::put);
    }
    long offset = 0;
    for (var e : tensors.entrySet()) {
      var node = header.putObject(e.getKey());
      node.put("dtype", storage.name());
      var shape = node.putArray("shape");
      for (int d : e.getValue().shape()) {
        shape.add(d);
      }
      long end = offset + (long) e.getValue().data().length * storage.bytes;
      node.putArray("data_offsets").add(offset).add(end);
      offset = end;
    }
    String json = header.toString();
    // The format asks for tensor data aligned to 8 bytes, padded with blanks.
    json += " ".repeat((8 - json.getBytes(StandardCharsets.UTF_8).length % 8) % 8);
    byte[] headerBytes = json.getBytes(StandardCharsets.UTF_8);
    var out =
        ByteBuffer.allocate(Math.toIntExact(8 + headerBytes.length + offset))
            .order(ByteOrder.LITTLE_ENDIAN);
    out.putLong(headerBytes.length).put(headerBytes);
    for (var tensor : tensors.values()) {
      for (float v : tensor.data()) {
        if (storage == Storage.F32) {
          out.putFloat(v);
        } else {
          out.putShort(HalfFloat.fromFloat(v));
        }
      }
    }
    return out.array();
  }

  /** Writes a file, whole or not at all. */
  public static void write(
      Path file, Map<String, FloatTensor> tensors, Storage storage, Map<String, String> metadata) {
    try {
      AtomicFiles.write(file, encode(tensors, storage, metadata));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
