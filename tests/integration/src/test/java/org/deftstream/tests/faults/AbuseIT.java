package org.deftstream.tests.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.deftstream.messaging.admin.Connection;
import org.deftstream.messaging.admin.TopicAdmin;
import org.deftstream.schemas.DeadLetterHeaders;
import org.deftstream.schemas.Serdes;
import org.deftstream.schemas.Topics;
import org.deftstream.schemas.avro.Measurement;
import org.deftstream.schemas.avro.Reconstruction;
import org.deftstream.tests.benchmarks.Section;
import org.deftstream.tests.faults.HostileMeasurements.Hostile;
import org.deftstream.tests.platform.CliProcess;
import org.deftstream.tests.platform.EmbeddedPlatform;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every good record is answered once, every hostile one is a dead letter or one documented stop,
 * and the process lives, with a heap of 512 MiB, whatever producers send.
 *
 * <p>The short form ({@code -Ddeftstream.faults=short}) has some hundred hostile records among as
 * many good ones, the long form ({@code -Pfaults}) 10,000 among 10,000; {@code
 * deftstream.abuse.hostile}, {@code deftstream.abuse.bombs} and {@code deftstream.faults.seed} say
 * otherwise.
 */
@Timeout(value = 6, unit = TimeUnit.HOURS)
@EnabledIfSystemProperty(named = Survival.FORM, matches = "short|long")
class AbuseIT {
  private static final int HOSTILE =
      Integer.getInteger("deftstream.abuse.hostile", Survival.isLong() ? 10_000 : 200);
  private static final int BOMBS =
      Integer.getInteger("deftstream.abuse.bombs", Survival.isLong() ? 4 : 1);
  private static final long SEED = Long.getLong("deftstream.faults.seed", 1);
  private static final int HEAP = 512;
  private static final int PARTITIONS = 2;
  private static final String NAME = "abuse";
  private static final Duration PATIENCE = Duration.ofMinutes(20);
  private static final Duration MAX_POLL_INTERVAL = Duration.ofSeconds(60);

  /** What the service says of a record that it cannot read, as {@code operations.md} has it. */
  private static final Pattern SKIP =
      Pattern.compile("deftstream dlq skip (\\S+) (\\d+) (\\d+)\\s");

  @TempDir(cleanup = CleanupMode.ON_SUCCESS)
  static Path directory;

  private static EmbeddedPlatform platform;

  private final Topics topics = Topics.withPrefix(NAME + ".");

  /** What was sent, by place: a kind of hostile record, good, or a bomb. */
  private final Map<String, String> sent = new ConcurrentHashMap<>();

  private final Map<String, Integer> reconstructions = new HashMap<>();
  private final Map<String, Integer> letters = new HashMap<>();
  private final Map<String, TreeMap<String, Integer>> reasons = new HashMap<>();
  private int starts;
  private int heard;

  @BeforeAll
  static void start() {
    platform = EmbeddedPlatform.start(directory);
  }

  @AfterAll
  static void stop() {
    if (platform != null) {
      platform.close();
    }
  }

  @Test
  void shouldAnswerEveryRecordOnceWhateverIsSent() throws Exception {
    new TopicAdmin(Connection.to(platform.bootstrapServers(), platform.registryUrl()))
        .create(topics, PARTITIONS, Optional.empty());
    send();
    try (var consumer = answers()) {
      var service = service();
      long deadline = System.nanoTime() + PATIENCE.toNanos();
      try {
        while (answered() < sent.size() && System.nanoTime() < deadline) {
          take(consumer);
          if (!service.alive()) {
            assertThat(service.exitCode()).isEqualTo(ServiceProcess.EXIT_BY_ITSELF);
            skipWhatItNames();
            service = service();
          }
        }
        readToEnd(consumer);
        publish(service.alive());
        assertThat(service.alive()).as("the process lives").isTrue();
      } finally {
        service.stop();
      }
    }
    assertEachOnce();
    assertThat(log().lines().filter(each -> each.startsWith(HostileMeasurements.FORGED)))
        .as("forged lines")
        .isEmpty();
  }

  private void send() throws Exception {
    var random = new SplittableRandom(SEED);
    var topic = topics.measurements();
    try (var plain = producer("none");
        var packed = producer("zstd");
        var serializer = Serdes.of(platform.registryUrl()).serializer(Measurement.class)) {
      var hostile = new HostileMeasurements(SEED, topic, platform.registryUrl(), serializer);
      for (int i = 0; i < HOSTILE; i++) {
        byte[] good = serializer.serialize(topic, FaultModel.measurement("good-" + i));
        send(plain, i % PARTITIONS, "good", good, new RecordHeaders(), null);
        Hostile one = hostile.next();
        send(
            random.nextBoolean() ? plain : packed,
            random.nextInt(PARTITIONS),
            one.kind().name().toLowerCase(java.util.Locale.ROOT).replace('_', ' '),
            one.value(),
            one.headers(),
            one.timestamp());
        if (BOMBS > 0 && i % Math.max(1, HOSTILE / BOMBS) == HOSTILE / BOMBS / 2) {
          plain.flush();
          packed.flush();
          sendBomb(random.nextInt(PARTITIONS));
        }
      }
    }
  }

  private void send(
      KafkaProducer<byte[], byte[]> producer,
      int partition,
      String kind,
      byte[] value,
      Headers headers,
      Long timestamp) {
    var record =
        new ProducerRecord<byte[], byte[]>(
            topics.measurements(), partition, null, null, value, headers) {
          @Override
          public Long timestamp() {
            return timestamp;
          }
        };
    producer.send(
        record,
        (metadata, error) ->
            sent.put(error == null ? partition + "@" + metadata.offset() : "lost " + error, kind));
  }

  private void sendBomb(int partition) throws Exception {
    var log = directory.resolve("bomb.log");
    var bomb =
        ChildJvm.start(
            BombProducer.class,
            BombProducer.HEAP,
            log,
            List.of(platform.bootstrapServers(), topics.measurements(), "" + partition));
    assertThat(bomb.exitCode()).as(log.toString()).isZero();
    var said = Pattern.compile("bomb at (\\S+)").matcher(Files.readString(log));
    String place = null;
    while (said.find()) {
      place = said.group(1);
    }
    sent.put(place, "bomb");
  }

  private static KafkaProducer<byte[], byte[]> producer(String compression) {
    return new KafkaProducer<>(
        Map.of(
            "bootstrap.servers",
            platform.bootstrapServers(),
            "compression.type",
            compression,
            "max.request.size",
            16 << 20),
        new ByteArraySerializer(),
        new ByteArraySerializer());
  }

  private ChildJvm service() throws Exception {
    starts++;
    return ServiceProcess.start(
        platform.bootstrapServers(),
        platform.registryUrl(),
        HEAP,
        NAME,
        directory,
        "one",
        Duration.ZERO,
        MAX_POLL_INTERVAL);
  }

  private static String log() throws Exception {
    return Files.readString(directory.resolve("one.log"));
  }

  /**
   * Does what the last line of an instance that stopped says; its log goes on from start to start.
   */
  private void skipWhatItNames() throws Exception {
    var said = log();
    var advice = SKIP.matcher(said.substring(heard));
    heard = said.length();
    String topic = null;
    String partition = null;
    String offset = null;
    while (advice.find()) {
      topic = advice.group(1);
      partition = advice.group(2);
      offset = advice.group(3);
    }
    if (topic == null || !"bomb".equals(sent.get(partition + "@" + offset))) {
      return;
    }
    Map<String, String> settings =
        Map.of(
            "bootstrap.servers", platform.bootstrapServers(),
            "schema.registry.url", platform.registryUrl(),
            "application.id", NAME,
            "topic.measurements", topics.measurements());
    CliProcess.run(
        directory.resolve("skip.log"), settings, "dlq", "skip", topic, partition, offset);
  }

  private KafkaConsumer<byte[], byte[]> answers() {
    Map<String, Object> config =
        Map.of(
            "bootstrap.servers",
            platform.bootstrapServers(),
            "isolation.level",
            "read_committed",
            "auto.offset.reset",
            "earliest",
            "enable.auto.commit",
            false);
    var consumer =
        new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    consumer.assign(
        Stream.of(topics.reconstructions(), topics.deadLetters())
            .flatMap(topic -> consumer.partitionsFor(topic).stream())
            .map(each -> new TopicPartition(each.topic(), each.partition()))
            .toList());
    return consumer;
  }

  private void readToEnd(KafkaConsumer<byte[], byte[]> consumer) {
    var ends = consumer.endOffsets(consumer.assignment());
    while (ends.entrySet().stream()
        .anyMatch(each -> consumer.position(each.getKey()) < each.getValue())) {
      take(consumer);
    }
  }

  private void take(KafkaConsumer<byte[], byte[]> consumer) {
    try (var deserializer = Serdes.of(platform.registryUrl()).deserializer(Reconstruction.class)) {
      for (var record : consumer.poll(Duration.ofMillis(200))) {
        if (record.topic().equals(topics.reconstructions())) {
          var from = deserializer.deserialize(record.topic(), record.value()).getProvenance();
          reconstructions.merge(
              from.getSourcePartition() + "@" + from.getSourceOffset(), 1, Integer::sum);
        } else {
          var place =
              header(record, DeadLetterHeaders.PARTITION)
                  + "@"
                  + header(record, DeadLetterHeaders.OFFSET);
          letters.merge(place, 1, Integer::sum);
          reasons
              .computeIfAbsent(sent.getOrDefault(place, "unknown"), each -> new TreeMap<>())
              .merge(header(record, DeadLetterHeaders.ERROR_CLASS), 1, Integer::sum);
        }
      }
    }
  }

  private static String header(ConsumerRecord<?, ?> record, String name) {
    return new String(record.headers().lastHeader(name).value(), StandardCharsets.UTF_8);
  }

  private long answered() {
    return Stream.concat(reconstructions.keySet().stream(), letters.keySet().stream())
        .distinct()
        .count();
  }

  private void assertEachOnce() {
    assertThat(sent.keySet()).noneMatch(each -> each.startsWith("lost"));
    var wrong = new TreeMap<String, String>();
    sent.forEach(
        (place, kind) -> {
          boolean answered =
              kind.equals("good")
                  || Stream.of(HostileMeasurements.Kind.values())
                      .filter(HostileMeasurements.Kind::answered)
                      .anyMatch(
                          each ->
                              kind.equals(
                                  each.name()
                                      .toLowerCase(java.util.Locale.ROOT)
                                      .replace('_', ' ')));
          int images = reconstructions.getOrDefault(place, 0);
          int dead = letters.getOrDefault(place, 0);
          if (images != (answered ? 1 : 0) || dead != (answered ? 0 : 1)) {
            wrong.put(place, kind + ": " + images + " reconstructions, " + dead + " letters");
          }
        });
    assertThat(wrong).isEmpty();
  }

  private void publish(boolean alive) throws IOException {
    var kinds = new TreeMap<String, int[]>();
    sent.forEach(
        (place, kind) -> {
          var row = kinds.computeIfAbsent(kind, each -> new int[4]);
          int images = reconstructions.getOrDefault(place, 0);
          int dead = letters.getOrDefault(place, 0);
          row[0]++;
          row[1] += images;
          row[2] += dead;
          row[3] += images + dead == 1 ? 0 : 1;
        });
    var table =
        new StringBuilder(
            """
            | sent | records | reconstructions | dead letters | not answered once | reasons |
            |---|---|---|---|---|---|
            """);
    kinds.forEach(
        (kind, row) ->
            table.append(
                "| %s | %d | %d | %d | %d | %s |\n"
                    .formatted(
                        kind,
                        row[0],
                        row[1],
                        row[2],
                        row[3],
                        String.join(", ", reasons.getOrDefault(kind, new TreeMap<>()).keySet()))));
    table.append(
        "\nHeap %d MiB, %d partitions, seed %d; the process was started %d times and is %s.\n"
            .formatted(HEAP, PARTITIONS, SEED, starts, alive ? "alive" : "dead"));
    Section.HOSTILE_MEASUREMENTS.publish(table.toString());
  }
}
