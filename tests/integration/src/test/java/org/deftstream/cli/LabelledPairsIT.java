package org.deftstream.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.deftstream.deft.UserError;
import org.deftstream.deft.task.Task;
import org.deftstream.devstack.stack.EmbeddedStack;
import org.deftstream.devstack.stack.StackSettings;
import org.deftstream.messaging.admin.TopicAdmin;
import org.deftstream.messaging.control.PublisherSettings;
import org.deftstream.schemas.DeadLetterHeaders;
import org.deftstream.schemas.SchemaTrouble;
import org.deftstream.schemas.Serdes;
import org.deftstream.schemas.Tensors;
import org.deftstream.schemas.Topics;
import org.deftstream.schemas.avro.LabelledPair;
import org.deftstream.service.SmallTasks;
import org.deftstream.trainer.pairs.Pair;
import org.deftstream.trainer.pairs.PairCheck;
import org.deftstream.trainer.pairs.PairReader;
import org.deftstream.trainer.pairs.TaskCatalog;
import org.deftstream.trainer.serve.PairClients;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The trainer's reading on a real broker and registry: hostile pairs, and topics that change. */
@Timeout(value = 6, unit = TimeUnit.MINUTES)
class LabelledPairsIT {
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final Duration POLL = Duration.ofMillis(200);
  private static final int LARGE = 20 << 20;
  private static final int CHILD_MEBIBYTES = 128;

  @TempDir static Path directory;
  private static EmbeddedStack stack;

  private final List<String> taken = new ArrayList<>();
  private String name;
  private Topics topics;
  private KafkaProducer<byte[], byte[]> producer;
  private PairClients clients;
  private PairReader reader;
  private final SchemaTrouble trouble = new SchemaTrouble(() -> true);

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
    name = test.getTestMethod().orElseThrow().getName();
    topics = Topics.withPrefix(name + ".");
    createTopics();
    Map<String, Object> config = new HashMap<>(kafka());
    config.put("compression.type", "zstd");
    config.put("max.request.size", 2 * LARGE);
    config.put("buffer.memory", 3L * LARGE);
    producer = new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer());
    clients =
        new PairClients(
            new PublisherSettings(
                kafka(),
                Serdes.of(stack.registryUrl()),
                topics,
                Duration.ofSeconds(20),
                "trainer of " + name),
            name);
  }

  private void createTopics() {
    new TopicAdmin(stack.connection()).create(topics, 1, Optional.empty());
  }

  @AfterEach
  void close() {
    producer.close();
    if (reader != null) {
      reader.close();
    }
  }

  private static Map<String, Object> kafka() {
    return Map.of("bootstrap.servers", stack.bootstrapServers());
  }

  private static final class Book implements TaskCatalog {
    @Override
    public Optional<Task> find(String name) {
      return name.equals(SmallTasks.TASK) ? Optional.of(SmallTasks.task()) : Optional.empty();
    }

    @Override
    public Set<String> names() {
      return Set.of(SmallTasks.TASK);
    }
  }

  private final class Taken implements PairReader.Sink {
    @Override
    public void begins(String topicId) {
      taken.clear();
    }

    @Override
    public void pair(Pair pair, long timestamp, int partition, long offset) {
      taken.add(pair.id());
    }

    @Override
    public void command(String task, int partition, long offset) {
      taken.add("refresh " + task);
    }
  }

  /** Reads as the trainer does: a new reader where the old one is outdated or has failed. */
  private void read(BooleanSupplier until) throws InterruptedException {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    String failure = "";
    while (!until.getAsBoolean()) {
      assertThat(System.nanoTime())
          .as("%s, letters %s; %s", taken, letters(), failure)
          .isLessThan(deadline);
      try {
        if (reader == null) {
          reader = clients.open(new Book(), new PairCheck(5), trouble, new Taken());
          reader.start(Instant.EPOCH);
        } else if (reader.outdated()) {
          reopen();
        } else {
          reader.poll(POLL);
        }
      } catch (UserError e) {
        failure = e.getMessage();
        reopen();
        TimeUnit.MILLISECONDS.sleep(POLL.toMillis());
      }
    }
  }

  private void reopen() {
    if (reader != null) {
      reader.close();
      reader = null;
    }
  }

  private byte[] pair(String id) {
    var truth = Tensors.of(new float[SmallTasks.SHAPE.size()], 8, 8, 1);
    var pair = LabelledPair.newBuilder().setId(id).setTask(SmallTasks.TASK).setTruth(truth).build();
    try (var serializer = Serdes.of(stack.registryUrl()).serializer(LabelledPair.class)) {
      return serializer.serialize(topics.labelledPairs(), pair);
    }
  }

  private void send(int partition, byte[] value) {
    producer.send(new ProducerRecord<>(topics.labelledPairs(), partition, null, value));
    producer.flush();
  }

  /** Error classes of the dead letters that were committed, in their order. */
  private List<String> letters() {
    var reasons = new ArrayList<String>();
    Map<String, Object> config = new HashMap<>(kafka());
    config.put("isolation.level", "read_committed");
    try (var consumer =
        new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      var place = List.of(new TopicPartition(topics.labelledPairDeadLetters(), 0));
      consumer.assign(place);
      consumer.seekToBeginning(place);
      long end = consumer.endOffsets(place).get(place.get(0));
      while (consumer.position(place.get(0)) < end) {
        for (var letter : consumer.poll(POLL)) {
          var header = letter.headers().lastHeader(DeadLetterHeaders.ERROR_CLASS);
          reasons.add(new String(header.value(), StandardCharsets.UTF_8));
        }
      }
    }
    return reasons;
  }

  private static int foreignSchema() throws Exception {
    var body =
        "{\"schemaType\":\"PROTOBUF\",\"schema\":\"syntax = \\\"proto3\\\"; message A { string b ="
            + " 1; }\"}";
    var request =
        HttpRequest.newBuilder(URI.create(stack.registryUrl() + "/subjects/foreign/versions"))
            .header("Content-Type", "application/vnd.schemaregistry.v1+json")
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .build();
    String answer =
        HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString()).body();
    return Integer.parseInt(answer.replaceAll("\\D", ""));
  }

  @Test
  void shouldRejectEveryHostilePairAndTakeTheOnesBehindIt() throws Exception {
    send(0, new byte[LARGE]);
    send(0, ByteBuffer.allocate(2000).put((byte) 0).putInt(foreignSchema()).array());
    var flood = new ProducerRecord<>(topics.labelledPairs(), 0, (byte[]) null, pair("flood"));
    for (int i = 0; i < 100_000; i++) {
      flood.headers().add("", null);
    }
    producer.send(flood);
    producer.send(
        new ProducerRecord<>(topics.labelledPairs(), 0, null, pair("untimed")) {
          @Override
          public Long timestamp() {
            return -1L;
          }
        });
    send(0, pair("good"));
    // A commit is seen a little after it was made.
    read(() -> taken.contains("good") && letters().size() >= 3);
    assertThat(letters()).containsExactly("Undecodable", "Undecodable", "TooManyHeaders");
    assertThat(taken).containsExactly("untimed", "good");

    // Another trainer reads all back and says nothing twice.
    reopen();
    read(() -> taken.contains("good"));
    assertThat(letters()).hasSize(3);
  }

  @Test
  void shouldGoOnWhereTheTopicsAreMadeAnewAndGrow() throws Exception {
    for (int i = 0; i < 20; i++) {
      send(0, i % 2 == 0 ? pair("old" + i) : new byte[] {7});
    }
    read(() -> taken.contains("old18") && letters().size() == 10);
    try (var admin = Admin.create(kafka())) {
      admin
          .deleteTopics(List.of(topics.labelledPairs(), topics.labelledPairDeadLetters()))
          .all()
          .get();
      createTopics();
      for (int i = 0; i < 6; i++) {
        send(0, i % 2 == 0 ? pair("new" + i) : new byte[] {7});
      }
      read(() -> taken.contains("new4") && letters().size() == 3);
      assertThat(taken).containsExactly("new0", "new2", "new4");

      admin
          .createPartitions(Map.of(topics.labelledPairs(), NewPartitions.increaseTo(3)))
          .all()
          .get();
      try (var fresh =
          new KafkaProducer<>(kafka(), new ByteArraySerializer(), new ByteArraySerializer())) {
        fresh.send(new ProducerRecord<>(topics.labelledPairs(), 2, null, pair("grown"))).get();
      }
      read(() -> taken.contains("grown"));
      assertThat(letters()).hasSize(3);
    }
  }

  @Test
  void shouldPassByWhatCannotBeRead() throws Exception {
    send(0, pair("first"));
    send(0, pair("bomb"));
    send(0, pair("last"));
    clients.skip(0, 1);
    read(() -> taken.contains("last"));
    assertThat(taken).containsExactly("first", "last");
    assertThat(letters()).containsExactly("Skipped");
  }

  @Test
  void shouldSayWhetherATrainerHasReadTheRequest() throws Exception {
    var hasty =
        new PairClients(
            new PublisherSettings(
                kafka(), Serdes.of(stack.registryUrl()), topics, Duration.ofSeconds(2), name),
            name);
    assertThatThrownBy(() -> hasty.refreshNow(SmallTasks.TASK))
        .isInstanceOf(UserError.class)
        .hasMessage(
            "no trainer of application.id '%s' has read the request for task %s within 2000 ms"
                    .formatted(name, SmallTasks.TASK)
                + " (connect.timeout.ms): does one run? deftstream train --serve starts one; the"
                + " request waits on topic '%s'".formatted(topics.labelledPairs()));
    var asked = CompletableFuture.runAsync(() -> clients.refreshNow(SmallTasks.TASK));
    read(asked::isDone);
    asked.get();
    assertThat(taken).containsExactly("refresh " + SmallTasks.TASK, "refresh " + SmallTasks.TASK);
  }

  /** A trainer in a JVM of its own, which ends by itself. */
  private Process trainer(Path log) throws IOException {
    var command =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx" + CHILD_MEBIBYTES + "m",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-cp",
            System.getProperty("java.class.path"),
            Deftstream.class.getName(),
            "train",
            "--serve",
            "--set=bootstrap.servers=" + stack.bootstrapServers(),
            "--set=schema.registry.url=" + stack.registryUrl(),
            "--set=application.id=" + name,
            "--set=topic.labelled.pairs=" + topics.labelledPairs(),
            "--set=models.dir=" + Path.of("..", "..", "deft", "models"),
            "--set=trainer.dir=" + directory.resolve(name));
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
        .start();
  }

  /** 200 MiB of zeros are some kilobytes on the topic. */
  @Test
  void shouldEndWithTheNameOfThePlaceWhereMemoryDoesNotSufficeAndBePassedBy() throws Exception {
    createDefaultTopics();
    send(0, pair("of a task that the command does not know"));
    try (var large =
        new KafkaProducer<>(
            Map.<String, Object>of(
                "bootstrap.servers",
                stack.bootstrapServers(),
                "compression.type",
                "zstd",
                "max.request.size",
                Integer.MAX_VALUE,
                "buffer.memory",
                512L << 20),
            new ByteArraySerializer(),
            new ByteArraySerializer())) {
      large.send(new ProducerRecord<>(topics.labelledPairs(), 0, null, new byte[200 << 20])).get();
    }
    send(0, new byte[] {7});

    var log = directory.resolve(name + ".log");
    var child = trainer(log);
    try {
      assertThat(child.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS))
          .as(Files.readString(log))
          .isTrue();
      assertThat(child.exitValue()).as(Files.readString(log)).isEqualTo(1);
      assertThat(Files.readString(log))
          .contains(
              "deftstream: topic '%s', partition 0, position 1: what stands there takes more"
                      .formatted(topics.labelledPairs())
                  + " memory than there is")
          .contains("deftstream dlq skip " + topics.labelledPairs() + " 0 1");
    } finally {
      child.destroyForcibly();
    }
    clients.skip(0, 1);
    read(() -> letters().contains("Undecodable"));
    assertThat(letters()).containsOnlyOnce("Skipped").endsWith("Undecodable");
  }

  /** What the command asks for besides the topics of pairs. */
  private void createDefaultTopics() {
    new TopicAdmin(stack.connection()).create(Topics.defaults(), 1, Optional.empty());
  }
}
