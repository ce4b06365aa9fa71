package org.deftstream.deft.engine;

import static org.assertj.core.api.Assertions.assertThat;

import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class SampleCombinerTest {

  @Test
  void shouldPassASingleSampleThrough() {
    var combiner = new SampleCombiner(1);
    var sample = new float[] {0.1f, -3};
    assertThat(combiner.complete()).isFalse();
    combiner.add(0, sample);
    assertThat(combiner.complete()).isTrue();
    assertThat(combiner.mean()).isSameAs(sample);
    assertThat(combiner.standardDeviation()).isNull();
  }

  @Test
  void shouldGiveMeanAndStandardDeviation() {
    var combiner = new SampleCombiner(3);
    combiner.add(0, new float[] {1, 0.5f});
    combiner.add(1, new float[] {2, 0.5f});
    assertThat(combiner.complete()).isFalse();
    combiner.add(2, new float[] {6, 0.5f});
    assertThat(combiner.complete()).isTrue();
    assertThat(combiner.mean()).containsExactly(3, 0.5f);
    assertThat(combiner.standardDeviation())
        .containsExactly(new float[] {(float) Math.sqrt(7), 0}, Offset.offset(1e-6f));
  }

  @Test
  void shouldNotDependOnTheOrderInWhichSamplesFinish() {
    var samples = new float[][] {{0.1f}, {0x1p60f}, {-0.7f}, {3.3f}, {-0x1p60f}};
    var inOrder = new SampleCombiner(5);
    var shuffled = new SampleCombiner(5);
    for (int i = 0; i < 5; i++) {
      inOrder.add(i, samples[i]);
    }
    for (int i : new int[] {3, 1, 4, 0, 2}) {
      shuffled.add(i, samples[i]);
    }
    assertThat(shuffled.mean()).isEqualTo(inOrder.mean());
    assertThat(shuffled.standardDeviation()).isEqualTo(inOrder.standardDeviation());
  }
}
