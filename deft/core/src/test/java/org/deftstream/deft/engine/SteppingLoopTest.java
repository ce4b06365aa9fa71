package org.deftstream.deft.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.deftstream.deft.engine.Requests.request;

import java.time.Clock;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class SteppingLoopTest {
  private static final int STEPS = 3;

  private final Counters counters = new Counters();
  private final Inbox inbox = new Inbox();
  private final AtomicInteger calls = new AtomicInteger();
  private Job job;

  /** Who cancels is held up between the end of the job and the note that it left. */
  private final Outcomes outcomes = new Outcomes(counters, noted -> {});

  @Test
  void shouldForgetWhatWasTakenBackInItsLastStepBeforeTheNoteOfItComes() {
    run(STEPS);
    assertThat(calls).hasValue(STEPS);
  }

  @Test
  void shouldStepNoFurtherWhatWasTakenBackBeforeTheNoteOfItComes() {
    run(1);
    assertThat(calls).hasValue(1);
  }

  /** Runs the loop until all its work is done; the request is cancelled in one of its steps. */
  private void run(int cancelledIn) {
    var prior =
        new ScriptedPrior(
            (xt, timesteps) -> {
              if (calls.incrementAndGet() == cancelledIn) {
                job.future().cancel(false);
              }
              return null;
            });
    job = new Job(request("taken-back").prior(prior).steps(STEPS).build(), 0, 0);
    var settings = EngineSettings.of(1);
    outcomes.accept(job);
    inbox.submit(job);
    inbox.close();
    new SteppingLoop(
            settings,
            Clock.systemUTC(),
            inbox,
            outcomes,
            new BatchLimits(settings.maxBatch()),
            counters)
        .run();
    assertThat(job.future()).isCancelled();
    assertThat(counters.snapshot(outcomes.held(), 1).requestsHeld()).isZero();
  }
}
