package org.deftstream.trainer.refresh;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.deftstream.trainer.refresh.RefreshPolicy.Situation;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RefreshPolicyTest {
  private static final Instant START = Instant.parse("2030-01-01T00:00:00Z");
  private final RefreshPolicy policy =
      new RefreshPolicy(100, Optional.of(Duration.ofHours(1)), 50, 10);
  @TempDir private Path directory;

  private static Situation situation(int fresh, boolean commanded) {
    return new Situation(80, 20, fresh, Optional.of(START), Optional.of(START), commanded);
  }

  @Test
  void shouldWaitForNewPairsOrTime() {
    assertThat(policy.decide(situation(99, false), START.plusSeconds(60)).due()).isFalse();
    assertThat(policy.decide(situation(100, false), START.plusSeconds(60)).due()).isTrue();
    assertThat(policy.decide(situation(1, false), START.plusSeconds(3600)).due()).isTrue();
    assertThat(policy.decide(situation(0, false), START.plusSeconds(7200)).due()).isFalse();
  }

  @Test
  void shouldObeyACommandWithoutNewPairs() {
    assertThat(policy.decide(situation(0, true), START).due()).isTrue();
  }

  @Test
  void shouldSayWhatIsMissing() {
    var few = new Situation(80, 9, 100, Optional.empty(), Optional.of(START), true);
    var verdict = policy.decide(few, START);
    assertThat(verdict.due()).isFalse();
    assertThat(verdict.reason()).contains("9 to validate on").contains("10 are needed");
  }

  @Test
  void shouldCountFromTheFirstPairBeforeTheFirstRefresh() {
    var first = new Situation(80, 20, 1, Optional.empty(), Optional.of(START), false);
    assertThat(policy.decide(first, START.plusSeconds(3599)).due()).isFalse();
    assertThat(policy.decide(first, START.plusSeconds(3600)).due()).isTrue();
  }

  @Test
  void shouldRememberWhatARefreshKnew() {
    assertThat(TaskProgress.read(directory)).isEqualTo(TaskProgress.none());
    TaskProgress.none().next(START, Map.of(0, 7L, 1, 3L)).write(directory);
    var progress = TaskProgress.read(directory);
    assertThat(progress.refreshes()).isEqualTo(1);
    assertThat(progress.begun()).contains(START);
    assertThat(progress.isNew(0, 6)).isFalse();
    assertThat(progress.isNew(0, 7)).isTrue();
    assertThat(progress.isNew(2, 0)).isTrue();
  }
}
