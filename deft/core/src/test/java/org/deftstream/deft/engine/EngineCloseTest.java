package org.deftstream.deft.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.deftstream.deft.engine.Requests.request;

import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class EngineCloseTest {
  private final Gate gate = new Gate();
  private final ScriptedPrior prior = gate.prior();

  @Test
  void shouldFinishAcceptedWorkWithinTheTimeToClose() {
    gate.open();
    var futures = new ArrayList<CompletableFuture<Reconstruction>>();
    try (var engine = new Engine(EngineSettings.of(4).withCloseTimeout(Duration.ofSeconds(30)))) {
      for (int i = 0; i < 10; i++) {
        futures.add(engine.submit(request("r" + i).prior(prior).build()));
      }
    }
    assertThat(futures).allMatch(future -> future.isDone() && !future.isCompletedExceptionally());
  }

  @Test
  void shouldGiveUpWhatIsLeftWhenTheTimeIsOverAndNotWaitForAStepThatHangs() throws Exception {
    var engine = new Engine(EngineSettings.of(1).withCloseTimeout(Duration.ofMillis(50)));
    var stepping = engine.submit(request("stepping").prior(prior).build());
    gate.awaitStep();
    var waiting = engine.submit(request("waiting").prior(prior).build());

    engine.close();

    assertThat(stepping).isCancelled();
    assertThat(waiting).isCancelled();
    assertThat(waiting)
        .failsWithin(0, TimeUnit.SECONDS)
        .withThrowableOfType(java.util.concurrent.CancellationException.class);
    assertThat(engine.statistics().cancelled()).isEqualTo(2);
    assertThat(engine.statistics().requestsHeld()).isZero();
    gate.open();
    engine.close(Duration.ofSeconds(20));
    assertThat(prior.calls()).as("nothing is stepped afterwards").hasSize(1);
  }

  @Test
  void shouldGiveUpAtOnceWhenAskedTo() throws Exception {
    try (var engine = new Engine(EngineSettings.of(1))) {
      var future = engine.submit(request("r").prior(prior).steps(1000).build());
      gate.awaitStep();
      gate.open();
      engine.close(Duration.ZERO);
      assertThat(future).isCancelled();
    }
  }

  @Test
  void shouldRefuseRequestsAfterClose() {
    var engine = new Engine(EngineSettings.of(1));
    engine.close();
    engine.close();
    assertThat(engine.submit(request("late").build())).isCompletedExceptionally().isCancelled();
    assertThat(engine.broken()).isFalse();
  }

  @Test
  void shouldLetAnActionOfAFutureSubmitAndClose() throws Exception {
    gate.open();
    var engine = new Engine(EngineSettings.of(1));
    var chained = new CompletableFuture<Reconstruction>();
    var first = engine.submit(request("first").prior(prior).build());
    first.thenAccept(
        result -> {
          engine
              .submit(request("second").prior(prior).build())
              .thenAccept(
                  again -> {
                    engine.close();
                    chained.complete(again);
                  });
        });
    assertThat(chained).succeedsWithin(Duration.ofSeconds(20));
    engine.close();
    assertThat(engine.submit(request("third").build())).isCancelled();
  }

  @Test
  void shouldSurviveAnActionThatThrows() throws Exception {
    gate.open();
    try (var engine = new Engine(EngineSettings.of(1))) {
      var dependent =
          engine
              .submit(request("first").prior(prior).build())
              .thenAccept(
                  result -> {
                    throw new AssertionError("from the action");
                  });
      assertThat(dependent)
          .failsWithin(Duration.ofSeconds(20))
          .withThrowableOfType(ExecutionException.class);
      assertThat(engine.submit(request("second").prior(prior).build()))
          .succeedsWithin(Duration.ofSeconds(20));
    }
  }
}
