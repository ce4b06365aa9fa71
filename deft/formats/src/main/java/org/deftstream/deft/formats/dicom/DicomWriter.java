package org.deftstream.deft.formats.dicom;

import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.deftstream.deft.formats.Sample;
import org.deftstream.deft.formats.WriteOptions;

/**
 * Writes a slice of a derived series: explicit little endian, 16 bits, of the class, study, patient
 * and frame of reference of its source, with identifiers of its own. Those follow from the source's
 * and what was done, so the slices of one series come together in any order, and one that is
 * written again is the same. Standard deviations are a series of their own. Stateless.
 */
final class DicomWriter {
  private static final String SECONDARY_CAPTURE = "1.2.840.10008.5.1.4.1.1.7";
  private static final String IMPLEMENTATION = uid("deftstream");
  private static final int MOST = Short.MAX_VALUE;

  private DicomWriter() {}

  static byte[] write(Sample sample, WriteOptions options, List<String> notes) {
    if (sample.values().complex() || sample.channels() != 1) {
      throw new IllegalArgumentException(
          "DICOM is written with one real channel, not as " + sample.values().describe());
    }
    var elements = new TreeMap<Integer, byte[]>();
    var source = sample.geometry().identifiers();
    for (var each : source.entrySet()) {
      travelling(each.getKey(), each.getValue(), elements);
    }
    String kind = options.deviation() ? "standard deviation" : "mean";
    identify(source, kind, options.description(), elements);
    if (options.deviation()) {
      // How the image is shown says nothing about its deviations.
      elements.remove(Tag.WindowCenter.number());
      elements.remove(Tag.WindowWidth.number());
    }
    place(sample, elements);
    pixels(sample, elements, notes);
    return file(elements, text(elements, Tag.SOPClassUID), text(elements, Tag.SOPInstanceUID));
  }

  private static void travelling(String name, String value, Map<Integer, byte[]> elements) {
    Arrays.stream(Tag.values())
        .filter(tag -> tag.travels() && tag.name().equals(name))
        .forEach(tag -> put(elements, tag, value));
  }

  private static void identify(
      Map<String, String> source, String kind, String what, Map<Integer, byte[]> elements) {
    String study = source.getOrDefault("StudyInstanceUID", uid("study " + source));
    String series = source.getOrDefault("SeriesInstanceUID", study);
    String instance = source.getOrDefault("SOPInstanceUID", series + source);
    String sopClass = source.getOrDefault("SOPClassUID", SECONDARY_CAPTURE);
    put(elements, Tag.ImageType, "DERIVED\\SECONDARY\\AXIAL");
    put(elements, Tag.SOPClassUID, sopClass);
    put(elements, Tag.SOPInstanceUID, uid(instance + kind + what));
    put(elements, Tag.StudyInstanceUID, study);
    put(elements, Tag.SeriesInstanceUID, uid(series + kind + what));
    put(elements, Tag.Modality, source.getOrDefault("Modality", "OT"));
    put(elements, Tag.Manufacturer, "deftstream");
    put(elements, Tag.SeriesDescription, cut(what + " " + kind, 64));
    put(elements, Tag.DerivationDescription, "posterior " + kind + " by deftstream, " + what);
    for (var empty :
        List.of(
            Tag.StudyDate,
            Tag.StudyTime,
            Tag.AccessionNumber,
            Tag.ReferringPhysicianName,
            Tag.PatientName,
            Tag.PatientID,
            Tag.PatientBirthDate,
            Tag.PatientSex,
            Tag.StudyID,
            Tag.SeriesNumber,
            Tag.InstanceNumber)) {
      elements.putIfAbsent(empty.number(), new byte[0]);
    }
    if (source.containsKey("SOPInstanceUID")) {
      var item = new TreeMap<Integer, byte[]>();
      put(item, Tag.ReferencedSOPClassUID, sopClass);
      put(item, Tag.ReferencedSOPInstanceUID, instance);
      byte[] inside = encoded(item);
      var sequence = ByteBuffer.allocate(8 + inside.length).order(ByteOrder.LITTLE_ENDIAN);
      sequence.putShort((short) 0xFFFE).putShort((short) 0xE000).putInt(inside.length).put(inside);
      elements.put(Tag.SourceImageSequence.number(), sequence.array());
    }
  }

  private static void place(Sample sample, Map<Integer, byte[]> elements) {
    var geometry = sample.geometry();
    if (geometry.spacing().length > 0) {
      put(elements, Tag.PixelSpacing, decimals(Arrays.copyOf(geometry.spacing(), 2)));
    }
    if (geometry.spacing().length > 2) {
      elements.putIfAbsent(
          Tag.SliceThickness.number(), padded(decimal(geometry.spacing()[2]), Tag.SliceThickness));
    }
    if (geometry.position().length > 0 && geometry.orientation().length > 0) {
      put(elements, Tag.ImagePositionPatient, decimals(geometry.position()));
      put(elements, Tag.ImageOrientationPatient, decimals(geometry.orientation()));
    }
  }

  /** 16 bits with the smallest step, a power of two, that reaches the largest value. */
  private static void pixels(Sample sample, Map<Integer, byte[]> elements, List<String> notes) {
    float[] values = sample.values().values();
    double most = 0;
    for (float value : values) {
      most = Math.max(most, Math.abs(value));
    }
    double slope = Math.scalb(1.0, Math.getExponent(Math.max(most, 1e-6) / MOST) + 1);
    var data = ByteBuffer.allocate(values.length * 2).order(ByteOrder.LITTLE_ENDIAN);
    for (float value : values) {
      data.putShort((short) Math.round(value / slope));
    }
    notes.add(
        String.format(Locale.ROOT, "DICOM rounds to steps of %.6g %s", slope, sample.units())
            .strip());
    unsigned(elements, Tag.SamplesPerPixel, 1);
    put(elements, Tag.PhotometricInterpretation, "MONOCHROME2");
    unsigned(elements, Tag.Rows, sample.height());
    unsigned(elements, Tag.Columns, sample.width());
    unsigned(elements, Tag.BitsAllocated, 16);
    unsigned(elements, Tag.BitsStored, 16);
    unsigned(elements, Tag.HighBit, 15);
    unsigned(elements, Tag.PixelRepresentation, 1);
    put(elements, Tag.RescaleIntercept, "0");
    put(elements, Tag.RescaleSlope, decimal(slope));
    if (!sample.units().isEmpty()) {
      put(elements, Tag.RescaleType, sample.units());
    }
    elements.put(Tag.PixelData.number(), data.array());
  }

  private static byte[] file(Map<Integer, byte[]> elements, String sopClass, String instance) {
    var meta = new TreeMap<Integer, byte[]>();
    meta.put(0x0002_0001, new byte[] {0, 1});
    meta.put(0x0002_0002, padded(sopClass, Tag.SOPClassUID));
    meta.put(0x0002_0003, padded(instance, Tag.SOPClassUID));
    put(meta, Tag.TransferSyntaxUID, "1.2.840.10008.1.2.1");
    meta.put(0x0002_0012, padded(IMPLEMENTATION, Tag.SOPClassUID));
    byte[] head = encoded(meta);
    byte[] body = encoded(elements);
    var out =
        ByteBuffer.allocate(128 + 4 + 12 + head.length + body.length)
            .order(ByteOrder.LITTLE_ENDIAN);
    out.position(128);
    out.put("DICM".getBytes(StandardCharsets.US_ASCII));
    out.putShort((short) 2).putShort((short) 0).put((byte) 'U').put((byte) 'L');
    out.putShort((short) 4).putInt(head.length);
    return out.put(head).put(body).array();
  }

  private static byte[] encoded(Map<Integer, byte[]> elements) {
    var out = new ByteArrayOutputStream();
    elements.forEach(
        (number, value) -> {
          String type = representation(number);
          boolean wide = List.of("OB", "OW", "SQ").contains(type);
          var head = ByteBuffer.allocate(wide ? 12 : 8).order(ByteOrder.LITTLE_ENDIAN);
          head.putShort((short) (number >>> 16)).putShort((short) (number & 0xffff));
          head.put((byte) type.charAt(0)).put((byte) type.charAt(1));
          if (wide) {
            head.putShort((short) 0).putInt(value.length);
          } else {
            head.putShort((short) value.length);
          }
          out.writeBytes(head.array());
          out.writeBytes(value);
        });
    return out.toByteArray();
  }

  private static String representation(int number) {
    return switch (number) {
      case 0x0002_0001 -> "OB";
      case 0x0002_0002, 0x0002_0003, 0x0002_0012 -> "UI";
      case 0x0008_0005 -> "CS";
      default -> Tag.of(number).orElseThrow().representation();
    };
  }

  private static void put(Map<Integer, byte[]> elements, Tag tag, String value) {
    byte[] bytes = padded(value, tag);
    elements.put(tag.number(), bytes);
    if (bytes.length > value.length() + 1) {
      elements.put(0x0008_0005, "ISO_IR 192".getBytes(StandardCharsets.US_ASCII));
    }
  }

  private static byte[] padded(String value, Tag tag) {
    byte[] text = value.getBytes(StandardCharsets.UTF_8);
    byte[] even = Arrays.copyOf(text, (text.length + 1) / 2 * 2);
    if (even.length > text.length && !tag.representation().equals("UI")) {
      even[text.length] = ' ';
    }
    return even;
  }

  private static void unsigned(Map<Integer, byte[]> elements, Tag tag, int value) {
    elements.put(tag.number(), new byte[] {(byte) value, (byte) (value >> 8)});
  }

  private static String text(Map<Integer, byte[]> elements, Tag tag) {
    return new String(elements.get(tag.number()), StandardCharsets.US_ASCII).replace("\0", "");
  }

  private static String decimals(double[] values) {
    return String.join("\\", Arrays.stream(values).mapToObj(DicomWriter::decimal).toList());
  }

  /** As many digits as the 16 characters of a decimal string hold. */
  static String decimal(double value) {
    String plain = Double.toString(value);
    if (plain.endsWith(".0")) {
      plain = plain.substring(0, plain.length() - 2);
    }
    for (int digits = 15; plain.length() > 16; digits--) {
      plain = String.format(Locale.ROOT, "%." + digits + "g", value);
    }
    return plain;
  }

  private static String cut(String text, int length) {
    return text.length() <= length ? text : text.substring(0, length);
  }

  /** An identifier that follows from a text, under the root for UUIDs. */
  static String uid(String of) {
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256").digest(of.getBytes(StandardCharsets.UTF_8));
      byte[] uuid = Arrays.copyOf(hash, 16);
      uuid[6] = (byte) ((uuid[6] & 0x0f) | 0x80);
      uuid[8] = (byte) ((uuid[8] & 0x3f) | 0x80);
      return "2.25." + new BigInteger(1, uuid);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
