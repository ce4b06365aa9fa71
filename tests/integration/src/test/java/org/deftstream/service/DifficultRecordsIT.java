package org.deftstream.service;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.BitSet;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.deftstream.schemas.DeadLetterHeaders;
import org.deftstream.schemas.Serdes;
import org.deftstream.schemas.avro.LabelledPair;
import org.deftstream.schemas.avro.Measurement;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Hostile and large records. The long form of the first: {@code -Pbenchmarks}, or {@code
 * -Ddeftstream.fuzz.hostile=100000}; another draw: {@code -Ddeftstream.fuzz.seed=2}.
 */
@Timeout(value = 3, unit = TimeUnit.HOURS)
class DifficultRecordsIT {
  private static final int HOSTILE = Integer.getInteger("deftstream.fuzz.hostile", 200);
  private static final long SEED = Long.getLong("deftstream.fuzz.seed", 1);

  /** Good records for each hostile one. */
  private static final int GOOD = 10;

  /** Records that are on their way at once. */
  private static final int AHEAD = 2_000;

  private static final int MIB = 1 << 20;
  private static final Path TABLES = Path.of("..", "..", "target", "benchmarks");

  @TempDir static Path directory;
  private static ServiceStack stack;

  @BeforeAll
  static void start() {
    stack = new ServiceStack(directory);
  }

  @AfterAll
  static void stop() {
    if (stack != null) {
      stack.close();
    }
  }

  @Test
  void shouldAnswerEachHostileRecordByOneDeadLetterAndEachGoodOneByAReconstruction() {
    int partitions = 2;
    int records = HOSTILE * (GOOD + 1);
    var random = new java.util.SplittableRandom(SEED);
    var hostile = new BitSet(records);
    var count = new AnswerCount(partitions);
    try (var scenario = stack.scenario(partitions);
        var answers = scenario.answers();
        var service = scenario.start("one", Duration.ZERO)) {
      var generator = new FuzzedRecord.Generator(SEED, scenario::bytes, labelledPair(scenario));
      int left = HOSTILE;
      for (int i = 0; i < records; i++) {
        // So that every number of good ones between two hostile ones occurs.
        if (random.nextInt(records - i) < left) {
          left--;
          hostile.set(i);
          var record = generator.next();
          scenario.send(record.value(), record.headers());
        } else {
          scenario.send(SmallRecords.good("m-" + i));
        }
        if (i % 256 == 0) {
          while (i - count.count() > AHEAD) {
            answers.await(1);
            count.take(answers);
          }
        }
      }
      scenario.flush();
      while (count.count() < records) {
        answers.await(1);
        count.take(answers);
      }
      answers.readToEnd();
      count.take(answers);
      assertThat(service.statistics().unanswered()).isZero();
    }
    int dead = (int) IntStream.range(0, records).filter(count::dead).count();
    publish(records, count.count(), dead);
    assertThat(count.count()).isEqualTo(records);
    for (int i = 0; i < records; i++) {
      assertThat(count.dead(i)).as("record %d is dead", i).isEqualTo(hostile.get(i));
    }
  }

  /** A table of one row, kept where the benchmarks of module tests find it. */
  private static void publish(int records, int answers, int dead) {
    int processors = Runtime.getRuntime().availableProcessors();
    var table =
        """
        %d processor%s, Java %s, seed %d.

        | hostile records | good records | answers | dead letters | reconstructions | lost |
        |---|---|---|---|---|---|
        | %d | %d | %d | %d | %d | %d |
        """
            .formatted(
                processors,
                processors == 1 ? "" : "s",
                System.getProperty("java.version"),
                SEED,
                HOSTILE,
                records - HOSTILE,
                answers,
                dead,
                answers - dead,
                records - answers);
    System.out.println(table);
    try {
      Files.writeString(Files.createDirectories(TABLES).resolve("hostile.md"), table);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static byte[] labelledPair(ServiceStack.Scenario scenario) {
    var good = SmallRecords.good("pair");
    var pair =
        LabelledPair.newBuilder()
            .setId("pair")
            .setTask(SmallTasks.TASK)
            .setTruth(good.getValues())
            .build();
    try (var serializer = Serdes.of(stack.registryUrl()).serializer(LabelledPair.class)) {
      return serializer.serialize(scenario.topics().labelledPairs(), pair);
    }
  }

  /** One setting for topics, producers and consumers; above what is usual, so that it counts. */
  @Test
  void shouldAnswerRecordsOfManyMegabytes() {
    int limit = 24 * MIB;
    try (var scenario = stack.scenario(1, limit);
        var answers = scenario.answers()) {
      scenario.send(SmallRecords.good("small"));
      scenario.send(large("large", 20 * MIB));
      // The answer carries the headers, and is a little larger than the question, which just fits.
      byte[] question = scenario.bytes(SmallRecords.good("noted"));
      var headers = new RecordHeaders().add("note", new byte[limit - question.length - 180]);
      scenario.send(question, headers);
      scenario.send(
          ("x" + "y".repeat(20 * MIB)).getBytes(java.nio.charset.StandardCharsets.US_ASCII));
      scenario.send(SmallRecords.good("last"));
      scenario.flush();
      var options = scenario.options("one").withMaxRecordBytes(limit);
      try (var service =
          ReconstructionService.start(
              options, engine -> new SmallTasks(Duration.ZERO), ServiceStack.PATIENCE)) {
        answers.await(5);
        assertThat(service.statistics().unanswered()).isZero();
      }
      answers.readToEnd().assertExactlyOnce(5, 1);
      assertThat(answers.reasons()).isEqualTo(Map.of("ResultTooLarge", 1L, "NoAvro", 1L));
      assertThat(answers.reconstructions())
          .extracting(each -> each.getMeasurementId())
          .containsExactly("small", "large", "last");
      assertThat(answers.deadLetters())
          .as("a dead letter has room for the whole record")
          .allSatisfy(
              letter -> {
                assertThat(letter.headers().lastHeader(DeadLetterHeaders.OMITTED)).isNull();
                assertThat(letter.value()).isNotNull();
              });
    }
  }

  private static Measurement large(String id, int bytes) {
    return Measurement.newBuilder(SmallRecords.good(id))
        .setAttributes(Map.of("note", "n".repeat(bytes)))
        .build();
  }
}
