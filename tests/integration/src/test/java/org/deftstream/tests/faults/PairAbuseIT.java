package org.deftstream.tests.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.deftstream.tests.benchmarks.Page;
import org.deftstream.tests.benchmarks.Section;
import org.deftstream.tests.platform.CliProcess;
import org.deftstream.tests.platform.Deadline;
import org.deftstream.tests.platform.EmbeddedPlatform;
import org.deftstream.tests.platform.Installation;
import org.deftstream.tests.platform.Platform;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/**
 * Hostile producers of labelled pairs among good ones: every good pair is taken once, every hostile
 * one is a dead letter, and the trainer, with a heap of 512 MiB, lives and says so. 100 of each
 * with {@code -Ddeftstream.faults=short}, 10,000 with {@code -Pfaults}.
 */
@Timeout(value = 2, unit = TimeUnit.HOURS)
@EnabledIfSystemProperty(named = Survival.FORM, matches = "short|long")
class PairAbuseIT {
  private static final int PARTITIONS = 2;
  private static final int LARGEST = 24 << 20;

  /** No answer of the trainer for so long is one too many. */
  private static final Duration PATIENCE = Duration.ofMinutes(Survival.isLong() ? 90 : 5);

  private static final Pattern LINE_START = Pattern.compile("\\S+ ?\\S* +[A-Z]+ +\\w+ - .*");

  @TempDir(cleanup = CleanupMode.ON_SUCCESS)
  private Path directory;

  private static KafkaProducer<byte[], byte[]> producer(String servers) {
    return new KafkaProducer<>(
        Map.<String, Object>of(
            "bootstrap.servers",
            servers,
            "compression.type",
            "zstd",
            "max.request.size",
            LARGEST,
            "buffer.memory",
            4L * LARGEST),
        new ByteArraySerializer(),
        new ByteArraySerializer());
  }

  @Test
  void shouldTakeEveryGoodPairAndRejectEveryHostileOne() throws Exception {
    int number = Survival.isLong() ? 10_000 : 100;
    long seed = Long.getLong("deftstream.faults.seed", 1);
    int port = EmbeddedPlatform.freePort();
    var kinds = new EnumMap<HostilePairs.Kind, Integer>(HostilePairs.Kind.class);
    try (var platform = EmbeddedPlatform.start(directory);
        var installation = new Installation(platform, "abuse", PARTITIONS);
        var pairs = new HostilePairs(platform, installation.topics().labelledPairs());
        var producer = producer(platform.bootstrapServers())) {
      Map<String, String> settings = new HashMap<>(installation.settings());
      settings.put("bootstrap.servers", platform.bootstrapServers());
      settings.put("schema.registry.url", platform.registryUrl());
      settings.put("models.dir", Path.of("..", "..", "deft", "models").toString());
      settings.put("trainer.dir", directory.resolve("trainer").toString());
      settings.put("trainer.http.port", Integer.toString(port));
      settings.put("connect.timeout.ms", Long.toString(Platform.PATIENCE.toMillis()));
      // Nothing is trained here.
      settings.put("trainer.refresh.pairs", "10000000");
      var log = directory.resolve("trainer.log");
      try (var trainer = CliProcess.start(log, settings, "train", "--serve")) {
        trainer.awaitOutput("ready: ");
        var random = new SplittableRandom(seed);
        for (int i = 0; i < number; i++) {
          producer.send(pairs.good(i, random.nextInt(PARTITIONS)));
          // Each kind once, in the short form too.
          var all = HostilePairs.Kind.values();
          var kind = i < all.length ? all[i] : HostilePairs.Kind.draw(random);
          kinds.merge(kind, 1, Integer::sum);
          producer.send(pairs.hostile(kind, i, random.nextInt(PARTITIONS)));
        }
        producer.flush();
        Deadline.await(
            PATIENCE,
            () -> "take and reject all pairs: " + page(port, "/trainer") + trainer.output(),
            () ->
                count(port, "accepted") >= number
                    && count(port, "rejected") >= number
                    && letters(platform, installation.topics().labelledPairDeadLetters())
                        >= number);
        assertThat(count(port, "accepted")).isEqualTo(number);
        assertThat(count(port, "rejected")).isEqualTo(number);
        assertThat(letters(platform, installation.topics().labelledPairDeadLetters()))
            .isEqualTo(number);
        assertThat(page(port, "/health/live")).contains("true");
        assertThat(page(port, "/health/ready")).contains("true");
        assertThat(trainer.output().lines().filter(line -> line.contains("FORGED")))
            .isNotEmpty()
            .allMatch(line -> LINE_START.matcher(line).matches() && line.contains("is rejected"));
        assertThat(trainer.output().lines().mapToInt(String::length).max().orElseThrow())
            .isLessThan(2000);
      }
    }
    publish(number, seed, kinds);
  }

  /** Everything was asserted, so sent is taken and rejected. */
  private static void publish(int number, long seed, Map<HostilePairs.Kind, Integer> kinds)
      throws IOException {
    var table = new StringBuilder("| pairs | sent | taken | dead letters |\n|---|---|---|---|\n");
    table.append("| good, a third of them without a time | %1$d | %1$d | 0 |\n".formatted(number));
    kinds.forEach(
        (kind, count) ->
            table.append(
                "| %s | %d | 0 | %2$d |\n"
                    .formatted(kind.name().toLowerCase(Locale.ROOT).replace('_', ' '), count)));
    table.append("\nSeed %d.\n".formatted(seed));
    Section.HOSTILE_PAIRS.publish(table.toString());
    if (Survival.isLong()) {
      Page.update();
    }
  }

  private static long count(int port, String what) {
    return page(port, "/metrics")
        .lines()
        .filter(line -> line.startsWith("deftstream_trainer_" + what + "_total "))
        .mapToLong(line -> (long) Double.parseDouble(line.substring(line.indexOf(' '))))
        .sum();
  }

  private static String page(int port, String path) {
    var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path)).build();
    try {
      return HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString()).body();
    } catch (IOException e) {
      return e.toString();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  /** How many dead letters were committed. */
  private static long letters(EmbeddedPlatform platform, String topic) {
    Map<String, Object> config =
        Map.of(
            "bootstrap.servers",
            platform.bootstrapServers(),
            "isolation.level",
            "read_committed",
            "max.partition.fetch.bytes",
            LARGEST);
    long found = 0;
    try (var consumer =
        new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      var partitions =
          consumer.partitionsFor(topic).stream()
              .map(each -> new TopicPartition(topic, each.partition()))
              .toList();
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      var ends = consumer.endOffsets(partitions);
      while (ends.entrySet().stream()
          .anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
        found += consumer.poll(Duration.ofMillis(200)).count();
      }
    }
    return found;
  }
}
