package org.deftstream.deft.formats.areadetector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.function.Consumer;
import org.deftstream.deft.UserError;
import org.deftstream.deft.formats.InputFile;
import org.deftstream.deft.formats.ReadOptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class Ad00FormatTest {
  private static final String NAME = "camera-0@17";
  private static final long LIMIT = 1 << 20;

  private static Ad00Format.Content read(byte[] message, ReadOptions options) {
    return Ad00Format.read(message, new InputFile(Path.of(NAME), LIMIT), options);
  }

  private static void assertRefused(byte[] message, String why) {
    assertThatThrownBy(() -> read(message, ReadOptions.STANDARD))
        .isInstanceOf(UserError.class)
        .hasMessageStartingWith(NAME + ": ")
        .hasMessageContaining(why);
  }

  @ParameterizedTest
  @CsvSource({
    "0, 1, -5",
    "1, 1, 251",
    "2, 2, -5",
    "3, 2, 65531",
    "4, 4, -5",
    "5, 4, 4294967291",
    "6, 8, -5",
    "7, 8, 18446744073709551611",
    "8, 4, -5.5",
    "9, 8, -5.5"
  })
  void shouldReadEveryTypeOfNumber(int type, int width, float expected) {
    var data = ByteBuffer.allocate(6 * width).order(ByteOrder.LITTLE_ENDIAN);
    Arrays.fill(data.array(), (byte) 0);
    switch (type) {
      case 8 -> data.putFloat(4 * width, -5.5f);
      case 9 -> data.putDouble(4 * width, -5.5);
      default -> {
        for (int i = 0; i < width; i++) {
          data.put(4 * width + i, (byte) (i == 0 ? -5 : -1));
        }
      }
    }

    var read =
        read(
            Ad00Messages.of("HAMA:CAM1", 42, 1_700_000_000_123_456_789L, type, data.array(), 2, 3),
            ReadOptions.STANDARD);

    var sample = read.content().samples().get(0);
    assertThat(sample.values().shape()).containsExactly(2, 3);
    assertThat(sample.values().values()).containsExactly(0, 0, 0, 0, expected, 0);
    assertThat(read.content().notes()).hasSize(width > 2 && type != 8 ? 1 : 0);
    assertThat(read.capturedAt()).contains(Instant.ofEpochSecond(1_700_000_000, 123_456_789));
    assertThat(sample.geometry().identifiers())
        .containsEntry("ad00.source_name", "HAMA:CAM1")
        .containsEntry("ad00.id", "42");
  }

  /** EPICS names the fastest dimension first, the facility's own library last. */
  @Test
  void shouldTakeTheOrderOfDimensionsThatFits() {
    byte[] message = Ad00Messages.counts("camera", 1, new int[] {1, 2, 3, 4, 5, 6}, 3, 2);
    var asTheyAre = ReadOptions.STANDARD.fitting(shape -> Arrays.equals(shape, new int[] {3, 2}));
    var reversed = ReadOptions.STANDARD.fitting(shape -> Arrays.equals(shape, new int[] {2, 3}));

    for (var options : new ReadOptions[] {asTheyAre, reversed}) {
      var values = read(message, options).content().samples().get(0).values();
      assertThat(values.values()).containsExactly(1, 2, 3, 4, 5, 6);
      assertThat(options.fits().test(values.shape())).isTrue();
    }
    assertThatThrownBy(() -> read(message, ReadOptions.STANDARD.fitting(shape -> false)))
        .hasMessageContaining("holds 3 x 2");
  }

  @Test
  void shouldCutASeriesIntoSamples() {
    byte[] message = Ad00Messages.counts("camera", 1, new int[] {1, 2, 3, 4, 5, 6, 7, 8}, 2, 2, 2);

    var samples = read(message, ReadOptions.STANDARD).content().samples();

    assertThat(samples).hasSize(2);
    assertThat(samples.get(1).values().values()).containsExactly(5, 6, 7, 8);
  }

  @Test
  void shouldSayWhatIsWrong() {
    int[] six = {1, 2, 3, 4, 5, 6};
    assertRefused(new byte[0], "is no message ad00");
    assertRefused("no message".getBytes(StandardCharsets.UTF_8), "is no message ad00");
    assertRefused(new byte[] {100, 0, 0, 0, 'a', 'd', '0', '0'}, "beyond the 8 bytes");
    assertRefused(Ad00Messages.counts("c", 1, six, 2, 4), "which are 16 bytes, and data has 12");
    assertRefused(Ad00Messages.counts("c", 1, six, -2, -3), "has a dimension of -2");
    assertRefused(Ad00Messages.counts("c", 1, six, Long.MAX_VALUE), "has a dimension of 9223");
    assertRefused(Ad00Messages.counts("c", 1, six, 1 << 20, 1 << 20), "is empty or too large");
    assertRefused(Ad00Messages.counts("c", 1, six), "has 0 dimensions");
    assertRefused(
        Ad00Messages.counts("c", 1, six, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2, 3), "has 11 dimensions");
    assertRefused(Ad00Messages.of("c", 1, 0, 10, new byte[6], 2, 3), "data_type 10 (text)");
    assertRefused(Ad00Messages.of("c", 1, 0, 77, new byte[6], 2, 3), "data_type 77");
    assertRefused(Ad00Messages.counts("c".repeat(300), 1, six, 2, 3), "source_name has 300 bytes");
    assertRefused(Ad00Messages.of("c", 1, 0, 1, new byte[600 * 600], 600, 600), "may take 1.0 MiB");
  }

  /** Every place that a message names is held against its end. */
  @Test
  void shouldFollowNoReferenceOutOfTheMessage() {
    byte[] good = Ad00Messages.counts("camera", 1, new int[] {1, 2, 3, 4, 5, 6}, 2, 3);
    int refused = 0;
    for (int at = 0; at + 4 <= good.length; at++) {
      for (int value : new int[] {-1, Integer.MIN_VALUE, Integer.MAX_VALUE, good.length, -4}) {
        byte[] bad = good.clone();
        ByteBuffer.wrap(bad).order(ByteOrder.LITTLE_ENDIAN).putInt(at, value);
        refused += refused(message -> read(message, ReadOptions.STANDARD), bad) ? 1 : 0;
      }
    }
    assertThat(refused).isGreaterThan(good.length);
  }

  private static boolean refused(Consumer<byte[]> reader, byte[] message) {
    try {
      reader.accept(message);
      return false;
    } catch (UserError e) {
      assertThat(e.getMessage()).startsWith(NAME).doesNotContain("\n");
      return true;
    }
  }
}
