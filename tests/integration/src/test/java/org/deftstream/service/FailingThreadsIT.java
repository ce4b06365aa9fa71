package org.deftstream.service;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.AlterConfigOp.OpType;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.deftstream.schemas.DeadLetterHeaders;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Records that end their stream thread, and not the process. */
@Timeout(value = 9, unit = java.util.concurrent.TimeUnit.MINUTES)
class FailingThreadsIT {
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

  /** A broker refuses the answer, which is known only when it was sent: the thread ends. */
  @Test
  void shouldGiveUpTheRecordThatEndsItsThreadAndNoOther() throws Exception {
    int records = 6;
    int old = 3;
    try (var scenario = stack.scenario(1);
        var answers = scenario.answers()) {
      set(
          scenario.topics().reconstructions(),
          Map.of(
              TopicConfig.MESSAGE_TIMESTAMP_TYPE_CONFIG, "CreateTime",
              TopicConfig.MESSAGE_TIMESTAMP_BEFORE_MAX_MS_CONFIG, "3600000"));
      for (int i = 0; i < records; i++) {
        var value = scenario.bytes(SmallRecords.good("m-" + i));
        if (i == old) {
          scenario.sendAt(1L, value);
        } else {
          scenario.send(value);
        }
      }
      scenario.flush();
      var options = ServiceChild.quickToSuspect(scenario.options("one"));
      try (var service =
          ReconstructionService.start(
              options, engine -> new SmallTasks(Duration.ZERO), ServiceStack.PATIENCE)) {
        answers.await(records);
        assertThat(service.statistics().unanswered()).isZero();
        assertThat(service.stopped()).isNotDone();
      }
      answers.readToEnd().assertExactlyOnce(records, 1);
      assertThat(answers.reasons()).isEqualTo(Map.of("GivenUp", 1L));
      var letter = answers.deadLetters().get(0);
      assertThat(Answers.header(letter, DeadLetterHeaders.OFFSET)).isEqualTo("" + old);
      assertThat(letter.value()).isEqualTo(scenario.bytes(SmallRecords.good("m-" + old)));
    }
  }

  @Test
  void shouldLearnThatATopicTakesLessThanBefore() throws Exception {
    try (var scenario = stack.scenario(1);
        var answers = scenario.answers();
        var service = scenario.start("one", Duration.ZERO)) {
      scenario.send(SmallRecords.good("before"));
      scenario.flush();
      answers.await(1);
      set(
          scenario.topics().reconstructions(),
          Map.of(TopicConfig.MAX_MESSAGE_BYTES_CONFIG, "8192"));
      // The answer carries the headers of its measurement.
      scenario.send(
          scenario.bytes(SmallRecords.good("after")),
          new RecordHeaders().add("note", new byte[8192]));
      scenario.flush();
      answers.await(2);
      answers.readToEnd().assertExactlyOnce(2, 1);
      assertThat(answers.reasons()).isEqualTo(Map.of("ResultTooLarge", 1L));
      assertThat(service.stopped()).isNotDone();
    }
  }

  private static void set(String topic, Map<String, String> settings) throws Exception {
    try (var admin = Admin.create(Map.of("bootstrap.servers", stack.bootstrapServers()))) {
      List<AlterConfigOp> changes =
          settings.entrySet().stream()
              .map(
                  each ->
                      new AlterConfigOp(
                          new ConfigEntry(each.getKey(), each.getValue()), OpType.SET))
              .toList();
      admin
          .incrementalAlterConfigs(
              Map.of(new ConfigResource(ConfigResource.Type.TOPIC, topic), changes))
          .all()
          .get();
    }
  }
}
