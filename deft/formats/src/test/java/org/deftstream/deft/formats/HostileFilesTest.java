package org.deftstream.deft.formats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.deftstream.deft.UserError;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Whatever a file holds, reading it ends soon with samples or with one line that names it, and
 * takes no more of the heap than it may.
 */
class HostileFilesTest {
  private static final int MUTANTS = Integer.getInteger("deftstream.fuzz.files", 1000);
  private static final long LIMIT = 8 << 20;

  @TempDir private Path directory;

  static Stream<String> files() {
    return Stream.of(
        "a.npy",
        "a.npz",
        "a.png",
        "a.jpg",
        "a.tif",
        "a.nii",
        "a.nii.gz",
        "a.h5",
        "chunks.h5",
        "ismrmrd.h5",
        "a.mat",
        "a.dcm",
        "implicit.dcm",
        "a.cfl",
        "a.fits",
        "a.uvfits",
        "a.ad00");
  }

  @ParameterizedTest
  @MethodSource("files")
  void shouldReadTheSpecimenItself(String name) throws IOException {
    var file = Specimens.write(directory, name);

    assertThat(ImageFormats.read(file, Specimens.options(name)).samples()).isNotEmpty();
  }

  @ParameterizedTest
  @MethodSource("files")
  @Timeout(value = 2, unit = TimeUnit.MINUTES, threadMode = ThreadMode.SEPARATE_THREAD)
  void shouldSurviveAnyMutation(String name) throws IOException {
    var file = Specimens.write(directory, name);
    byte[] good = Files.readAllBytes(file);
    var random = new Random(name.hashCode());
    int refused = 0;
    var options = Specimens.options(name).within(LIMIT);
    for (int i = 0; i < MUTANTS; i++) {
      byte[] mutant = mutant(good, random);
      Files.write(file, mutant);
      refused += read(file, options, name + ", mutant " + i) ? 0 : 1;
    }
    assertThat(refused).as("mutants of %s that were refused", name).isPositive();
  }

  @ParameterizedTest
  @MethodSource("files")
  void shouldNameTheFileThatWasCut(String name) throws IOException {
    var file = Specimens.write(directory, name);
    byte[] good = Files.readAllBytes(file);
    for (int part = 1; part < 8; part++) {
      Files.write(file, Arrays.copyOf(good, good.length * part / 10));
      assertThatThrownBy(() -> ImageFormats.read(file, Specimens.options(name)).samples().get(0))
          .isInstanceOf(UserError.class)
          .hasMessageContaining(file.getFileName().toString().replaceAll("\\..*", ""));
    }
  }

  private static boolean read(Path file, ReadOptions options, String what) {
    try {
      for (var sample : ImageFormats.read(file, options).samples()) {
        assertThat((long) sample.values().values().length * 4).as(what).isLessThanOrEqualTo(LIMIT);
      }
      return true;
    } catch (UserError e) {
      assertThat(e.getMessage()).as(what).doesNotContain("\n").isNotBlank();
      return false;
    }
  }

  private static byte[] mutant(byte[] good, Random random) {
    byte[] bytes = good.clone();
    // Most of what is interesting stands at the beginning.
    int reach = random.nextBoolean() ? bytes.length : Math.min(bytes.length, 1024);
    for (int i = 0; i <= random.nextInt(4); i++) {
      int at = random.nextInt(reach);
      switch (random.nextInt(5)) {
        case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
        case 1 -> bytes[at] = (byte) random.nextInt();
        case 2 -> fill(bytes, at, (byte) 0xff, 1 + random.nextInt(8));
        case 3 -> fill(bytes, at, (byte) 0, 1 + random.nextInt(8));
        default -> {
          int from = random.nextInt(bytes.length);
          int length = Math.min(random.nextInt(16), bytes.length - Math.max(at, from));
          System.arraycopy(good, from, bytes, at, length);
        }
      }
    }
    return random.nextInt(8) == 0 ? Arrays.copyOf(bytes, random.nextInt(bytes.length) + 1) : bytes;
  }

  private static void fill(byte[] bytes, int at, byte value, int count) {
    Arrays.fill(bytes, at, Math.min(bytes.length, at + count), value);
  }

  @Test
  void shouldRefuseABombBeforeItIsUnpacked() throws IOException {
    var header = ByteBuffer.allocate(352).order(ByteOrder.LITTLE_ENDIAN);
    header.putInt(0, 348).putShort(40, (short) 3);
    for (int i = 0; i < 3; i++) {
      header.putShort(42 + 2 * i, (short) 30000);
    }
    header.putShort(70, (short) 2).putFloat(108, 352);
    header.put(344, "n+1\0".getBytes(StandardCharsets.US_ASCII));
    var packed = new ByteArrayOutputStream();
    try (var out = new GZIPOutputStream(packed)) {
      out.write(header.array());
      out.write(new byte[1 << 20]);
    }
    var file = Files.write(directory.resolve("bomb.nii.gz"), packed.toByteArray());

    assertThatThrownBy(() -> ImageFormats.read(file, ReadOptions.STANDARD))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("bomb.nii.gz")
        .hasMessageContaining("too large");
  }

  @Test
  void shouldRefuseALyingHeaderOfAnArray() throws IOException {
    byte[] lying =
        ("\u0093NUMPY\1\0F\0{'descr': '<f4', 'fortran_order': False, 'shape': (20000, 9000), }"
                + " ".repeat(6)
                + "\n")
            .getBytes(StandardCharsets.ISO_8859_1);
    var file = Files.write(directory.resolve("lies.npy"), lying);

    assertThatThrownBy(() -> ImageFormats.read(file, ReadOptions.STANDARD.within(1 << 20)))
        .hasMessageContaining("lies.npy")
        .hasMessageContaining("686.6 MiB")
        .hasMessageContaining("1.0 MiB");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "# Dimensions",
        "# Dimensions\n",
        "# Dimensions\n0 4\n",
        "# Dimensions\n-1 4\n",
        "# Dimensions\n99999999999 2\n",
        "# Dimensions\n2147483647 2147483647\n",
        "# Dimensions\n3 1\n",
        "# Dimensions\n1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1\n"
      })
  void shouldRefuseAnArrayWhoseHeaderLies(String header) throws IOException {
    var file = Files.write(directory.resolve("a.cfl"), new byte[16]);
    Files.writeString(directory.resolve("a.hdr"), header);

    assertThatThrownBy(() -> ImageFormats.read(file, ReadOptions.STANDARD))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("a.cfl");
  }

  @Test
  void shouldSayWhichFormatsThereAre() throws IOException {
    var file = Files.writeString(directory.resolve("a.txt"), "no image");

    assertThatThrownBy(() -> ImageFormats.read(file, ReadOptions.STANDARD))
        .hasMessageContaining("no format that is read: ad00, cfl, dicom, fits, hdf5");
  }

  @Test
  void shouldTellMissingAndEmptyFiles() throws IOException {
    var empty = Files.write(directory.resolve("empty.png"), new byte[0]);

    assertThatThrownBy(() -> ImageFormats.read(empty, ReadOptions.STANDARD))
        .hasMessageEndingWith("empty.png: is empty");
    assertThatThrownBy(() -> ImageFormats.read(directory.resolve("none"), ReadOptions.STANDARD))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("there is no such file");
  }
}
