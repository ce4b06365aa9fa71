package org.deftstream.devstack.instruments;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class ToothTest {
  /** A peak of 2 and an error of 0.02 everywhere in the box are 40 dB, whatever is outside. */
  @Test
  void shouldMeasureDecibelsInTheBox() {
    var reference = new float[100];
    Arrays.fill(reference, 1);
    var image = reference.clone();
    for (int i = 0; i < image.length; i++) {
      image[i] += i / 10 >= 2 && i / 10 < 8 && i % 10 >= 3 && i % 10 < 7 ? 0.02f : 5;
    }
    assertThat(Tooth.decibels(image, reference, 10, new int[] {2, 8, 3, 7}))
        .isCloseTo(40, within(1e-3));
  }
}
