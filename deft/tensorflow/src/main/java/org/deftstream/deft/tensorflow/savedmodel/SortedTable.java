package org.deftstream.deft.tensorflow.savedmodel;

import com.google.protobuf.ByteString;
import java.io.ByteArrayOutputStream;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.zip.CRC32C;

/**
 * The file format of sorted keys and values in which TensorFlow keeps the index of its variables: a
 * footer that names the block of blocks, whose keys share prefixes with their predecessors.
 */
final class SortedTable {
  private static final long MAGIC = 0xdb4775248b80fb57L;
  private static final int FOOTER = 48;
  private static final int TRAILER = 5;
  private static final int LONGEST_KEY = 1 << 12;

  private SortedTable() {}

  /**
   * Reads a table.
   *
   * @return values by their keys, in order
   * @throws IllegalArgumentException if it is none, or is damaged
   */
  static Map<String, ByteBuffer> read(byte[] file) {
    try {
      if (file.length < FOOTER || footer(file).getLong(FOOTER - 8) != MAGIC) {
        throw damaged();
      }
      var footer = footer(file);
      handle(footer); // Of filters and the like, which are not needed.
      var entries = new LinkedHashMap<String, ByteBuffer>();
      block(file, handle(footer))
          .forEach(
              (key, place) -> {
                for (var entry : block(file, handle(place)).entrySet()) {
                  if (entries.put(entry.getKey(), entry.getValue()) != null) {
                    throw damaged();
                  }
                }
              });
      return entries;
    } catch (BufferUnderflowException | IndexOutOfBoundsException e) {
      throw damaged();
    }
  }

  private static IllegalArgumentException damaged() {
    return new IllegalArgumentException("it is no index of variables, or is damaged");
  }

  private static ByteBuffer footer(byte[] file) {
    return ByteBuffer.wrap(file, file.length - FOOTER, FOOTER)
        .slice()
        .order(ByteOrder.LITTLE_ENDIAN);
  }

  /** Where a block lies. */
  private record Place(int from, int size) {}

  private static Place handle(ByteBuffer in) {
    return new Place(varint(in), varint(in));
  }

  private static int varint(ByteBuffer in) {
    long value = 0;
    for (int shift = 0; shift < 35; shift += 7) {
      byte next = in.get();
      value |= (long) (next & 0x7f) << shift;
      if (next >= 0) {
        if (value > Integer.MAX_VALUE) {
          break;
        }
        return (int) value;
      }
    }
    throw damaged();
  }

  private static Map<String, ByteBuffer> block(byte[] file, Place place) {
    long end = (long) place.from() + place.size() + TRAILER;
    if (end > file.length - FOOTER || place.size() < Integer.BYTES) {
      throw damaged();
    }
    var trailer =
        ByteBuffer.wrap(file, place.from() + place.size(), TRAILER).order(ByteOrder.LITTLE_ENDIAN);
    if (trailer.get() != 0) {
      throw new IllegalArgumentException("its index is compressed, which TensorFlow does not do");
    }
    var sum = new CRC32C();
    sum.update(file, place.from(), place.size() + 1);
    if (masked(sum) != trailer.getInt()) {
      throw damaged();
    }
    var block =
        ByteBuffer.wrap(file, place.from(), place.size()).slice().order(ByteOrder.LITTLE_ENDIAN);
    long restarts = Integer.toUnsignedLong(block.getInt(place.size() - Integer.BYTES));
    long content = place.size() - Integer.BYTES * (restarts + 1);
    if (content < 0) {
      throw damaged();
    }
    return entries(block.limit((int) content));
  }

  private static Map<String, ByteBuffer> entries(ByteBuffer block) {
    var entries = new LinkedHashMap<String, ByteBuffer>();
    byte[] key = {};
    while (block.hasRemaining()) {
      int shared = varint(block);
      int others = varint(block);
      int size = varint(block);
      if (shared > key.length || others > LONGEST_KEY || shared + others > LONGEST_KEY) {
        throw damaged();
      }
      var next = Arrays.copyOf(key, shared + others);
      block.get(next, shared, others);
      if (size > block.remaining()) {
        throw damaged();
      }
      if (entries.put(new String(next, StandardCharsets.UTF_8), block.slice(block.position(), size))
          != null) {
        throw damaged();
      }
      block.position(block.position() + size);
      key = next;
    }
    return entries;
  }

  /** Writes a table; keys in the order of their bytes. */
  static byte[] write(SortedMap<String, ByteString> entries) {
    var out = new Blocks();
    var data = out.block(entries);
    var meta = out.block(new TreeMap<>());
    var index = new TreeMap<String, ByteString>();
    if (!entries.isEmpty()) {
      index.put(entries.lastKey(), ByteString.copyFrom(data));
    }
    byte[] places = out.block(index);
    var footer = ByteBuffer.allocate(FOOTER).order(ByteOrder.LITTLE_ENDIAN);
    footer.put(meta).put(places).putLong(FOOTER - 8, MAGIC);
    out.bytes.writeBytes(footer.array());
    return out.bytes.toByteArray();
  }

  /** A table that is being written. */
  private static final class Blocks {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    /**
     * Adds a block, whose keys share nothing.
     *
     * @return the handle of its place
     */
    byte[] block(SortedMap<String, ByteString> entries) {
      var block = new ByteArrayOutputStream();
      var restarts = ByteBuffer.allocate(Integer.BYTES * (Math.max(1, entries.size()) + 1));
      restarts.order(ByteOrder.LITTLE_ENDIAN);
      entries.forEach(
          (key, value) -> {
            byte[] name = key.getBytes(StandardCharsets.UTF_8);
            restarts.putInt(block.size());
            varint(block, 0);
            varint(block, name.length);
            varint(block, value.size());
            block.writeBytes(name);
            block.writeBytes(value.toByteArray());
          });
      restarts.putInt(restarts.capacity() - Integer.BYTES, Math.max(1, entries.size()));
      block.writeBytes(restarts.array());
      int size = block.size();
      block.write(0); // Not compressed.
      var sum = new CRC32C();
      sum.update(block.toByteArray());
      var handle = new ByteArrayOutputStream();
      varint(handle, bytes.size());
      varint(handle, size);
      bytes.writeBytes(block.toByteArray());
      bytes.writeBytes(
          ByteBuffer.allocate(Integer.BYTES)
              .order(ByteOrder.LITTLE_ENDIAN)
              .putInt(masked(sum))
              .array());
      return handle.toByteArray();
    }

    private static void varint(ByteArrayOutputStream out, int value) {
      int left = value;
      for (; left > 0x7f; left >>>= 7) {
        out.write((left & 0x7f) | 0x80);
      }
      out.write(left);
    }
  }

  /** A sum as it is stored: sums of what holds sums are weak, so it is turned and shifted. */
  static int masked(CRC32C sum) {
    int crc = (int) sum.getValue();
    return Integer.rotateRight(crc, 15) + 0xa282ead8;
  }
}
