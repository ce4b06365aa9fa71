package org.deftstream.devstack.stack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.deftstream.deft.UserError;
import org.deftstream.messaging.admin.TopicAdmin;
import org.deftstream.messaging.admin.TopicReport;
import org.deftstream.schemas.Serdes;
import org.deftstream.schemas.Topics;
import org.deftstream.schemas.avro.DType;
import org.deftstream.schemas.avro.Measurement;
import org.deftstream.schemas.avro.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 5, unit = TimeUnit.MINUTES)
class EmbeddedStackIT {
  private static final Topics TOPICS = Topics.defaults();

  @TempDir Path directory;

  @Test
  void shouldKeepRecordsAndSchemasAcrossARestart() throws Exception {
    var measurement = measurement();
    long registryPid;
    try (var stack = EmbeddedStack.start(settings(0, 0))) {
      registryPid = stack.registryPid();
      var reports = new TopicAdmin(stack.connection()).create(TOPICS, 2, Optional.empty());

      assertThat(reports)
          .allMatch(report -> report.state() == TopicReport.State.CREATED)
          .allMatch(report -> report.differences().isEmpty());
      produce(stack, measurement);
      assertThat(consume(stack)).containsExactly(measurement);
    }
    assertThat(ProcessHandle.of(registryPid)).isEmpty();

    try (var stack = EmbeddedStack.start(settings(0, 0))) {
      assertThat(consume(stack)).containsExactly(measurement);
      var reports = new TopicAdmin(stack.connection()).create(TOPICS);
      assertThat(reports)
          .allMatch(report -> report.state() == TopicReport.State.PRESENT)
          .filteredOn(report -> report.name().equals(TOPICS.measurements()))
          .allMatch(report -> report.partitions() == 2 && report.schemaId().isPresent());
      new TopicAdmin(stack.connection()).verify(TOPICS);
      assertSecondStackIsRefused();
      assertThat(stack.directory().resolve("registry.log")).isNotEmptyFile();
    }
  }

  private void assertSecondStackIsRefused() {
    assertThatThrownBy(() -> EmbeddedStack.start(settings(0, 0)))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("in use by another running stack");
  }

  @Test
  void shouldNameTheMissingTopics() {
    try (var stack = EmbeddedStack.start(settings(0, 0))) {
      assertThatThrownBy(() -> new TopicAdmin(stack.connection()).verify(TOPICS))
          .isInstanceOf(UserError.class)
          .hasMessageContaining("measurements.dlq")
          .hasMessageContaining("deftstream topics create");
    }
  }

  /** A producer that tries but once must find the leader of every partition. */
  @Test
  void shouldCreateTopicsThatCanBeWrittenTo() throws Exception {
    try (var stack = EmbeddedStack.start(settings(0, 0))) {
      Map<String, Object> config =
          Map.of(
              "bootstrap.servers",
              stack.bootstrapServers(),
              "retries",
              0,
              "enable.idempotence",
              false);
      var admin = new TopicAdmin(stack.connection());
      try (var producer =
          new KafkaProducer<>(config, new StringSerializer(), new StringSerializer())) {
        for (int i = 0; i < 10; i++) {
          var topics = Topics.withPrefix("young" + i + ".");
          assertThat(admin.create(topics, 8, Optional.empty()))
              .allMatch(report -> report.state() == TopicReport.State.CREATED);
          for (int partition = 0; partition < 8; partition++) {
            producer
                .send(new ProducerRecord<>(topics.deadLetters(), partition, "key", "value"))
                .get(30, TimeUnit.SECONDS);
          }
        }
      }
    }
  }

  @Test
  void shouldReportARegistryThatIsKilled() throws Exception {
    try (var stack = EmbeddedStack.start(settings(0, 0))) {
      ProcessHandle.of(stack.registryPid()).orElseThrow().destroyForcibly();

      assertThatThrownBy(stack::awaitFailure)
          .isInstanceOf(UserError.class)
          .hasMessageContaining("schema registry stopped by itself")
          .hasMessageContaining("registry.log");
    }
  }

  @Test
  void shouldRefuseATakenPort() throws Exception {
    try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      var port = taken.getLocalPort();

      assertThatThrownBy(() -> EmbeddedStack.start(settings(port, 0)))
          .isInstanceOf(UserError.class)
          .hasMessageContaining("port " + port + " for the Kafka broker is taken");
      assertThatThrownBy(() -> EmbeddedStack.start(settings(0, port)))
          .isInstanceOf(UserError.class)
          .hasMessageContaining("port " + port + " for the schema registry is taken");
    }
  }

  private StackSettings settings(int kafkaPort, int registryPort) {
    return new StackSettings(directory, kafkaPort, registryPort, Duration.ofMinutes(4));
  }

  private static Measurement measurement() {
    return Measurement.newBuilder()
        .setId("m-1")
        .setTask("fashion-32/inpaint")
        .setValues(
            Tensor.newBuilder()
                .setDtype(DType.FLOAT32)
                .setShape(List.of(1))
                .setData(ByteBuffer.wrap(new byte[4]))
                .build())
        .setAuxiliary(Map.of())
        .setAttributes(Map.of())
        .build();
  }

  private static void produce(EmbeddedStack stack, Measurement measurement) throws Exception {
    Map<String, Object> config =
        Map.of("bootstrap.servers", stack.bootstrapServers(), "enable.idempotence", true);
    try (var producer =
        new KafkaProducer<>(
            config,
            new StringSerializer(),
            Serdes.of(stack.registryUrl()).serializer(Measurement.class))) {
      producer
          .send(new ProducerRecord<>(TOPICS.measurements(), 0, "key", measurement))
          .get(30, TimeUnit.SECONDS);
    }
  }

  private static List<Measurement> consume(EmbeddedStack stack) {
    Map<String, Object> config =
        Map.of("bootstrap.servers", stack.bootstrapServers(), "auto.offset.reset", "earliest");
    try (var consumer =
        new KafkaConsumer<>(
            config,
            new StringDeserializer(),
            Serdes.of(stack.registryUrl()).deserializer(Measurement.class))) {
      var partition = new TopicPartition(TOPICS.measurements(), 0);
      consumer.assign(List.of(partition));
      var end = consumer.endOffsets(List.of(partition)).get(partition);
      consumer.seekToBeginning(List.of(partition));
      List<Measurement> records = new ArrayList<>();
      while (consumer.position(partition) < end) {
        consumer.poll(Duration.ofMillis(200)).forEach(record -> records.add(record.value()));
      }
      return records;
    }
  }
}
