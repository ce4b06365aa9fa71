package org.deftstream.deft.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class SegmentationTest {
  @Test
  void shouldPartTwoHeapsOfValuesBetweenThem() {
    assertThat(Segmentation.otsu(new float[] {1, 0, 10, 1, 9, 11, 0, 2})).isEqualTo(5.5);
    assertThat(Segmentation.otsu(new float[] {-1, 1})).isZero();
  }

  /** Half of 10 values at 0, of which the threshold must not cut some off. */
  @Test
  void shouldNotPartEqualValues() {
    assertThat(Segmentation.otsu(new float[] {0, 0, 0, 0, 0, 1, 1, 1, 1, 1})).isEqualTo(0.5);
    assertThat(Segmentation.otsu(new float[] {3, 3, 3})).isEqualTo(3);
  }

  @Test
  void shouldCorrelateMasks() {
    boolean[] truth = {true, true, true, false, false, false};
    boolean[] reversed = {false, false, false, true, true, true};
    boolean[] nearly = {true, true, false, false, false, true};

    assertThat(Segmentation.matthews(truth, truth)).isEqualTo(1);
    assertThat(Segmentation.matthews(reversed, truth)).isEqualTo(-1);
    // tp 2, tn 2, fp 1, fn 1: (4 - 1) / sqrt(3^4).
    assertThat(Segmentation.matthews(nearly, truth)).isCloseTo(1 / 3.0, within(1e-12));
    assertThat(Segmentation.matthews(new boolean[6], truth)).isZero();
    assertThatThrownBy(() -> Segmentation.matthews(new boolean[5], truth))
        .hasMessageContaining("5 and 6");
  }
}
