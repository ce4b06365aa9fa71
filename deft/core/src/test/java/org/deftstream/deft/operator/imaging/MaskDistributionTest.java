package org.deftstream.deft.operator.imaging;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.deftstream.deft.image.ImageShape;
import org.junit.jupiter.api.Test;

/** The holes have the shapes that their types state. */
class MaskDistributionTest {
  private static final int HEIGHT = 32;
  private static final int WIDTH = 24;
  private static final ImageShape SHAPE = new ImageShape(HEIGHT, WIDTH, 1);
  private static final int MASKS = 100;

  @Test
  void shouldHideOneRectangleOfSidesOfAtMostTwoToOne() {
    var random = new Random(1);
    for (int i = 0; i < MASKS; i++) {
      var hidden = hidden(MaskDistribution.Type.BOX, 0.1, 0.5, random);
      var box = Box.of(hidden);

      assertThat(hidden).as("nothing within the box is measured").hasSize(box.area());
      // Up to rounding: sides are whole pixels.
      assertThat(box.height()).isLessThanOrEqualTo(2 * (box.width() + 1));
      assertThat(box.width()).isLessThanOrEqualTo(2 * (box.height() + 1));
    }
  }

  @Test
  void shouldHideAFewWanderingStrokes() {
    var random = new Random(2);
    int strokes = 0;
    for (int i = 0; i < MASKS; i++) {
      var hidden = hidden(MaskDistribution.Type.FREE_FORM, 0.2, 0.2, random);

      assertThat(components(hidden)).isLessThanOrEqualTo(8);
      assertThat(Box.of(hidden).area()).as("no box").isGreaterThan(hidden.size());
      strokes += components(hidden);
    }
    assertThat(strokes).as("often more than one").isGreaterThan(MASKS);
  }

  @Test
  void shouldHideScatteredPixels() {
    var random = new Random(3);
    for (int i = 0; i < MASKS; i++) {
      var hidden = hidden(MaskDistribution.Type.RANDOM, 0.2, 0.2, random);

      assertThat(components(hidden)).isGreaterThan(20);
    }
  }

  private static List<Integer> hidden(
      MaskDistribution.Type type, double least, double most, Random random) {
    var mask = new MaskDistribution(type, least, most).draw(SHAPE, random);
    var hidden = new ArrayList<Integer>();
    for (int pixel = 0; pixel < mask.length; pixel++) {
      if (mask[pixel] == 0) {
        hidden.add(pixel);
      }
    }
    return hidden;
  }

  /** How many groups of pixels there are that touch, at a corner at least. */
  private static int components(List<Integer> pixels) {
    var left = new ArrayList<>(pixels);
    int count = 0;
    while (!left.isEmpty()) {
      count++;
      var border = new ArrayDeque<Integer>();
      border.add(left.remove(left.size() - 1));
      while (!border.isEmpty()) {
        int pixel = border.remove();
        var neighbours =
            left.stream()
                .filter(
                    other ->
                        Math.abs(other / WIDTH - pixel / WIDTH) <= 1
                            && Math.abs(other % WIDTH - pixel % WIDTH) <= 1)
                .toList();
        left.removeAll(neighbours);
        border.addAll(neighbours);
      }
    }
    return count;
  }

  /** The smallest rectangle around pixels. */
  private record Box(int height, int width) {
    static Box of(List<Integer> pixels) {
      var rows = pixels.stream().mapToInt(pixel -> pixel / WIDTH).summaryStatistics();
      var columns = pixels.stream().mapToInt(pixel -> pixel % WIDTH).summaryStatistics();
      return new Box(rows.getMax() - rows.getMin() + 1, columns.getMax() - columns.getMin() + 1);
    }

    int area() {
      return height * width;
    }
  }
}
