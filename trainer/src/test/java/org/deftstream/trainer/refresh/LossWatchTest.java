package org.deftstream.trainer.refresh;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.deftstream.deft.training.TrainingDivergedException;
import org.deftstream.deft.training.TrainingRun;
import org.junit.jupiter.api.Test;

class LossWatchTest {
  private static final RefreshListener DEAF =
      new RefreshListener() {
        @Override
        public void stepped(long step, double progress, double loss, double elapsedMinutes) {}

        @Override
        public void checkpointed(TrainingRun run) {}
      };

  private final LossWatch watch = new LossWatch(DEAF);

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
}
