package org.deftstream.deft.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class AdmissionBudgetTest {
  private static final Duration LONG = Duration.ofSeconds(30);

  @Test
  void shouldGrantNoMoreThanItHolds() {
    var budget = new AdmissionBudget(100);
    assertThat(budget.tryAcquire(60, Duration.ZERO)).isTrue();
    assertThat(budget.tryAcquire(41, Duration.ofMillis(5))).isFalse();
    assertThat(budget.tryAcquire(40, Duration.ZERO)).isTrue();
    assertThat(budget.available()).isZero();
    budget.release(60);
    assertThat(budget.available()).isEqualTo(60);
  }

  @Test
  void shouldLetARequestLargerThanItselfRunAlone() {
    var budget = new AdmissionBudget(100);
    assertThat(budget.tryAcquire(1000, Duration.ZERO)).isTrue();
    assertThat(budget.tryAcquire(1, Duration.ZERO)).isFalse();
    budget.release(1000);
    assertThat(budget.available()).isEqualTo(100);
  }

  @Test
  void shouldWakeAWaiterAndServeALargeOneBeforeLaterSmallOnes() throws Exception {
    var budget = new AdmissionBudget(100);
    budget.tryAcquire(50, Duration.ZERO);
    budget.tryAcquire(50, Duration.ZERO);
    var thread = new CompletableFuture<Thread>();
    var large =
        CompletableFuture.supplyAsync(
            () -> {
              thread.complete(Thread.currentThread());
              return budget.tryAcquire(100, LONG);
            });
    while (thread.join().getState() != Thread.State.TIMED_WAITING) {
      Thread.onSpinWait();
    }
    budget.release(50);
    assertThat(budget.tryAcquire(10, Duration.ZERO)).as("the large one waits").isFalse();
    budget.release(50);
    assertThat(large).succeedsWithin(LONG).isEqualTo(true);
  }

  @Test
  void shouldGiveUpWhenInterruptedAndKeepTheInterrupt() {
    var budget = new AdmissionBudget(1);
    budget.tryAcquire(1, Duration.ZERO);
    Thread.currentThread().interrupt();
    assertThat(budget.tryAcquire(1, LONG)).isFalse();
    assertThat(Thread.interrupted()).isTrue();
    budget.release(1);
    assertThat(budget.tryAcquire(1, Duration.ZERO)).isTrue();
  }

  @Test
  void shouldRefuseWhatMakesNoSense() {
    var budget = new AdmissionBudget(100);
    assertThatThrownBy(() -> budget.release(1)).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> budget.tryAcquire(-1, LONG)).hasMessageContaining("-1");
    assertThatThrownBy(() -> new AdmissionBudget(0)).hasMessageContaining("positive");
  }
}
