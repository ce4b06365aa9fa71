package org.deftstream.tests.faults;

import java.time.Duration;
import java.util.regex.Pattern;

/**
 * Instances that stand still, unknowing, and go on when others have taken over. Each must learn
 * that it was replaced, which its log tells, and work on.
 */
enum Stall implements Disturbance {
  /**
   * A process is stopped until its session has ended and others have its partitions; then wakes.
   */
  ZOMBIE("zombie, with new input") {
    @Override
    public Duration strike(Bed bed) throws Exception {
      String zombie = any(bed);
      bed.run(Duration.ofMillis(bed.random().nextInt(1500)));
      bed.awaitAnswerOf(zombie);
      long since = System.nanoTime();
      bed.instances().stall(zombie);
      var recovery = bed.awaitOthers(zombie, since);
      long log = bed.instances().logLength(zombie);
      bed.instances().resume(zombie);
      bed.awaitLog(zombie, log, REPLACED);
      bed.awaitProgress(System.nanoTime());
      return recovery;
    }
  },

  /**
   * The same without any new input: the zombie has recovered work in hand, everything was consumed
   * long ago, and nothing but its probe could tell it that it was replaced. For one partition.
   */
  QUIET_ZOMBIE("zombie, without new input") {
    @Override
    public Duration strike(Bed bed) throws Exception {
      var instances = bed.instances();
      String zombie = any(bed);
      bed.settle();
      instances.kill(zombie);
      long answered = bed.sent();
      bed.send(QUIET_RECORDS);
      instances.start(zombie, SLOW);
      bed.awaitAnswers(answered + 1);
      instances.kill(zombie);
      instances.start(zombie, SLOW);
      bed.awaitAnswerOf(zombie);
      instances.stall(zombie);
      bed.requireUnanswered();
      long since = System.nanoTime();
      instances.start("heir", Bed.CALL);
      bed.awaitAnswers(bed.sent());
      var recovery = Duration.ofNanos(System.nanoTime() - since);
      long log = instances.logLength(zombie);
      instances.resume(zombie);
      bed.awaitLog(zombie, log, REPLACED);
      bed.goOn();
      bed.awaitProgress(System.nanoTime());
      instances.kill("heir");
      bed.awaitProgress(System.nanoTime());
      // Back to its usual speed.
      instances.kill(zombie);
      instances.start(zombie, Bed.CALL);
      return recovery;
    }
  },

  /** Only the stream thread stands still; heartbeats go on, until they notice. */
  STREAM_THREAD("stream thread stalled past the poll interval") {
    @Override
    public Duration strike(Bed bed) throws Exception {
      String victim = any(bed);
      bed.awaitAnswerOf(victim);
      long log = bed.instances().logLength(victim);
      var held = bed.hold(victim, StreamThreadHold.POLL);
      long since = System.nanoTime();
      var recovery = bed.awaitOthers(victim, since);
      held.release();
      bed.awaitLog(victim, log, REPLACED);
      bed.awaitProgress(System.nanoTime());
      return recovery;
    }
  },

  /** The stream thread stands still in a transaction, with answers sent, until it has timed out. */
  TRANSACTION("stalled inside a transaction, past its timeout") {
    @Override
    public Duration strike(Bed bed) throws Exception {
      String victim = any(bed);
      bed.awaitAnswerOf(victim);
      var held = bed.hold(victim, StreamThreadHold.TRANSACTION);
      bed.run(PAST_TRANSACTION);
      long log = bed.instances().logLength(victim);
      long since = System.nanoTime();
      held.release();
      bed.awaitLog(victim, log, REPLACED);
      return bed.awaitProgress(since);
    }
  };

  /** What Kafka Streams says when it is fenced, or learns from the group that it was replaced. */
  private static final Pattern REPLACED =
      Pattern.compile("thread is being fenced|lost due to missed rebalance");

  /** Of a batch: a record is in work for a second, so that one can be stopped with it in hand. */
  private static final Duration SLOW = Duration.ofMillis(120);

  private static final int QUIET_RECORDS = 48;

  /** Ten seconds, two until the brokers look, and some more. */
  private static final Duration PAST_TRANSACTION = Duration.ofSeconds(14);

  private final String description;

  Stall(String description) {
    this.description = description;
  }

  private static String any(Bed bed) {
    var names = bed.instances().names();
    return names.get(bed.random().nextInt(names.size()));
  }

  @Override
  public String description() {
    return description;
  }
}
