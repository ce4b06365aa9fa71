package org.deftstream.trainer.refresh;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.deftstream.deft.training.TrainingBudget;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TrainingSettingsTest {
  @ParameterizedTest
  @ValueSource(doubles = {0, -1e-4, Double.NaN, Double.POSITIVE_INFINITY})
  void shouldRefuseALearningRateThatTeachesNothing(double rate) {
    assertThatThrownBy(
            () -> new TrainingSettings(new TrainingBudget(1, 1), rate, 1, 1, 0.9, 1, 0, 1))
        .hasMessage("the learning rate must be above 0 and at most 1, got " + rate);
  }
}
