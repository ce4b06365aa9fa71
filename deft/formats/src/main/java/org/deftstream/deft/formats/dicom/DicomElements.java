package org.deftstream.deft.formats.dicom;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.deftstream.deft.formats.ImageFormat;
import org.deftstream.deft.formats.InputFile;

/**
 * The attributes of a DICOM file that {@link Tag} names, from its top level; what is nested is
 * passed over. Explicit and implicit little endian.
 */
final class DicomElements {
  private static final int PREAMBLE = 132;
  private static final String IMPLICIT = "1.2.840.10008.1.2";
  private static final String EXPLICIT = "1.2.840.10008.1.2.1";
  private static final int ITEM = 0xFFFE_E000;
  private static final int ITEM_END = 0xFFFE_E00D;
  private static final int SEQUENCE_END = 0xFFFE_E0DD;
  private static final int DEEPEST = 32;
  private static final int CHARACTER_SET = 0x0008_0005;
  private static final int LONGEST_TEXT = 1 << 10;

  private final InputFile file;
  private final ByteBuffer bytes;
  private final Map<Tag, ByteBuffer> values = new EnumMap<>(Tag.class);
  private Charset charset = StandardCharsets.ISO_8859_1;
  private boolean explicit = true;

  DicomElements(byte[] content, InputFile file) {
    this.file = file;
    bytes = ByteBuffer.wrap(content).order(ByteOrder.LITTLE_ENDIAN);
    if (!ImageFormat.begins(content, PREAMBLE - 4, "DICM")) {
      throw file.problem("is no DICOM file: DICM is not at byte 128");
    }
    bytes.position(PREAMBLE);
    meta();
    elements(bytes.limit(), 0);
  }

  /** Group 2 is explicit whatever follows. */
  private void meta() {
    while (bytes.remaining() >= 8 && bytes.getShort(bytes.position()) == 2) {
      element(0);
    }
    String syntax = text(Tag.TransferSyntaxUID).orElse(IMPLICIT);
    if (!syntax.equals(IMPLICIT) && !syntax.equals(EXPLICIT)) {
      throw file.problem(
          "has the transfer syntax "
              + syntax
              + name(syntax)
              + "; only uncompressed little endian is read: convert it with dcmdjpeg, dcmdrle,"
              + " gdcmconv --raw or dcmconv +ti");
    }
    explicit = syntax.equals(EXPLICIT);
  }

  private static String name(String syntax) {
    if (syntax.startsWith("1.2.840.10008.1.2.4.9")) {
      return " (JPEG 2000)";
    } else if (syntax.startsWith("1.2.840.10008.1.2.4")) {
      return " (JPEG)";
    }
    return switch (syntax) {
      case "1.2.840.10008.1.2.5" -> " (RLE)";
      case "1.2.840.10008.1.2.2" -> " (big endian)";
      case "1.2.840.10008.1.2.1.99" -> " (deflated)";
      default -> "";
    };
  }

  private void elements(int end, int depth) {
    while (bytes.position() + 8 <= end) {
      if (!element(depth)) {
        return;
      }
    }
  }

  /** Passes one element, and notes it at the top level; false at the end of an item. */
  private boolean element(int depth) {
    if (depth > DEEPEST) {
      throw file.problem("is nested deeper than " + DEEPEST + " sequences");
    }
    int group = bytes.getShort() & 0xffff;
    int tag = (group << 16) | (bytes.getShort() & 0xffff);
    if (tag == ITEM_END || tag == SEQUENCE_END) {
      bytes.getInt();
      return false;
    }
    String type = "";
    long length;
    if (explicit && tag != ITEM) {
      type = "" + (char) bytes.get() + (char) bytes.get();
      if ("OB OW OF OD OL OV SQ UC UN UR UT SV UV".contains(type)) {
        bytes.getShort();
        length = Integer.toUnsignedLong(bytes.getInt());
      } else {
        length = bytes.getShort() & 0xffff;
      }
    } else {
      length = Integer.toUnsignedLong(bytes.getInt());
    }
    if (length == 0xFFFF_FFFFL) {
      if (tag == Tag.PixelData.number()) {
        throw file.problem("has packed pixels; only uncompressed little endian is read");
      }
      open(type, depth);
      return true;
    }
    if (length > bytes.remaining()) {
      throw file.problem(
          String.format(
              "was cut: attribute (%04x,%04x) needs %d bytes, and %d are there",
              tag >>> 16, tag & 0xffff, length, bytes.remaining()));
    }
    int next = bytes.position() + (int) length;
    if (depth == 0) {
      note(tag, (int) length);
    }
    bytes.position(next);
    return true;
  }

  /** A sequence or an item without a length: what is in it, to its end. */
  private void open(String type, int depth) {
    boolean outer = explicit;
    // An unknown sequence of unknown length is implicit, whatever surrounds it.
    explicit &= !type.equals("UN");
    elements(bytes.limit(), depth + 1);
    explicit = outer;
  }

  private void note(int tag, int length) {
    var value = bytes.slice(bytes.position(), length).order(ByteOrder.LITTLE_ENDIAN);
    Tag.of(tag).ifPresent(known -> values.putIfAbsent(known, value));
    if (tag == CHARACTER_SET
        && StandardCharsets.ISO_8859_1.decode(value.duplicate()).toString().contains("192")) {
      charset = StandardCharsets.UTF_8;
    }
  }

  /** The text of an attribute, without its padding; empty if there is none. */
  Optional<String> text(Tag tag) {
    var value = values.get(tag);
    if (value == null || value.remaining() > LONGEST_TEXT) {
      return Optional.empty();
    }
    String text = charset.decode(value.duplicate()).toString().replace('\0', ' ').strip();
    return text.isEmpty() ? Optional.empty() : Optional.of(text);
  }

  /** Numbers that are written as text, separated by backslashes; none if there are none. */
  double[] numbers(Tag tag, int count) {
    var text = text(tag);
    if (text.isEmpty()) {
      return new double[0];
    }
    String[] parts = text.get().split("\\\\", -1);
    var numbers = new double[count];
    try {
      for (int i = 0; i < count; i++) {
        numbers[i] = Double.parseDouble(parts[i].strip());
      }
    } catch (NumberFormatException | ArrayIndexOutOfBoundsException e) {
      throw file.problem(tag + " should be " + count + " numbers, but is '" + text.get() + "'");
    }
    return numbers;
  }

  /** An unsigned number of 16 bits; empty if there is none. */
  OptionalInt unsigned(Tag tag) {
    var value = values.get(tag);
    return value == null || value.remaining() < 2
        ? OptionalInt.empty()
        : OptionalInt.of(value.getShort(0) & 0xffff);
  }

  /** The same where the file must have it. */
  int required(Tag tag) {
    return unsigned(tag).orElseThrow(() -> file.problem("has no " + tag + ", so it is no image"));
  }

  /** The bytes of an attribute, or null. */
  ByteBuffer bytes(Tag tag) {
    return values.get(tag);
  }
}
