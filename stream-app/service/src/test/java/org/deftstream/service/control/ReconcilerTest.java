package org.deftstream.service.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.deftstream.messaging.control.ControlRequest;
import org.deftstream.messaging.control.RegistryAwayException;
import org.deftstream.schemas.avro.AdapterControl;
import org.deftstream.schemas.avro.AdapterState;
import org.deftstream.schemas.avro.Serve;
import org.junit.jupiter.api.Test;

/** What is asked for is served, through all states. */
class ReconcilerTest extends ReconcilerFixture {
  @Test
  void shouldTakeAnAdapterThroughAllStates() {
    request(serving(A1));

    assertThat(Fixture.describe(reports))
        .containsExactly("a-1 LOADING", "a-1 VERIFIED", "a-1 WARM", "a-1 SERVING");
    assertThat(served()).contains("a-1");
    try (var lease = table.acquire(Fixture.TASK, "scan-1", Optional.empty())) {
      assertThat(lease.method()).isEqualTo("deft");
      assertThat(lease.sampler().steps()).isEqualTo(3);
    }
  }

  @Test
  void shouldReplaceAnAdapterAndDrainItWhenItsLastLeaseIsBack() {
    request(serving(A1));
    var lease = table.acquire(Fixture.TASK, "scan-1", Optional.empty());
    reports.clear();

    request(serving(A2));

    assertThat(Fixture.describe(reports))
        .containsExactly("a-2 LOADING", "a-2 VERIFIED", "a-2 WARM", "a-1 DRAINING", "a-2 SERVING");
    assertThat(lease.adapterId()).contains("a-1");
    assertThat(served()).contains("a-2");
    reports.clear();
    lease.close();
    lease.close();
    settle();
    // What serves is told again, so that the last report of the task says it.
    assertThat(Fixture.describe(reports)).containsExactly("a-1 DRAINED", "a-2 SERVING");
  }

  @Test
  void shouldKeepThePreviousAdapterForARollbackAndCloseTheOneBefore() {
    request(serving(A1));
    request(serving(A2));
    assertThat(networks.open).hasValue(2);
    int opened = networks.opened.get();

    request(serving(A1));

    assertThat(served()).contains("a-1");
    assertThat(networks.opened).hasValue(opened);

    request(serving(A3));
    assertThat(networks.open).as("a-3 and a-1, not a-2").hasValue(2);
    assertThat(table.routing(Fixture.TASK).orElseThrow().loaded()).containsOnlyKeys("a-1", "a-3");
  }

  @Test
  void shouldLoadThePreviousAdapterThatTheRecordNames() {
    request(
        Fixture.control(Serve.ADAPTER)
            .setStable(Fixture.ref(A2))
            .setPrevious(Fixture.ref(A1))
            .build());

    try (var pinned = table.acquire(Fixture.TASK, "scan-1", Optional.of("a-1"))) {
      assertThat(pinned.adapterId()).contains("a-1");
    }
    assertThat(served()).contains("a-2");
  }

  @Test
  void shouldFollowTheLastOfSeveralRequests() {
    store.remove(A1.manifest().weightsSha256());
    request(serving(A1));
    request(serving(A2));

    store(A1);
    settle();

    assertThat(served()).contains("a-2");
    assertThat(reconciler.idle()).isTrue();
  }

  @Test
  void shouldLeaveAnAdapterAtOnceEvenIfAnotherCannotBeLoaded() {
    request(serving(A1));
    store.clear();
    reports.clear();

    request(
        Fixture.control(Serve.TRAINING_FREE)
            .setStable(Fixture.ref(A1))
            .setPrevious(Fixture.ref(A2))
            .build());

    assertThat(served()).isEmpty();
    assertThat(reconciler.idle()).isFalse();
    assertThat(Fixture.describe(reports)).contains("- SERVING", "a-1 DRAINED");
    assertThat(table.routing(Fixture.TASK).orElseThrow().loaded()).containsKey("a-1");
  }

  @Test
  void shouldServeThePreviousAdapterWhenItStartsWithOneThatIsRefused() {
    reconciler.request(new ControlRequest(Fixture.TASK, 0, Optional.empty(), Optional.empty()));
    reconciler = reconciler(Duration.ofMinutes(1));
    var refused = Fixture.with(A2, "priorFingerprint", "cd".repeat(32));

    request(
        Fixture.control(Serve.ADAPTER)
            .setStable(Fixture.ref(refused))
            .setPrevious(Fixture.ref(A1))
            .build());

    assertThat(served()).contains("a-1");
    assertThat(Fixture.describe(reports)).endsWith("a-1 SERVING", "a-2 REFUSED");
    assertThat(lastReason()).endsWith("; adapter a-1 serves on");
  }

  @Test
  void shouldServeANewTaskByItsDefinition() {
    var state =
        AdapterControl.newBuilder(Fixture.control(Serve.TRAINING_FREE).build())
            .setTask("tiny/other")
            .setDefinition(Fixture.taskJson("tiny/other"))
            .build();

    request(state);

    try (var lease = table.acquire("tiny/other", "scan-1", Optional.empty())) {
      assertThat(lease.method()).isEqualTo("diffpir");
      assertThat(lease.task().name()).isEqualTo("tiny/other");
      assertThat(lease.sampler().steps()).isEqualTo(4);
    }
  }

  @Test
  void shouldRetireATask() {
    request(serving(A1));
    var lease = table.acquire(Fixture.TASK, "scan-1", Optional.empty());
    reports.clear();

    reconciler.request(new ControlRequest(Fixture.TASK, 0, Optional.empty(), Optional.empty()));
    settle();

    assertThatThrownBy(() -> table.acquire(Fixture.TASK, "scan-2", Optional.empty()))
        .isInstanceOf(UnknownTaskException.class)
        .hasMessage("task 'tiny/inpaint' is not known; no task is served");
    assertThat(networks.open).as("a lease is still out").hasValue(1);
    lease.close();
    settle();
    assertThat(networks.open).hasValue(0);
    assertThat(Fixture.describe(reports))
        .containsExactly("a-1 DRAINING", "- RETIRED", "a-1 DRAINED", "- RETIRED");
  }

  @Test
  void shouldWaitForWeightsWhileOnlyTheConnectionFails() {
    reconciler = reconciler(Duration.ZERO);
    for (var failure :
        List.of(
            new RegistryAwayException(new java.net.ConnectException("Connection refused")),
            new org.apache.kafka.common.errors.TimeoutException("no answer"))) {
      away = failure;
      reports.clear();
      request(serving(A1));

      assertThat(reconciler.idle()).isFalse();
      assertThat(reconciler.waitsFor().orElseThrow()).contains("a-1", failure.getMessage());
      assertThat(Fixture.describe(reports)).doesNotContain("a-1 REFUSED");
    }
    away = null;
    request(serving(A1));

    assertThat(reconciler.idle()).isTrue();
    assertThat(reconciler.waitsFor()).isEmpty();
    assertThat(served()).contains("a-1");
  }

  @Test
  void shouldLoadAKnownIdWithANewDescription() {
    request(serving(A1));
    var lease = table.acquire(Fixture.TASK, "scan-1", Optional.empty());
    reports.clear();
    var described = Fixture.with(A1, "validation", Map.of("psnr", 30));

    request(serving(described));

    assertThat(Fixture.describe(reports))
        .containsExactly("a-1 LOADING", "a-1 VERIFIED", "a-1 WARM", "a-1 DRAINING", "a-1 SERVING");
    assertThat(table.routing(Fixture.TASK).orElseThrow().serving().orElseThrow().manifest())
        .extracting(manifest -> manifest.validation().path("psnr").asInt())
        .isEqualTo(30);
    assertThat(networks.open).hasValue(2);
    lease.close();
    settle();
    assertThat(networks.open).hasValue(1);
  }

  @Test
  void shouldSayWhichControlRecordAReportAnswers() {
    request(serving(A1));
    var lease = table.acquire(Fixture.TASK, "scan-1", Optional.empty());
    request(serving(A2));
    long second = offset - 1;
    var report = reports.get(reports.size() - 1);
    assertThat(report.controlOffset()).contains(second);

    // What is told again of an earlier record is no answer to a later one.
    reconciler.request(
        new ControlRequest(
            Fixture.TASK,
            offset++,
            Optional.of(serving(Fixture.with(A2, "featureClip", 2))),
            Optional.empty()));
    lease.close();
    while (!events.isEmpty()) {
      events.remove().run();
    }
    report = reports.get(reports.size() - 1);
    assertThat(report.adapterId()).contains("a-2");
    assertThat(report.state()).isEqualTo(AdapterState.SERVING);
    assertThat(report.controlOffset()).contains(second);

    settle();
    assertThat(updater.standing()).hasSize(1);
    assertThat(updater.standing().get(0).controlOffset()).contains(offset - 1);
  }

  @Test
  void shouldSayAtTheEndThatNothingIsServed() {
    request(serving(A1));
    reports.clear();

    updater.close();
    settle();

    assertThat(Fixture.describe(reports)).containsExactly("- STOPPED");
    assertThat(updater.standing()).isEmpty();
    assertThat(networks.open).hasValue(0);
  }
}
