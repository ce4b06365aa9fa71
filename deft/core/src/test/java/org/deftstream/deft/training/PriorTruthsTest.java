package org.deftstream.deft.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.deftstream.deft.GaussianPrior;
import org.deftstream.deft.UserError;
import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.schedule.NoiseSchedule;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PriorTruthsTest {
  private static final ImageShape SHAPE = new ImageShape(6, 5, 1);
  private static final float MEAN = 0.2f;
  private static final float VARIANCE = 0.04f;

  @TempDir private Path directory;

  private static GaussianPrior prior() {
    var mean = new float[SHAPE.size()];
    Arrays.fill(mean, MEAN);
    var variance = new float[SHAPE.size()];
    Arrays.fill(variance, VARIANCE);
    return new GaussianPrior(SHAPE, NoiseSchedule.linear(1000, 1e-4, 2e-2), mean, variance);
  }

  private PriorTruths draw(int count, List<Integer> progress) {
    return PriorTruths.draw(prior(), SHAPE, count, directory, progress::add);
  }

  @Test
  void shouldDrawImagesOfThePriorsOwnDistribution() {
    var truths = draw(200, new ArrayList<>());
    assertThat(truths.shape()).isEqualTo(SHAPE);
    assertThat(truths.size()).isEqualTo(200);
    double sum = 0;
    double squares = 0;
    for (int i = 0; i < truths.size(); i++) {
      for (float value : image(truths, i)) {
        sum += value;
        squares += (double) value * value;
      }
    }
    int values = truths.size() * SHAPE.size();
    double mean = sum / values;
    assertThat(mean).isCloseTo(MEAN, within(0.02));
    assertThat(squares / values - mean * mean).isCloseTo(VARIANCE, within(0.2 * VARIANCE));
    assertThat(image(truths, 0)).isNotEqualTo(image(truths, 1));
  }

  @Test
  void shouldDrawEachImageOnceHoweverManyAreAskedFor() throws Exception {
    var few = draw(20, new ArrayList<>());
    try (var files = Files.list(directory)) {
      assertThat(files).hasSize(2);
    }
    var times = new ArrayList<Integer>();
    var kept = Files.getLastModifiedTime(first());
    var many = draw(40, times);
    assertThat(times).containsExactly(16, 32, 40);
    assertThat(Files.getLastModifiedTime(first())).isEqualTo(kept);
    for (int i = 0; i < few.size(); i++) {
      assertThat(image(many, i)).isEqualTo(image(few, i));
    }
  }

  @Test
  void shouldSayWhatIsInTheWay() throws Exception {
    assertThatThrownBy(
            () ->
                PriorTruths.draw(
                    prior(), new ImageShape(2048, 2048, 1), 100_000, directory, n -> {}))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("100000 samples of 2048x2048x1 take")
        .hasMessageContaining("draw fewer");
    draw(1, new ArrayList<>());
    Files.write(first(), new byte[] {1, 2, 3});
    assertThatThrownBy(() -> draw(1, new ArrayList<>()))
        .hasMessageContaining(first().getFileName().toString());
  }

  private Path first() throws Exception {
    try (var files = Files.list(directory)) {
      return files.sorted().findFirst().orElseThrow();
    }
  }

  private static float[] image(PriorTruths truths, int index) {
    return truths.truth(index, new SplittableRandom(1));
  }
}
