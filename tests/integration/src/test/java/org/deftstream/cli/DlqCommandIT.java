package org.deftstream.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.deftstream.devstack.stack.EmbeddedStack;
import org.deftstream.devstack.stack.StackSettings;
import org.deftstream.messaging.admin.TopicAdmin;
import org.deftstream.messaging.deadletter.DeadLetterAccess;
import org.deftstream.messaging.deadletter.DeadLetterFilter;
import org.deftstream.messaging.deadletter.DeadLetterReplay;
import org.deftstream.messaging.deadletter.ReplayOptions;
import org.deftstream.messaging.deadletter.SkipNotes;
import org.deftstream.schemas.DeadLetterHeaders;
import org.deftstream.schemas.ReplayHeaders;
import org.deftstream.schemas.Serdes;
import org.deftstream.schemas.Topics;
import org.deftstream.schemas.avro.Measurement;
import org.deftstream.service.SmallRecords;
import org.deftstream.service.SmallTasks;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 5, unit = TimeUnit.MINUTES)
class DlqCommandIT {
  private static final int PARTITIONS = 2;

  @TempDir static Path directory;
  private static EmbeddedStack stack;

  private Topics topics;
  private String prefix;
  private KafkaProducer<byte[], byte[]> producer;

  private record Outcome(int exitCode, String out, String err) {}

  @BeforeAll
  static void startStack() {
    stack = EmbeddedStack.start(StackSettings.in(directory));
  }

  @AfterAll
  static void stopStack() {
    stack.close();
  }

  @BeforeEach
  void createTopics(TestInfo test) {
    prefix = test.getTestMethod().orElseThrow().getName() + ".";
    topics = Topics.withPrefix(prefix);
    new TopicAdmin(stack.connection()).create(topics, PARTITIONS, Optional.empty());
    producer = new KafkaProducer<>(kafka(), new ByteArraySerializer(), new ByteArraySerializer());
  }

  @AfterEach
  void closeProducer() {
    producer.close();
  }

  private static Map<String, Object> kafka() {
    return Map.of("bootstrap.servers", stack.bootstrapServers());
  }

  private Outcome dlq(String... arguments) {
    var all = new ArrayList<>(List.of("dlq"));
    all.addAll(List.of(arguments));
    all.add("--set=bootstrap.servers=" + stack.bootstrapServers());
    all.add("--set=schema.registry.url=" + stack.registryUrl());
    all.add("--set=application.id=" + prefix);
    all.add("--set=topic.measurements=" + topics.measurements());
    all.add("--set=topic.dead.letters=" + topics.deadLetters());
    var out = new StringWriter();
    var err = new StringWriter();
    int exitCode =
        Deftstream.commandLine()
            .setOut(new PrintWriter(out))
            .setErr(new PrintWriter(err))
            .execute(all.toArray(String[]::new));
    return new Outcome(exitCode, out.toString(), err.toString());
  }

  @Test
  void shouldNoteWhatIsPassedOverAndRefuseWhatCannotBe() throws Exception {
    for (int i = 0; i < 5; i++) {
      producer.send(new ProducerRecord<>(topics.measurements(), 1, null, new byte[1]));
    }
    producer.flush();
    assertThat(dlq("skip", topics.measurements(), "1", "3").err()).isEmpty();
    assertThat(dlq("skip", topics.measurements(), "1", "2").exitCode()).isZero();
    var place = new TopicPartition(topics.measurements(), 1);
    try (var admin = Admin.create(kafka())) {
      assertThat(SkipNotes.read(admin, prefix, List.of(place), 10_000).get())
          .isEqualTo(Map.of(place, List.of(2L, 3L)));
      admin.alterConsumerGroupOffsets(prefix, Map.of(place, new OffsetAndMetadata(3))).all().get();
    }
    assertThat(dlq("skip", topics.measurements(), "1", "2").err())
        .contains("offset 2 of " + place + " was consumed; " + prefix + " stands at 3");
    assertThat(dlq("skip", topics.measurements(), "1", "5").err())
        .contains(place + " holds the offsets 0 to 4, not 5");
    assertThat(dlq("skip", "other", "1", "3").err())
        .contains("the service reads " + topics.measurements() + " and the trainer ");
    var none = dlq("skip", topics.measurements(), "7", "0");
    assertThat(none.exitCode()).isEqualTo(1);
    assertThat(none.err().lines()).hasSize(1);
  }

  /** A dead letter as the service writes it. */
  private void letter(int number, String reason, byte[] value, Map<String, String> more) {
    var headers = new RecordHeaders().add("site", bytes("ward 7"));
    more.forEach((name, text) -> headers.add(name, bytes(text)));
    Map.of(
            DeadLetterHeaders.ERROR_CLASS,
            reason,
            DeadLetterHeaders.MESSAGE,
            "what was wrong with \u001b[31m" + number,
            DeadLetterHeaders.STAGE,
            "validate",
            DeadLetterHeaders.TOPIC,
            topics.measurements(),
            DeadLetterHeaders.PARTITION,
            Integer.toString(number % PARTITIONS),
            DeadLetterHeaders.OFFSET,
            Integer.toString(100 + number))
        .forEach((name, text) -> headers.add(name, bytes(text)));
    producer.send(
        new ProducerRecord<>(
            topics.deadLetters(), number % PARTITIONS, bytes("key-" + number), value, headers));
    producer.flush();
  }

  private byte[] measurement(String id) {
    try (var serializer = Serdes.of(stack.registryUrl()).serializer(Measurement.class)) {
      return serializer.serialize(topics.measurements(), SmallRecords.good(id));
    }
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** What a consumer of committed records sees on the topic of measurements. */
  private List<ConsumerRecord<byte[], byte[]>> measurements() {
    Map<String, Object> config = new HashMap<>(kafka());
    config.put("isolation.level", "read_committed");
    var records = new ArrayList<ConsumerRecord<byte[], byte[]>>();
    try (var consumer =
        new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      var partitions =
          List.of(
              new TopicPartition(topics.measurements(), 0),
              new TopicPartition(topics.measurements(), 1));
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      var ends = consumer.endOffsets(partitions);
      while (partitions.stream().anyMatch(each -> consumer.position(each) < ends.get(each))) {
        consumer.poll(Duration.ofMillis(100)).forEach(records::add);
      }
    }
    return records;
  }

  private static Map<String, String> headers(ConsumerRecord<byte[], byte[]> record) {
    var headers = new HashMap<String, String>();
    record
        .headers()
        .forEach(
            header ->
                headers.put(header.key(), new String(header.value(), StandardCharsets.UTF_8)));
    return headers;
  }

  @Test
  void shouldListAndShow() throws Exception {
    letter(0, "NoAvro", bytes("nonsense"), Map.of());
    letter(1, "UnknownAdapter", measurement("m-1"), Map.of());
    letter(2, "NoAvro", bytes("more nonsense"), Map.of());

    var all = dlq("list");
    assertThat(all.err()).isEmpty();
    assertThat(all.out())
        .contains(
            "0@0", "1@0", "0@1", topics.measurements() + "-0@102", "what was wrong with ?[31m2")
        .contains("key key-1, id m-1, task " + SmallTasks.TASK + ", from ", "key key-0, from ")
        .doesNotContain("\u001b")
        .containsPattern("2  NoAvro")
        .containsPattern("1  UnknownAdapter");
    JsonNode json =
        new ObjectMapper().readTree(dlq("list", "--json", "--task", SmallTasks.TASK).out());
    assertThat(json.path("deadLetters")).hasSize(1);
    assertThat(json.at("/deadLetters/0/task").asText()).isEqualTo(SmallTasks.TASK);
    assertThat(json.at("/deadLetters/0/measurementId").asText()).isEqualTo("m-1");
    assertThat(json.path("reasons").toString()).isEqualTo("{\"UnknownAdapter\":1}");

    var decoded = dlq("show", "1@0");
    assertThat(decoded.out())
        .containsPattern("(?m)^id +m-1$")
        .containsPattern("(?m)^task +" + SmallTasks.TASK + "$")
        .containsPattern("(?m)^values +FLOAT32 \\[.*], from \\S+ to \\S+, mean ");
    assertThat(
            new ObjectMapper()
                .readTree(dlq("show", "1@0", "--json").out())
                .at("/measurement/values")
                .asText())
        .startsWith("FLOAT32 ");

    Path file = directory.resolve("value");
    var one = dlq("show", "0@1", "--value", file.toString());
    assertThat(one.out()).contains("key", "13 bytes", "site", "ward 7", DeadLetterHeaders.OFFSET);
    assertThat(file).hasContent("more nonsense");
    var none = dlq("show", "0@99");
    assertThat(none.exitCode()).isEqualTo(1);
    assertThat(none.err()).contains("there is no dead letter 0@99");
    assertThat(dlq("list", "--partition", "7").err()).contains("has 2 partitions; there is no 7");
    assertThat(Files.size(file)).isEqualTo(13);
  }

  @Test
  void shouldReplayWhatIsMeantOnceAndAsItCame() {
    letter(0, "NoAvro", bytes("nonsense"), Map.of());
    letter(1, "UnknownAdapter", measurement("m-1"), Map.of("deft.deadline", "1000"));
    letter(3, "UnknownAdapter", null, Map.of(DeadLetterHeaders.OMITTED, "value of 7 bytes"));
    letter(5, "UnknownAdapter", measurement("m-5"), Map.of(ReplayHeaders.COUNT, "3"));
    letter(
        7,
        "UnknownAdapter",
        measurement("m-7"),
        Map.of(ReplayHeaders.COUNT, "1", ReplayHeaders.ORIGIN, "measurements-1@3"));

    assertThat(dlq("replay").err()).contains("or --all");
    String[] replay = {"replay", "--reason", "UnknownAdapter", "--without-deadline"};
    assertThat(dlq("replay", "--reason", "UnknownAdapter", "--dry-run").out())
        .contains(
            "2 dead letters would be replayed, 2 left (replayed before: 0, replayed too often: 1,"
                + " incomplete: 1)");
    assertThat(measurements()).isEmpty();

    var outcome = dlq(replay);
    assertThat(outcome.err()).isEmpty();
    assertThat(outcome.out()).contains("2 dead letters replayed");
    var sent = measurements();
    assertThat(sent).hasSize(2);
    assertThat(sent.get(0).key()).isEqualTo(bytes("key-1"));
    assertThat(sent.get(0).value()).isEqualTo(measurement("m-1"));
    assertThat(sent.get(0).partition()).isEqualTo(1);
    assertThat(headers(sent.get(0)))
        .isEqualTo(
            Map.of(
                "site",
                "ward 7",
                ReplayHeaders.COUNT,
                "1",
                ReplayHeaders.ORIGIN,
                topics.measurements() + "-1@101",
                ReplayHeaders.LETTER,
                topics.deadLetters() + "-1@0"));
    assertThat(headers(sent.get(1)))
        .containsEntry(ReplayHeaders.COUNT, "2")
        .containsEntry(ReplayHeaders.ORIGIN, "measurements-1@3");

    for (String[] again :
        new String[][] {
          replay,
          {"replay", "--reason", "UnknownAdapter", "--dry-run"},
          {"replay", "--reason", "UnknownAdapter", "--max-replays", "2"},
          {"replay", "--task", SmallTasks.TASK, "--partition", "1", "--dry-run"}
        }) {
      assertThat(dlq(again).out())
          .contains("replayedBefore  1@0", "0 dead letters ", "(replayed before: 2,")
          .contains("; --again replays also what was replayed before");
    }
    assertThat(measurements()).hasSize(2);
    letter(9, "UnknownAdapter", measurement("m-9"), Map.of());
    assertThat(dlq(replay).out()).contains("1 dead letters replayed");
    assertThat(dlq("replay", "--all", "--json").out())
        .contains("\"replayed\":1", "\"replayedBefore\":3", "\"tooOften\":1", "\"incomplete\":1");
    assertThat(dlq("replay", "--all", "--dry-run").out()).contains("(replayed before: 4,");
    assertThat(measurements()).hasSize(4);
    assertThat(dlq("replay", "--all", "--again").out()).contains("4 dead letters replayed");
    assertThat(measurements()).hasSize(8);
  }

  @Test
  void shouldLoseAndRepeatNothingWhenItIsEndedInTheMiddle() {
    for (int i = 0; i < 11; i++) {
      letter(i, "NoAvro", bytes("value-" + i), Map.of());
    }
    var access =
        new DeadLetterAccess(
            kafka(),
            kafka(),
            Serdes.of(stack.registryUrl()),
            topics,
            prefix,
            1 << 20,
            Duration.ofSeconds(30));
    var options =
        new ReplayOptions(DeadLetterFilter.ALL, ReplayOptions.MAX_REPLAYS, false, true, false, 2);
    var seen = new ArrayList<String>();

    assertThatThrownBy(
            () ->
                new DeadLetterReplay(access)
                    .run(
                        options,
                        (letter, outcome) -> {
                          seen.add(letter.place());
                          if (seen.size() == 6) {
                            throw new IllegalStateException("ended");
                          }
                        }))
        .hasMessage("ended");
    assertThat(measurements()).as("two whole transactions").hasSize(4);

    new DeadLetterReplay(access).run(options, (letter, outcome) -> {});

    assertThat(measurements())
        .extracting(record -> new String(record.value(), StandardCharsets.UTF_8))
        .hasSize(11)
        .doesNotHaveDuplicates();
  }
}
