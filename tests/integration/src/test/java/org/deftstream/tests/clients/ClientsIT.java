package org.deftstream.tests.clients;

import static java.util.concurrent.TimeUnit.MINUTES;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.deftstream.client.Answer;
import org.deftstream.client.ClientException;
import org.deftstream.client.ClientOptions;
import org.deftstream.client.Instructions;
import org.deftstream.client.MeasurementProducer;
import org.deftstream.client.ReconstructionConsumer;
import org.deftstream.schemas.Serdes;
import org.deftstream.schemas.Tensors;
import org.deftstream.schemas.avro.Measurement;
import org.deftstream.tests.platform.Deadline;
import org.deftstream.tests.platform.EmbeddedPlatform;
import org.deftstream.tests.platform.Installation;
import org.deftstream.tests.platform.Measurements;
import org.deftstream.tests.platform.Platform;
import org.deftstream.tests.platform.Shell;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** The clients of {@code docs/clients.md}, as they stand there, against the running service. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ClientsIT {
  private static final Pattern METRIC = Pattern.compile("\\bdeftstream_[a-z_]+[a-z]\\b");

  private static final String NAME = "clients";
  private static final String PREFIX = NAME + ".";

  private Path directory;
  private EmbeddedPlatform platform;
  private Installation installation;
  private Map<String, String> environment;
  private int httpPort;

  @BeforeAll
  void start(@TempDir Path temporary) {
    directory = temporary;
    platform = EmbeddedPlatform.start(directory);
    installation = new Installation(platform, NAME, 2);
    httpPort = EmbeddedPlatform.freePort();
    var settings = new TreeMap<>(installation.settings());
    settings.put("http.port", Integer.toString(httpPort));
    platform.serve("clients-1", settings);
    var topics = installation.topics();
    environment =
        Map.of(
            "BOOTSTRAP_SERVERS", platform.bootstrapServers(),
            "SCHEMA_REGISTRY_URL", platform.registryUrl(),
            "TOPIC", topics.measurements(),
            "RECONSTRUCTIONS", topics.reconstructions(),
            "DEAD_LETTERS", topics.deadLetters());
  }

  @AfterAll
  void stop() {
    if (installation != null) {
      installation.close();
    }
    if (platform != null) {
      platform.close();
    }
  }

  @Test
  void shouldServeTheClientsInJava() throws Exception {
    String[] line = {platform.bootstrapServers(), platform.registryUrl(), PREFIX, "java-0"};
    assertThat(printed(() -> ProduceMeasurements.main(line)))
        .matches("stored in clients\\.measurements-\\d at offset \\d+\n");
    installation.send(Measurements.ofUnknownTask("java-unknown"));
    assertThat(printed(() -> ConsumeReconstructions.main(line)))
        .containsPattern("java-0 by diffpir, residual \\d+\\.\\d\\d, 1024 pixels");
  }

  /** What a reader has handled, the next of its group does not see again; the rest it does. */
  @Test
  void shouldGoOnBehindWhatWasHandled() throws Exception {
    var options =
        ClientOptions.of(platform.bootstrapServers(), platform.registryUrl())
            .withTopics(installation.topics());
    var ids = List.of("group-0", "group-1", "group-2");
    try (var producer = MeasurementProducer.open(options)) {
      for (var id : ids) {
        producer.send("group", Measurements.good(id), Instructions.NONE).get(1, MINUTES);
      }
    }
    var first = new ArrayList<String>();
    try (var consumer = ReconstructionConsumer.open(options, "twice")) {
      read(consumer, first, seen -> seen.containsAll(ids));
      // Not handled: neither asked for the next nor committed.
    }
    var second = new ArrayList<String>();
    try (var consumer = ReconstructionConsumer.open(options, "twice")) {
      read(consumer, second, seen -> seen.contains("group-2"));
      consumer.commit();
    }
    assertThat(second).as("returned last and not handled").contains("group-2");
    try (var producer = MeasurementProducer.open(options)) {
      producer.send("group", Measurements.good("group-3"), Instructions.NONE).get(1, MINUTES);
    }
    var third = new ArrayList<String>();
    try (var consumer = ReconstructionConsumer.open(options, "twice")) {
      read(consumer, third, seen -> seen.contains("group-3"));
    }
    assertThat(third).contains("group-3").doesNotContainAnyElementsOf(ids);
  }

  private static void read(
      ReconstructionConsumer consumer, List<String> ids, Predicate<List<String>> enough) {
    Deadline.await(
        Platform.PATIENCE,
        () -> "read the answers; there were " + ids,
        () -> {
          for (var answer : consumer.poll(Duration.ofMillis(200))) {
            if (answer instanceof Answer.Reconstructed image) {
              ids.add(image.reconstruction().getMeasurementId());
            }
          }
          return enough.test(ids);
        });
  }

  /** One line that says what is wrong and where, within the timeout, and nothing that hangs. */
  @Test
  void shouldSayWhatIsWrongWithAddressesAndTopics() {
    var right =
        ClientOptions.of(platform.bootstrapServers(), platform.registryUrl())
            .withTimeout(Duration.ofSeconds(5));
    assertThatThrownBy(() -> ReconstructionConsumer.open(right, "lost").close())
        .isInstanceOf(ClientException.class)
        .hasMessageContaining("reconstructions")
        .hasMessageContaining(platform.bootstrapServers());
    var nobody =
        ClientOptions.of("127.0.0.1:" + EmbeddedPlatform.freePort(), platform.registryUrl())
            .withTopics(installation.topics())
            .withTimeout(Duration.ofSeconds(2));
    assertThatThrownBy(() -> ReconstructionConsumer.open(nobody, "lost").close())
        .isInstanceOf(ClientException.class)
        .hasMessageContaining(nobody.bootstrapServers());
    var noRegistry =
        ClientOptions.of(
                platform.bootstrapServers(), "http://127.0.0.1:" + EmbeddedPlatform.freePort())
            .withTopics(installation.topics())
            .withTimeout(Duration.ofSeconds(2));
    try (var producer = MeasurementProducer.open(noRegistry)) {
      assertThatThrownBy(() -> producer.send(Measurements.good("lost")))
          .isInstanceOf(ClientException.class)
          .hasMessageContaining(noRegistry.registryUrl())
          .hasMessageContaining("Connection refused");
    }
  }

  @Test
  void shouldServeTheClientInJavaScriptAndRegisterNothing() throws Exception {
    skipIf(NodeClients.obstacle(directory.resolve("node-version.log")));
    NodeClients.install(directory.resolve("npm.log"));
    System.out.println(
        Shell.run(
            NodeClients.DIRECTORY,
            directory.resolve("node-test.log"),
            Map.of(),
            "node",
            "--test",
            "--test-reporter=spec",
            "tests/"));
    var before = registered();
    node("send.mjs", environment, "3");
    var unknown = new TreeMap<>(environment);
    unknown.put("TASK", "fashion-32/inpant");
    node("send.mjs", unknown, "1");
    int total = answered();
    // One reader after the other of one group: the second goes on behind what the first handled.
    var seen =
        node("receive.mjs", environment, Integer.toString(total - 1))
            + node("receive.mjs", environment, "1");
    System.out.println("What the JavaScript consumers printed:\n" + seen);
    assertThat(seen.lines().filter(line -> line.startsWith("reconstruction")))
        .doesNotHaveDuplicates()
        .anyMatch(
            line ->
                line.matches("reconstruction js-2 diffpir \\d+\\.\\d\\d -?\\d+ \\[32,32,1] .*"));
    assertThat(seen).contains("dead letter camera-1 UnknownTask task 'fashion-32/inpant'");
    assertThat(registered()).isEqualTo(before);
  }

  @Test
  void shouldServeTheClientInPythonAndRegisterNothing() throws Exception {
    skipIf(PythonClients.obstacle(directory.resolve("python.log")));
    var log = directory.resolve("python.log");
    System.out.println(
        PythonClients.run(log, Map.of(), "-m", "unittest", "discover", "-v", "tests"));
    var before = registered();
    assertThat(PythonClients.run(log, environment, "examples/send.py", "3")).isEqualTo("stored\n");
    var unknown = new TreeMap<>(environment);
    unknown.put("TASK", "fashion-32/inpant");
    PythonClients.run(log, unknown, "examples/send.py", "1");
    int total = answered();
    var seen =
        PythonClients.run(log, environment, "examples/receive.py", Integer.toString(total - 1))
            + PythonClients.run(log, environment, "examples/receive.py", "1");
    System.out.println("What the Python consumers printed:\n" + seen);
    assertThat(seen.lines().filter(line -> line.startsWith("reconstruction")))
        .doesNotHaveDuplicates()
        .anyMatch(
            line ->
                line.matches(
                    "reconstruction py-2 diffpir \\d+\\.\\d\\d \\(32, 32, 1\\) float32 .*"));
    assertThat(seen)
        .contains("dead letter camera-1 UnknownTask task 'fashion-32/inpant'")
        .contains(" " + sumOfMean("py-2"));
    assertThat(registered()).isEqualTo(before);
  }

  /** The same image, read here: its sum to the digits that the client prints. */
  private String sumOfMean(String id) {
    try (var answers = installation.answers()) {
      answers.readToEnd();
      var image =
          answers.reconstructions().stream()
              .filter(each -> each.getMeasurementId().equals(id))
              .findFirst()
              .orElseThrow();
      double sum = 0;
      for (float value : Tensors.toFloats(image.getMean())) {
        sum += value;
      }
      return String.format(Locale.ROOT, "%.6f", sum);
    }
  }

  @Test
  void shouldServeKcat() throws Exception {
    skipIf(
        Shell.has("kcat")
            ? Optional.empty()
            : Optional.of("kcat is not installed: the shell recipe is NOT tested"));
    var topic = installation.topics().measurements();
    byte[] wrong =
        Serdes.of(platform.registryUrl())
            .serializer(Measurement.class)
            .serialize(topic, Measurements.ofUnknownTask("kcat-0"));
    var file = Files.write(directory.resolve("wrong.avro"), wrong);
    kcat("send", file.toString(), "kcat-key");
    Deadline.await(
        Platform.PATIENCE,
        () -> "show the dead letter",
        () -> kcat("letters").contains("kcat-key deft.error."));
    var letter =
        kcat("letters").lines().filter(line -> line.contains("kcat-key")).findFirst().orElseThrow();
    assertThat(letter).contains("deft.error.class=UnknownTask", "deft.error.message=");
    var place = letter.split(" ")[0].split("@");
    var saved = directory.resolve("saved.avro");
    kcat("save", place[0], place[1], saved.toString());
    assertThat(saved).hasBinaryContent(wrong);
  }

  /** A panel that asks for a metric that is not there is empty, and nobody knows why. */
  @Test
  void shouldShowEveryMetricThatDashboardAlertsAndAutoscalerAskFor() throws Exception {
    try (var answers = installation.answers()) {
      installation.sendGood(1);
      installation.send(Measurements.ofUnknownTask("unknown"));
      Deadline.await(
          Platform.PATIENCE,
          () -> "answer both",
          () -> {
            answers.readToEnd();
            return !answers.reconstructions().isEmpty() && !answers.reasons().isEmpty();
          });
    }
    var metrics = "http://127.0.0.1:" + httpPort + "/metrics";
    // The lag is asked for in the background.
    Deadline.await(
        Platform.PATIENCE,
        () -> "show a lag",
        () -> ask(metrics).contains("deftstream_consumer_lag{"));
    var shown = ask(metrics);
    var docker = Path.of("..", "..", "docker");
    var wanted = new TreeSet<String>();
    for (var file :
        List.of(
            "grafana/dashboards/deftstream.json",
            "prometheus/alerts.yml",
            "kubernetes/base/scaling.yaml",
            "kubernetes/overlays/monitoring/prometheus-adapter.yaml")) {
      METRIC
          .matcher(Files.readString(docker.resolve(file)))
          .results()
          .forEach(each -> wanted.add(each.group()));
    }
    // Counted from the first result of an adapter that was validated; none serves here.
    wanted.removeAll(
        Set.of("deftstream_residual_checked_total", "deftstream_residual_outside_total"));
    assertThat(wanted).hasSizeGreaterThan(10);
    assertThat(wanted)
        .allSatisfy(metric -> assertThat(shown).containsPattern("(?m)^" + metric + "[{ ]"));
    assertThat(ask("http://127.0.0.1:" + httpPort + "/health/ready")).isNotBlank();
    assertNamedByConvention(shown);
  }

  /** Counters end with _total, units are base units, everything has a line of help. */
  private void assertNamedByConvention(String metrics) throws IOException {
    if (!Shell.has("promtool")) {
      System.out.println("promtool is not installed: the names of metrics are NOT checked");
      return;
    }
    var file = Files.writeString(directory.resolve("metrics.txt"), metrics);
    Shell.run(
        directory,
        directory.resolve("promtool.log"),
        Map.of(),
        "sh",
        "-c",
        "grep -E '^(# (HELP|TYPE) )?deftstream_' '" + file + "' | promtool check metrics");
  }

  private String kcat(String... arguments) throws IOException {
    var line = new String[arguments.length + 2];
    line[0] = "sh";
    line[1] = Path.of("..", "..", "clients", "shell", "kcat.sh").toAbsolutePath().toString();
    System.arraycopy(arguments, 0, line, 2, arguments.length);
    return Shell.run(directory, directory.resolve("kcat.log"), environment, line);
  }

  private String node(String program, Map<String, String> with, String number) throws IOException {
    return Shell.run(
        NodeClients.DIRECTORY,
        directory.resolve("node.log"),
        with,
        "node",
        "examples/" + program,
        number);
  }

  /** Waits until every measurement that was sent is answered, and says how many these are. */
  private int answered() {
    try (var answers = installation.answers()) {
      Deadline.await(
          Platform.PATIENCE,
          () -> "answer " + measurements() + " measurements; there were " + answers.count(),
          () -> answers.readToEnd().count() == measurements());
      return answers.count();
    }
  }

  private long measurements() {
    Map<String, Object> kafka = Map.of("bootstrap.servers", platform.bootstrapServers());
    try (var consumer =
        new KafkaConsumer<>(kafka, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      var partitions =
          consumer.partitionsFor(installation.topics().measurements()).stream()
              .map(each -> new TopicPartition(each.topic(), each.partition()))
              .toList();
      return consumer.endOffsets(partitions).values().stream().mapToLong(Long::longValue).sum();
    }
  }

  private static void skipIf(Optional<String> obstacle) {
    obstacle.ifPresent(
        line -> {
          System.out.println(line);
          Assumptions.abort(line);
        });
  }

  private static String printed(Program program) throws Exception {
    var printed = new ByteArrayOutputStream();
    var console = System.out;
    System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
    try {
      program.run();
    } finally {
      System.setOut(console);
    }
    return printed.toString(StandardCharsets.UTF_8);
  }

  /** A program that prints. */
  private interface Program {
    void run() throws Exception;
  }

  /** Subjects and their versions. */
  private Map<String, String> registered() throws IOException, InterruptedException {
    var found = new TreeMap<String, String>();
    for (var subject : get("/subjects").replaceAll("[\\[\\]\"\\s]", "").split(",")) {
      found.put(subject, get("/subjects/" + subject + "/versions"));
    }
    assertThat(found).hasSizeGreaterThan(3);
    return found;
  }

  private String get(String path) throws IOException, InterruptedException {
    return ask(platform.registryUrl() + path);
  }

  private static String ask(String address) throws IOException, InterruptedException {
    var response =
        HttpClient.newHttpClient()
            .send(HttpRequest.newBuilder(URI.create(address)).build(), BodyHandlers.ofString());
    assertThat(response.statusCode()).isEqualTo(200);
    return response.body();
  }
}
