package org.deftstream.deft.phantom;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class PhantomTest {
  private static final int SIZE = 64;
  private static final double WHOLE_DISC = Math.PI * 0.46 * 0.46;

  private final Phantom discs = new PerforatedDisc();
  private final Phantom radio = new RadioSource();

  @Test
  void shouldDrawTheSameObjectAtAnySize() {
    for (var phantom : new Phantom[] {discs, radio}) {
      for (int seed = 0; seed < 10; seed++) {
        var small = phantom.draw(SIZE, new SplittableRandom(seed));
        var large = phantom.draw(2 * SIZE, new SplittableRandom(seed));
        assertThat(mean(small)).isCloseTo(mean(large), within(0.01));
        assertThat(small).isEqualTo(phantom.draw(SIZE, new SplittableRandom(seed)));
      }
    }
  }

  @Test
  void shouldDrawDiscsOfOneValue() {
    for (int seed = 0; seed < 40; seed++) {
      var values = discs.draw(SIZE, new SplittableRandom(seed));
      float material = largest(values);
      assertThat(material).isBetween(0.64f, 1.001f);
      // All others are background or edges; a thin bar may have no pixel without an edge.
      long inside = count(values, material, 1e-3f);
      long outside = count(values, 0, 1e-6f);
      assertThat((inside + outside) / (double) values.length).isGreaterThan(0.6);
      assertThat(values[0]).isZero();
    }
  }

  @Test
  void shouldDrawHolesOfManyAreas() {
    var open = new TreeSet<Double>();
    for (int seed = 0; seed < 60; seed++) {
      var values = discs.draw(SIZE, new SplittableRandom(seed));
      open.add(1 - mean(values) / largest(values) / WHOLE_DISC);
    }
    assertThat(open.first()).isBetween(-0.06, 0.06);
    assertThat(open.last()).isGreaterThan(0.35);
    assertThat(open.stream().filter(part -> part > 0.1 && part < 0.35).count()).isGreaterThan(10);
  }

  @Test
  void shouldDrawRadioSourcesOfAllSizesInsideTheImage() {
    var widths = new TreeSet<Integer>();
    for (int seed = 0; seed < 100; seed++) {
      var values = radio.draw(SIZE, new SplittableRandom(seed));
      float brightest = largest(values);
      assertThat(brightest).isBetween(0.29f, 1.001f);
      for (int i = 0; i < SIZE; i++) {
        assertThat(values[i]).isBetween(0f, 0.3f * brightest);
      }
      widths.add((int) count(values, brightest, brightest / 2));
    }
    assertThat(widths.first()).isLessThan(60);
    assertThat(widths.last()).isGreaterThan(900);
  }

  @Test
  void shouldRefuseSizesThatShowNothingOrTakeTooMuch() {
    for (int size : new int[] {-1, 0, 15, 2049, Integer.MAX_VALUE}) {
      for (var phantom : new Phantom[] {discs, radio}) {
        assertThatIllegalArgumentException()
            .isThrownBy(() -> phantom.draw(size, new SplittableRandom(1)))
            .withMessage("phantoms have from 16 to 2048 pixels a side, not " + size);
      }
    }
  }

  private static Offset<Double> within(double offset) {
    return Offset.offset(offset);
  }

  private static double mean(float[] values) {
    return IntStream.range(0, values.length).mapToDouble(i -> values[i]).average().orElseThrow();
  }

  private static float largest(float[] values) {
    float largest = 0;
    for (float value : values) {
      largest = Math.max(largest, value);
    }
    return largest;
  }

  private static long count(float[] values, float near, float by) {
    return IntStream.range(0, values.length).filter(i -> Math.abs(values[i] - near) <= by).count();
  }
}
