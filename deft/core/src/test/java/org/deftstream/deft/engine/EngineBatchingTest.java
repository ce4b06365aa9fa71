package org.deftstream.deft.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.deftstream.deft.engine.Requests.request;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class EngineBatchingTest {
  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

  private final Gate gate = new Gate();
  private final ScriptedPrior prior = gate.prior();

  @Test
  void shouldLetRequestsJoinAndLeaveBetweenSteps() throws Exception {
    try (var engine = new Engine(EngineSettings.of(4))) {
      var first = engine.submit(request("first").prior(prior).steps(4).build());
      assertThat(gate.awaitStep()).containsExactly(750);
      var second = engine.submit(request("second").prior(prior).steps(2).build());
      gate.pass();

      assertThat(gate.awaitStep()).as("second joins").containsExactly(500, 500);
      gate.pass();
      assertThat(gate.awaitStep()).containsExactly(250, 0);
      assertThat(second).isNotDone();
      gate.pass();

      assertThat(gate.awaitStep()).as("second has left").containsExactly(0);
      second.get(10, TimeUnit.SECONDS);
      assertThat(first).isNotDone();
      gate.pass();
      first.get(10, TimeUnit.SECONDS);
    }
  }

  @Test
  void shouldGiveTwoTasksTheSameShareOfABatch() throws Exception {
    var transformA = Requests.transform();
    var transformB = Requests.transform();
    try (var engine = new Engine(EngineSettings.of(4))) {
      for (int i = 0; i < 50; i++) {
        engine.submit(request("a" + i).prior(prior).transform(transformA).steps(8).build());
      }
      gate.awaitStep();
      var ofB = engine.submit(request("b").prior(prior).transform(transformB).steps(2).build());
      gate.pass();
      for (int step = 0; step < 2; step++) {
        gate.awaitStep();
        assertThat(ofB).isNotDone();
        gate.pass();
      }
      ofB.get(10, TimeUnit.SECONDS);
      gate.open();
      engine.close(Duration.ZERO);
    }
  }

  @Test
  void shouldTakeTheHigherPriorityFirst() throws Exception {
    var transform = Requests.transform();
    var template = request("low-1").prior(prior).transform(transform).steps(2);
    try (var engine = new Engine(EngineSettings.of(1))) {
      var low1 = engine.submit(template.build());
      gate.awaitStep();
      var low2 = engine.submit(request("low-2").prior(prior).transform(transform).steps(2).build());
      var high =
          engine.submit(
              request("high").prior(prior).transform(transform).steps(2).priority(5).build());
      gate.pass();
      for (int step = 0; step < 2; step++) {
        gate.awaitStep();
        gate.pass();
      }
      high.get(10, TimeUnit.SECONDS);
      assertThat(low1).isNotDone();
      gate.awaitStep();
      gate.pass();
      low1.get(10, TimeUnit.SECONDS);
      assertThat(low2).isNotDone();
      gate.open();
      low2.get(10, TimeUnit.SECONDS);
    }
  }

  @Test
  void shouldSpendNoStepOnARequestThatIsLateOnArrival() throws Exception {
    gate.open();
    try (var engine = new Engine(EngineSettings.of(2), new TestClock())) {
      var late = request("late").prior(prior).deadline(START.minusMillis(1500)).build();
      assertThat(engine.submit(late))
          .failsWithin(10, TimeUnit.SECONDS)
          .withThrowableOfType(ExecutionException.class)
          .withCauseInstanceOf(DeadlineExceededException.class)
          .withMessageContaining("measurement late")
          .withMessageContaining("1500 ms ago");
      assertThat(prior.calls()).isEmpty();
      assertThat(engine.statistics().failed()).isOne();
    }
  }

  @Test
  void shouldStopStepsWhenTheDeadlineGoesByOnTheWay() throws Exception {
    var clock = new TestClock();
    try (var engine = new Engine(EngineSettings.of(2), clock)) {
      var due = request("due").prior(prior).steps(3).deadline(START.plusSeconds(1)).build();
      var future = engine.submit(due);
      gate.awaitStep();
      clock.now = START.plusSeconds(2);
      gate.pass();
      assertThat(future)
          .failsWithin(10, TimeUnit.SECONDS)
          .withThrowableOfType(ExecutionException.class)
          .withCauseInstanceOf(DeadlineExceededException.class);
      assertThat(prior.calls()).hasSize(1);
    }
  }

  @Test
  void shouldDropACancelledRequestAtTheNextStepAndKeepItsNeighbours() throws Exception {
    try (var engine = new Engine(EngineSettings.of(4))) {
      var stays = engine.submit(request("stays").prior(prior).steps(3).build());
      gate.awaitStep();
      var cancelled =
          engine.submit(request("cancelled").prior(prior).sampler(Requests.sampler(3, 2)).build());
      gate.pass();
      assertThat(gate.awaitStep()).as("3 rows, padded").hasSize(4);
      cancelled.cancel(false);
      gate.pass();
      assertThat(gate.awaitStep()).hasSize(1);
      gate.pass();
      stays.get(10, TimeUnit.SECONDS);
      assertThat(engine.statistics().cancelled()).isOne();
      assertThat(engine.statistics().completed()).isOne();
      assertThat(engine.statistics().requestsHeld()).isZero();
    }
  }

  @Test
  void shouldTakeATimeoutOfTheCallerForACancellation() throws Exception {
    try (var engine = new Engine(EngineSettings.of(4))) {
      var future =
          engine
              .submit(request("impatient").prior(prior).steps(100).build())
              .orTimeout(1, TimeUnit.MILLISECONDS);
      gate.awaitStep();
      assertThat(future)
          .failsWithin(10, TimeUnit.SECONDS)
          .withThrowableOfType(ExecutionException.class)
          .withCauseInstanceOf(TimeoutException.class);
      gate.open();
      var after = engine.submit(request("after").prior(prior).steps(2).build());
      after.get(10, TimeUnit.SECONDS);
      assertThat(prior.calls()).hasSizeLessThan(50);
    }
  }

  @Test
  void shouldHoldNoMoreTrajectoriesThanSlots() throws Exception {
    var settings = EngineSettings.of(2).withSlots(3);
    try (var engine = new Engine(settings)) {
      for (int i = 0; i < 6; i++) {
        var transform = Requests.transform();
        engine.submit(request("r" + i).prior(prior).transform(transform).steps(4).build());
      }
      for (int step = 0; step < 8; step++) {
        gate.awaitStep();
        assertThat(engine.statistics().trajectoriesInFlight()).isBetween(1, 3);
        gate.pass();
      }
      gate.open();
    }
    assertThat(prior.calls().stream().mapToInt(call -> call.length).sum()).isEqualTo(24);
  }

  /**
   * A prior that comes anew starts level, so it waits for one step more at most. Whose turn it is
   * afterwards depends on the time each has had: see the planner's test.
   */
  @Test
  void shouldTurnToAnotherPriorSoon() throws Exception {
    var otherGate = new Gate();
    var other = otherGate.prior();
    try (var engine = new Engine(EngineSettings.of(2))) {
      engine.submit(request("a").prior(prior).steps(4).build());
      gate.awaitStep();
      engine.submit(request("b").prior(other).steps(3).build());
      gate.pass();
      gate.awaitStep();
      gate.pass();
      otherGate.awaitStep();
      assertThat(prior.calls()).hasSize(2);
      gate.open();
      otherGate.open();
    }
    assertThat(prior.calls()).hasSize(4);
    assertThat(other.calls()).hasSize(3);
  }

  private static final class TestClock extends Clock {
    private volatile Instant now = START;

    @Override
    public Instant instant() {
      return now;
    }

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }
  }
}
