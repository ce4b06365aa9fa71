package org.deftstream.trainer.serve;

import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.deftstream.deft.UserError;
import org.deftstream.trainer.pairs.PairReader;
import org.deftstream.trainer.pairs.TaskCatalog;
import org.deftstream.trainer.pairs.TrainValidationSplit;
import org.deftstream.trainer.pairs.UnreadablePairException;
import org.deftstream.trainer.refresh.RefreshPolicy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads pairs on one thread and refreshes on another, one task at a time. What fails for a reason
 * outside is tried again after a pause; what is begun is gone on with after a restart. What cannot
 * be gone on with, as where memory does not suffice, ends the service: {@link #ended}. Owns both
 * threads; closed once.
 */
public final class TrainerService implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(TrainerService.class);
  private static final Duration POLL = Duration.ofMillis(500);
  private static final Duration PAUSE = Duration.ofSeconds(5);
  private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(30);

  private final Function<PairReader.Sink, PairReader> open;
  private final WindowSettings settings;
  private final RefreshRunner runner;
  private final Clock clock;
  private final TaskStates states;
  private final TrainerStatus status;
  private final CanaryWatch trials;
  private final CountDownLatch stop = new CountDownLatch(1);
  private final CompletableFuture<String> ended = new CompletableFuture<>();
  private final CountDownLatch caughtUp = new CountDownLatch(1);
  private final Thread reading = new Thread(() -> live(this::read), "trainer-pairs");
  private final Thread refreshing = new Thread(() -> live(this::refresh), "trainer-refresh");
  private volatile Map<Integer, Long> positions = Map.of();
  private volatile boolean readingBack;
  private String failure;
  private final Map<String, String> failures = new HashMap<>();

  /**
   * A trainer, not started.
   *
   * @param open opens a reader that is not started; called again after a failure
   * @param runner takes a refresh to its end
   * @param trials follows adapters that are on trial; closed with the service
   * @param status told what is done
   */
  public TrainerService(
      Function<PairReader.Sink, PairReader> open,
      TaskCatalog tasks,
      WindowSettings settings,
      TrainValidationSplit split,
      RefreshPolicy policy,
      RefreshRunner runner,
      CanaryWatch trials,
      TrainerStatus status,
      Clock clock) {
    this.open = open;
    this.settings = settings;
    this.runner = runner;
    this.trials = trials;
    this.status = status;
    this.clock = clock;
    states = new TaskStates(tasks, settings, split, policy, clock);
  }

  /** Starts both threads. */
  public void start() {
    reading.start();
    refreshing.start();
  }

  /** Waits until the topic was read to the end that it had at the start. */
  public boolean awaitCaughtUp(Duration timeout) throws InterruptedException {
    return caughtUp.await(timeout.toMillis(), TimeUnit.MILLISECONDS);
  }

  /**
   * Why the service has ended by itself, in one line; not complete while it runs, and never by
   * {@link #close}.
   */
  public CompletionStage<String> ended() {
    return ended.minimalCompletionStage();
  }

  /** A thread that ends unseen would leave a process that lives and does nothing. */
  private void live(Runnable work) {
    try {
      work.run();
    } catch (UnreadablePairException e) {
      end(e.getMessage(), e);
    } catch (Throwable e) {
      end("the trainer cannot go on: " + e, e);
    }
  }

  private void end(String reason, Throwable thrown) {
    if (stopped()) {
      return;
    }
    // Told first: after an OutOfMemoryError nothing is sure to work, the log neither.
    status.reading().ended(reason);
    ended.complete(reason);
    LOG.debug("the trainer ends", thrown);
  }

  private void read() {
    while (!stopped()) {
      try (var reader = open.apply(states)) {
        String topic = states.topic();
        reader.start(clock.instant().minus(settings.age()));
        if (!states.topic().equals(topic)) {
          readingBack = true;
          status.reading().begins();
        }
        readOn(reader);
      } catch (UserError e) {
        failed(e.getMessage(), null);
      } catch (UnreadablePairException e) {
        throw e;
      } catch (RuntimeException e) {
        failed(e.toString(), e);
      }
    }
  }

  private void readOn(PairReader reader) {
    long accepted = 0;
    long rejected = 0;
    while (!stopped() && !renewed() && !reader.outdated()) {
      reader.poll(POLL);
      status.pairs(reader.accepted() - accepted, reader.rejected() - rejected);
      accepted = reader.accepted();
      rejected = reader.rejected();
      positions = reader.positions();
      boolean all = reader.caughtUp();
      long sum = positions.values().stream().mapToLong(Long::longValue).sum();
      status.reading().polled(sum, all);
      if (all) {
        recovered();
        readingBack = false;
        caughtUp.countDown();
      }
    }
  }

  /** One line when reading fails and one when it goes on: while Kafka is away, nothing changes. */
  private void failed(String reason, RuntimeException thrown) {
    status.reading().failed(reason);
    if (!reason.equals(failure)) {
      LOG.warn("pairs are read again every {} s: {}", PAUSE.toSeconds(), reason, thrown);
      failure = reason;
    }
    pause();
  }

  private void recovered() {
    if (failure != null) {
      LOG.info("pairs are read again");
      failure = null;
    }
  }

  /** Whether the topic is to be read from the beginning, by new definitions of tasks. */
  private boolean renewed() {
    if (!states.renew()) {
      return false;
    }
    readingBack = true;
    return true;
  }

  private void refresh() {
    while (!stopped()) {
      try {
        // Before all is read back, a refresh would know a part of the pairs only.
        if (caughtUp.await(POLL.toMillis(), TimeUnit.MILLISECONDS)
            && (readingBack || !refreshAll())) {
          pause(POLL);
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }

  /** Whether there was anything to do. */
  private boolean refreshAll() {
    boolean any = false;
    for (var state : states.all()) {
      if (stopped()) {
        return any;
      }
      any |= tried(state);
    }
    follow();
    return any;
  }

  /** Trials go on between refreshes. */
  private void follow() {
    try {
      trials.follow();
    } catch (UserError e) {
      if (stopped()) {
        // Closing interrupts the thread.
        return;
      }
      LOG.warn("adapters on trial are looked at again: {}", e.getMessage());
      pause();
    } catch (RuntimeException e) {
      LOG.error("adapters on trial are looked at again", e);
      pause();
    }
  }

  /** A task that cannot be refreshed must not keep the others from it. */
  private boolean tried(TaskTrainingState state) {
    String name = state.task().name();
    try {
      return refresh(state);
    } catch (VirtualMachineError e) {
      throw e;
    } catch (UserError e) {
      // Once for each reason: what fails may do so for days.
      if (!e.getMessage().equals(failures.put(name, e.getMessage()))) {
        LOG.warn(
            "the refresh of task {} is tried again every {} s: {}",
            name,
            PAUSE.toSeconds(),
            e.getMessage());
      }
    } catch (RuntimeException | Error e) {
      LOG.error("the refresh of task {} goes on in {} s", name, PAUSE.toSeconds(), e);
    }
    status.stopped(name);
    pause();
    return false;
  }

  private boolean refresh(TaskTrainingState state) {
    String name = state.task().name();
    var unfinished = state.unfinished();
    String reason = "it was interrupted";
    var situation = state.situation();
    var verdict = state.decide();
    status.decided(name, situation, verdict, state.next(situation));
    if (unfinished.isEmpty()) {
      if (!verdict.due()) {
        return false;
      }
      reason = verdict.reason();
    }
    // Taken before the pairs are frozen: a pair that comes in between counts as new once more.
    var known = positions;
    var begun = unfinished.orElseGet(() -> state.begin(known));
    LOG.info("refresh {} of task {} runs: {}", begun.number(), name, reason);
    var outcome = runner.run(state.task(), begun.number(), begun.files(), reason);
    LOG.info(
        "refresh {} of task {} ended: {}: {}",
        begun.number(),
        name,
        outcome.end(),
        outcome.reason());
    failures.remove(name);
    status.ended(name, begun.number(), outcome, begun.files().judgement());
    return true;
  }

  private boolean stopped() {
    return stop.getCount() == 0;
  }

  private void pause() {
    pause(PAUSE);
  }

  private void pause(Duration time) {
    try {
      stop.await(time.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Stops reading and leaves a refresh that runs; it goes on at the next start. */
  @Override
  public void close() {
    stop.countDown();
    refreshing.interrupt();
    try {
      reading.join(CLOSE_TIMEOUT.toMillis());
      refreshing.join(CLOSE_TIMEOUT.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (reading.isAlive() || refreshing.isAlive()) {
      LOG.warn("the trainer did not end within {} s", CLOSE_TIMEOUT.toSeconds());
    }
    states.close();
    trials.close();
  }
}
