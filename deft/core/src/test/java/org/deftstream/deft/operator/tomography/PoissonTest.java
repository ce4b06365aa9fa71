package org.deftstream.deft.operator.tomography;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PoissonTest {
  private static final int DRAWS = 200_000;

  @ParameterizedTest
  @ValueSource(doubles = {0.3, 4, 9.99, 10, 17.5, 60})
  void shouldDrawEveryCountAsOftenAsItsProbabilitySays(double mean) {
    var random = new Random(1);
    var seen = new int[200];
    for (int i = 0; i < DRAWS; i++) {
      seen[(int) Poisson.draw(mean, random)]++;
    }

    double probability = Math.exp(-mean);
    for (int k = 0; k < seen.length; k++) {
      double spread = Math.sqrt(DRAWS * probability) + 1;
      assertThat((double) seen[k])
          .as("count %s", k)
          .isCloseTo(DRAWS * probability, within(4.5 * spread));
      probability *= mean / (k + 1);
    }
  }

  @Test
  void shouldKeepMeanAndVarianceOfLargeCounts() {
    var random = new Random(2);
    double mean = 1e6;
    double sum = 0;
    double squares = 0;
    for (int i = 0; i < DRAWS; i++) {
      double difference = (double) Poisson.draw(mean, random) - mean;
      sum += difference;
      squares += difference * difference;
    }

    assertThat(sum / DRAWS).isCloseTo(0, within(4 * Math.sqrt(mean / DRAWS)));
    assertThat(squares / DRAWS / mean).isCloseTo(1, within(0.015));
  }
}
