package org.deftstream.deft.formats;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import javax.imageio.ImageIO;
import org.deftstream.deft.formats.areadetector.Ad00Messages;

/** One small good file of each kind. */
final class Specimens {
  private Specimens() {}

  /** How a specimen is read. */
  static ReadOptions options(String name) {
    return switch (name) {
      case "chunks.h5" -> ReadOptions.STANDARD.of("scan/packed");
      case "a.npz" -> ReadOptions.STANDARD.of("image").with(Map.of("mask", "mask"), Set.of());
      case "a.mat" -> ReadOptions.STANDARD.of("CtData.sinogram");
      case "a.cfl" -> ReadOptions.STANDARD.fitting(shape -> shape.length == 3);
      default -> ReadOptions.STANDARD;
    };
  }

  static Path write(Path directory, String name) throws IOException {
    Path file = directory.resolve(name);
    switch (name) {
      case "chunks.h5", "ismrmrd.h5", "exchange.h5", "a.mat", "plain.mat", "v73.mat" ->
          Files.write(file, resource(name));
      case "a.npz" -> Files.write(file, npz(directory));
      case "a.jpg" ->
          ImageIO.write(
              new BufferedImage(9, 7, BufferedImage.TYPE_BYTE_GRAY), "jpg", file.toFile());
      case "implicit.dcm" -> Files.write(file, implicit());
      case "a.fits" -> Files.write(file, fits());
      case "a.uvfits" -> Files.write(file, uvfits());
      case "a.ad00" ->
          Files.write(file, Ad00Messages.counts("camera", 7, new int[] {1, 2, 3, 4, 5, 6}, 2, 3));
      default ->
          ImageFormats.byName(name)
              .orElseThrow()
              .write(file, List.of(image()), WriteOptions.image("task"));
    }
    return file;
  }

  static byte[] resource(String name) {
    try (var in = Specimens.class.getResourceAsStream(name)) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static Sample image() {
    var values = new float[9 * 7];
    for (int i = 0; i < values.length; i++) {
      values[i] = 3 * i - 50;
    }
    return new Sample(
        NumericArray.of(values, 7, 9),
        "HU",
        Optional.empty(),
        new Geometry(
            new double[] {1, 1, 2},
            new double[] {1, 2, 3},
            new double[] {1, 0, 0, 0, 1, 0},
            Map.of("SOPInstanceUID", "1.2.3", "Modality", "CT")),
        Map.of());
  }

  private static byte[] npz(Path directory) throws IOException {
    Path array = write(directory, "inner.npy");
    var bytes = new ByteArrayOutputStream();
    try (var zip = new ZipOutputStream(bytes)) {
      for (String name : List.of("image.npy", "mask.npy")) {
        zip.putNextEntry(new ZipEntry(name));
        Files.copy(array, zip);
      }
    }
    Files.delete(array);
    return bytes.toByteArray();
  }

  /** As old scanners write it: implicit, unsigned 12 bits, with padding and a sequence. */
  static byte[] implicit() {
    var bytes = ByteBuffer.allocate(1 << 10).order(ByteOrder.LITTLE_ENDIAN);
    bytes.position(128);
    bytes.put("DICM".getBytes(StandardCharsets.US_ASCII));
    bytes.putShort((short) 2).putShort((short) 0x10).put("UI".getBytes(StandardCharsets.US_ASCII));
    bytes.putShort((short) 18).put("1.2.840.10008.1.2\0".getBytes(StandardCharsets.US_ASCII));
    text(bytes, 0x0008_0060, "CT");
    bytes.putShort((short) 8).putShort((short) 0x1140).putInt(-1);
    bytes.putShort((short) 0xfffe).putShort((short) 0xe000).putInt(-1);
    text(bytes, 0x0008_1150, "1.2.840 ");
    bytes.putShort((short) 0xfffe).putShort((short) 0xe00d).putInt(0);
    bytes.putShort((short) 0xfffe).putShort((short) 0xe0dd).putInt(0);
    text(bytes, 0x0020_0032, "-125\\-12.5\\40 ");
    text(bytes, 0x0020_0037, "1\\0\\0\\0\\1\\0 ");
    unsigned(bytes, 0x0028_0010, 2);
    unsigned(bytes, 0x0028_0011, 3);
    text(bytes, 0x0028_0030, "0.75\\0.5");
    unsigned(bytes, 0x0028_0100, 16);
    unsigned(bytes, 0x0028_0101, 12);
    unsigned(bytes, 0x0028_0102, 11);
    unsigned(bytes, 0x0028_0103, 0);
    unsigned(bytes, 0x0028_0120, 4000);
    text(bytes, 0x0028_1052, "-1024 ");
    text(bytes, 0x0028_1053, "2 ");
    bytes.putShort((short) 0x7fe0).putShort((short) 0x10).putInt(12);
    for (int stored : new int[] {4000, 100, 200, 0xf000 | 300, 400, 4000}) {
      bytes.putShort((short) stored);
    }
    return Arrays.copyOf(bytes.array(), bytes.position());
  }

  private static void text(ByteBuffer bytes, int tag, String value) {
    bytes.putShort((short) (tag >>> 16)).putShort((short) tag).putInt(value.length());
    bytes.put(value.getBytes(StandardCharsets.US_ASCII));
  }

  private static void unsigned(ByteBuffer bytes, int tag, int value) {
    bytes.putShort((short) (tag >>> 16)).putShort((short) tag).putInt(2).putShort((short) value);
  }

  private static byte[] cards(String... cards) {
    var text = new StringBuilder();
    for (String card : cards) {
      text.append(String.format("%-80s", card));
    }
    text.append(String.format("%-80s", "END"));
    while (text.length() % 2880 != 0) {
      text.append(' ');
    }
    return text.toString().getBytes(StandardCharsets.US_ASCII);
  }

  /** 3 x 2 whole numbers of 16 bits with a scale. */
  static byte[] fits() {
    var bytes = ByteBuffer.allocate(2 * 2880);
    bytes.put(
        cards(
            "SIMPLE  =                    T / a comment",
            "BITPIX  =                   16",
            "NAXIS   =                    2",
            "NAXIS1  =                    3",
            "NAXIS2  =                    2",
            "BSCALE  =                  0.5",
            "BZERO   =                 10.0",
            "BUNIT   = 'JY/PIXEL'           / units"));
    for (int i = 0; i < 6; i++) {
      bytes.putShort((short) (i - 2));
    }
    return Arrays.copyOf(bytes.array(), bytes.position());
  }

  /** Three groups of two correlations, one of which has no weight. */
  static byte[] uvfits() {
    var bytes = ByteBuffer.allocate(2 * 2880);
    bytes.put(
        cards(
            "SIMPLE  =                    T",
            "BITPIX  =                  -32",
            "NAXIS   =                    4",
            "NAXIS1  =                    0",
            "NAXIS2  =                    3",
            "NAXIS3  =                    2",
            "NAXIS4  =                    1",
            "CTYPE4  = 'FREQ    '",
            "CRVAL4  =               2.0D11",
            "GROUPS  =                    T",
            "PCOUNT  =                    4",
            "GCOUNT  =                    3",
            "PTYPE1  = 'UU---SIN'",
            "PTYPE2  = 'VV---SIN'",
            "PTYPE3  = 'BASELINE'",
            "PTYPE4  = 'DATE    '",
            "PZERO4  =               2457849"));
    for (int group = 0; group < 3; group++) {
      bytes.putFloat(0.001f * group).putFloat(-0.002f).putFloat(258).putFloat(0.25f * group);
      bytes.putFloat(1 + group).putFloat(-1).putFloat(4);
      bytes.putFloat(9).putFloat(9).putFloat(group == 1 ? 0.25f : 0);
    }
    return Arrays.copyOf(bytes.array(), bytes.position());
  }
}
