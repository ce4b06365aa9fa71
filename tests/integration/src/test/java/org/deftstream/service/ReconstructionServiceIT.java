package org.deftstream.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.common.TopicPartition;
import org.deftstream.deft.UserError;
import org.deftstream.schemas.DeadLetterHeaders;
import org.deftstream.service.ledger.LedgerStatistics.Counter;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 5, unit = TimeUnit.MINUTES)
class ReconstructionServiceIT {
  /** With 8 steps and 16 rows in a batch: a batch of 8 records takes 160 ms. */
  private static final Duration SLOW = Duration.ofMillis(20);

  private static final Duration FAST = Duration.ofMillis(1);

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
  void shouldAnswerGoodAndHostileRecordsExactlyOnce() {
    try (var scenario = stack.scenario(2);
        var answers = scenario.answers()) {
      var hostile = SmallRecords.hostile(scenario::bytes);
      for (int i = 0; i < 60; i++) {
        scenario.send(SmallRecords.good("m-" + i));
      }
      hostile.values().forEach(values -> values.forEach(scenario::send));
      for (int i = 60; i < 80; i++) {
        scenario.send(SmallRecords.good("m-" + i));
      }
      scenario.flush();
      try (var service = scenario.start("one", FAST)) {
        assertThat(service.awaitReady(ServiceStack.PATIENCE)).isTrue();
        answers.await(scenario.sent());
      }
      answers.readToEnd().assertExactlyOnce(scenario.sent(), scenario.partitions());

      var expected = new TreeMap<String, Long>();
      hostile.forEach((reason, values) -> expected.put(reason, (long) values.size()));
      assertThat(answers.reasons()).isEqualTo(expected);
      assertThat(answers.reconstructions()).hasSize(80);
      Expected.assertPixels(answers.reconstructions());
      assertThat(answers.deadLetters())
          .extracting(each -> Answers.header(each, DeadLetterHeaders.MESSAGE))
          .anyMatch(message -> message.contains("task 'small/inpant' is not known"))
          .anyMatch(message -> message.contains("shape is [4, 16, 1], but must be [8, 8, 1]"))
          .anyMatch(message -> message.contains("the number at [0, 4, 0] is NaN"))
          .anyMatch(message -> message.contains("auxiliary input 'mask' of shape [8, 8]"))
          .anyMatch(message -> message.contains("schema id 987654 is not in the registry"));
      var provenance = answers.reconstructions().get(0).getProvenance();
      assertThat(provenance.getMethod()).isEqualTo("diffpir");
      assertThat(provenance.getInstance()).isEqualTo("one");
      assertThat(provenance.getSourceTopic()).isEqualTo(scenario.topics().measurements());
      assertThat(answers.reconstructions().get(0).getSamples()).isEqualTo(SmallTasks.SAMPLES);
    }
  }

  @Test
  void shouldShowItsMetricsItsHealthAndItsTasks() throws Exception {
    try (var scenario = stack.scenario(1);
        var answers = scenario.answers();
        var service = scenario.start("one", FAST)) {
      scenario.send(SmallRecords.good("m-0"));
      scenario.send("hostile".getBytes(StandardCharsets.UTF_8));
      scenario.flush();
      answers.await(2);
      assertThat(page(service, "/health/live")).isEqualTo("200 {\"live\":true}\n");
      assertThat(page(service, "/health/ready")).isEqualTo("200 {\"ready\":true}\n");
      assertThat(page(service, "/adapters")).isEqualTo("200 {\"instance\":\"one\",\"tasks\":[]}\n");
      assertThat(page(service, "/metrics").lines())
          .contains(
              "deftstream_records_in_total 2.0",
              "deftstream_dead_letters_total{reason=\"NoAvro\"} 1.0",
              "deftstream_compute_time_seconds_count{method=\"diffpir\",task=\"small/inpaint\"} 1",
              "deftstream_engine_steps_total 8.0",
              "deftstream_ready 1.0");
      // Asked for in the background.
      long deadline = System.nanoTime() + ServiceStack.PATIENCE.toNanos();
      while (!page(service, "/metrics").contains("deftstream_consumer_lag{")) {
        assertThat(System.nanoTime()).as("no lag is shown").isLessThan(deadline);
        TimeUnit.MILLISECONDS.sleep(50);
      }
    }
  }

  private static String page(ReconstructionService service, String path) throws Exception {
    var address =
        java.net.URI.create("http://127.0.0.1:" + service.httpPort().orElseThrow() + path);
    var reply =
        java.net.http.HttpClient.newHttpClient()
            .send(
                java.net.http.HttpRequest.newBuilder(address).build(),
                java.net.http.HttpResponse.BodyHandlers.ofString());
    return reply.statusCode() + " " + reply.body();
  }

  @Test
  void shouldGoOnAfterAGracefulRestart() {
    try (var scenario = stack.scenario(1);
        var answers = scenario.answers()) {
      for (int i = 0; i < 200; i++) {
        scenario.send(SmallRecords.good("m-" + i));
      }
      scenario.flush();
      try (var first = scenario.start("one", SLOW)) {
        answers.await(20);
        first.close();
        assertThat(first.inFlight()).as("what was in flight was published").isZero();
      }
      answers.readToEnd();
      assertThat(answers.count()).isLessThan(200);
      try (var second = scenario.start("one", SLOW)) {
        answers.await(200);
        assertThat(second.statistics().get(Counter.GONE)).isZero();
      }
      answers.readToEnd().assertExactlyOnce(200, 1);
      Expected.assertPixels(answers.reconstructions());
    }
  }

  @Test
  void shouldShareTheWorkAndMoveIt() {
    try (var scenario = stack.scenario(4);
        var answers = scenario.answers();
        var first = scenario.start("one", SLOW)) {
      for (int i = 0; i < 300; i++) {
        scenario.send(SmallRecords.good("m-" + i));
      }
      scenario.flush();
      answers.await(20);
      int sent = 300;
      try (var second = scenario.start("two", SLOW)) {
        assertThat(second.awaitReady(ServiceStack.PATIENCE)).isTrue();
        // It takes part once it has answered something; however late it joins, work is left for it.
        while (second.statistics().get(Counter.ANSWERED) == 0) {
          while (sent - answers.count() < 60) {
            scenario.send(SmallRecords.good("m-" + sent));
            sent++;
          }
          scenario.flush();
          answers.await(answers.count() + 1);
        }
        // Gone at once, in the middle of its work: nothing in flight is waited for.
        second.close(Duration.ZERO);
      }
      answers.await(sent);
      first.close();
      answers.readToEnd().assertExactlyOnce(sent, 4);
      Expected.assertPixels(answers.reconstructions());
    }
  }

  @Test
  void shouldMakeADeadLetterOfEachRecordThatIsGone() throws Exception {
    try (var scenario = stack.scenario(1);
        var answers = scenario.answers()) {
      for (int i = 0; i < 120; i++) {
        scenario.send(SmallRecords.good("m-" + i));
      }
      scenario.flush();
      long consumed;
      try (var first = scenario.start("one", Duration.ofMillis(100))) {
        answers.await(4);
        first.close(Duration.ZERO);
        consumed = first.statistics().get(Counter.CONSUMED);
      }
      answers.readToEnd();
      int answered = answers.count();
      assertThat(consumed).isGreaterThan(answered);
      try (var admin = Admin.create(Map.of("bootstrap.servers", stack.bootstrapServers()))) {
        var partition = new TopicPartition(scenario.topics().measurements(), 0);
        admin
            .deleteRecords(Map.of(partition, RecordsToDelete.beforeOffset(answered + 5)))
            .all()
            .get();
      }
      try (var second = scenario.start("one", FAST)) {
        answers.await(120);
        assertThat(second.statistics().get(Counter.GONE)).isEqualTo(5);
      }
      answers.readToEnd().assertExactlyOnce(120, 1);
      assertThat(answers.reasons()).isEqualTo(Map.of("SourceRecordGone", 5L));
      Expected.assertPixels(answers.reconstructions());
    }
  }

  @Test
  void shouldMakeADeadLetterOfEachRecordThatWasDeletedBeforeItWasConsumed() throws Exception {
    try (var scenario = stack.scenario(1);
        var answers = scenario.answers();
        var admin = Admin.create(Map.of("bootstrap.servers", stack.bootstrapServers()))) {
      var partition = new TopicPartition(scenario.topics().measurements(), 0);
      send(scenario, 20);
      try (var first = scenario.start("one", FAST)) {
        answers.await(20);
      }
      send(scenario, 30);
      admin.deleteRecords(Map.of(partition, RecordsToDelete.beforeOffset(35))).all().get();
      try (var second = scenario.start("one", FAST)) {
        answers.await(50);
        assertThat(second.statistics().get(Counter.GONE)).isEqualTo(15);
      }
      send(scenario, 5);
      admin.deleteRecords(Map.of(partition, RecordsToDelete.beforeOffset(55))).all().get();
      try (var third = scenario.start("one", FAST)) {
        // Nothing is left to be consumed.
        answers.await(55);
        send(scenario, 1);
        answers.await(56);
        assertThat(third.statistics().get(Counter.GONE)).isEqualTo(5);
      }
      answers.readToEnd().assertExactlyOnce(56, 1);
      assertThat(answers.reasons()).isEqualTo(Map.of("SourceRecordGone", 20L));
      Expected.assertPixels(answers.reconstructions());
    }
  }

  private static void send(ServiceStack.Scenario scenario, int records) {
    for (int i = 0; i < records; i++) {
      scenario.send(SmallRecords.good("m-" + scenario.sent()));
    }
    scenario.flush();
  }

  @Test
  void shouldDropRecordsThatComeAgainWhenOffsetsAreSetBack() throws Exception {
    try (var scenario = stack.scenario(1);
        var answers = scenario.answers()) {
      for (int i = 0; i < 30; i++) {
        scenario.send(SmallRecords.good("m-" + i));
      }
      scenario.flush();
      try (var first = scenario.start("one", FAST)) {
        answers.await(30);
      }
      try (var admin = Admin.create(Map.of("bootstrap.servers", stack.bootstrapServers()))) {
        admin
            .removeMembersFromConsumerGroup(
                scenario.name(),
                new org.apache.kafka.clients.admin.RemoveMembersFromConsumerGroupOptions())
            .all()
            .get();
        admin
            .alterConsumerGroupOffsets(
                scenario.name(),
                Map.of(
                    new TopicPartition(scenario.topics().measurements(), 0),
                    new org.apache.kafka.clients.consumer.OffsetAndMetadata(0)))
            .all()
            .get();
      }
      scenario.send(SmallRecords.good("m-30"));
      scenario.flush();
      try (var second = scenario.start("one", FAST)) {
        answers.await(31);
        assertThat(second.statistics().get(Counter.CAME_AGAIN)).isEqualTo(30);
      }
      answers.readToEnd().assertExactlyOnce(31, 1);
    }
  }

  @Test
  void shouldRefuseToStartWithoutItsTopics() {
    var options =
        ServiceStack.options(
            stack.bootstrapServers(), stack.registryUrl(), "absent", directory, "one");
    assertThatThrownBy(
            () -> ReconstructionService.start(options, engine -> new SmallTasks(FAST), SLOW))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("deftstream topics create");
  }

  @Test
  void shouldKeepBytesAndHeadersOfHostileRecords() {
    try (var scenario = stack.scenario(1);
        var answers = scenario.answers()) {
      scenario.send("no avro at all".getBytes(StandardCharsets.UTF_8));
      scenario.flush();
      try (var service = scenario.start("one", FAST)) {
        answers.await(1);
      }
      var letter = answers.deadLetters().get(0);
      assertThat(new String(letter.value(), StandardCharsets.UTF_8)).isEqualTo("no avro at all");
      assertThat(Answers.header(letter, DeadLetterHeaders.MESSAGE))
          .contains("begins with the byte");
    }
  }
}
