package org.deftstream.service.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.deftstream.deft.engine.AdmissionBudget;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class AdmissionControllerTest {
  @Test
  void shouldCountWhatTheWorkTurnsOutToNeed() {
    var budget = new AdmissionBudget(1000);
    var images = new AdmissionController(budget, 1 << 20, 10);
    var first = images.tryAdmit(10, Duration.ofMillis(1)).orElseThrow();
    assertThat(first.resize(600)).isTrue();
    assertThat(images.admittedBytes()).isEqualTo(600);
    assertThat(images.tryAdmit(10, Duration.ofMillis(1)))
        .as("the next is expected to need as much")
        .isEmpty();
    assertThat(first.resize(300)).isTrue();
    var second = images.tryAdmit(10, Duration.ofMillis(1)).orElseThrow();
    assertThat(images.admittedBytes()).isEqualTo(600);
    assertThat(second.resize(800)).as("there is no room").isFalse();
    assertThat(images.admittedBytes()).isEqualTo(600);
    first.close();
    assertThat(second.resize(5000)).as("more than there is, is all there is").isTrue();
    second.close();
    assertThat(images.admittedBytes()).isZero();
  }

  private final AdmissionBudget budget = new AdmissionBudget(1000);
  private final AdmissionController admission = new AdmissionController(budget, 600, 3);

  @Test
  void shouldBoundTheNumberOfRecords() {
    var first = admit(1).orElseThrow();
    admit(1);
    admit(1);
    assertThat(admit(1)).isEmpty();
    first.workDone(0);
    assertThat(admit(1)).isPresent();
  }

  @Test
  void shouldBoundTheBytesOfWork() {
    var first = admit(400).orElseThrow();
    assertThat(admit(200)).isEmpty();
    first.workDone(0);
    assertThat(admit(200)).isPresent();
  }

  @Test
  void shouldBoundTheBytesOfWaitingAnswers() {
    var first = admit(10).orElseThrow();
    first.workDone(700);
    assertThat(admission.keptBytes()).isEqualTo(710);
    assertThat(admit(10)).isEmpty();
    first.close();
    assertThat(admission.keptBytes()).isZero();
    assertThat(admit(10)).isPresent();
  }

  @Test
  void shouldAdmitARecordLargerThanEverything() {
    var large = admit(50_000).orElseThrow();
    assertThat(admit(1)).isEmpty();
    large.close();
    assertThat(budget.available()).isEqualTo(1000);
  }

  @Test
  void shouldGiveEverythingBackOnce() {
    var permit = admit(100).orElseThrow();
    permit.workDone(5);
    permit.workDone(5);
    permit.close();
    permit.close();
    assertThat(budget.available()).isEqualTo(1000);
    assertThat(admission.keptBytes()).isZero();
    assertThat(admission.open()).isZero();
    assertThat(admission.working()).isZero();
  }

  @Test
  void shouldLetNothingBeginBesideARecordThatRunsAlone() throws Exception {
    var busy = admit(10).orElseThrow();
    var alone =
        CompletableFuture.supplyAsync(() -> admission.admitAlone(10, 0, () -> false).orElseThrow());
    // Whoever waits to be alone comes before whoever only wants room.
    while (admit(10).map(this::giveBack).isPresent()) {
      Thread.onSpinWait();
    }
    assertThat(alone).isNotDone();
    busy.workDone(0);
    var permit = alone.get(10, TimeUnit.SECONDS);
    assertThat(admit(10)).isEmpty();
    permit.workDone(0);
    assertThat(admit(10)).isPresent();
  }

  @Test
  void shouldStopWaitingWhenCancelled() {
    admit(1);
    assertThat(admission.admitAlone(1, 0, () -> true)).isEmpty();
    assertThat(admission.admit(1, 0, () -> true)).isEmpty();
    assertThat(admit(1)).isPresent();
  }

  @Test
  void shouldAdmitNothingOnceStoppedAndTellWhenItIsEmpty() {
    var permit = admit(1).orElseThrow();
    admission.stop();
    assertThat(admit(1)).isEmpty();
    assertThat(admission.awaitEmpty(Duration.ofMillis(1))).isFalse();
    permit.close();
    assertThat(admission.awaitEmpty(Duration.ofMillis(1))).isTrue();
  }

  private AdmissionController.Permit giveBack(AdmissionController.Permit permit) {
    permit.close();
    return permit;
  }

  private Optional<AdmissionController.Permit> admit(long bytes) {
    return admission.tryAdmit(bytes, Duration.ofMillis(1));
  }
}
