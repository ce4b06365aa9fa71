package org.deftstream.trainer.refresh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.deftstream.deft.training.TrainingDivergedException;
import org.deftstream.deft.training.TrainingRun;
import org.junit.jupiter.api.Test;

class LossWatchTest {
  private static final TrainingRun.Listener DEAF =
      new TrainingRun.Listener() {
        @Override
        public void stepped(long step, double progress, double loss, double elapsedMinutes) {}

        @Override
        public void checkpointed(TrainingRun run) {}
      };

  private final LossWatch watch = new LossWatch(100, DEAF);

  @Test
  void shouldEndATrainingThatRunsAway() {
    for (int step = 1; step <= 300; step++) {
      watch.stepped(step, 0, 0.1, 0);
    }
    watch.stepped(301, 0, 0.9, 0);
    assertThatThrownBy(() -> watch.stepped(302, 0, 1.1, 0))
        .isInstanceOf(TrainingDivergedException.class)
        .hasMessageContaining("step 302");
  }

  @Test
  void shouldHaveEnoughOfALossThatRests() {
    for (int step = 1; step <= 300; step++) {
      watch.stepped(step, 0, 1.0 / step, 0);
      assertThat(watch.enough()).isFalse();
    }
    for (int step = 301; step <= 399; step++) {
      watch.stepped(step, 0, 1.0 / 300, 0);
    }
    assertThat(watch.enough()).isFalse();
    watch.stepped(400, 0, 1.0 / 300, 0);
    assertThat(watch.enough()).isTrue();
  }

  @Test
  void shouldNeverHaveEnoughWithoutPatience() {
    var patient = new LossWatch(0, DEAF);
    for (int step = 1; step <= 10_000; step++) {
      patient.stepped(step, 0, 1, 0);
    }
    assertThat(patient.enough()).isFalse();
  }
}
