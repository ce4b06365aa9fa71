package org.deftstream.tests.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class FiguresTest {
  @Test
  void shouldTakeTheNearestRank() {
    var figures = Figures.of(IntStream.rangeClosed(1, 200).boxed().toList());

    assertThat(figures.quantile(0.5)).isEqualTo(100);
    assertThat(figures.quantile(0.95)).isEqualTo(190);
    assertThat(figures.quantile(0.99)).isEqualTo(198);
    assertThat(figures.quantile(1)).isEqualTo(200);
    assertThat(figures.smallest()).isEqualTo(1);
    assertThat(figures.largest()).isEqualTo(200);
  }
}
