package org.deftstream.service.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class FencingGateTest {
  private final List<CompletableFuture<Void>> sent = new ArrayList<>();
  private final FencingGate gate = new FencingGate(partition -> send(), 3);

  private CompletableFuture<Void> send() {
    var future = new CompletableFuture<Void>();
    sent.add(future);
    return future;
  }

  @Test
  void shouldAskOnceWhileATickIsOnItsWay() {
    for (long now = 0; now < 5_000; now += 100) {
      gate.ask(now);
    }
    assertThat(sent).hasSize(1);
    assertThat(gate.passed()).isFalse();
  }

  @Test
  void shouldAskAgainWhenTheTickCouldNotBeSent() {
    gate.ask(0);
    sent.get(0).completeExceptionally(new IllegalStateException("no broker"));
    gate.ask(100);
    assertThat(sent).hasSize(1);
    gate.ask(600);
    assertThat(sent).hasSize(2);
  }

  @Test
  void shouldAskAgainWhenTheTickDoesNotArrive() {
    gate.ask(0);
    sent.get(0).complete(null);
    gate.ask(10_000);
    assertThat(sent).hasSize(2);
  }

  @Test
  void shouldSurviveASenderThatThrows() {
    var throwing =
        new FencingGate(
            partition -> {
              throw new IllegalStateException("closed");
            },
            0);
    throwing.ask(0);
    throwing.ask(1000);
    assertThat(throwing.passed()).isFalse();
  }

  @Test
  void shouldNotAskOnceARecordWasConsumed() {
    gate.pass();
    gate.ask(0);
    assertThat(sent).isEmpty();
    assertThat(gate.passed()).isTrue();
  }
}
