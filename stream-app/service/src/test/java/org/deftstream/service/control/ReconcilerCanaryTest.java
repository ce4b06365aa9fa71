package org.deftstream.service.control;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Optional;
import org.deftstream.schemas.avro.AdapterControl;
import org.deftstream.schemas.avro.Serve;
import org.junit.jupiter.api.Test;

/** Adapters on trial, and how adapters are sampled. */
class ReconcilerCanaryTest extends ReconcilerFixture {
  @Test
  void shouldServeTheStableAdapterBesideACanaryThatIsRefused() {
    var canary = Fixture.with(A2, "priorFingerprint", "cd".repeat(32));

    request(
        Fixture.control(Serve.ADAPTER)
            .setStable(Fixture.ref(A1))
            .setCanary(Fixture.ref(canary))
            .setCanaryShare(1)
            .build());

    assertThat(Fixture.describe(reports)).endsWith("a-1 SERVING", "a-2 REFUSED");
    assertThat(lastReason()).contains("cd".repeat(32)).contains("ab".repeat(32));
    assertThat(served()).contains("a-1");
  }

  @Test
  void shouldTryACanaryAndEndIt() {
    var both =
        Fixture.control(Serve.ADAPTER)
            .setStable(Fixture.ref(A1))
            .setCanary(Fixture.ref(A2))
            .setCanaryShare(1);
    request(both.build());
    assertThat(served()).contains("a-2");

    request(serving(A1));

    assertThat(served()).contains("a-1");
    assertThat(Fixture.describe(reports)).contains("a-2 DRAINED");
    assertThat(networks.open).hasValue(1);
  }

  @Test
  void shouldRollBackACanaryThatGoesWrong() {
    request(
        Fixture.control(Serve.ADAPTER)
            .setStable(Fixture.ref(A1))
            .setCanary(Fixture.ref(A2))
            .setCanaryShare(1)
            .build());
    reports.clear();

    for (int i = 0; i < 2; i++) {
      assertThat(served()).contains("a-2");
      try (var lease = table.acquire(Fixture.TASK, "scan-" + i, Optional.empty())) {
        lease.failed();
      }
    }
    settle();

    assertThat(served()).contains("a-1");
    assertThat(ended).containsExactly(Fixture.TASK + " a-2");
    assertThat(Fixture.describe(reports)).contains("a-2 DRAINING", "a-1 SERVING", "a-2 REFUSED");
    assertThat(lastReason())
        .contains("serve-time guard", "2 failed in the engine")
        .endsWith("; adapter a-1 serves on");

    // The record follows, and may name the same canary again, to be judged anew.
    request(serving(A1));
    assertThat(networks.open).as("a-1 alone").hasValue(1);
  }

  @Test
  void shouldNotBlameTheCanaryForWhatTheStableAdapterDid() {
    request(
        Fixture.control(Serve.ADAPTER)
            .setStable(Fixture.ref(A1))
            .setCanary(Fixture.ref(A2))
            .setCanaryShare(0.5)
            .build());
    for (int i = 0; i < 40; i++) {
      try (var lease = table.acquire(Fixture.TASK, "scan-" + i, Optional.empty())) {
        if (lease.adapterId().equals(Optional.of("a-1"))) {
          lease.failed();
        } else {
          lease.reconstructed(1);
        }
      }
    }
    settle();

    assertThat(table.routing(Fixture.TASK).orElseThrow().canary()).isPresent();
    assertThat(ended).isEmpty();
  }

  @Test
  void shouldReplaceTheSamplerOfTheTask() {
    request(
        Fixture.control(Serve.TRAINING_FREE)
            .setSampler(
                "{\"steps\": 9, \"grid\": \"uniform\", \"noise\": \"eta\", \"noiseLevel\": 1,"
                    + " \"samples\": 1}")
            .build());

    try (var lease = table.acquire(Fixture.TASK, "scan-1", Optional.empty())) {
      assertThat(lease.sampler().steps()).isEqualTo(9);
    }
  }

  private static final Map<String, Object> FIVE_STEPS =
      Map.of("steps", 5, "noiseLevel", 0.5, "samples", 3);

  private int steps(String measurementId, Optional<String> pinned) {
    try (var lease = table.acquire(Fixture.TASK, measurementId, pinned)) {
      return lease.sampler().steps();
    }
  }

  @Test
  void shouldSampleAnAdapterAsItWasValidated() {
    var fast = Fixture.with(A1, "sampler", FIVE_STEPS);
    var described =
        Fixture.with(
            fast,
            "validation",
            Map.of(
                "sampler",
                fast.manifest().sampler().orElseThrow().describe(),
                "residual",
                Map.of("low", 0.5, "high", 1.5)));
    request(serving(described));

    assertThat(steps("scan-1", Optional.empty())).isEqualTo(5);
    try (var lease = table.acquire(Fixture.TASK, "scan-1", Optional.empty())) {
      assertThat(lease.outOfRange(1.4)).contains(false);
      assertThat(lease.outOfRange(1.6)).contains(true);
    }

    // What was asked for wins, for what serves; the range is no longer that of its sampler.
    request(
        AdapterControl.newBuilder(serving(described))
            .setPrevious(Fixture.ref(A2))
            .setCanary(
                Fixture.ref(Fixture.with(A3, "sampler", Map.of("steps", 7, "noiseLevel", 1))))
            .setCanaryShare(0)
            .setSampler("{\"steps\": 9, \"noiseLevel\": 1}")
            .build());
    assertThat(steps("scan-1", Optional.empty())).isEqualTo(9);
    try (var lease = table.acquire(Fixture.TASK, "scan-1", Optional.empty())) {
      assertThat(lease.outOfRange(1.6)).isEmpty();
    }
    assertThat(steps("scan-1", Optional.of("a-3"))).isEqualTo(7);
    assertThat(steps("scan-1", Optional.of("a-2"))).as("as its task says").isEqualTo(3);
  }

  @Test
  void shouldRefuseAnAdapterWhoseSamplerThePriorCannotFollow() {
    request(serving(Fixture.with(A1, "sampler", Map.of("steps", 1001, "noiseLevel", 1))));

    assertThat(lastReason()).contains("a-1, sampler: steps must be at most 1000");
  }
}
