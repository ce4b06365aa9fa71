package org.deftstream.deft.safetensors;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.deftstream.deft.tensor.FloatTensor;
import org.deftstream.deft.tensor.TensorSource;
import org.deftstream.deft.text.FileProblem;
import org.deftstream.deft.text.ForeignFile;

/**
 * The safetensors file format: an 8-byte little-endian header length, a JSON header with the type,
 * shape and byte range of every tensor, then the bytes. Data only: reading one never runs code.
 * Reads F64, F32, F16 and BF16 into float32, and U8 and BOOL where data and no weights are wanted;
 * writes F32 or F16.
 */
public final class Safetensors {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Values that are read at once. */
  private static final int PIECE = 1 << 16;

  private Safetensors() {}

  /** Storage type of written tensors. */
  public enum Storage {
    F32(4),
    F16(2);

    private final int bytes;

    Storage(int bytes) {
      this.bytes = bytes;
    }

    private void put(float[] values, int from, int count, ByteBuffer out) {
      if (this == F32) {
        out.asFloatBuffer().put(values, from, count);
        out.position(out.position() + count * bytes);
        return;
      }
      for (int i = from; i < from + count; i++) {
        out.putShort(HalfFloat.fromFloat(values[i]));
      }
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
   * Reads a file of weights, one tensor after the other, so that it needs no memory beside theirs.
   *
   * @throws IllegalArgumentException if it is not a sound safetensors file; the message names it
   * @throws UncheckedIOException if it cannot be read
   */
  public static Content read(Path file) {
    return read(file, false);
  }

  /**
   * Reads a file of data, in which numbers from 0 to 255 may be bytes (U8, BOOL), as masks are.
   *
   * @throws IllegalArgumentException if it is not a sound safetensors file; the message names it
   * @throws UncheckedIOException if it cannot be read
   */
  public static Content readData(Path file) {
    return read(file, true);
  }

  private static Content read(Path file, boolean withBytes) {
    try (var channel = FileChannel.open(file)) {
      return parse(channel.size(), withBytes, source(channel));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(file + ": " + e.getMessage(), e);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + file + ": " + FileProblem.reason(e), e);
    }
  }

  /**
   * Reads the bytes of a file that came from elsewhere, for example over the network.
   *
   * @throws IllegalArgumentException if they are not sound safetensors
   */
  public static Content parse(ByteBuffer bytes) {
    try {
      return parse(
          bytes.remaining(),
          false,
          (from, into) -> into.put(bytes.slice(bytes.position() + (int) from, into.remaining())));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Bytes at a place; fills the buffer. */
  interface Source {
    void read(long from, ByteBuffer into) throws IOException;
  }

  static Source source(FileChannel channel) {
    return (from, into) -> {
      while (into.hasRemaining()) {
        if (channel.read(into, from + into.position()) < 0) {
          throw new EOFException("it became shorter while it was read");
        }
      }
    };
  }

  /** Reads a header and holds it to the size of the file. */
  static SafetensorsHeader readHeader(long size, boolean withBytes, Source source)
      throws IOException {
    var header = SafetensorsHeader.parse(header(size, source), withBytes);
    header.check(size - header.start());
    return header;
  }

  private static Content parse(long size, boolean withBytes, Source source) throws IOException {
    var header = readHeader(size, withBytes, source);
    var tensors = new LinkedHashMap<String, FloatTensor>();
    for (var entry : header.entries()) {
      tensors.put(entry.name(), readTensor(entry, header.start(), source));
    }
    return new Content(tensors, header.metadata());
  }

  private static byte[] header(long size, Source source) throws IOException {
    byte[] first = bytes(source, 0, (int) Math.min(64, size));
    if (size < 8) {
      throw unsound(size == 0 ? "it is empty" : "shorter than 8 bytes", first);
    }
    long length = ByteBuffer.wrap(first).order(ByteOrder.LITTLE_ENDIAN).getLong();
    if (length < 2 || length > SafetensorsHeader.MAX_BYTES || length > size - 8) {
      throw unsound("header of " + Long.toUnsignedString(length) + " bytes does not fit", first);
    }
    return bytes(source, 8, (int) length);
  }

  private static IllegalArgumentException unsound(String reason, byte[] first) {
    String known = ForeignFile.weights(first);
    return new IllegalArgumentException(
        "not a safetensors file: " + (known.isEmpty() ? reason : known));
  }

  private static byte[] bytes(Source source, long from, int count) throws IOException {
    var bytes = new byte[count];
    source.read(from, ByteBuffer.wrap(bytes));
    return bytes;
  }

  static FloatTensor readTensor(SafetensorsHeader.Entry entry, long start, Source source)
      throws IOException {
    var values = new float[entry.size()];
    var piece =
        ByteBuffer.allocate(Math.min(values.length, PIECE) * entry.type().bytes())
            .order(ByteOrder.LITTLE_ENDIAN);
    for (int done = 0; done < values.length; ) {
      int count = Math.min(PIECE, values.length - done);
      piece.clear().limit(count * entry.type().bytes());
      source.read(start + entry.from() + (long) done * entry.type().bytes(), piece);
      piece.flip();
      entry.type().next(piece, values, done, count);
      done += count;
    }
    return new FloatTensor(entry.shape(), values);
  }

  /** Encodes tensors, in the order of the map, as the bytes of a safetensors file. */
  public static byte[] encode(
      Map<String, FloatTensor> tensors, Storage storage, Map<String, String> metadata) {
    byte[] header = header(tensors, storage, metadata);
    long size = tensors.values().stream().mapToLong(t -> t.data().length).sum() * storage.bytes;
    var out = ByteBuffer.allocate(Math.toIntExact(header.length + size));
    out.put(header).order(ByteOrder.LITTLE_ENDIAN);
    for (var tensor : tensors.values()) {
      storage.put(tensor.data(), 0, tensor.data().length, out);
    }
    return out.array();
  }

  /** The length of the header, and the header. */
  private static byte[] header(
      Map<String, ? extends TensorSource> tensors, Storage storage, Map<String, String> metadata) {
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
      long end = offset + e.getValue().size() * storage.bytes;
      node.putArray("data_offsets").add(offset).add(end);
      offset = end;
    }
    String json = header.toString();
    // The format asks for tensor data aligned to 8 bytes, padded with blanks.
    json += " ".repeat((8 - json.getBytes(StandardCharsets.UTF_8).length % 8) % 8);
    byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.allocate(8 + bytes.length)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(bytes.length)
        .put(bytes)
        .array();
  }

  /**
   * Writes a file, whole or not at all, one tensor after the other, so that it needs no memory
   * beside that of the largest.
   */
  public static void write(
      Path file,
      Map<String, ? extends TensorSource> tensors,
      Storage storage,
      Map<String, String> metadata) {
    write(file, tensors, storage, metadata, true);
  }

  /**
   * As above.
   *
   * @param forced whether it is on the disk when this returns; if not, whoever asked forces it
   */
  public static void write(
      Path file,
      Map<String, ? extends TensorSource> tensors,
      Storage storage,
      Map<String, String> metadata,
      boolean forced) {
    try {
      AtomicFiles.write(
          file,
          channel -> {
            AtomicFiles.writeAll(channel, ByteBuffer.wrap(header(tensors, storage, metadata)));
            var piece = ByteBuffer.allocate(PIECE * storage.bytes).order(ByteOrder.LITTLE_ENDIAN);
            for (var tensor : tensors.values()) {
              float[] values = tensor.read().data();
              for (int done = 0; done < values.length; done += PIECE) {
                storage.put(values, done, Math.min(PIECE, values.length - done), piece.clear());
                AtomicFiles.writeAll(channel, piece.flip());
              }
            }
          },
          forced);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
