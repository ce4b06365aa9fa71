package org.deftstream.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.deftstream.schemas.Topics;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code deftstream stack up} as a process of its own, because it is about how processes end. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class StackUpIT {
  private static final Duration START = Duration.ofMinutes(2);
  private static final Duration STOP = Duration.ofMinutes(1);
  private static final int TERMINATED = 143;

  @TempDir Path directory;
  private Process process;
  private Path mounted;

  @AfterEach
  void cleanUp() throws Exception {
    if (process != null) {
      process.destroyForcibly().waitFor();
    }
    if (mounted != null) {
      run("umount", "--lazy", mounted.toString());
    }
  }

  @Test
  void shouldStopBrokerAndRegistryOnSigterm() throws Exception {
    start(directory.resolve("data"));
    var registry = registry();

    process.destroy();

    assertThat(process.waitFor(STOP.toSeconds(), TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).isEqualTo(TERMINATED);
    assertEnds(registry);
    assertThat(directory.resolve("data/kafka/.kafka_cleanshutdown")).exists();
  }

  @Test
  void shouldTakeTheRegistryAlongWhenItIsKilled() throws Exception {
    start(directory.resolve("data"));
    var registry = registry();

    process.destroyForcibly();

    assertEnds(registry);
  }

  @Test
  void shouldAbortTheTransactionThatAKilledBrokerLeftOpen() throws Exception {
    start(directory.resolve("data"));
    var topic = new TopicPartition(Topics.defaults().reconstructions(), 0);
    var left = transactional();
    left.initTransactions();
    left.beginTransaction();
    send(left, topic, "aborted");
    left.flush();
    var registry = registry();
    process.destroyForcibly().waitFor();
    left.close(Duration.ZERO);
    assertEnds(registry);
    start(directory.resolve("data"));

    try (var next = transactional()) {
      next.initTransactions();
      next.beginTransaction();
      send(next, topic, "committed");
      next.commitTransaction();
    }

    assertThat(committed(topic)).containsExactly("committed");
  }

  @Test
  void shouldEndWithOneLineWhenTheDiskFillsUp() throws Exception {
    mount(96);
    start(mounted.resolve("data"));
    var registry = registry();

    fill(bootstrapServers());

    assertThat(process.waitFor(STOP.toSeconds(), TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).isEqualTo(1);
    assertThat(errors())
        .singleElement()
        .asString()
        .startsWith("deftstream: the embedded Kafka broker stopped by itself")
        .contains("no space left for " + mounted);
    assertEnds(registry);
  }

  @Test
  void shouldRefuseADiskThatIsNearlyFull() throws Exception {
    mount(16);
    launch(mounted.resolve("data"));

    assertThat(process.waitFor(START.toSeconds(), TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).isEqualTo(1);
    assertThat(errors())
        .singleElement()
        .asString()
        .startsWith("deftstream: no space left for " + mounted);
  }

  private void launch(Path data) throws IOException {
    process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                Deftstream.class.getName(),
                "stack",
                "up",
                "--directory=" + data,
                "--kafka-port=0",
                "--registry-port=0")
            .redirectOutput(out().toFile())
            .redirectError(err().toFile())
            .start();
  }

  private void start(Path data) throws Exception {
    launch(data);
    long end = System.nanoTime() + START.toNanos();
    while (!Files.readString(out()).contains("Ctrl-C stops both")) {
      assertThat(process.isAlive()).as(() -> String.join("\n", errors())).isTrue();
      assertThat(System.nanoTime()).as("still starting").isLessThan(end);
      process.waitFor(100, TimeUnit.MILLISECONDS);
    }
  }

  private ProcessHandle registry() {
    return process
        .children()
        .filter(child -> child.info().command().orElse("").endsWith("java"))
        .findFirst()
        .orElseThrow();
  }

  private static void assertEnds(ProcessHandle handle) throws Exception {
    assertThat(handle.onExit().get(STOP.toSeconds(), TimeUnit.SECONDS).isAlive()).isFalse();
  }

  private String bootstrapServers() throws IOException {
    return Files.readString(out()).lines().findFirst().orElseThrow().split("=")[1];
  }

  private static void fill(String bootstrapServers) throws InterruptedException {
    Map<String, Object> config =
        Map.of(
            "bootstrap.servers", bootstrapServers,
            "max.block.ms", 5_000,
            "request.timeout.ms", 2_000,
            "linger.ms", 0,
            "delivery.timeout.ms", 5_000);
    var megabyte = new byte[900_000];
    try (var producer =
        new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer())) {
      for (int i = 0; i < 200; i++) {
        producer
            .send(new ProducerRecord<>(Topics.defaults().measurements(), 0, null, megabyte))
            .get();
      }
    } catch (ExecutionException e) {
      // The broker is gone, as intended.
      return;
    }
    throw new AssertionError("200 records of 0.9 MB fit on the small disk");
  }

  private KafkaProducer<String, String> transactional() throws IOException {
    Map<String, Object> config =
        Map.of(
            "bootstrap.servers",
            bootstrapServers(),
            "transactional.id",
            "of-this-test",
            // Long over when the broker is back, so that the coordinator aborts it by itself.
            "transaction.timeout.ms",
            1_000,
            "max.block.ms",
            START.toMillis());
    return new KafkaProducer<>(config, new StringSerializer(), new StringSerializer());
  }

  private static void send(
      KafkaProducer<String, String> producer, TopicPartition topic, String value) {
    producer.send(new ProducerRecord<>(topic.topic(), topic.partition(), null, value));
  }

  /** What a reader of committed records sees, up to the end of the partition. */
  private List<String> committed(TopicPartition topic) throws IOException {
    Map<String, Object> config =
        Map.of(
            "bootstrap.servers", bootstrapServers(),
            "isolation.level", "read_committed",
            "auto.offset.reset", "earliest");
    List<String> values = new ArrayList<>();
    try (var consumer =
        new KafkaConsumer<>(config, new StringDeserializer(), new StringDeserializer())) {
      consumer.assign(List.of(topic));
      long end = consumer.endOffsets(List.of(topic)).get(topic);
      while (consumer.position(topic) < end) {
        consumer.poll(Duration.ofMillis(200)).forEach(each -> values.add(each.value()));
      }
    }
    return values;
  }

  /** A small file system in memory; only where the test may mount one. */
  private void mount(int mebibytes) throws Exception {
    var target = Files.createDirectory(directory.resolve("small"));
    assumeTrue(
        run("mount", "-t", "tmpfs", "-o", "size=" + mebibytes + "m", "tmpfs", target.toString())
            == 0,
        "not allowed to mount a file system");
    mounted = target;
  }

  private static int run(String... command) throws Exception {
    try {
      return new ProcessBuilder(command)
          .redirectErrorStream(true)
          .redirectOutput(ProcessBuilder.Redirect.DISCARD)
          .start()
          .waitFor();
    } catch (IOException e) {
      return -1;
    }
  }

  private List<String> errors() {
    try {
      List<String> lines = new ArrayList<>(Files.readAllLines(err()));
      lines.removeIf(line -> line.startsWith("Starting "));
      return lines;
    } catch (IOException e) {
      return List.of(e.toString());
    }
  }

  private Path out() {
    return directory.resolve("out.txt");
  }

  private Path err() {
    return directory.resolve("err.txt");
  }
}
