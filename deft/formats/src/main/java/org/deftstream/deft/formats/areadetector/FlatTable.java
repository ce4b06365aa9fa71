package org.deftstream.deft.formats.areadetector;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * A table of a FlatBuffers message. Every place that the message names is held against its end
 * before it is looked at, and nothing is copied but what is asked for. Immutable; not thread-safe.
 */
final class FlatTable {
  private static final int REFERENCE = 4;
  private static final int FIRST_FIELD = 4;

  private final ByteBuffer bytes;
  private final int place;
  private final int fields;
  private final int fieldsEnd;

  /** A vector of the message: where its elements begin, and how many there are. */
  record Vector(int place, int count) {}

  /**
   * The root of a message.
   *
   * @throws IllegalArgumentException if it has none
   */
  FlatTable(byte[] message) {
    this(ByteBuffer.wrap(message).order(ByteOrder.LITTLE_ENDIAN), 0, "the root");
  }

  private FlatTable(ByteBuffer bytes, int reference, String what) {
    this.bytes = bytes;
    place = referred(reference, what);
    // The list of fields stands before or behind the table.
    fields = within((long) place - bytes.getInt(place), 4, "the list of fields");
    int length = bytes.getShort(fields) & 0xffff;
    fieldsEnd = fields + length;
    within(fields, length, "the list of fields");
  }

  /** The four letters that say which schema a message has. */
  static boolean is(byte[] head, String identifier) {
    byte[] wanted = identifier.getBytes(StandardCharsets.US_ASCII);
    for (int i = 0; i < wanted.length; i++) {
      if (head.length <= REFERENCE + i || head[REFERENCE + i] != wanted[i]) {
        return false;
      }
    }
    return true;
  }

  /** A place of the message from which so many bytes can be read. */
  private int within(long at, long length, String what) {
    if (at < 0 || length < 0 || at + length > bytes.limit()) {
      throw new IllegalArgumentException(
          "%s would lie at byte %d, beyond the %d bytes that are there"
              .formatted(what, at + length, bytes.limit()));
    }
    return (int) at;
  }

  private int referred(int at, String what) {
    within(at, REFERENCE, what);
    long distance = bytes.getInt(at) & 0xffffffffL;
    return within(at + distance, REFERENCE, what);
  }

  /** Where a field is; empty if the message leaves it out. */
  private Optional<Integer> field(int number, int length, String name) {
    int entry = fields + FIRST_FIELD + 2 * number;
    if (entry + 2 > fieldsEnd) {
      return Optional.empty();
    }
    int offset = bytes.getShort(entry) & 0xffff;
    return offset == 0
        ? Optional.empty()
        : Optional.of(within((long) place + offset, length, name));
  }

  /** A number of 8 bits; 0 if it is left out. */
  int byteAt(int number, String name) {
    return field(number, 1, name).map(at -> (int) bytes.get(at)).orElse(0);
  }

  /** A number of 32 bits; 0 if it is left out. */
  int intAt(int number, String name) {
    return field(number, 4, name).map(bytes::getInt).orElse(0);
  }

  /** A number of 64 bits; 0 if it is left out. */
  long longAt(int number, String name) {
    return field(number, 8, name).map(bytes::getLong).orElse(0L);
  }

  /**
   * A vector.
   *
   * @param width bytes of an element
   * @throws IllegalArgumentException if it is left out or reaches beyond the message
   */
  Vector vector(int number, int width, String name) {
    int reference =
        field(number, REFERENCE, name)
            .orElseThrow(() -> new IllegalArgumentException(name + " is missing"));
    int start = referred(reference, name);
    long count = bytes.getInt(start) & 0xffffffffL;
    within((long) start + REFERENCE, count * width, name);
    return new Vector(start + REFERENCE, (int) count);
  }

  /** Each table of a vector, one after the other; none if it is left out. */
  void eachTable(int number, String name, Consumer<FlatTable> look) {
    if (has(number)) {
      var vector = vector(number, REFERENCE, name);
      for (int i = 0; i < vector.count(); i++) {
        look.accept(new FlatTable(bytes, vector.place() + i * REFERENCE, name));
      }
    }
  }

  /** Whether the message has a field. */
  boolean has(int number) {
    return field(number, 0, "a field").isPresent();
  }

  /**
   * A text of at most so many bytes.
   *
   * @throws IllegalArgumentException if it is missing or longer
   */
  String text(int number, int most, String name) {
    var vector = vector(number, 1, name);
    if (vector.count() > most) {
      throw new IllegalArgumentException(
          "%s has %d bytes; at most %d are names of anything"
              .formatted(name, vector.count(), most));
    }
    var text = new byte[vector.count()];
    bytes.get(vector.place(), text);
    return new String(text, StandardCharsets.UTF_8);
  }

  /** The message, little-endian, for the elements of vectors. */
  ByteBuffer bytes() {
    return bytes;
  }
}
