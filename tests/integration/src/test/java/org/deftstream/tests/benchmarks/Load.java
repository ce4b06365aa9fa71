package org.deftstream.tests.benchmarks;

import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.Deserializer;
import org.deftstream.schemas.Serdes;
import org.deftstream.schemas.avro.Reconstruction;
import org.deftstream.tests.platform.Deadline;
import org.deftstream.tests.platform.Installation;
import org.deftstream.tests.platform.Measurements;
import org.deftstream.tests.platform.Platform;

/**
 * Measurements of a shipped task on their way through a service: sent at a pace, the answers
 * counted and timed as a consumer of committed records sees them. Used by one thread; to be closed.
 */
final class Load implements AutoCloseable {
  private static final Duration POLL = Duration.ofMillis(10);
  private static final Duration LATE = Duration.ofSeconds(2);

  private final Installation installation;
  private final String prefix;
  private final KafkaConsumer<byte[], byte[]> consumer;
  private final Deserializer<Reconstruction> deserializer;
  private final List<Long> sentAt = new ArrayList<>();
  private final BitSet answered = new BitSet();
  private List<Long> latencies = new ArrayList<>();
  private int answers;
  private int duplicates;
  private int deadLetters;

  /**
   * What happened in a time.
   *
   * @param perSecond answers
   * @param latencies nanoseconds from the moment at which a record was due to its answer
   */
  record Phase(double perSecond, List<Long> latencies) {}

  /** Reads the answers from the beginning. */
  Load(Platform platform, Installation installation, String prefix) {
    this.installation = installation;
    this.prefix = prefix;
    deserializer = Serdes.of(platform.registryUrl()).deserializer(Reconstruction.class);
    consumer =
        new KafkaConsumer<>(
            Map.<String, Object>of(
                "bootstrap.servers",
                platform.bootstrapServers(),
                "isolation.level",
                "read_committed",
                "auto.offset.reset",
                "earliest",
                "enable.auto.commit",
                false),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer());
    var topics = installation.topics();
    consumer.assign(
        Stream.of(topics.reconstructions(), topics.deadLetters())
            .flatMap(topic -> consumer.partitionsFor(topic).stream())
            .map(each -> new TopicPartition(each.topic(), each.partition()))
            .toList());
  }

  /**
   * Keeps so many records unanswered for a time, and until as many were answered: what comes out is
   * the capacity.
   */
  Phase saturate(int backlog, Duration time) {
    long start = System.nanoTime();
    int before = answers;
    return phase(
        () -> {
          var passed = Duration.ofNanos(System.nanoTime() - start);
          if (passed.compareTo(time.plus(Platform.PATIENCE)) > 0) {
            throw new AssertionError(answers - before + " records answered in " + passed);
          }
          return passed.compareTo(time) < 0 || answers - before < backlog;
        },
        () -> {
          while (open() < backlog) {
            send(System.nanoTime());
          }
        });
  }

  /**
   * Sends at an even pace, however slow the answers are, as long as a condition holds.
   *
   * @param each called again and again
   */
  Phase pace(double perSecond, BooleanSupplier goesOn, Runnable each) {
    long start = System.nanoTime();
    int before = sent();
    return phase(
        goesOn,
        () -> {
          while (true) {
            // Timed from when it was due: a sender that was held up does not hide the wait.
            long due = start + (long) ((sent() - before) / perSecond * 1e9);
            if (due > System.nanoTime()) {
              break;
            }
            send(due);
          }
          each.run();
        });
  }

  private Phase phase(BooleanSupplier goesOn, Runnable step) {
    latencies = new ArrayList<>();
    int before = answers;
    long start = System.nanoTime();
    while (goesOn.getAsBoolean()) {
      step.run();
      poll();
    }
    return new Phase((answers - before) / ((System.nanoTime() - start) / 1e9), latencies);
  }

  private void send(long due) {
    installation.send(Measurements.good(prefix + sent()));
    sentAt.add(due);
  }

  private void poll() {
    for (var record : consumer.poll(POLL)) {
      if (record.topic().equals(installation.topics().deadLetters())) {
        deadLetters++;
        continue;
      }
      var value = deserializer.deserialize(record.topic(), record.value());
      int number = Integer.parseInt(value.getMeasurementId().substring(prefix.length()));
      if (answered.get(number)) {
        duplicates++;
      } else {
        answered.set(number);
        answers++;
        latencies.add(System.nanoTime() - sentAt.get(number));
      }
    }
  }

  /** Waits until all is answered, and a while longer for what would come twice. */
  void drain() {
    Deadline.await(
        Platform.PATIENCE,
        () -> "answer " + open() + " of " + sent() + " records",
        () -> {
          poll();
          return open() <= 0;
        });
    long end = System.nanoTime() + LATE.toNanos();
    while (System.nanoTime() < end) {
      poll();
    }
  }

  int sent() {
    return sentAt.size();
  }

  /** Records that are not answered yet. */
  int open() {
    return sent() - answers - deadLetters;
  }

  /** Records without a reconstruction. */
  int lost() {
    return sent() - answers;
  }

  int duplicates() {
    return duplicates;
  }

  int deadLetters() {
    return deadLetters;
  }

  @Override
  public void close() {
    consumer.close();
    deserializer.close();
  }
}
