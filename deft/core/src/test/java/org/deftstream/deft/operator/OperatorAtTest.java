package org.deftstream.deft.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.deftstream.deft.operator.OperatorTestCases.create;

import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.deftstream.deft.image.ImageShape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OperatorAtTest {
  private static final ImageShape OWN = new ImageShape(16, 16, 3);
  private static final ImageShape OTHER = new ImageShape(32, 8, 3);

  @ParameterizedTest
  @ValueSource(
      strings = {
        OperatorTestCases.SR_4,
        OperatorTestCases.SR_2_BICUBIC,
        OperatorTestCases.GAUSSIAN_BLUR,
        OperatorTestCases.MOTION_BLUR,
        OperatorTestCases.NONLINEAR_BLUR,
        OperatorTestCases.HDR,
        OperatorTestCases.PHASE
      })
  void shouldBeTheOneThatTheSpecificationMakesAtTheShapeOfTheRecord(String spec) {
    var task = create(spec, OWN);
    var made = create(spec, OTHER);
    var shape = task.imageShapeOf(made.measurementShape(), Set.of()).orElseThrow();
    assertThat(shape).isEqualTo(OTHER);
    assertThat(task.imageShapeOf(task.measurementShape(), Set.of())).contains(OWN);
    var at = task.at(shape);
    assertThat(Operators.fingerprint(at)).isEqualTo(Operators.fingerprint(task));
    var image = OperatorTestCases.uniform(OTHER.size(), new Random(1));
    float[] y = at.measure(image);
    assertThat(y).isEqualTo(made.measure(image));
    assertThat(at.proximal(image, y, 0.1)).isEqualTo(made.proximal(image, y, 0.1));
    assertThat(task.at(OWN)).isSameAs(task);
  }

  @Test
  void shouldTakeMasksOfTheRecordsOwnSize() {
    var task = create(OperatorTestCases.INPAINTING, new ImageShape(9, 14, 1));
    var shape = task.imageShapeOf(new int[] {20, 7, 1}, Set.of()).orElseThrow();
    assertThat(task.at(shape).auxiliaryShapes().get("mask")).isEqualTo(new int[] {20, 7});
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          16 | 16 | 1
          0 | 16 | 3
          16 | -1 | 3
          2147483647 | 16 | 3
          """)
  void shouldKnowWhatNoImageMeasures(int height, int width, int channels) {
    var task = create(OperatorTestCases.SR_4, OWN);
    assertThat(task.imageShapeOf(new int[] {height, width, channels}, Set.of())).isEmpty();
    assertThat(task.imageShapeOf(new int[] {4, 4}, Set.of())).isEmpty();
    assertThat(task.measuredForm(Set.of())).isEqualTo("[height / 4, width / 4, 3]");
  }

  @Test
  void shouldHaveOneSizeWhereTheMeasurementDoesNotTell() {
    var task = create(OperatorTestCases.CT_20, new ImageShape(64, 64, 1));
    assertThat(task.imageShapeOf(new int[] {20, 95}, Set.of())).contains(new ImageShape(64, 64, 1));
    assertThat(task.imageShapeOf(new int[] {20, 185}, Set.of())).isEmpty();
    assertThat(task.measuredForm(Set.of())).isEqualTo("[20, 95]");
  }

  /** The grid of a mask is as large as the image; the lines of a specification are not. */
  @Test
  void shouldReadTheSizeOffTheGridOfAMask() {
    var task = create(OperatorTestCases.MRI, new ImageShape(32, 32, 1));
    var masked = Set.of("mask");
    var shape = task.imageShapeOf(new int[] {1, 16, 60, 2}, masked).orElseThrow();
    assertThat(shape).isEqualTo(new ImageShape(16, 60, 1));
    var mask = new float[16 * 60];
    Arrays.fill(mask, 1);
    var image = OperatorTestCases.uniform(shape.size(), new Random(2));
    var bound = task.at(shape).bind(Map.of("mask", mask));
    float[] y = bound.measure(image);
    assertThat(y).hasSize(2 * 16 * 60);
    assertThat(bound.residual(image, y)).isLessThan(1e-3);
    assertThat(task.imageShapeOf(new int[] {1, 16, 60, 2}, Set.of())).isEmpty();
    assertThat(task.imageShapeOf(new int[] {2, 16, 64, 2}, masked)).isEmpty();
    var odd = task.imageShapeOf(new int[] {1, 21, 16, 2}, masked).orElseThrow();
    assertThat(task.at(odd).measurementShape(masked)).containsExactly(1, 21, 16, 2);
  }

  @Test
  void shouldTakeSidesOfAnyLengthWhereTheMeasurementTellsThem() {
    var task = create(OperatorTestCases.PHASE, OWN);
    var shape = task.imageShapeOf(new int[] {514, 32, 3}, Set.of()).orElseThrow();
    assertThat(shape).isEqualTo(new ImageShape(257, 16, 3));
    assertThat(task.at(shape).measurementShape()).containsExactly(514, 32, 3);
    assertThat(task.imageShapeOf(new int[] {31, 32, 3}, Set.of())).isEmpty();
  }

  @Test
  void shouldKeepWhatFitsAndLetTheOldestGo() {
    var task = create(OperatorTestCases.SR_4, OWN);
    var shapes = new ImageShape[] {new ImageShape(8, 8, 3), new ImageShape(8, 12, 3), OTHER};
    long two = task.bytesAt(shapes[0]) + task.bytesAt(shapes[1]);
    var cache = new OperatorCache(1000, two);
    var first = cache.at(task, shapes[0]);
    var second = cache.at(task, shapes[1]);
    assertThat(cache.at(task, shapes[0])).isSameAs(first);
    assertThat(cache.at(create(OperatorTestCases.SR_4, OWN), shapes[1])).isSameAs(second);
    assertThat(cache.size()).isEqualTo(2);
    cache.at(task, new ImageShape(8, 4, 3));
    assertThat(cache.at(task, shapes[1])).isSameAs(second);
    assertThat(cache.at(task, shapes[0])).as("made anew").isNotSameAs(first);
    var large = cache.at(task, OTHER);
    assertThat(large.imageShape()).isEqualTo(OTHER);
    assertThat(cache.at(task, OTHER)).as("too large to be kept").isNotSameAs(large);
  }

  @Test
  void shouldRefuseTooManyPixelsBeforeAnythingIsMade() {
    var task = create(OperatorTestCases.SR_4, OWN);
    var cache = new OperatorCache(1 << 22, 1 << 20);
    assertThatThrownBy(() -> cache.at(task, new ImageShape(10_000, 10_000, 3)))
        .hasMessage(
            "an image of 10000x10000x3 has 100000000 pixels; at most 4194304 are taken"
                + " (image.max.pixels)");
  }
}
