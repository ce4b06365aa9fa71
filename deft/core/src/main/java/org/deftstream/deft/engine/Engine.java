package org.deftstream.deft.engine;

import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reconstructs measurements, many at a time, by step-level batching: each step takes trajectories
 * of any task, any h-transform and any timestep, as long as they share the prior, through one
 * evaluation of it. The rows of a batch are the regions that images are cut into ({@link
 * org.deftstream.deft.prior.Tiling}), so images of any size fill one batch. {@link BatchPlanner}
 * states who goes first.
 *
 * <p>Promises:
 *
 * <ul>
 *   <li>One evaluation of the prior for each region, trajectory and step, none elsewhere.
 *   <li>The result is a function of the request. Neighbours, the place in the batch and restarts
 *       change it by no more than the networks' rounding at another batch size.
 *   <li>A request keeps the h-transform it came with to its last step.
 *   <li>A request that fails, turns non-finite, is cancelled or misses its deadline leaves alone.
 *   <li>Every future completes, at the latest when the engine is closed.
 * </ul>
 *
 * <p>Thread-safe. The engine owns two daemon threads, started by the constructor and ended by
 * {@link #close}: one calls priors that a device evaluates, for one batch while the other, which
 * does all else, completes the one before. It borrows priors and h-transforms. Actions that depend
 * on a returned future run on the second thread unless they are {@code Async}: keep them short.
 * They may call any method of the engine.
 */
public final class Engine implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Engine.class);

  private final EngineSettings settings;
  private final BatchLimits limits;
  private final Counters counters = new Counters();
  private final Inbox inbox = new Inbox();
  private final Outcomes outcomes = new Outcomes(counters, inbox::withdraw);
  private final AtomicLong arrivals = new AtomicLong();
  private final CompletableFuture<EngineBrokenException> brokenSignal = new CompletableFuture<>();
  private final CountDownLatch ended = new CountDownLatch(1);
  private final SteppingLoop loop;
  private final Thread thread;
  private volatile EngineBrokenException brokenBy;

  /** Starts an engine. */
  public Engine(EngineSettings settings) {
    this(settings, Clock.systemUTC());
  }

  /** Starts an engine that reads deadlines on the given clock. */
  Engine(EngineSettings settings, Clock clock) {
    this.settings = settings;
    limits = new BatchLimits(settings.maxBatch());
    loop = new SteppingLoop(settings, clock, inbox, outcomes, limits, counters);
    thread = new Thread(this::run, "deft-engine");
    thread.setDaemon(true);
    thread.start();
  }

  /**
   * Submits a request. Never blocks, and never throws for what is wrong with the request or the
   * engine; the future does. Cancelling the future, or completing it in any other way, takes the
   * request back; what was computed for it is dropped at the next step.
   *
   * @return completes with the result, or exceptionally with
   *     <ul>
   *       <li>{@link IllegalArgumentException}: the request does not fit together
   *       <li>{@link DeadlineExceededException}, {@link NonFiniteSampleException}
   *       <li>whatever the prior, the operator or the h-transform throws for this request alone
   *       <li>{@link EngineClosedException}, {@link EngineBrokenException}: the engine is at fault,
   *           not the request
   *     </ul>
   */
  public CompletableFuture<Reconstruction> submit(ReconstructionRequest request) {
    Job job;
    try {
      job = new Job(request, arrivals.getAndIncrement(), System.nanoTime());
    } catch (IllegalArgumentException e) {
      return CompletableFuture.failedFuture(e);
    }
    outcomes.accept(job);
    if (!inbox.submit(job)) {
      outcomes.giveUp(job, whyNoMore());
    }
    return job.future();
  }

  /** Figures since the start, and of now. */
  public EngineStatistics statistics() {
    return counters.snapshot(outcomes.held(), limits.lowest());
  }

  /** The batch sizes that the networks see now, for warming them up. */
  public BatchSizes batchSizes() {
    return limits.sizes();
  }

  /** Whether the engine has broken. A broken engine refuses everything and does not recover. */
  public boolean broken() {
    return brokenBy != null;
  }

  /** What broke the engine, if it has broken. */
  public Optional<EngineBrokenException> brokenBy() {
    return Optional.ofNullable(brokenBy);
  }

  /**
   * Calls a listener when the engine breaks, after its futures have completed; at once if it has
   * broken already.
   */
  public void onBroken(Consumer<EngineBrokenException> listener) {
    brokenSignal.thenAccept(listener);
  }

  /**
   * Refuses further requests, goes on with the accepted ones for at most {@link
   * EngineSettings#closeTimeout()}, and completes what is left then with {@link
   * EngineClosedException}. A step that does not return is waited for as long again and then left
   * to the daemon thread. All futures are complete when this returns, except when it is called on
   * the engine's own thread, from an action that depends on a future: then nothing more is stepped,
   * and the futures complete as soon as that action returns. May be called again.
   */
  @Override
  public void close() {
    close(settings.closeTimeout());
  }

  /**
   * Closes as {@link #close()} does, with another time for the accepted requests.
   *
   * @param drain how long to go on; zero gives everything up after the step under way
   */
  public void close(Duration drain) {
    inbox.close();
    if (Thread.currentThread() == thread) {
      loop.stop();
      return;
    }
    if (!drain.isZero() && awaitEnd(drain)) {
      return;
    }
    loop.stop();
    outcomes.giveUpAll(whyNoMore());
    if (!awaitEnd(settings.closeTimeout())) {
      LOG.warn("the engine was closed while a step was under way that has not returned yet");
    }
  }

  private boolean awaitEnd(Duration wait) {
    try {
      return ended.await(wait.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return ended.getCount() == 0;
    }
  }

  private void run() {
    try {
      loop.run();
    } catch (Throwable e) {
      breakWith(e);
    } finally {
      inbox.close();
      outcomes.giveUpAll(whyNoMore());
      counters.trajectories(0, 0);
      ended.countDown();
      if (brokenBy != null) {
        brokenSignal.complete(brokenBy);
      }
    }
  }

  private void breakWith(Throwable cause) {
    brokenBy =
        cause instanceof EngineBrokenException broken
            ? broken
            : new EngineBrokenException("the engine broke: " + cause, cause);
    LOG.error("the engine broke; {} requests are given up", outcomes.held(), cause);
  }

  private RuntimeException whyNoMore() {
    var broken = brokenBy;
    return broken != null ? broken : new EngineClosedException("the engine is closed");
  }
}
