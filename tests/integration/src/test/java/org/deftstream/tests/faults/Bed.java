package org.deftstream.tests.faults;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.Random;
import java.util.function.BooleanSupplier;
import java.util.regex.Pattern;
import org.apache.kafka.common.TopicPartition;
import org.deftstream.messaging.admin.Connection;
import org.deftstream.messaging.admin.TopicAdmin;
import org.deftstream.schemas.Topics;

/**
 * A stream under load, to be disturbed: topics of its own, instances, a producer that keeps a
 * backlog of records in front of them, and a verifier. Used by one thread; to be closed.
 */
final class Bed implements AutoCloseable {
  /** Time of a call of the prior, usually. */
  static final Duration CALL = Duration.ofMillis(5);

  /** Records that wait at any time, for each partition: every fault meets work. */
  private static final int BACKLOG = 150;

  private static final Duration PATIENCE = Duration.ofMinutes(4);

  private final Brokers brokers;
  private final Topics topics;
  private final int partitions;
  private final Path directory;
  private final Random random;
  private final Instances instances;
  private final Verifier verifier;
  private final Input input;
  private final SourceLog log;
  private final Cuts cuts;
  private boolean quiet;

  /** Makes topics and starts the instances. */
  Bed(
      Brokers brokers,
      String name,
      int partitions,
      int instanceCount,
      Duration maxPollInterval,
      Path directory,
      long seed)
      throws Exception {
    this.brokers = brokers;
    this.partitions = partitions;
    this.directory = directory;
    random = new Random(seed);
    topics = Topics.withPrefix(name + ".");
    new TopicAdmin(Connection.to(brokers.bootstrapServers(), brokers.registryUrl()))
        .create(topics, partitions, Optional.of((short) brokers.copies()));
    input = new Input(brokers, topics.measurements(), partitions);
    verifier = new Verifier(brokers, topics, partitions);
    log = new SourceLog(brokers, topics.measurements(), name);
    cuts = new Cuts(partitions);
    instances = new Instances(brokers, name, directory, maxPollInterval);
    for (int i = 0; i < instanceCount; i++) {
      instances.start("i" + i, CALL);
    }
    awaitProgress(System.nanoTime());
  }

  /** The three brokers; only where there are three. */
  Cluster cluster() {
    return (Cluster) brokers;
  }

  /** The only broker; only where there is one. */
  SingleBroker single() {
    return (SingleBroker) brokers;
  }

  Random random() {
    return random;
  }

  Instances instances() {
    return instances;
  }

  String measurements() {
    return topics.measurements();
  }

  TopicPartition anyPartition() {
    return new TopicPartition(topics.measurements(), random.nextInt(partitions));
  }

  /** Goes on, sending and reading, for a time. */
  void run(Duration time) {
    long end = System.nanoTime() + time.toNanos();
    await(() -> System.nanoTime() - end >= 0, "time");
  }

  /** Goes on until every partition has had an answer since a time. */
  Duration awaitProgress(long since) {
    await(() -> verifier.allSince(since), "an answer of every partition");
    return Duration.ofNanos(System.nanoTime() - since);
  }

  /** Goes on until every partition has had an answer from others than one since a time. */
  Duration awaitOthers(String instance, long since) {
    await(
        () -> verifier.allSince(since, instance), "an answer of every partition from another one");
    return Duration.ofNanos(System.nanoTime() - since);
  }

  /** Goes on until so many records were answered. */
  void awaitAnswers(long number) {
    await(() -> verifier.answers() >= number, number + " answers");
  }

  /** Goes on until an instance answers something: then it has work in hand. */
  void awaitAnswerOf(String instance) {
    long since = System.nanoTime();
    await(() -> verifier.anySince(since, instance), "an answer of " + instance);
  }

  /** Goes on until an instance says something. */
  void awaitLog(String instance, long from, Pattern what) {
    await(() -> instances.says(instance, from, what), "'" + what + "' of " + instance);
  }

  /** Makes the stream thread of an instance stand still, and goes on until it does. */
  StreamThreadHold hold(String instance, String point) throws Exception {
    var hold = instances.hold(instance, point);
    await(hold::reached, "a stream thread that stands still");
    return hold;
  }

  /** Sends no more until {@link #goOn}, and waits until all is answered. */
  void settle() {
    quiet = true;
    awaitAnswers(input.sent());
  }

  /** Keeps a backlog again. */
  void goOn() {
    quiet = false;
  }

  /** Sends records now. */
  void send(int number) {
    for (int i = 0; i < number; i++) {
      input.send();
    }
    input.flush();
  }

  /** Makes sure that something is in hand. */
  void requireUnanswered() {
    if (verifier.answers() >= input.sent()) {
      throw new AssertionError("all was answered before it could be disturbed");
    }
  }

  /** Takes in all that was committed. No instance runs. */
  void readToEnd() throws Exception {
    log.endTransactions();
    verifier.readToEnd();
  }

  /** Cuts each partition somewhere in its backlog, and notes what has no answer. */
  void cut(boolean nobodyRuns) throws Exception {
    input.flush();
    for (int i = 0; i < partitions; i++) {
      int head = verifier.firstUnanswered(i);
      int to = Math.min(input.end(i), head + 1 + random.nextInt(BACKLOG));
      cuts.note(i, verifier.unansweredBelow(i, to), nobodyRuns);
      log.cut(i, to);
    }
  }

  /** Sets the consumed offsets back. No instance runs. */
  void setOffsetsBack() throws Exception {
    log.setBack(random);
  }

  private void await(BooleanSupplier condition, String what) {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError(
            what + " did not come within " + PATIENCE + "; logs are in " + directory);
      }
      while (!quiet && input.sent() - verifier.answers() < (long) BACKLOG * partitions) {
        input.send();
      }
      verifier.poll();
    }
  }

  /**
   * Sends no more, and waits until all is answered and a while longer; patience begins anew with
   * each answer.
   */
  Verifier finish() {
    input.flush();
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (verifier.answers() < input.sent() && System.nanoTime() < deadline) {
      long before = verifier.answers();
      verifier.poll();
      if (verifier.answers() > before) {
        deadline = System.nanoTime() + PATIENCE.toNanos();
      }
    }
    // What would come twice comes now.
    long end = System.nanoTime() + Duration.ofSeconds(2).toNanos();
    while (System.nanoTime() < end) {
      verifier.poll();
    }
    return verifier;
  }

  long sent() {
    return input.sent();
  }

  /** Dead letters that there should be: of what is hostile, and of what was found gone. */
  long expectedDeadLetters() {
    long expected = 0;
    for (int partition = 0; partition < partitions; partition++) {
      for (int offset = 0; offset < input.end(partition); offset++) {
        if (input.hostile(partition, offset) || verifier.gone().get(partition).get(offset)) {
          expected++;
        }
      }
    }
    return expected;
  }

  /** Number of dead letters that say wrongly that a record is gone, or do not say so. */
  int wronglyGone() {
    return cuts.wrong(verifier.gone());
  }

  @Override
  public void close() {
    instances.close();
    input.close();
    log.close();
    verifier.close();
  }
}
