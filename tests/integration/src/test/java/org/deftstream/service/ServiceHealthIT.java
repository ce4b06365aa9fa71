package org.deftstream.service;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** What an instance says of itself, held against what Kafka's own tools say. */
@Timeout(value = 8, unit = TimeUnit.MINUTES)
class ServiceHealthIT {
  @TempDir Path directory;

  private static void await(String what, BooleanSupplier condition) throws InterruptedException {
    long deadline = System.nanoTime() + ServiceStack.PATIENCE.toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("waited too long: %s", what).isLessThan(deadline);
      Thread.sleep(50);
    }
  }

  /** Lines of the lag in the metrics: partition and records. */
  private static Map<String, Double> shown(ReconstructionService service) {
    return service
        .metrics()
        .lines()
        .filter(line -> line.startsWith("deftstream_consumer_lag{"))
        .collect(
            Collectors.toMap(
                line -> line.substring(line.indexOf('{'), line.indexOf('}') + 1),
                line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)),
                (a, b) -> {
                  throw new AssertionError("a partition is there twice");
                },
                TreeMap::new));
  }

  /** The column LAG of {@code kafka-consumer-groups --describe}, from the calls that it makes. */
  private static Map<String, Double> described(Admin admin, String group, String topic)
      throws Exception {
    var committed = admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata().get();
    var lag = new TreeMap<String, Double>();
    for (var each : committed.entrySet()) {
      TopicPartition partition = each.getKey();
      if (partition.topic().equals(topic)) {
        long end =
            admin
                .listOffsets(Map.of(partition, OffsetSpec.latest()))
                .partitionResult(partition)
                .get()
                .offset();
        lag.put(
            "{partition=\"%d\",topic=\"%s\"}".formatted(partition.partition(), topic),
            (double) end - each.getValue().offset());
      }
    }
    return lag;
  }

  @Test
  void shouldShowTheLagThatKafkasToolShowsOncePerPartition() throws Exception {
    try (var stack = new ServiceStack(directory);
        var scenario = stack.scenario(2);
        var answers = scenario.answers();
        var first = scenario.start("one", Duration.ofMillis(1));
        var admin = Admin.create(Map.of("bootstrap.servers", stack.bootstrapServers()));
        var open =
            new KafkaProducer<>(
                Map.of(
                    "bootstrap.servers",
                    stack.bootstrapServers(),
                    "transactional.id",
                    "a transaction that stays open"),
                new ByteArraySerializer(),
                new ByteArraySerializer())) {
      for (int i = 0; i < 20; i++) {
        scenario.send(SmallRecords.good("m-" + i));
      }
      scenario.flush();
      answers.await(20);
      // Nobody who reads what is committed gets past them.
      open.initTransactions();
      open.beginTransaction();
      var topic = scenario.topics().measurements();
      for (int i = 0; i < 7; i++) {
        open.send(
            new ProducerRecord<>(
                topic, i < 5 ? 0 : 1, null, scenario.bytes(SmallRecords.good("o" + i))));
      }
      open.flush();
      var expected =
          Map.of(
              "{partition=\"0\",topic=\"" + topic + "\"}",
              5.0,
              "{partition=\"1\",topic=\"" + topic + "\"}",
              2.0);
      await("the lag to be counted", () -> shown(first).equals(expected));
      assertThat(described(admin, scenario.name(), topic)).isEqualTo(expected);

      // With a second instance each counts its own partition.
      try (var second = scenario.start("two", Duration.ofMillis(1))) {
        await(
            "each to own one",
            () -> {
              var both = new TreeMap<>(shown(first));
              both.putAll(shown(second));
              return both.equals(expected) && shown(first).size() + shown(second).size() == 2;
            });
      }
      open.commitTransaction();
      await("all to be consumed", () -> shown(first).values().stream().allMatch(lag -> lag == 0));
      answers.await(27);
      assertThat(described(admin, scenario.name(), topic).values()).containsOnly(0.0);
    }
  }

  @Test
  void shouldNotBeReadyWithoutABrokerAndSayItOnce() throws Exception {
    var logged = new ListAppender<ILoggingEvent>();
    logged.start();
    var logger = (Logger) LoggerFactory.getLogger("org.deftstream");
    logger.addAppender(logged);
    var stack = new ServiceStack(directory);
    try (var scenario = stack.scenario(1);
        var answers = scenario.answers();
        var service = scenario.start("one", Duration.ofMillis(1))) {
      scenario.send(SmallRecords.good("m-0"));
      scenario.flush();
      answers.await(1);
      await("it to be ready", () -> service.metrics().contains("deftstream_ready 1.0"));
      stack.close();
      await("it to notice", () -> service.metrics().contains("deftstream_ready 0.0"));
      assertThat(service.metrics()).contains("deftstream_live 1.0");
      assertThat(shown(service)).as("what nobody knows").isEmpty();

      stack = stack.again();
      await("it to be ready again", () -> service.metrics().contains("deftstream_ready 1.0"));
      scenario.send(SmallRecords.good("m-1"));
      scenario.flush();
      answers.await(2);
      assertThat(logged.list)
          .filteredOn(each -> each.getLoggerName().endsWith("BrokerWatch"))
          .extracting(ILoggingEvent::getFormattedMessage)
          .hasSize(2)
          .anyMatch(line -> line.startsWith("no Kafka broker has answered"))
          .anyMatch(line -> line.startsWith("Kafka answers again"));
    } finally {
      logger.detachAppender(logged);
      stack.close();
    }
  }
}
