package org.deftstream.trainer.serve;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.task.Task;
import org.deftstream.deft.training.Truths;
import org.deftstream.trainer.pairs.PairSnapshot;
import org.deftstream.trainer.pairs.Pairs;
import org.deftstream.trainer.pairs.TrainValidationSplit;
import org.deftstream.trainer.refresh.RefreshPolicy;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TaskTrainingStateTest {
  private static final Clock CLOCK =
      Clock.fixed(Instant.parse("2030-01-01T00:00:00Z"), ZoneOffset.UTC);
  @TempDir private Path directory;

  private TaskTrainingState state() {
    return state(Pairs.task());
  }

  private TaskTrainingState state(Task task) {
    return state(task, "topic-1");
  }

  private TaskTrainingState state(Task task, String topic) {
    return state(task, topic, 0);
  }

  private TaskTrainingState cold(Task task) {
    return state(task, "topic-1", 40);
  }

  private TaskTrainingState state(Task task, String topic, int coldSamples) {
    return new TaskTrainingState(
        task,
        topic,
        new WindowSettings(directory, 100, Duration.ofDays(1), 3),
        new TrainValidationSplit(0.5),
        new RefreshPolicy(20, Optional.empty(), 2, 2, coldSamples),
        CLOCK);
  }

  private static void fill(TaskTrainingState state, int from, int to) {
    for (int i = from; i < to; i++) {
      state.add(Pairs.simulated("p" + i, null), CLOCK.millis() + i, 0, i);
    }
  }

  @Test
  void shouldBeDueAfterEnoughNewPairsAndNotAgainAfterARestart() {
    try (var state = state()) {
      fill(state, 0, 20);
      assertThat(state.decide().due()).isTrue();
      state.begin(Map.of(0, 20L));
      assertThat(state.decide().due()).isFalse();
    }
    try (var state = state()) {
      fill(state, 0, 39);
      assertThat(state.decide().due()).isFalse();
      fill(state, 39, 40);
      assertThat(state.decide().due()).isTrue();
    }
  }

  @Test
  void shouldObeyACommandOnceAndRememberItUntilItIsObeyed() {
    try (var state = state()) {
      fill(state, 0, 10);
      state.command(0, 10);
      assertThat(state.decide().due()).isTrue();
      state.begin(Map.of(0, 11L));
    }
    try (var state = state()) {
      fill(state, 0, 10);
      state.command(0, 10);
      assertThat(state.decide().due()).isFalse();
    }
  }

  @Test
  void shouldGoOnWithTheSamePairsAfterARestart() throws IOException {
    try (var state = state()) {
      fill(state, 0, 20);
      state.begin(Map.of(0, 20L));
    }
    try (var state = state()) {
      fill(state, 0, 30);
      var begun = state.unfinished().orElseThrow();
      assertThat(begun.number()).isEqualTo(1);
      try (var pairs = PairSnapshot.open(begun.files().pairs(), Pairs.task())) {
        assertThat(pairs.entries()).hasSize(20);
      }
      Files.writeString(begun.files().directory().resolve("result.json"), "{}");
      assertThat(state.unfinished()).isEmpty();
    }
  }

  @Test
  void shouldBeginARefreshAgainWhoseFilesWereCut() throws IOException {
    for (String file : new String[] {"pairs/pairs.f32", "pairs/pairs.json", "result.json"}) {
      try (var state = state()) {
        fill(state, 0, 20);
        var path = state.begin(Map.of(0, 20L)).files().directory().resolve(file);
        Files.write(path, new byte[] {'{'});
        var begun = state.unfinished().orElseThrow();
        try (var pairs = PairSnapshot.open(begun.files().pairs(), Pairs.task())) {
          assertThat(pairs.entries()).as(file).hasSize(20);
          assertThat(pairs.validation(new TrainValidationSplit(0.5), 100)).isNotEmpty();
        }
        assertThat(begun.files().result()).isEmpty();
      }
    }
  }

  @Test
  void shouldLeaveARefreshFromBeforeTheTaskWasRedefined() {
    try (var state = state()) {
      fill(state, 0, 20);
      state.begin(Map.of(0, 20L));
      assertThat(state.unfinished()).isPresent();
    }
    try (var state = state(Pairs.task(0.1))) {
      assertThat(state.unfinished()).isEmpty();
      fill(state, 0, 40);
      assertThat(state.begin(Map.of(0, 40L)).number()).isEqualTo(2);
    }
  }

  @Test
  void shouldTakePairsOfATopicThatWasMadeAnewForNew() {
    try (var state = state()) {
      fill(state, 0, 20);
      state.begin(Map.of(0, 1000L));
    }
    try (var state = state(Pairs.task(), "topic-2")) {
      fill(state, 0, 19);
      assertThat(state.decide().due()).isFalse();
      fill(state, 19, 20);
      assertThat(state.decide().due()).isTrue();
      state.begin(Map.of(0, 20L));
      assertThat(state.decide().due()).isFalse();
    }
  }

  @Test
  void shouldTakePairsWithoutATimeAndFromTheFutureForSentNow() {
    try (var state = state()) {
      for (int i = 0; i < 20; i++) {
        state.add(Pairs.simulated("p" + i, null), i % 2 == 0 ? -1 : Long.MAX_VALUE, 0, i);
      }
      assertThat(state.decide().due()).isTrue();
      assertThat(state.situation().first()).contains(CLOCK.instant());
    }
  }

  @Test
  void shouldForgetPairsThatAreTooOld() {
    try (var state = state()) {
      for (int i = 0; i < 40; i++) {
        state.add(
            Pairs.simulated("old" + i, null), CLOCK.millis() - Duration.ofDays(2).toMillis(), 0, i);
      }
      assertThat(state.decide().due()).isFalse();
    }
  }

  @Test
  void shouldBeginWithoutAPairWhereThereIsNoAdapterOnceForEachDefinition() {
    try (var state = cold(Pairs.task())) {
      assertThat(state.decide().due()).as("it has an adapter").isFalse();
      state.bare(true);
      assertThat(state.decide().due()).isTrue();
      var begun = state.begin(Map.of());
      assertThat(begun.files().isCold(Pairs.task())).isTrue();
      assertThat(state.decide().due()).as("it has begun").isFalse();
      assertThat(state.unfinished()).map(TaskTrainingState.Begun::number).contains(1);
    }
    try (var state = cold(Pairs.task())) {
      state.bare(true);
      assertThat(state.unfinished()).as("after a restart").isPresent();
      assertThat(state.decide().due()).isFalse();
    }
    try (var state = cold(Pairs.task(0.1))) {
      state.bare(true);
      assertThat(state.unfinished()).as("redefined").isEmpty();
      assertThat(state.decide().due()).isTrue();
    }
  }

  @Test
  void shouldWaitForPairsWhereSomeAreThereOrNobodyAskedForMore() {
    try (var state = cold(Pairs.task())) {
      state.bare(true);
      fill(state, 0, 1);
      assertThat(state.decide().due()).isFalse();
    }
    try (var state = state()) {
      state.bare(true);
      assertThat(state.decide().due()).isFalse();
    }
  }

  /** What is drawn when a cold start runs is pairs like any others, and says what it is. */
  @Test
  void shouldKeepImagesThatNobodySentAsPairs() {
    var operator = Pairs.task().operator();
    Path at = directory.resolve("drawn");
    var truths =
        new Truths() {
          @Override
          public ImageShape shape() {
            return operator.imageShape();
          }

          @Override
          public int size() {
            return 30;
          }

          @Override
          public float[] truth(int index, RandomGenerator random) {
            var image = new float[shape().size()];
            Arrays.fill(image, index / 100f);
            return image;
          }

          @Override
          public String origin() {
            return "samples of the prior";
          }
        };

    PairSnapshot.write(at, Pairs.task(), truths);

    var split = new TrainValidationSplit(0.5);
    try (var pairs = PairSnapshot.open(at, Pairs.task())) {
      assertThat(pairs.origin()).isEqualTo("samples of the prior");
      var training = pairs.training(split);
      var validation = pairs.validation(split, 100);
      assertThat(training.size() + validation.size()).isEqualTo(30);
      assertThat(training.origin()).isEqualTo("samples of the prior");
      for (var pair : validation) {
        int index = Integer.parseInt(pair.id().substring("sample-".length()));
        assertThat(pair.truth()[0]).isEqualTo(index / 100f);
      }
    }
  }
}
