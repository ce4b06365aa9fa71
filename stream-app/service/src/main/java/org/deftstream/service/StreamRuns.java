package org.deftstream.service;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiFunction;
import java.util.function.BooleanSupplier;
import org.apache.kafka.streams.CloseOptions;
import org.apache.kafka.streams.CloseOptions.GroupMembershipOperation;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.ThreadMetadata;
import org.deftstream.deft.UserError;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs Kafka Streams, and begins a new run when the topics have become others: made anew, grown,
 * with other limits. Kafka Streams itself goes on with a topic of the same name where it was in the
 * old one. While a topic is missing there is no run; when it is back, there is one again.
 *
 * <p>A thread of its own looks every few seconds, and at once when it is told to. It also confirms
 * that the topic of measurements is still the one that a run was begun for, which an answer waits
 * for: what was read from another topic of the same name must not leave as an answer to this one.
 *
 * <p>Thread-safe. Whoever started it closes it.
 */
final class StreamRuns implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(StreamRuns.class);
  private static final Duration CLOSE = Duration.ofSeconds(20);
  private static final Duration INTERVAL = Duration.ofSeconds(5);

  /** A broker may lag behind: what one answer says is done when another one says it too. */
  private static final Duration SECOND_LOOK = Duration.ofSeconds(1);

  /** Between two confirmations, so that they cost little; far less than between two commits. */
  private static final Duration PAUSE = Duration.ofMillis(50);

  /** So long a run may take to get its partitions before the reason is looked for. */
  private static final Duration SLOW = Duration.ofSeconds(20);

  /** How a run is made: of what is known of the topics, and of whether it is to end. */
  interface Factory extends BiFunction<TopicState, BooleanSupplier, KafkaStreams> {}

  private final TopicInspector look;
  private final String measurements;
  private final Factory factory;
  private final GroupMembershipOperation leaving;
  private final CompletableFuture<Void> running = new CompletableFuture<>();
  private final CompletableFuture<KafkaStreams.State> stopped = new CompletableFuture<>();
  private final Thread thread = new Thread(this::watch, "deftstream-topics");
  private final Object signal = new Object();
  private final List<Confirmation> asked = new ArrayList<>();
  private boolean lookNow;
  private volatile boolean closed;
  private volatile KafkaStreams streams;
  private volatile TopicState facts;
  private volatile Optional<String> awaited = Optional.empty();
  private long begunAt;

  /** What the last look found, if it is to be seen twice: facts, or what is wrong. */
  private Object seenOnce;

  private record Confirmation(UUID source, CompletableFuture<UUID> told) {}

  /**
   * Makes runs; none is begun.
   *
   * @param look asks the brokers; borrowed
   * @param measurements name of their topic
   * @param factory makes a run that is not started
   * @param leaving whether the instance leaves its group when it ends for good
   */
  StreamRuns(
      TopicInspector look, String measurements, Factory factory, GroupMembershipOperation leaving) {
    this.look = look;
    this.measurements = measurements;
    this.factory = factory;
    this.leaving = leaving;
    thread.setDaemon(true);
  }

  /** Begins the first run, and the looking. */
  void start(TopicState first) {
    begin(first);
    thread.start();
  }

  private synchronized void begin(TopicState with) {
    if (closed) {
      return;
    }
    var begun = new KafkaStreams[1];
    begun[0] = factory.apply(with, () -> begun[0].state().isShuttingDown());
    begun[0].setStateListener((now, before) -> changed(begun[0], now));
    facts = with;
    streams = begun[0];
    begunAt = System.nanoTime();
    awaited = Optional.empty();
    begun[0].start();
  }

  /** Ends the run, if there is one. Its thread may outlive it for a while if Kafka is away. */
  private synchronized void end(GroupMembershipOperation operation) {
    var ended = streams;
    if (ended == null) {
      return;
    }
    streams = null;
    ended.close(CloseOptions.timeout(CLOSE).withGroupMembershipOperation(operation));
    synchronized (signal) {
      // Their ledgers are closed, and have forgotten what they asked for.
      asked.clear();
    }
  }

  private void changed(KafkaStreams run, KafkaStreams.State now) {
    if (run != streams) {
      // It was ended, by us.
      return;
    }
    if (now == KafkaStreams.State.RUNNING) {
      running.complete(null);
    } else if (now.hasCompletedShutdown()) {
      stopped.complete(now);
    }
  }

  private void watch() {
    long nextLook = System.nanoTime() + INTERVAL.toNanos();
    while (!closed && !stopped.isDone()) {
      try {
        if (awaitWork(nextLook)) {
          nextLook = System.nanoTime() + look().toNanos();
        }
        confirm();
      } catch (InterruptedException e) {
        return;
      } catch (UserError e) {
        // Kafka is away, which its clients say.
        log.debug("the topics could not be looked at", e);
        nextLook = System.nanoTime() + INTERVAL.toNanos();
      } catch (RuntimeException e) {
        log.warn("the topics could not be looked at, trying again: {}", e.toString());
        nextLook = System.nanoTime() + INTERVAL.toNanos();
      }
    }
  }

  /** Waits until somebody asks for something or it is time; whether it is time to look. */
  private boolean awaitWork(long nextLook) throws InterruptedException {
    Thread.sleep(PAUSE.toMillis());
    synchronized (signal) {
      while (asked.isEmpty() && !lookNow && !closed && System.nanoTime() - nextLook < 0) {
        signal.wait(Math.max(1, (nextLook - System.nanoTime()) / 1_000_000));
      }
      boolean due = lookNow || System.nanoTime() - nextLook >= 0;
      lookNow = false;
      return due;
    }
  }

  /** Looks at the topics now rather than later: a stream thread has failed, perhaps for them. */
  void lookSoon() {
    synchronized (signal) {
      lookNow = true;
      signal.notifyAll();
    }
  }

  /**
   * A promise that is kept, with its identity, when the topic of measurements was still the one of
   * the present run at a later time than this; never, if it was not.
   */
  CompletableFuture<UUID> confirmed() {
    var told = new CompletableFuture<UUID>();
    var with = facts;
    synchronized (signal) {
      asked.add(new Confirmation(with.id(measurements), told));
      signal.notifyAll();
    }
    return told;
  }

  private void confirm() {
    List<Confirmation> taken;
    synchronized (signal) {
      asked.removeIf(each -> each.told().isDone());
      taken = List.copyOf(asked);
    }
    if (taken.isEmpty()) {
      return;
    }
    UUID now;
    try {
      now = look.measurementsId();
    } catch (UnfitTopicsException e) {
      lookSoon();
      return;
    }
    for (var each : taken) {
      if (each.source().equals(now)) {
        each.told().complete(now);
      } else {
        lookSoon();
      }
    }
  }

  /**
   * Looks once, and does what is to be done.
   *
   * @return when to look again
   */
  private Duration look() {
    TopicState found;
    try {
      found = look.facts();
    } catch (UnfitTopicsException e) {
      if (twice(e.getMessage()) && !awaited.equals(Optional.of(e.getMessage()))) {
        log.warn("{}; until then records wait", e.getMessage());
        end(GroupMembershipOperation.LEAVE_GROUP);
        awaited = Optional.of(e.getMessage());
      }
      return streams == null ? INTERVAL : SECOND_LOOK;
    }
    if (streams == null) {
      log.info("the topics are as they should be; the service goes on");
      restart(found);
      return INTERVAL;
    }
    if (!found.equals(facts)) {
      if (!twice(found)) {
        return SECOND_LOOK;
      }
      log.warn("{}: the streams begin anew", found.changeSince(facts));
      restart(found);
      return INTERVAL;
    }
    boolean running = streams.state() == KafkaStreams.State.RUNNING;
    if (running && !look.hasLedger()) {
      if (!twice("the ledger is gone")) {
        return SECOND_LOOK;
      }
      look.makeLedgerAnew();
      log.warn(
          "the ledger's topic was deleted under the running service and was made anew; the next"
              + " commit fills it. An instance that ends before has no note of what it had in"
              + " flight: do not delete that topic");
      return INTERVAL;
    }
    if (running && look.leavesPartitionsOut(found.partitions())) {
      if (!twice("partitions are left out")) {
        return SECOND_LOOK;
      }
      log.warn("partitions of {} belong to nobody: the streams begin anew", measurements);
      restart(found);
      return INTERVAL;
    }
    seenOnce = null;
    explainSlowness();
    return INTERVAL;
  }

  private boolean twice(Object seen) {
    boolean again = seen.equals(seenOnce);
    seenOnce = again ? null : seen;
    return again;
  }

  private void restart(TopicState with) {
    end(GroupMembershipOperation.LEAVE_GROUP);
    try {
      begin(with);
    } catch (RuntimeException e) {
      // The threads of the last run may still hold the directory: looked at again.
      var message = "the streams could not begin anew, trying again: " + e.getMessage();
      log.warn(message);
      awaited = Optional.of(message);
    }
  }

  /** A run that does not get its partitions may wait for a transaction that nobody ends. */
  private void explainSlowness() {
    if (streams.state() == KafkaStreams.State.RUNNING) {
      awaited = Optional.empty();
    } else if (awaited.isEmpty() && System.nanoTime() - begunAt > SLOW.toNanos()) {
      var hanging = look.hangingTransactions();
      hanging.forEach(log::warn);
      awaited = hanging.stream().findFirst();
    }
  }

  /** The state of the present run; not running while there is none. */
  KafkaStreams.State state() {
    var run = streams;
    return run == null ? KafkaStreams.State.NOT_RUNNING : run.state();
  }

  /** The present run; empty while a topic is missing. */
  Optional<KafkaStreams> streams() {
    return Optional.ofNullable(streams);
  }

  /** What the present run says of itself, whichever it is. */
  StreamsView view() {
    return new StreamsView() {
      @Override
      public KafkaStreams.State state() {
        return StreamRuns.this.state();
      }

      @Override
      public Set<ThreadMetadata> threads() {
        return streams().map(run -> StreamsView.of(run).threads()).orElse(Set.of());
      }

      @Override
      public Optional<String> awaited() {
        return awaited;
      }
    };
  }

  /** What a run, or its beginning, waits for; empty if that is not known. */
  Optional<String> awaited() {
    return awaited;
  }

  /** Completes when a run has its partitions for the first time. */
  CompletableFuture<Void> running() {
    return running;
  }

  /** Completes when a run has ended by itself, or all is closed. */
  CompletableFuture<KafkaStreams.State> stopped() {
    return stopped;
  }

  @Override
  public void close() {
    closed = true;
    thread.interrupt();
    var last = state();
    end(leaving);
    stopped.complete(last == KafkaStreams.State.ERROR ? last : KafkaStreams.State.NOT_RUNNING);
  }
}
