package org.deftstream.service.ledger;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Holds back everything that a task would write until it has consumed one record of its own.
 *
 * <p>Kafka checks that a task still owns its partition only when a transaction carries consumed
 * offsets. A task that has recovered a ledger and consumed nothing yet would commit transactions
 * without any, and if it was stalled and replaced meanwhile, its results would be published a
 * second time. Once a task has consumed a record, every later transaction of it carries an offset.
 * So a task with recovered work asks for a probe on its partition of the probe topic, and asks
 * again until a record has come.
 *
 * <p>Confined to the task's stream thread.
 */
public final class FencingGate {
  private static final Logger log = LoggerFactory.getLogger(FencingGate.class);

  /** A failed send is repeated after this time. */
  static final Duration RETRY = Duration.ofMillis(500);

  /** A probe that was sent but did not come back is repeated after this time. */
  static final Duration REPEAT = Duration.ofSeconds(10);

  private final FencingProbe sender;
  private final int partition;
  private boolean passed;
  private CompletableFuture<?> sending;
  private long sentAtMillis;

  /**
   * A closed gate that has not asked for a probe.
   *
   * @param sender sends probes
   * @param partition the task's partition
   */
  public FencingGate(FencingProbe sender, int partition) {
    this.sender = sender;
    this.partition = partition;
  }

  /** Whether the task may write. */
  public boolean passed() {
    return passed;
  }

  /** A record was consumed by this incarnation of the task. */
  public void pass() {
    passed = true;
  }

  /**
   * Asks for a probe if none is on its way; to be called again and again while the gate is closed.
   *
   * @param nowMillis the time, from any clock that does not go backwards
   */
  public void ask(long nowMillis) {
    if (passed) {
      return;
    }
    if (sending == null) {
      send(nowMillis);
      return;
    }
    long waited = nowMillis - sentAtMillis;
    if (sending.isCompletedExceptionally() && waited >= RETRY.toMillis()) {
      log.warn("probe for partition {} could not be sent, sending it again", partition);
      send(nowMillis);
    } else if (waited >= REPEAT.toMillis()) {
      log.warn(
          "probe for partition {} did not arrive for {} ms, sending another", partition, waited);
      send(nowMillis);
    }
  }

  private void send(long nowMillis) {
    sentAtMillis = nowMillis;
    try {
      sending = sender.send(partition);
    } catch (RuntimeException e) {
      sending = CompletableFuture.failedFuture(e);
    }
  }
}
