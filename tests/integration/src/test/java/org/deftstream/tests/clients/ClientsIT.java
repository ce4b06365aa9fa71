package org.deftstream.tests.clients;

import static org.assertj.core.api.Assertions.assertThat;

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
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.deftstream.schemas.Serdes;
import org.deftstream.schemas.avro.Measurement;
import org.deftstream.tests.platform.Deadline;
import org.deftstream.tests.platform.EmbeddedPlatform;
import org.deftstream.tests.platform.Installation;
import org.deftstream.tests.platform.Measurements;
import org.deftstream.tests.platform.Platform;
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

  private Path directory;
  private EmbeddedPlatform platform;
  private Installation installation;
  private Map<String, String> environment;
  private int httpPort;

  @BeforeAll
  void start(@TempDir Path temporary) {
    directory = temporary;
    platform = EmbeddedPlatform.start(directory);
    installation = new Installation(platform, "clients", 2);
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
            "TOPICS",
                String.join(
                    ",", topics.reconstructions(), topics.deadLetters(), topics.adapterStatus()));
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
    var topics = installation.topics();
    ProduceMeasurements.main(
        new String[] {
          platform.bootstrapServers(), platform.registryUrl(), topics.measurements(), "java-0"
        });
    var printed = new ByteArrayOutputStream();
    var console = System.out;
    System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
    try {
      ConsumeReconstructions.main(
          new String[] {
            platform.bootstrapServers(), platform.registryUrl(), topics.reconstructions(), "java-0"
          });
    } finally {
      System.setOut(console);
    }
    assertThat(printed.toString(StandardCharsets.UTF_8))
        .containsPattern("java-0 by diffpir, residual \\d+\\.\\d\\d, 1024 pixels");
  }

  @Test
  void shouldServeTheClientsInJavaScriptAndRegisterNothing() throws Exception {
    var obstacle = NodeClients.obstacle(directory.resolve("node-version.log"));
    if (obstacle.isPresent()) {
      System.out.println(obstacle.get());
      Assumptions.abort(obstacle.get());
    }
    NodeClients.install(directory.resolve("npm.log"));
    var before = registered();
    try (var consumer =
        Shell.start(
            NodeClients.DIRECTORY,
            directory.resolve("consume.log"),
            environment,
            "node",
            "consume.mjs")) {
      produce(environment, "3");
      var unknown = new TreeMap<>(environment);
      unknown.put("TASK", "fashion-32/inpant");
      produce(unknown, "1");
      Deadline.await(
          Platform.PATIENCE,
          () -> "print three reconstructions, a dead letter and a status: " + text(consumer),
          () -> {
            assertThat(consumer.alive()).as(consumer.output()).isTrue();
            return count(consumer, "reconstruction js-") >= 3
                && count(consumer, "dead letter js-0") >= 1
                && count(consumer, "status clients-1") >= 1;
          });
      System.out.println("What the JavaScript consumer printed:\n" + consumer.output());
      assertThat(consumer.lines())
          .anyMatch(line -> line.matches("reconstruction js-2 diffpir \\d+\\.\\d\\d -?\\d+ 1024"))
          .anyMatch(
              line -> line.startsWith("dead letter js-0 UnknownTask task 'fashion-32/inpant'"))
          .anyMatch(line -> line.matches("status clients-1 fashion-32/inpaint SERVING"));
    }
    assertThat(registered()).isEqualTo(before);
  }

  @Test
  void shouldServeKcat() throws Exception {
    if (!Shell.has("kcat")) {
      var line = "kcat is not installed: the shell recipe is NOT tested";
      System.out.println(line);
      Assumptions.abort(line);
    }
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
            "kubernetes/scaling.yaml",
            "kubernetes/prometheus-adapter.yaml")) {
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
  }

  private String kcat(String... arguments) throws IOException {
    var line = new String[arguments.length + 2];
    line[0] = "sh";
    line[1] = Path.of("clients", "shell", "kcat.sh").toAbsolutePath().toString();
    System.arraycopy(arguments, 0, line, 2, arguments.length);
    return Shell.run(directory, directory.resolve("kcat.log"), environment, line);
  }

  private void produce(Map<String, String> with, String number) throws IOException {
    Shell.run(
        NodeClients.DIRECTORY,
        directory.resolve("produce.log"),
        with,
        "node",
        "produce.mjs",
        number);
  }

  private static long count(Shell shell, String prefix) throws IOException {
    return shell.lines().stream().filter(line -> line.startsWith(prefix)).count();
  }

  private static String text(Shell shell) {
    try {
      return shell.output();
    } catch (IOException e) {
      return e.toString();
    }
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
