package org.deftstream.service;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.deftstream.messaging.deadletter.SkipNotes;
import org.deftstream.schemas.DeadLetterHeaders;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A record of some kilobytes in the log that unpacks to more than the heap. */
@Timeout(value = 9, unit = TimeUnit.MINUTES)
class UnreadableRecordIT {
  private static final int HEAP = 96;
  private static final int UNPACKED = 72 << 20;

  @TempDir static Path directory;

  @Test
  void shouldStopAndSayWhereAndGoOnWhenToldToPassOverIt() throws Exception {
    int before = 20;
    int after = 10;
    try (var stack = new ServiceStack(directory);
        var scenario = stack.scenario(1);
        var answers = scenario.answers()) {
      for (int i = 0; i < before; i++) {
        scenario.send(SmallRecords.good("m-" + i));
      }
      scenario.flush();
      sendBomb(stack, scenario);
      for (int i = 0; i < after; i++) {
        scenario.send(SmallRecords.good("n-" + i));
      }
      scenario.flush();
      var topic = scenario.topics().measurements();
      try (var child = ServiceChild.startSmall(scenario, "one", HEAP)) {
        assertThat(child.exitCode()).isEqualTo(ServiceChild.EXIT_BY_ITSELF);
      }
      assertThat(Files.readString(scenario.directory().resolve("one.log")))
          .contains("the instance stops: " + topic + "-0 at offset " + before + " cannot be read")
          .contains("deftstream dlq skip " + topic + " 0 " + before);

      try (var admin = Admin.create(Map.of("bootstrap.servers", stack.bootstrapServers()))) {
        SkipNotes.add(admin, scenario.name(), new TopicPartition(topic, 0), List.of(), before)
            .get();
      }
      int records = before + 1 + after;
      try (var child = ServiceChild.startSmall(scenario, "one", HEAP)) {
        answers.await(records);
        assertThat(child.alive()).isTrue();
      }
      answers.readToEnd().assertExactlyOnce(records, 1);
      assertThat(answers.reasons()).isEqualTo(Map.of("Skipped", 1L));
      assertThat(Answers.header(answers.deadLetters().get(0), DeadLetterHeaders.OFFSET))
          .isEqualTo("" + before);
    }
  }

  private static void sendBomb(ServiceStack stack, ServiceStack.Scenario scenario)
      throws Exception {
    Map<String, Object> config =
        Map.of(
            "bootstrap.servers",
            stack.bootstrapServers(),
            "compression.type",
            "zstd",
            "max.request.size",
            2 * UNPACKED,
            "buffer.memory",
            2L * UNPACKED,
            "batch.size",
            0);
    try (var producer =
        new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer())) {
      producer
          .send(
              new ProducerRecord<>(
                  scenario.topics().measurements(), 0, (byte[]) null, new byte[UNPACKED]))
          .get();
    }
  }
}
