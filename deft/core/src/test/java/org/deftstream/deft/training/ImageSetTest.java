package org.deftstream.deft.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import javax.imageio.ImageIO;
import org.deftstream.deft.UserError;
import org.deftstream.deft.image.ImageShape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImageSetTest {
  private static final ImageShape SHAPE = new ImageShape(2, 3, 1);

  @TempDir Path directory;

  private static byte[] png(int height, int width, int first) throws Exception {
    var image = new BufferedImage(width, height, BufferedImage.TYPE_BYTE_GRAY);
    for (int i = 0; i < height * width; i++) {
      image.getRaster().setSample(i % width, i / width, 0, first + i);
    }
    var bytes = new ByteArrayOutputStream();
    ImageIO.write(image, "png", bytes);
    return bytes.toByteArray();
  }

  @Test
  void shouldReadAFolderInTheOrderOfNames() throws Exception {
    Files.write(directory.resolve("b.png"), png(2, 3, 100));
    Files.write(directory.resolve("a.png"), png(2, 3, 0));
    Files.writeString(directory.resolve("notes.txt"), "not an image");
    var set = ImageSet.read(directory, SHAPE);
    assertThat(set.size()).isEqualTo(2);
    assertThat(set.image(0, false)[0]).isEqualTo(-1);
    assertThat(set.image(1, false)[1]).isEqualTo(101 / 127.5f - 1);
  }

  @Test
  void shouldMirrorLeftToRight() throws Exception {
    Files.write(directory.resolve("a.png"), png(2, 3, 0));
    var set = ImageSet.read(directory, SHAPE);
    float[] image = set.image(0, false);
    assertThat(set.image(0, true))
        .containsExactly(image[2], image[1], image[0], image[5], image[4], image[3]);
  }

  @Test
  void shouldCutLargerPicturesOutOfTheirMiddleWhereAsked() throws Exception {
    Files.write(directory.resolve("a.png"), png(4, 5, 0));
    float[] whole = ImageSet.read(directory, new ImageShape(4, 5, 1)).image(0, false);
    float[] middle = ImageSet.read(directory, SHAPE, true).image(0, false);
    assertThat(middle)
        .containsExactly(whole[6], whole[7], whole[8], whole[11], whole[12], whole[13]);
    assertThatThrownBy(() -> ImageSet.read(directory, new ImageShape(4, 6, 1), true))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("a.png is 4x5; expected 4x6 at least");
  }

  @Test
  void shouldReadAZip() throws Exception {
    Path zip = directory.resolve("images.zip");
    try (var out = new ZipOutputStream(Files.newOutputStream(zip))) {
      out.putNextEntry(new ZipEntry("folder/1.png"));
      out.write(png(2, 3, 5));
    }
    assertThat(ImageSet.read(zip, SHAPE).image(0, false)[0]).isEqualTo(5 / 127.5f - 1);
  }

  @Test
  void shouldCentreIdxImagesOnBlack() throws Exception {
    Path idx = directory.resolve("images-idx3-ubyte.gz");
    try (var out = new DataOutputStream(new GZIPOutputStream(Files.newOutputStream(idx)))) {
      out.writeInt(0x803);
      out.writeInt(1);
      out.writeInt(1);
      out.writeInt(1);
      out.write(255);
    }
    var image = ImageSet.read(idx, new ImageShape(3, 3, 1)).image(0, false);
    assertThat(image).containsExactly(-1, -1, -1, -1, 1, -1, -1, -1, -1);
  }

  @Test
  void shouldLeaveOutBlankImages() throws Exception {
    Files.write(directory.resolve("a.png"), png(2, 3, 0));
    var flat = new BufferedImage(3, 2, BufferedImage.TYPE_BYTE_GRAY);
    ImageIO.write(flat, "png", directory.resolve("b.png").toFile());
    assertThat(ImageSet.read(directory, SHAPE).withoutBlank(1).size()).isEqualTo(1);
  }

  @Test
  void shouldSayWhatIsWrongInOneLine() throws Exception {
    Path absent = directory.resolve("absent");
    assertThatThrownBy(() -> ImageSet.read(absent, SHAPE))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("no such file");
    assertThatThrownBy(() -> ImageSet.read(directory, SHAPE))
        .hasMessageContaining("no PNG, JPEG, TIFF or BMP images");
    Files.write(directory.resolve("a.png"), png(4, 4, 0));
    assertThatThrownBy(() -> ImageSet.read(directory, SHAPE))
        .hasMessageContaining("4x4")
        .hasMessageContaining("2x3");
    Files.write(directory.resolve("a.png"), new byte[] {1, 2, 3});
    assertThatThrownBy(() -> ImageSet.read(directory, SHAPE)).hasMessageContaining("a.png");
  }

  @Test
  void shouldNameAnIdxFileThatWasCutAndPassOverHiddenFiles() throws Exception {
    Path idx = directory.resolve("cut-idx3-ubyte");
    try (var out = new DataOutputStream(Files.newOutputStream(idx))) {
      out.writeInt(0x803);
      out.writeInt(3);
      out.writeInt(1);
      out.writeInt(1);
      out.write(255);
    }
    assertThatThrownBy(() -> ImageSet.read(idx, new ImageShape(1, 1, 1)))
        .isInstanceOf(UserError.class)
        .hasMessageContaining(idx + " was cut: it ends after 1 images");
    Files.write(directory.resolve("a.png"), png(2, 3, 0));
    Files.write(directory.resolve("._a.png"), new byte[] {0, 5, 22, 7});
    assertThat(ImageSet.read(directory, SHAPE).size()).isEqualTo(1);
  }

  @Test
  void shouldNameTheBrokenFileAmongSoundOnes() throws Exception {
    Files.write(directory.resolve("a.png"), png(2, 3, 0));
    byte[] sound = png(2, 3, 0);
    Path cut = directory.resolve("b.png");
    Files.write(cut, java.util.Arrays.copyOf(sound, sound.length - 20));
    assertThatThrownBy(() -> ImageSet.read(directory, SHAPE))
        .isInstanceOf(UserError.class)
        .hasMessageContaining(cut + " is broken or was cut");
  }

  @Test
  void shouldRefuseARangeBeyondTheImages() throws Exception {
    Files.write(directory.resolve("a.png"), png(2, 3, 0));
    var set = ImageSet.read(directory, SHAPE);
    assertThatThrownBy(() -> set.range(0, 2)).hasMessageContaining("0:2").hasMessageContaining("1");
  }
}
