package org.deftstream.trainer.refresh;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.deftstream.deft.training.TrainingRun;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ValidationWatchTest {
  @TempDir private Path directory;
  private final List<Long> told = new ArrayList<>();
  private double loss = 1;

  private final RefreshListener next =
      new RefreshListener() {
        @Override
        public void stepped(long step, double progress, double value, double elapsedMinutes) {}

        @Override
        public void checkpointed(TrainingRun run) {}

        @Override
        public void validated(long step, ValidationLoss.Measured measured) {
          told.add(step);
        }
      };

  private ValidationWatch watch(int patience) {
    return new ValidationWatch(
        directory,
        patience,
        () -> new ValidationLoss.Measured(loss, List.of(loss / 2, 2 * loss)),
        next);
  }

  @Test
  void shouldHaveEnoughWhenTheLossNoLongerFalls() {
    var watch = watch(2);
    watch.checkpointed(10);
    loss = 0.5;
    watch.checkpointed(20);
    watch.checkpointed(30);
    assertThat(watch.enough()).isFalse();
    // Better by less than what counts.
    loss = 0.4995;
    watch.checkpointed(40);
    assertThat(watch.enough()).isTrue();
  }

  @Test
  void shouldBeginToCountAnewWhenTheLossFalls() {
    var watch = watch(2);
    watch.checkpointed(10);
    watch.checkpointed(20);
    loss = 0.5;
    watch.checkpointed(30);
    loss = 0.6;
    watch.checkpointed(40);
    assertThat(watch.enough()).isFalse();
  }

  @Test
  void shouldGoOnWhereItWasAfterARestart() throws IOException {
    watch(2).checkpointed(10);
    watch(2).checkpointed(20);
    var watch = watch(2);
    assertThat(watch.enough()).isFalse();
    watch.checkpointed(20);
    assertThat(watch.enough()).as("the same checkpoint counts once").isFalse();
    watch.checkpointed(30);
    assertThat(watch.enough()).isTrue();
    assertThat(told).containsExactly(10L, 20L, 30L);
    assertThat(Files.readAllLines(directory.resolve("validation.csv")))
        .hasSize(4)
        .startsWith("step,loss,time1,time2", "10,1.00000,0.500000,2.00000");
  }

  @Test
  void shouldNeverHaveEnoughWithoutPatience() {
    var watch = watch(0);
    for (int step = 1; step < 100; step++) {
      watch.checkpointed(step);
    }
    assertThat(watch.enough()).isFalse();
  }
}
