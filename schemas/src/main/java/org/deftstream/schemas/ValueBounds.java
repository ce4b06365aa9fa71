package org.deftstream.schemas;

import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.apache.avro.Schema;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.kafka.common.errors.SerializationException;

/**
 * Passes over a value without building anything, and refuses one that would take far more of the
 * heap than its bytes do: an item of a map or an array may take no byte of the value and a hundred
 * of the heap, and a schema that contains itself may be nested without end. Whatever passes takes
 * about as much of the heap as it has bytes. Stateless and thread-safe.
 */
final class ValueBounds {
  /** Items of maps and arrays in one value, in all. */
  static final int MAX_ITEMS = 10_000;

  /** Records, maps, arrays and unions within each other. */
  static final int MAX_DEPTH = 64;

  private final BinaryDecoder decoder;
  private long left;

  private ValueBounds(BinaryDecoder decoder) {
    this.decoder = decoder;
  }

  /**
   * Checks a value.
   *
   * @param writer the schema that it was written with, whatever it is
   * @param reader the schema that it will be read with; what that lacks is passed over then too, so
   *     its items may be as many as its bytes
   * @param bytes holds the value
   * @param start where it begins
   * @throws SerializationException if it has too many items or is nested too deeply
   * @throws UncheckedIOException if the bytes are not a whole value
   */
  static void check(Schema writer, Schema reader, byte[] bytes, int start) {
    int length = bytes.length - start;
    var decoder = DecoderFactory.get().binaryDecoder(bytes, start, length, null);
    var bounds = new ValueBounds(decoder);
    bounds.left = MAX_ITEMS;
    try {
      if (writer.getType() != Schema.Type.RECORD || reader.getType() != Schema.Type.RECORD) {
        bounds.pass(writer, 0);
        return;
      }
      for (Schema.Field field : writer.getFields()) {
        if (isRead(field, reader)) {
          bounds.pass(field.schema(), 1);
        } else {
          long before = bounds.left;
          bounds.left = MAX_ITEMS + (long) length;
          bounds.pass(field.schema(), 1);
          bounds.left = before;
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean isRead(Schema.Field field, Schema reader) {
    return reader.getField(field.name()) != null
        || reader.getFields().stream().anyMatch(each -> each.aliases().contains(field.name()));
  }

  private void pass(Schema schema, int depth) throws IOException {
    if (depth > MAX_DEPTH) {
      throw new SerializationException(
          "the value is nested more than " + MAX_DEPTH + " levels deep");
    }
    switch (schema.getType()) {
      case NULL -> {}
      case BOOLEAN -> decoder.skipFixed(1);
      case FLOAT -> decoder.skipFixed(Float.BYTES);
      case DOUBLE -> decoder.skipFixed(Double.BYTES);
      case INT, LONG, ENUM -> decoder.readLong();
      case STRING, BYTES -> passBytes();
      case FIXED -> decoder.skipFixed(schema.getFixedSize());
      case UNION -> pass(branch(schema, decoder.readLong()), depth + 1);
      case ARRAY -> passItems(schema.getElementType(), false, depth + 1);
      case MAP -> passItems(schema.getValueType(), true, depth + 1);
      case RECORD -> {
        for (Schema.Field field : schema.getFields()) {
          pass(field.schema(), depth + 1);
        }
      }
    }
  }

  private static Schema branch(Schema union, long index) {
    if (index < 0 || index >= union.getTypes().size()) {
      throw new SerializationException(
          "branch %d of a union of %d".formatted(index, union.getTypes().size()));
    }
    return union.getTypes().get((int) index);
  }

  private void passItems(Schema item, boolean named, int depth) throws IOException {
    for (long count = blockCount(); count != 0; count = blockCount()) {
      left -= count;
      if (left < 0) {
        throw new SerializationException(
            "more than %d items in maps and arrays; a measurement has some ten"
                .formatted(MAX_ITEMS));
      }
      for (long i = 0; i < count; i++) {
        if (named) {
          passBytes();
        }
        pass(item, depth);
      }
    }
  }

  /** A negative count is followed by the block's size in bytes. */
  private long blockCount() throws IOException {
    long count = decoder.readLong();
    if (count >= 0) {
      return count;
    }
    decoder.readLong();
    return count == Long.MIN_VALUE ? Long.MAX_VALUE : -count;
  }

  private void passBytes() throws IOException {
    long length = decoder.readLong();
    if (length < 0) {
      throw new SerializationException("a length of " + length);
    }
    if (length > decoder.remainingBytes()) {
      throw new EOFException();
    }
    decoder.skipFixed((int) length);
  }
}
