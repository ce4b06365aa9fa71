package org.deftstream.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.TreeMap;
import org.deftstream.schemas.avro.AdapterState;
import org.deftstream.schemas.avro.AdapterStatus;
import org.junit.jupiter.api.Test;

class AdapterListingTest {
  private static final Instant SEEN = Instant.parse("2026-01-01T10:00:00Z");

  private static AdapterListing listing(AdapterState state, Long heartbeat, Instant now) {
    var statuses = new TreeMap<String, AdapterStatus>();
    statuses.put(
        "one/t",
        AdapterStatus.newBuilder()
            .setInstance("one")
            .setTask("t")
            .setAdapterId("a-1")
            .setState(state)
            .setAt(SEEN.minusSeconds(3600))
            .setSeenAt(heartbeat == null ? null : SEEN)
            .setHeartbeatMs(heartbeat)
            .build());
    return new AdapterListing(new TreeMap<>(), statuses, now);
  }

  @Test
  void shouldNotSayThatAnInstanceServesThatIsGone() {
    var there = listing(AdapterState.SERVING, 30_000L, SEEN.plusSeconds(90));
    assertThat(there.text()).contains("one  t  a-1  serving since 2026-01-01T09:00:00Z");
    assertThat(there.json().at("/tasks/0/instances/0/gone").asBoolean()).isFalse();

    var gone = listing(AdapterState.SERVING, 30_000L, SEEN.plusSeconds(91));
    assertThat(gone.text())
        .contains("one  t  gone: not heard of since 2026-01-01T10:00:00Z, its last report was")
        .doesNotContain("a-1  serving");
    assertThat(gone.json().at("/tasks/0/instances/0/gone").asBoolean()).isTrue();
  }

  @Test
  void shouldLeaveOldInstancesAndFinalStatesAsTheyAre() {
    var later = SEEN.plusSeconds(100_000);
    assertThat(listing(AdapterState.SERVING, null, later).text()).contains("a-1  serving since");
    assertThat(listing(AdapterState.STOPPED, 30_000L, later).text()).contains("a-1  stopped since");
  }
}
