package org.deftstream.messaging.control;

import java.time.Instant;
import java.util.Set;
import org.deftstream.schemas.avro.AdapterState;
import org.deftstream.schemas.avro.AdapterStatus;

/** Whether an instance is still there, by what it reported last. Stateless. */
public final class Heartbeats {
  /** So many heartbeats may be missing before an instance counts as gone. */
  private static final int MISSED = 3;

  /** An instance says these once: a task that it does not serve has no heartbeat. */
  private static final Set<AdapterState> ENDED =
      Set.of(AdapterState.RETIRED, AdapterState.STOPPED, AdapterState.REFUSED);

  private Heartbeats() {}

  /** Whether an instance that said it serves has not been heard of for long, by both clocks. */
  public static boolean gone(AdapterStatus status, Instant now) {
    return status.getSeenAt() != null
        && status.getHeartbeatMs() != null
        && !ENDED.contains(status.getState())
        && status.getSeenAt().plusMillis(MISSED * status.getHeartbeatMs()).isBefore(now);
  }
}
