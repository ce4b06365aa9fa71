package org.deftstream.deft.engine;

import java.time.Clock;
import java.util.ArrayList;
import java.util.List;

/**
 * What the engine's thread does: take in what came, drop what is late or withdrawn, step a batch,
 * hand out what is finished, again and again. While the prior is evaluated for one batch, the host
 * completes the one before, if there is enough work for two and the processors are free. {@link
 * #run} is called once; {@link #stop} by any thread.
 */
final class SteppingLoop {
  private final Clock clock;
  private final Inbox inbox;
  private final Outcomes outcomes;
  private final BatchLimits limits;
  private final Counters counters;
  private final BatchPlanner planner;
  private final DeviceStates states = new DeviceStates();
  private final BatchesUnderWay batches;
  private final Deadlines deadlines = new Deadlines();
  private final List<Job> arrived = new ArrayList<>();
  private final List<Job> withdrawn = new ArrayList<>();
  private volatile boolean stopped;

  SteppingLoop(
      EngineSettings settings,
      Clock clock,
      Inbox inbox,
      Outcomes outcomes,
      BatchLimits limits,
      Counters counters) {
    this.clock = clock;
    this.inbox = inbox;
    this.outcomes = outcomes;
    this.limits = limits;
    this.counters = counters;
    planner = new BatchPlanner(settings.slots(), settings.stateBytes());
    batches = new BatchesUnderWay(limits, counters, settings.failureLimit(), states);
  }

  /** Ends the loop before its next step. */
  void stop() {
    stopped = true;
    inbox.wake();
  }

  /**
   * Runs until {@link #stop}, or until the inbox is closed and all work is done.
   *
   * @throws EngineBrokenException or any Error, when no further step makes sense
   */
  void run() {
    try {
      while (!stopped) {
        boolean open = inbox.drain(idle(), arrived, withdrawn);
        takeIn();
        expire();
        if (idle()) {
          publish();
          if (!open) {
            return;
          }
        } else if (!stopped) {
          step();
        }
      }
    } finally {
      batches.close();
      states.close();
    }
  }

  private boolean idle() {
    return planner.isEmpty() && batches.isEmpty();
  }

  private void takeIn() {
    for (var job : arrived) {
      planner.add(job);
      deadlines.add(job);
    }
    arrived.clear();
    for (var job : withdrawn) {
      forget(job);
    }
    withdrawn.clear();
  }

  private void expire() {
    if (deadlines.isEmpty()) {
      return;
    }
    var now = clock.instant();
    for (var job : deadlines.expired(now)) {
      var request = job.request();
      fail(job, new DeadlineExceededException(request.measurementId(), request.deadline(), now));
    }
  }

  private void step() {
    if (batches.isEmpty()) {
      begin(planner.next(limits::largest));
      if (!batches.isEmpty() && batches.leavesProcessors()) {
        return; // Whoever came meanwhile may go beside it.
      }
    } else if (batches.leavesProcessors()) {
      begin(planner.beside(batches.priority(), limits::largest));
    }
    if (!batches.isEmpty()) {
      var done = batches.complete();
      counters.step(done.batch().size(), done.nanos());
      planner.took(done.batch(), done.nanos());
      done.stepped().forEach(this::settle);
    }
  }

  private void begin(List<Region> batch) {
    publish();
    if (batch.isEmpty()) {
      return;
    }
    long now = System.nanoTime();
    for (var region : batch) {
      region.trajectory().job().stepping(batch.size(), now);
    }
    batches.begin(batch);
  }

  private void settle(Stepped stepped) {
    var trajectory = stepped.trajectory();
    var job = trajectory.job();
    if (job.ended()) {
      // Taken back during the step. The note of it may come later than the next batch.
      forget(job);
      return;
    }
    if (stepped.failure() != null) {
      fail(job, stepped.failure());
    } else if (trajectory.finished()) {
      planner.finished(trajectory);
      if (job.collect(trajectory)) {
        answer(job);
      }
    }
  }

  private void answer(Job job) {
    Reconstruction result;
    try {
      result = Answer.of(job, System.nanoTime());
    } catch (RuntimeException e) {
      fail(job, e);
      return;
    }
    forget(job);
    outcomes.answer(job, result);
  }

  private void fail(Job job, Throwable cause) {
    forget(job);
    outcomes.fail(job, cause);
  }

  /** Plans nothing of a job any more. What of it is in a batch is released with that. */
  private void forget(Job job) {
    planner.remove(job);
    job.trajectories().stream()
        .filter(trajectory -> !trajectory.allTaken())
        .forEach(states::release);
    deadlines.remove(job);
  }

  private void publish() {
    counters.trajectories(planner.inFlight(), planner.waiting());
  }
}
