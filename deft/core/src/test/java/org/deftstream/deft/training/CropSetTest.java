package org.deftstream.deft.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.awt.image.BufferedImage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import javax.imageio.ImageIO;
import org.deftstream.deft.UserError;
import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.prior.SchedulerConfig;
import org.deftstream.deft.prior.SchedulerConfig.Prediction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CropSetTest {
  @TempDir Path directory;

  /** Grey values 2 x + 30 y: a crop tells where it was cut, and how it lies. */
  private void write(String name, int height, int width, int type) throws Exception {
    var image = new BufferedImage(width, height, type);
    int unit = type == BufferedImage.TYPE_USHORT_GRAY ? 257 : 1;
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        image.getRaster().setSample(x, y, 0, unit * (2 * x + 30 * y));
      }
    }
    ImageIO.write(image, "png", directory.resolve(name).toFile());
  }

  private CropSet read(int side, Integer... factors) {
    return CropSet.read(directory, 1, side, List.of(factors), 0, 1 << 20);
  }

  private static double grey(float value) {
    return (value + 1) * 127.5;
  }

  @Test
  void shouldCutARegionAsItLies() throws Exception {
    write("a.png", 6, 12, BufferedImage.TYPE_BYTE_GRAY);
    float[] crop = read(4, 1).crop(4, false, new SplittableRandom(1));
    assertThat(grey(crop[1]) - grey(crop[0])).isCloseTo(2, within(1e-4));
    assertThat(grey(crop[4]) - grey(crop[0])).isCloseTo(30, within(1e-4));
  }

  @Test
  void shouldLearnFromAnotherRegionAtEachUse() throws Exception {
    write("a.png", 6, 12, BufferedImage.TYPE_BYTE_GRAY);
    var truths = read(4, 1).truths(4, false);
    assertThat(truths.shape()).isEqualTo(new ImageShape(4, 4, 1));
    assertThat(truths.size()).isEqualTo(3);
    var random = new SplittableRandom(1);
    var corners = new java.util.HashSet<Float>();
    for (int i = 0; i < 100; i++) {
      corners.add(truths.truth(0, random)[0]);
    }
    assertThat(corners).hasSizeGreaterThan(9);
  }

  @Test
  void shouldKeepSixteenBits() throws Exception {
    write("a.png", 6, 12, BufferedImage.TYPE_USHORT_GRAY);
    float[] crop = read(4, 1).crop(4, false, new SplittableRandom(1));
    assertThat(grey(crop[1]) - grey(crop[0])).isCloseTo(2, within(1e-2));
  }

  @Test
  void shouldAverageARegionDown() throws Exception {
    write("a.png", 4, 4, BufferedImage.TYPE_BYTE_GRAY);
    float[] crop = read(2, 2).crop(2, false, new SplittableRandom(1));
    // The mean of 0, 2, 30 and 32 is 16; two columns on it is 4 more, two rows 60.
    assertThat(crop).hasSize(4);
    assertThat(grey(crop[0])).isCloseTo(16, within(1e-4));
    assertThat(grey(crop[1])).isCloseTo(20, within(1e-4));
    assertThat(grey(crop[2])).isCloseTo(76, within(1e-4));
  }

  @Test
  void shouldTurnWithoutLosingAValue() throws Exception {
    write("a.png", 3, 3, BufferedImage.TYPE_BYTE_GRAY);
    var set = read(3, 1);
    float[] straight = set.crop(3, false, new SplittableRandom(1)).clone();
    java.util.Arrays.sort(straight);
    var random = new SplittableRandom(2);
    var seen = new java.util.HashSet<String>();
    for (int i = 0; i < 200; i++) {
      float[] crop = set.crop(3, true, random);
      seen.add(java.util.Arrays.toString(crop));
      java.util.Arrays.sort(crop);
      assertThat(crop).isEqualTo(straight);
    }
    assertThat(seen).hasSize(8);
  }

  @Test
  void shouldTakeLargeCropsFromLargeImagesOnly() throws Exception {
    write("a.png", 4, 4, BufferedImage.TYPE_BYTE_GRAY);
    write("b.png", 8, 12, BufferedImage.TYPE_BYTE_GRAY);
    var set = read(4, 1, 4);
    var random = new SplittableRandom(3);
    for (int i = 0; i < 50; i++) {
      assertThat(set.crop(8, true, random)).hasSize(64);
    }
    assertThat(set.fits(9)).isFalse();
    assertThat(set.disjointCrops(4)).isEqualTo(7);
  }

  @Test
  void shouldNameWhatItCannotRead() throws Exception {
    assertThatThrownBy(() -> read(4, 1)).isInstanceOf(UserError.class);
    write("small.png", 3, 12, BufferedImage.TYPE_BYTE_GRAY);
    assertThatThrownBy(() -> read(4, 1)).hasMessageContaining("small.png is 3x12");
    Files.writeString(directory.resolve("small.png"), "no image");
    assertThatThrownBy(() -> read(4, 1))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("small.png");
  }

  @Test
  void shouldRefuseMoreThanTheHeapHasRoomFor() throws Exception {
    write("a.png", 6, 12, BufferedImage.TYPE_BYTE_GRAY);
    assertThatThrownBy(() -> CropSet.read(directory, 1, 4, List.of(1), 0, 71))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("-Xmx");
  }

  @Test
  void shouldMakeBatchesWhoseTargetGivesBackTheImage() throws Exception {
    write("a.png", 6, 12, BufferedImage.TYPE_BYTE_GRAY);
    for (var prediction : Prediction.values()) {
      var scheduler = SchedulerConfig.standard().predicting(prediction);
      var batches = new CropBatches(read(4, 1), scheduler, List.of(4), 8, false, 1.5, 7);
      var batch = batches.batch(3);
      assertThat(batches.batch(3).input()).isEqualTo(batch.input());
      for (int r = 0; r < 8; r++) {
        double bar = scheduler.schedule().alphaBar(batch.timesteps()[r]);
        double alpha = Math.sqrt(bar);
        double sigma = Math.sqrt(1 - bar);
        if (alpha < 0.1) {
          continue;
        }
        double xt = batch.input()[r * 16];
        double predicted = batch.target()[r * 16];
        double x0 =
            switch (prediction) {
              case EPSILON -> (xt - sigma * predicted) / alpha;
              case V -> alpha * xt - sigma * predicted;
              case SAMPLE -> predicted;
            };
        // Grey values of the image are even.
        double grey = (x0 + 1) * 127.5;
        assertThat(grey / 2 - Math.round(grey / 2)).isCloseTo(0, within(1e-2));
      }
    }
  }

  @Test
  void shouldFillABatchOfLargerCropsWithAsManyPixels() throws Exception {
    write("a.png", 40, 40, BufferedImage.TYPE_BYTE_GRAY);
    var scheduler = SchedulerConfig.standard();
    var batches = new CropBatches(read(8, 1), scheduler, List.of(8, 16), 8, true, 1, 7);
    for (int step = 0; step < 20; step++) {
      assertThat(batches.batch(step).input()).hasSize(8 * 64);
    }
  }

  @Test
  void shouldGiveGreyImagesAPhaseForANetworkOfTwoChannels() throws Exception {
    write("a.png", 6, 12, BufferedImage.TYPE_BYTE_GRAY);
    var set = CropSet.read(directory, 2, 4, List.of(1), 0, 72);
    assertThat(set.channels()).isEqualTo(2);
    var random = new SplittableRandom(1);
    int anywhere = 0;
    for (int n = 0; n < 200; n++) {
      float[] crop = set.crop(4, true, random);
      assertThat(crop).hasSize(32);
      double before = Math.atan2(crop[15], crop[14]);
      double after = Math.atan2(crop[17], crop[16]);
      assertThat(Math.cos(after - before)).as("a smooth phase").isGreaterThan(0.95);
      anywhere += crop[14] < 0 ? 1 : 0;
      for (int i = 0; i < 16; i++) {
        assertThat(Math.hypot(crop[2 * i], crop[2 * i + 1])).isLessThan(1 + 1e-6);
      }
    }
    assertThat(anywhere).as("half of half of the phases").isBetween(25, 80);
  }
}
