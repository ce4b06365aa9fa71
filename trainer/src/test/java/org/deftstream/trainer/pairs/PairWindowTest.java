package org.deftstream.trainer.pairs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Instant;
import java.util.HashSet;
import java.util.SplittableRandom;
import org.deftstream.deft.UserError;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class PairWindowTest {
  private static final TrainValidationSplit HALF = new TrainValidationSplit(0.5);
  @TempDir private Path directory;

  private PairWindow window(int capacity) {
    return new PairWindow(Pairs.task(), directory.resolve("window.f32"), capacity);
  }

  private PairSnapshot frozen(PairWindow window) {
    window.freeze(directory.resolve("frozen"));
    return PairSnapshot.open(directory.resolve("frozen"), Pairs.task());
  }

  private static java.util.List<String> ids(java.util.List<PairEntry> entries) {
    return entries.stream().map(PairEntry::id).toList();
  }

  @Test
  void shouldKeepTheYoungestWhateverTheOrderOfPartitions() {
    try (var window = window(3)) {
      window.add(Pairs.simulated("new", null), 50, 1, 0);
      for (int i = 0; i < 5; i++) {
        window.add(Pairs.simulated("p" + i, null), i, 0, i);
      }
      assertThat(ids(window.entries())).containsExactly("p3", "p4", "new");
    }
  }

  @Test
  void shouldReplaceAPairThatWasSentAgain() {
    try (var window = window(3)) {
      window.add(Pairs.simulated("a", null), 1, 0, 0);
      window.add(Pairs.simulated("b", null), 2, 0, 1);
      window.add(Pairs.simulated("a", null), 3, 0, 2);
      assertThat(ids(window.entries())).containsExactly("b", "a");
    }
  }

  @Test
  void shouldForgetWhatIsTooOldAndUseItsRoomAgain() {
    try (var window = window(2)) {
      window.add(Pairs.simulated("a", null), 1, 0, 0);
      window.expire(Instant.ofEpochMilli(2));
      assertThat(window.entries()).isEmpty();
      window.add(Pairs.simulated("b", null), 3, 0, 1);
      assertThat(window.entries().get(0).slot()).isZero();
    }
  }

  @Test
  void shouldGiveBackScansWithAndWithoutAMask() {
    var task = Pairs.scans();
    var frozen = directory.resolve("frozen");
    try (var window = new PairWindow(task, directory.resolve("window.f32"), 10)) {
      for (int i = 0; i < 4; i++) {
        window.add(Pairs.scan("scan" + i, i % 2 == 1), i, 0, i);
      }
      window.freeze(frozen);
    }
    assertThat(PairSnapshot.exists(frozen, task)).isTrue();
    try (var snapshot = PairSnapshot.open(frozen, task)) {
      for (var pair : snapshot.validation(new TrainValidationSplit(0.999), 100)) {
        var sent = Pairs.scan(pair.id(), pair.id().matches("scan[13]"));
        assertThat(pair.measurement().measurement()).isEqualTo(sent.measurement().orElseThrow());
        assertThat(pair.auxiliary()).containsOnlyKeys(sent.auxiliary().keySet());
        assertThat(
                pair.measurement()
                    .operator()
                    .residual(pair.truth(), pair.measurement().measurement()))
            .isLessThan(1e-3);
      }
    }
  }

  @Test
  void shouldGiveBackFrozenPairsAsTheyWere() {
    try (var window = window(10)) {
      for (int i = 0; i < 6; i++) {
        window.add(Pairs.measured("m" + i), i, 0, i);
        window.add(Pairs.simulated("s" + i, null), i, 1, i);
      }
      window.expire(Instant.ofEpochMilli(1));
      try (var frozen = frozen(window)) {
        window.add(Pairs.simulated("late", null), 99, 0, 99);
        assertThat(ids(frozen.entries())).hasSize(10).doesNotContain("late");
        for (var pair : frozen.validation(HALF, 100)) {
          assertThat(pair.truth()).isEqualTo(Pairs.truth(pair.id().hashCode()));
          if (pair.id().startsWith("m")) {
            assertThat(pair.measurement().measurement())
                .isEqualTo(Pairs.measured(pair.id()).measurement().orElseThrow());
          }
        }
      }
    }
  }

  @Test
  void shouldNeverTrainOnASeriesThatValidates() {
    try (var window = window(100)) {
      for (int i = 0; i < 60; i++) {
        window.add(Pairs.simulated("p" + i, "series-" + i / 6), i, 0, i);
      }
      try (var frozen = frozen(window)) {
        var validating = new HashSet<Integer>();
        frozen
            .validation(HALF, 100)
            .forEach(pair -> validating.add(Integer.parseInt(pair.id().substring(1)) / 6));
        int trained = frozen.training(HALF).size();
        assertThat(validating).isNotEmpty();
        assertThat(trained).isEqualTo(60 - 6 * validating.size());
      }
    }
  }

  @Test
  void shouldMeasureATruthAfreshInTrainingAndOnceForAllInValidation() {
    try (var window = window(10)) {
      for (int i = 0; i < 10; i++) {
        window.add(Pairs.simulated("p" + i, null), i, 0, i);
      }
      try (var frozen = frozen(window)) {
        var training = frozen.training(HALF);
        var random = new SplittableRandom(1);
        float[] truth = training.truth(0, random);
        assertThat(training.measurement(0, truth, random).measurement())
            .isNotEqualTo(training.measurement(0, truth, random).measurement());
        assertThat(frozen.validation(HALF, 1).get(0).measurement().measurement())
            .isEqualTo(frozen.validation(HALF, 1).get(0).measurement().measurement());
      }
    }
  }

  @Test
  void shouldSayThatThereIsNoSnapshot() {
    assertThat(PairSnapshot.exists(directory, Pairs.task())).isFalse();
    assertThatThrownBy(() -> PairSnapshot.open(directory, Pairs.task()))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("cannot read pairs");
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void shouldSayInOneLineThatTheDiskIsFull() {
    try (var window = new PairWindow(Pairs.task(), Path.of("/dev/full"), 10)) {
      assertThatThrownBy(() -> window.add(Pairs.simulated("p1", null), 1, 0, 1))
          .isInstanceOf(UserError.class)
          .hasMessageStartingWith("cannot write pairs in /dev/full: ");
      assertThat(window.entries()).isEmpty();
    }
  }
}
