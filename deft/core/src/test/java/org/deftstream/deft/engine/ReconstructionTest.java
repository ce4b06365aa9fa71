package org.deftstream.deft.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class ReconstructionTest {
  private static Reconstruction with(float[] deviation) {
    return new Reconstruction(
        new float[] {5, 6}, deviation, 1, 2, Duration.ZERO, Duration.ZERO, 3, "cpu");
  }

  @Test
  void shouldMultiplyTheDeviationAndNothingElse() {
    float[] deviation = {1, 2};
    var widened = with(deviation).withDeviation(1.5);
    assertThat(widened.standardDeviation()).containsExactly(1.5f, 3);
    assertThat(widened.mean()).containsExactly(5, 6);
    assertThat(deviation).containsExactly(1, 2);
  }

  @Test
  void shouldHaveNoneWhereThereIsNone() {
    assertThat(with(null).withDeviation(2).standardDeviation()).isNull();
  }
}
