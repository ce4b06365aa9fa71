package org.deftstream.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import org.deftstream.schemas.avro.AdapterState;
import org.deftstream.schemas.avro.AdapterStatus;
import org.junit.jupiter.api.Test;

class ClusterStatusTest {
  private static final Instant NOW = Instant.parse("2026-01-01T00:10:00Z");

  private static AdapterStatus report(
      String instance, String task, AdapterState state, String reason, int secondsAgo) {
    return AdapterStatus.newBuilder()
        .setInstance(instance)
        .setTask(task)
        .setAdapterId("a-1")
        .setState(state)
        .setReason(reason)
        .setAt(NOW.minusSeconds(500))
        .setSeenAt(NOW.minusSeconds(secondsAgo))
        .setHeartbeatMs(30_000L)
        .build();
  }

  @Test
  void shouldTellWhoServesWhoIsGoneAndWhoStopped() {
    var status =
        new ClusterStatus(
            List.of(
                report("one", "a/b", AdapterState.SERVING, null, 12),
                report("one", "a/c", AdapterState.REFUSED, "too\nlarge", 12),
                report("two", "a/b", AdapterState.SERVING, null, 91),
                report("three", "a/b", AdapterState.STOPPED, null, 300)),
            NOW);

    assertThat(status.present()).isTrue();
    assertThat(status.text().lines())
        .containsExactly(
            "one                      serving  heard of 12 s ago, serves 1 tasks",
            "  refused a-1 for a/c: too?large",
            "three                    stopped  heard of 300 s ago, serves 0 tasks",
            "two                      gone     heard of 91 s ago, serves 1 tasks");
    assertThat(status.json().path("instances").get(2).path("state").asText()).isEqualTo("gone");
  }

  @Test
  void shouldSayThatNobodyIsThere() {
    var gone =
        new ClusterStatus(List.of(report("one", "a/b", AdapterState.SERVING, null, 91)), NOW);
    assertThat(gone.present()).isFalse();
    assertThat(new ClusterStatus(List.of(), NOW).text())
        .isEqualTo("no instance has ever reported\n");
  }
}
