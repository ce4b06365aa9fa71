package org.deftstream.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.deftstream.service.ledger.MemoryPermit;
import org.deftstream.service.ledger.SourceRecord;
import org.junit.jupiter.api.Test;

class ConfirmedWorkTest {
  private static final UUID SOURCE = new UUID(1, 1);

  private final CompletableFuture<byte[]> answer = new CompletableFuture<>();
  private final CompletableFuture<UUID> confirmed = new CompletableFuture<>();
  private final RunHistory history = new RunHistory("in");
  private final ConfirmedWork work =
      new ConfirmedWork((record, room) -> answer, () -> confirmed, history);

  private CompletableFuture<byte[]> start() {
    history.begin(SOURCE);
    return work.start(
        new SourceRecord("in", 0, 4, 1, null, new byte[0], new RecordHeaders()),
        MemoryPermit.UNBOUNDED);
  }

  @Test
  void shouldHoldAnAnswerBackUntilItsTopicIsConfirmed() {
    var started = start();
    answer.complete(new byte[] {1});
    assertThat(started).isNotDone();
    assertThat(history.certainBelow(SOURCE, 0)).isZero();
    confirmed.complete(SOURCE);
    assertThat(started).isCompleted();
    assertThat(started.join()).containsExactly(1);
    assertThat(history.certainBelow(SOURCE, 0)).isEqualTo(5);
  }

  @Test
  void shouldHoldARejectionBackTooAndPassItOn() {
    var started = start();
    answer.completeExceptionally(new IllegalArgumentException("no"));
    assertThat(started).isNotDone();
    confirmed.complete(SOURCE);
    assertThatThrownBy(started::join).hasCauseInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void shouldStopTheWorkWhenItIsCancelled() {
    start().cancel(true);
    assertThat(answer).isCancelled();
    assertThat(confirmed).isCancelled();
  }
}
