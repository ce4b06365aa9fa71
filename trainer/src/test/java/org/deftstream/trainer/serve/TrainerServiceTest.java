package org.deftstream.trainer.serve;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.deftstream.deft.UserError;
import org.deftstream.deft.task.Task;
import org.deftstream.schemas.SchemaTrouble;
import org.deftstream.schemas.avro.LabelledPair;
import org.deftstream.trainer.pairs.PairCheck;
import org.deftstream.trainer.pairs.PairDecoder;
import org.deftstream.trainer.pairs.PairReader;
import org.deftstream.trainer.pairs.PairTopics;
import org.deftstream.trainer.pairs.Pairs;
import org.deftstream.trainer.pairs.TaskCatalog;
import org.deftstream.trainer.pairs.TrainValidationSplit;
import org.deftstream.trainer.refresh.Outcome;
import org.deftstream.trainer.refresh.RefreshFiles;
import org.deftstream.trainer.refresh.RefreshPolicy;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class TrainerServiceTest {
  private static final String TOPIC = "labelled-pairs";
  private static final TopicPartition PARTITION = new TopicPartition(TOPIC, 0);

  @TempDir private Path directory;
  private final BlockingQueue<String> ran = new LinkedBlockingQueue<>();
  private final List<String> failures = new ArrayList<>();
  private final List<Task> refreshed = new CopyOnWriteArrayList<>();
  private final Book book = new Book();
  private final TrainerStatus status = new TrainerStatus();
  private volatile String topicId = "topic-1";

  private static final class Book implements TaskCatalog {
    private Task task = Pairs.task();
    private Set<String> renewed = Set.of();

    synchronized void redefine(Task other) {
      task = other;
      renewed = Set.of(other.name());
    }

    @Override
    public synchronized Set<String> renew() {
      var names = renewed;
      renewed = Set.of();
      return names;
    }

    @Override
    public synchronized Optional<Task> find(String name) {
      return Optional.of(task);
    }

    @Override
    public Set<String> names() {
      return Set.of(Pairs.task().name());
    }
  }

  private final class Topic implements PairTopics {
    @Override
    public Facts look() {
      return new Facts(topicId, 1, 1 << 20);
    }

    @Override
    public void close() {
      // Nothing is open.
    }
  }

  /** An empty topic: the pairs are handed to the sink when the reader is opened. */
  private PairReader reader(PairReader.Sink sink, int pairs) {
    var consumer =
        new MockConsumer<byte[], byte[]>("earliest") {
          @Override
          public synchronized Map<TopicPartition, OffsetAndTimestamp> offsetsForTimes(
              Map<TopicPartition, Long> times) {
            return Map.of();
          }
        };
    consumer.updateBeginningOffsets(Map.of(PARTITION, (long) pairs));
    consumer.updateEndOffsets(Map.of(PARTITION, (long) pairs));
    sink.begins(topicId);
    for (int i = 0; i < pairs; i++) {
      sink.pair(Pairs.simulated("p" + i, null), System.currentTimeMillis(), 0, i);
    }
    var producer =
        new MockProducer<byte[], byte[]>(
            true, null, new ByteArraySerializer(), new ByteArraySerializer());
    producer.initTransactions();
    var intake =
        new PairDecoder(
            (topic, bytes) -> new LabelledPair(),
            new Book(),
            new PairCheck(5),
            new SchemaTrouble(() -> true));
    return new PairReader(consumer, producer, new Topic(), intake, sink, TOPIC, TOPIC + ".dlq");
  }

  private TrainerService service(int pairs, RefreshRunner runner) {
    return service(sink -> reader(sink, pairs), runner);
  }

  private TrainerService service(Function<PairReader.Sink, PairReader> open, RefreshRunner runner) {
    var service =
        new TrainerService(
            open,
            book,
            new WindowSettings(directory, 100, Duration.ofDays(1), 3),
            new TrainValidationSplit(0.5),
            new RefreshPolicy(20, Optional.empty(), 2, 2),
            runner,
            CanaryWatch.NONE,
            status,
            Clock.systemUTC());
    service.start();
    return service;
  }

  private Outcome end(Task task, int number, RefreshFiles files, String reason) {
    refreshed.add(task);
    ran.add(number + ": " + reason);
    try {
      java.nio.file.Files.writeString(files.directory().resolve("result.json"), "{}");
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
    return new Outcome(Outcome.End.REFUSED, Optional.empty(), "test");
  }

  @Test
  void shouldRefreshOnceWhenEnoughPairsAreThere() throws InterruptedException {
    try (var service = service(20, this::end)) {
      assertThat(service.awaitCaughtUp(Duration.ofSeconds(20))).isTrue();
      assertThat(ran.poll(20, TimeUnit.SECONDS)).isEqualTo("1: 20 new pairs came");
      assertThat(ran.poll(2, TimeUnit.SECONDS)).isNull();
    }
  }

  @Test
  void shouldReadPairsAgainWhenTheirTaskIsRedefined() throws InterruptedException {
    var openings = new AtomicInteger();
    // Twice as many pairs when the topic is read again.
    try (var service = service(sink -> reader(sink, 20 * openings.incrementAndGet()), this::end)) {
      assertThat(service.awaitCaughtUp(Duration.ofSeconds(20))).isTrue();
      assertThat(ran.poll(20, TimeUnit.SECONDS)).isEqualTo("1: 20 new pairs came");
      var redefined = Pairs.task(0.1);
      book.redefine(redefined);
      assertThat(ran.poll(20, TimeUnit.SECONDS)).isEqualTo("2: 20 new pairs came");
      assertThat(openings).hasValue(2);
      assertThat(refreshed).hasSize(2).last().isSameAs(redefined);
    }
  }

  @Test
  void shouldLearnFromATopicThatWasMadeAnew() throws InterruptedException {
    var openings = new AtomicInteger();
    try (var service =
        service(
            sink -> {
              openings.incrementAndGet();
              return reader(sink, 20);
            },
            this::end)) {
      assertThat(service.awaitCaughtUp(Duration.ofSeconds(20))).isTrue();
      assertThat(ran.poll(20, TimeUnit.SECONDS)).isEqualTo("1: 20 new pairs came");
      topicId = "topic-2";
      assertThat(ran.poll(20, TimeUnit.SECONDS)).isEqualTo("2: 20 new pairs came");
      assertThat(openings).hasValue(2);
    }
  }

  @Test
  void shouldEndWithTheReasonWhenAThreadCannotGoOn() throws Exception {
    try (var service =
        service(
            sink -> {
              throw new OutOfMemoryError("Java heap space");
            },
            this::end)) {
      assertThat(service.ended().toCompletableFuture().get(20, TimeUnit.SECONDS))
          .isEqualTo("the trainer cannot go on: java.lang.OutOfMemoryError: Java heap space");
      assertThat(status.reading().dead()).isPresent();
    }
  }

  @Test
  void shouldGoOnWithOtherTasksAfterAnErrorThatIsNotOfTheMemory() throws Exception {
    var first = new AtomicInteger();
    RefreshRunner broken =
        (task, number, files, reason) -> {
          if (first.getAndIncrement() == 0) {
            throw new AssertionError("the library is broken");
          }
          return end(task, number, files, reason);
        };
    try (var service = service(20, broken)) {
      assertThat(ran.poll(20, TimeUnit.SECONDS)).isEqualTo("1: it was interrupted");
      assertThat(status.reading().unready()).isEmpty();
      assertThat(service.ended().toCompletableFuture()).isNotDone();
    }
  }

  @Test
  void shouldEndWhenARefreshHasNoMemory() throws Exception {
    RefreshRunner large =
        (task, number, files, reason) -> {
          throw new OutOfMemoryError("Java heap space");
        };
    try (var service = service(20, large)) {
      assertThat(service.ended().toCompletableFuture().get(20, TimeUnit.SECONDS))
          .contains("Java heap space");
    }
  }

  @Test
  void shouldGoOnAfterARestartWithWhatWasInterrupted() throws InterruptedException {
    RefreshRunner broken =
        (task, number, files, reason) -> {
          failures.add(reason);
          ran.add("failed");
          throw new UserError("the disk is full");
        };
    try (var service = service(20, broken)) {
      assertThat(ran.poll(20, TimeUnit.SECONDS)).isEqualTo("failed");
      assertThat(service.awaitCaughtUp(Duration.ofSeconds(1))).isTrue();
    }
    assertThat(failures).containsExactly("20 new pairs came");
    try (var service = service(20, this::end)) {
      assertThat(ran.poll(20, TimeUnit.SECONDS)).isEqualTo("1: it was interrupted");
      assertThat(service.awaitCaughtUp(Duration.ofSeconds(1))).isTrue();
    }
  }
}
