package org.deftstream.deft.image;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import javax.imageio.ImageIO;
import org.deftstream.deft.UserError;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PictureFileTest {
  private static final int GREY = 0;
  private static final int RGB = 2;
  private static final int PALETTE = 3;
  private static final int GREY_ALPHA = 4;
  private static final int RGB_ALPHA = 6;

  private static Pixels read(byte[] file, int channels) {
    return PictureFile.read(new ByteArrayInputStream(file), "dir/x.png", channels, (h, w) -> {});
  }

  private static float[] values(Pixels pixels) {
    var values = new float[pixels.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = pixels.value(i);
    }
    return values;
  }

  /** One row of samples as a PNG, packed by hand: the platform's writer does not know all kinds. */
  private static byte[] png(int bits, int colours, int[] samples, byte[] palette) throws Exception {
    int perPixel = colours == RGB ? 3 : colours == GREY_ALPHA ? 2 : colours == RGB_ALPHA ? 4 : 1;
    var row = new byte[1 + (samples.length * bits + 7) / 8];
    for (int i = 0; i < samples.length * bits; i++) {
      int bit = samples[i / bits] >> (bits - 1 - i % bits) & 1;
      row[1 + i / 8] |= (byte) (bit << (7 - i % 8));
    }
    var out = new ByteArrayOutputStream();
    out.write(new byte[] {(byte) 0x89, 'P', 'N', 'G', 13, 10, 26, 10});
    chunk(
        out,
        "IHDR",
        ByteBuffer.allocate(13)
            .putInt(samples.length / perPixel)
            .putInt(1)
            .put((byte) bits)
            .put((byte) colours)
            .array());
    if (palette != null) {
      chunk(out, "PLTE", palette);
    }
    var deflater = new Deflater();
    deflater.setInput(row);
    deflater.finish();
    var packed = new byte[row.length + 100];
    chunk(out, "IDAT", Arrays.copyOf(packed, deflater.deflate(packed)));
    deflater.end();
    chunk(out, "IEND", new byte[0]);
    return out.toByteArray();
  }

  private static void chunk(ByteArrayOutputStream out, String type, byte[] content)
      throws Exception {
    var body =
        ByteBuffer.allocate(4 + content.length).put(type.getBytes(US_ASCII)).put(content).array();
    var crc = new CRC32();
    crc.update(body);
    out.write(ByteBuffer.allocate(4).putInt(content.length).array());
    out.write(body);
    out.write(ByteBuffer.allocate(4).putInt((int) crc.getValue()).array());
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 4, 8, 16})
  void shouldReadGreyOfAnyDepth(int bits) throws Exception {
    int most = (1 << bits) - 1;
    int[] samples = {0, most, most / 2, most / 3, most};
    float[] read = values(read(png(bits, GREY, samples, null), 1));
    for (int i = 0; i < samples.length; i++) {
      assertThat(read[i]).isCloseTo(2f * samples[i] / most - 1, within(1e-6f));
    }
  }

  private static org.assertj.core.data.Offset<Float> within(float distance) {
    return org.assertj.core.data.Offset.offset(distance);
  }

  @Test
  void shouldReadAPaletteAsItsColoursAndNotAsItsIndices() throws Exception {
    byte[] negative = {-1, -1, -1, 100, 100, 100, 0, 0, 0};
    assertThat(values(read(png(8, PALETTE, new int[] {0, 1, 2}, negative), 1)))
        .containsExactly(1, 100 / 127.5f - 1, -1);
    byte[] colours = {-1, 0, 0, 0, -1, 0};
    byte[] file = png(2, PALETTE, new int[] {1, 0}, colours);
    assertThat(values(read(file, 3))).containsExactly(-1, 1, -1, 1, -1, -1);
    assertThat(values(read(file, 1))).containsExactly(150 / 127.5f - 1, 76 / 127.5f - 1);
  }

  @ParameterizedTest
  @CsvSource({"8, 2", "16, 2", "8, 6", "16, 6"})
  void shouldReadColoursAndPassTransparencyOver(int bits, int colours) throws Exception {
    int most = (1 << bits) - 1;
    int[] samples = colours == RGB ? new int[] {most, 0, 51} : new int[] {most, 0, 51, most / 2};
    float[] read = values(read(png(bits, colours, samples, null), 3));
    assertThat(read).containsExactly(1, -1, 2f * 51 / most - 1);
  }

  @Test
  void shouldReadGreyWithTransparency() throws Exception {
    byte[] file = png(8, GREY_ALPHA, new int[] {10, 128, 200, 0}, null);
    assertThat(values(read(file, 1))).containsExactly(10 / 127.5f - 1, 200 / 127.5f - 1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"png", "tiff", "bmp", "jpeg"})
  void shouldReadEveryFormatAlike(String format) throws Exception {
    var image = new BufferedImage(16, 16, BufferedImage.TYPE_BYTE_GRAY);
    image.getRaster().setPixels(0, 0, 16, 16, filled(256, 90));
    float[] read = values(read(written(image, format), 1));
    assertThat(read).hasSize(256);
    for (float value : read) {
      assertThat(value).isCloseTo(90 / 127.5f - 1, within(2 / 127.5f));
    }
  }

  @Test
  void shouldReadSixteenBitsAndPalettesOfTiff() throws Exception {
    var deep = new BufferedImage(2, 1, BufferedImage.TYPE_USHORT_GRAY);
    deep.getRaster().setPixels(0, 0, 2, 1, new int[] {12345, 65535});
    assertThat(values(read(written(deep, "tiff"), 1))).containsExactly(12345 / 32767.5f - 1, 1);
    byte[] red = {(byte) 255, 7};
    byte[] blue = {0, 9};
    var palette =
        new BufferedImage(
            2, 1, BufferedImage.TYPE_BYTE_INDEXED, new IndexColorModel(8, 2, red, blue, blue));
    palette.getRaster().setPixels(0, 0, 2, 1, new int[] {0, 1});
    assertThat(values(read(written(palette, "tiff"), 3)))
        .containsExactly(1, -1, -1, 7 / 127.5f - 1, 9 / 127.5f - 1, 9 / 127.5f - 1);
  }

  @ParameterizedTest
  @CsvSource({"8, 0", "8, 1", "16, 0", "16, 1", "4, 0", "1, 0"})
  void shouldReadTiffThatCountsFromWhite(int bits, int blackIsZero) throws Exception {
    int most = (1 << bits) - 1;
    int[] samples = {0, 1, most, most / 4};
    float[] read = values(read(tiff(bits, blackIsZero, samples), 1));
    for (int i = 0; i < samples.length; i++) {
      int shown = blackIsZero == 1 ? samples[i] : most - samples[i];
      assertThat(read[i]).isCloseTo(2f * shown / most - 1, within(1e-6f));
    }
  }

  /** One row of grey samples as an uncompressed TIFF. */
  private static byte[] tiff(int bits, int blackIsZero, int[] samples) throws Exception {
    int bytes = (samples.length * bits + 7) / 8;
    int[][] tags = {
      {256, samples.length},
      {257, 1},
      {258, bits},
      {259, 1},
      {262, blackIsZero},
      {273, 8},
      {277, 1},
      {278, 1},
      {279, bytes}
    };
    var out = ByteBuffer.allocate(8 + bytes + bytes % 2 + 2 + 12 * tags.length + 4);
    out.put("MM".getBytes(US_ASCII)).putShort((short) 42).putInt(8 + bytes + bytes % 2);
    for (int i = 0; i < samples.length * bits; i++) {
      int bit = samples[i / bits] >> (bits - 1 - i % bits) & 1;
      out.put(8 + i / 8, (byte) (out.get(8 + i / 8) | bit << (7 - i % 8)));
    }
    out.position(8 + bytes + bytes % 2).putShort((short) tags.length);
    for (int[] tag : tags) {
      out.putShort((short) tag[0]).putShort((short) 3).putInt(1).putShort((short) tag[1]);
      out.putShort((short) 0);
    }
    return out.array();
  }

  private static int[] filled(int count, int value) {
    var values = new int[count];
    Arrays.fill(values, value);
    return values;
  }

  private static byte[] written(BufferedImage image, String format) throws Exception {
    var out = new ByteArrayOutputStream();
    assertThat(ImageIO.write(image, format, out)).isTrue();
    return out.toByteArray();
  }

  /** A JPEG of a dark left and a bright right half, with a note of how the camera was held. */
  private static byte[] held(int orientation) throws Exception {
    var image = new BufferedImage(32, 16, BufferedImage.TYPE_BYTE_GRAY);
    for (int y = 0; y < 16; y++) {
      for (int x = 0; x < 32; x++) {
        image.getRaster().setSample(x, y, 0, x < 16 ? (y < 8 ? 0 : 80) : 255);
      }
    }
    byte[] jpeg = written(image, "jpeg");
    var exif = ByteBuffer.allocate(36);
    exif.putShort((short) 0xffe1).putShort((short) 34).put("Exif\0\0".getBytes(US_ASCII));
    exif.put("MM".getBytes(US_ASCII)).putShort((short) 42).putInt(8);
    exif.putShort((short) 1).putShort((short) 0x112).putShort((short) 3).putInt(1);
    exif.putShort((short) orientation).putShort((short) 0).putInt(0);
    var out = new ByteArrayOutputStream();
    out.write(jpeg, 0, 2);
    out.write(exif.array());
    out.write(jpeg, 2, jpeg.length - 2);
    return out.toByteArray();
  }

  /** Where the darkest quarter (stored at the top left) and the bright half are seen. */
  @ParameterizedTest
  @CsvSource({
    "1, 16, 32, 0, 0, 0, 1",
    "2, 16, 32, 0, 1, 0, 0",
    "3, 16, 32, 1, 1, 0, 0",
    "4, 16, 32, 1, 0, 0, 1",
    "5, 32, 16, 0, 0, 1, 0",
    "6, 32, 16, 0, 1, 1, 0",
    "7, 32, 16, 1, 1, 0, 0",
    "8, 32, 16, 1, 0, 0, 0",
  })
  void shouldTurnAPictureAsTheCameraWasHeld(
      int tag, int height, int width, int darkY, int darkX, int brightY, int brightX)
      throws Exception {
    var pixels = read(held(tag), 1);
    assertThat(pixels.height()).isEqualTo(height);
    assertThat(pixels.width()).isEqualTo(width);
    assertThat(corner(pixels, darkY, darkX)).isLessThan(-0.9f);
    assertThat(corner(pixels, brightY, brightX)).isGreaterThan(0.9f);
  }

  private static float corner(Pixels p, int bottom, int right) {
    int y = bottom == 0 ? 0 : p.height() - 1;
    int x = right == 0 ? 0 : p.width() - 1;
    return p.value(y * p.width() + x);
  }

  @ParameterizedTest
  @ValueSource(strings = {"png", "tiff", "bmp", "jpeg"})
  void shouldNameAFileThatWasCut(String format) throws Exception {
    var image = new BufferedImage(64, 64, BufferedImage.TYPE_BYTE_GRAY);
    var random = new java.util.Random(1);
    for (int i = 0; i < 64 * 64; i++) {
      image.getRaster().setSample(i % 64, i / 64, 0, random.nextInt(256));
    }
    byte[] file = written(image, format);
    for (int left : new int[] {0, 1, 10, 40, file.length / 2, file.length - 100}) {
      byte[] cut = Arrays.copyOf(file, left);
      assertThatThrownBy(() -> read(cut, 1))
          .as("%d of %d bytes", left, file.length)
          .isInstanceOf(UserError.class)
          .hasMessageContaining("dir/x.png");
    }
  }

  @Test
  void shouldNotTakeADamagedPng() throws Exception {
    byte[] file = png(16, GREY, new int[] {1, 2, 3}, null);
    for (int i = 16; i < file.length; i++) {
      byte[] damaged = file.clone();
      damaged[i] ^= 0x10;
      assertThatThrownBy(() -> read(damaged, 1))
          .as("byte %d", i)
          .isInstanceOf(UserError.class)
          .hasMessageContaining("dir/x.png");
    }
  }

  @Test
  void shouldRefuseGreyForThreeChannelsAndOtherNumbers() throws Exception {
    for (int bits : new int[] {1, 2, 4, 8, 16}) {
      byte[] file = png(bits, GREY, new int[] {0, 1}, null);
      assertThatThrownBy(() -> read(file, 3)).hasMessageContaining("dir/x.png has 1 channels");
      assertThatThrownBy(() -> read(file, 2)).hasMessageContaining("the network takes 2");
    }
  }

  @Test
  void shouldLookAtTheSizeBeforeThePixels() throws Exception {
    var out = new ByteArrayOutputStream();
    out.write(new byte[] {(byte) 0x89, 'P', 'N', 'G', 13, 10, 26, 10});
    chunk(
        out,
        "IHDR",
        ByteBuffer.allocate(13).putInt(40_000).putInt(40_000).put((byte) 8).put((byte) 0).array());
    chunk(out, "IDAT", new byte[] {1});
    chunk(out, "IEND", new byte[0]);
    assertThatThrownBy(
            () ->
                PictureFile.read(
                    new ByteArrayInputStream(out.toByteArray()),
                    "a.png",
                    1,
                    (h, w) -> {
                      throw new UserError(h + "x" + w);
                    }))
        .hasMessage("40000x40000");
  }
}
