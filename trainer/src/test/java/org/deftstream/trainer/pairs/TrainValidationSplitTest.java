package org.deftstream.trainer.pairs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class TrainValidationSplitTest {
  @Test
  void shouldGiveValidationItsShare() {
    long count =
        IntStream.range(0, 10_000)
            .filter(i -> new TrainValidationSplit(0.2).validates("pair-" + i))
            .count();
    // Five standard deviations of a binomial distribution.
    assertThat((double) count).isCloseTo(2000, within(200.0));
  }

  @Test
  void shouldNeverMoveAPairFromValidationToTrainingWhenTheShareGrows() {
    for (int i = 0; i < 1000; i++) {
      if (new TrainValidationSplit(0.1).validates("pair-" + i)) {
        assertThat(new TrainValidationSplit(0.3).validates("pair-" + i)).isTrue();
      }
    }
  }

  @Test
  void shouldRefuseASplitWithAnEmptySide() {
    assertThatThrownBy(() -> new TrainValidationSplit(0)).hasMessageContaining("between 0 and 1");
    assertThatThrownBy(() -> new TrainValidationSplit(1)).hasMessageContaining("between 0 and 1");
  }
}
