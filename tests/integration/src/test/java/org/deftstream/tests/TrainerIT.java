package org.deftstream.tests;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.deftstream.messaging.control.ControlChanges;
import org.deftstream.schemas.avro.AdapterState;
import org.deftstream.schemas.avro.Measurement;
import org.deftstream.tests.browser.PageLook;
import org.deftstream.tests.platform.CliProcess;
import org.deftstream.tests.platform.Deadline;
import org.deftstream.tests.platform.EmbeddedPlatform;
import org.deftstream.tests.platform.Installation;
import org.deftstream.tests.platform.Measurements;
import org.deftstream.tests.platform.Platform;
import org.deftstream.tests.trainer.PublishedAdapters;
import org.deftstream.tests.trainer.SentPairs;
import org.deftstream.tests.trainer.SmallTraining;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The service improves by itself: a task that it does not ship is defined on the control topic and
 * served training-free, labelled pairs arrive, the trainer is killed while it learns from them, and
 * in the end one adapter serves, while measurements flow all the time.
 */
class TrainerIT {
  private static final String TASK = "unit/holes";
  private static final String DEFINITION = SmallTraining.definition(TASK);
  private static final int PAIRS = 60;
  private static final int PARTITIONS = 2;

  @TempDir private Path directory;
  private Installation installation;
  private int flowed;

  private Map<String, String> settings(Platform platform, int port) throws IOException {
    var settings = SmallTraining.settings(platform, installation, directory, PAIRS);
    settings.put("trainer.http.port", Integer.toString(port));
    return settings;
  }

  private CliProcess trainer(String name, Map<String, String> settings) {
    return CliProcess.start(directory.resolve(name + ".log"), settings, "train", "--serve");
  }

  private Path refresh(int number) {
    return directory.resolve("trainer/unit-holes/refresh-000" + number);
  }

  private void flow() {
    installation.send(
        Measurement.newBuilder(Measurements.good("m-" + flowed++)).setTask(TASK).build());
  }

  /** Waits while measurements flow. */
  private void await(String what, Callable<Boolean> done) {
    var next = new long[] {0};
    Deadline.await(
        Platform.PATIENCE,
        () -> what,
        () -> {
          if (System.nanoTime() > next[0]) {
            flow();
            next[0] = System.nanoTime() + Duration.ofMillis(500).toNanos();
          }
          return done.call();
        });
  }

  @Test
  void shouldLearnFromLabelledPairsAndServeWhatItLearned() throws Exception {
    int port = EmbeddedPlatform.freePort();
    try (var platform = EmbeddedPlatform.start(directory);
        var opened = new Installation(platform, "learning", PARTITIONS);
        var pairs = new SentPairs(platform, opened.topics(), TASK, DEFINITION);
        var answers = opened.answers();
        var service = opened.serve("learning-1")) {
      installation = opened;
      var published = new PublishedAdapters(platform, opened.topics());
      var settings = settings(platform, port);
      assertThat(service.output()).contains("ready: ");

      published.change(
          TASK, state -> ControlChanges.trainingFree(ControlChanges.define(state, DEFINITION)));
      Deadline.await(
          Platform.PATIENCE,
          () -> "serve the new task",
          () -> published.reported(TASK, AdapterState.SERVING, null));
      flow();

      try (var first = trainer("first", settings)) {
        first.awaitOutput("ready: ");
        pairs.sendGood(PAIRS);
        pairs.sendBad();
        await(
            "write a checkpoint but: " + first.output(),
            () -> Files.exists(refresh(1).resolve("scratch/run/checkpoint.safetensors")));
        first.kill();
      }
      assertThat(refresh(1).resolve("result.json")).doesNotExist();

      try (var second = trainer("second", settings)) {
        await("end the refresh", () -> Files.exists(refresh(1).resolve("index.html")));
        assertThat(second.output()).contains("refresh 1 of task " + TASK).contains("interrupted");
        var result = json(refresh(1).resolve("result.json"));
        assertThat(result.path("end").asText())
            .as(result.path("reason").asText())
            .isEqualTo("PUBLISHED");
        await(
            "serve an adapter",
            () -> published.stable(TASK).filter(id -> isReported(published, id)).isPresent());
        var adapter = published.stable(TASK).orElseThrow();
        assertThat(adapter).startsWith("unit-holes-r0001-");
        assertThat(published.known(TASK)).containsExactly(adapter);
        assertThat(published.chunksWithoutAdapter()).isEmpty();
        pairs.assertRejected("InvalidPair", "InvalidTensor", "Undecodable", "UnknownTask");
        await("show the outcome", () -> shown(port).at("/last/end").asText().equals("PUBLISHED"));
        assertPages(port, adapter);

        CliProcess.run(
            directory.resolve("now.log"), commandSettings(settings), "train", "--now", TASK);
        await("refresh on command", () -> Files.exists(refresh(2).resolve("result.json")));
        assertThat(json(refresh(2).resolve("refresh.json")).path("reason").asText())
            .isEqualTo("it was asked for");
        assertThat(json(refresh(2).resolve("refresh.json")).path("serving").asText())
            .isEqualTo(adapter);
      }
      PageLook.assertReadable(refresh(1).resolve("index.html"), "refresh", directory);
      installation.assertAnsweredOnce(answers);
      assertThat(answers.reasons()).isEmpty();
      var answered = answers.reconstructions();
      assertThat(answered.get(0).getProvenance().getAdapterId()).isNull();
      assertThat(answered.get(answered.size() - 1).getProvenance().getAdapterId())
          .startsWith("unit-holes-r000");
    }
  }

  /** What the trainer's page says of the task. */
  private static JsonNode shown(int port) throws IOException, InterruptedException {
    return new ObjectMapper().readTree(page(port, "/trainer")).path("tasks").path(TASK);
  }

  private static void assertPages(int port, String adapter) throws Exception {
    assertThat(page(port, "/health/live")).isEqualToIgnoringWhitespace("{\"live\":true}");
    var shown = shown(port);
    assertThat(shown.at("/last/adapter").asText()).isEqualTo(adapter);
    assertThat(shown.at("/last/judgement/psnr").asDouble()).isPositive();
    assertThat(shown.path("training").asInt() + shown.path("validation").asInt()).isEqualTo(PAIRS);
    assertThat(shown.path("fresh").asInt()).isZero();
    // What people look at: figures and pictures of the refresh, and nothing that could run.
    assertThat(page(port, "/"))
        .contains("<td>" + TASK + "</td>", "Refresh 1 of " + TASK, "PUBLISHED", "data:image/png")
        .doesNotContain("<script");
    var metrics = page(port, "/metrics");
    String task = "task=\"" + TASK + "\"";
    assertThat(metrics)
        .contains("deftstream_trainer_pairs{for=\"training\"," + task + "} ")
        .contains("deftstream_trainer_pairs{for=\"validation\"," + task + "} ")
        .contains("deftstream_trainer_pairs_fresh{" + task + "} 0.0")
        .contains("deftstream_trainer_refresh_running{" + task + "} 0.0")
        .contains("deftstream_trainer_validation_psnr{bound=\"low\"," + task + "} ");
  }

  private static boolean isReported(PublishedAdapters published, String id) {
    return published.reported(TASK, AdapterState.SERVING, id);
  }

  /** A command that asks has no pages. */
  private static Map<String, String> commandSettings(Map<String, String> settings) {
    Map<String, String> changed = new HashMap<>(settings);
    changed.put("trainer.http.port", "-1");
    return changed;
  }

  private static JsonNode json(Path file) throws IOException {
    return new ObjectMapper().readTree(Files.readString(file));
  }

  private static String page(int port, String path) throws IOException, InterruptedException {
    var request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
            .timeout(Duration.ofSeconds(20))
            .build();
    return HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString()).body();
  }

  @Test
  void shouldSayInOneLineThatNoBrokerAnswers() {
    int nobody = EmbeddedPlatform.freePort();
    var settings =
        Map.of(
            "bootstrap.servers",
            "127.0.0.1:" + nobody,
            "schema.registry.url",
            "http://127.0.0.1:" + nobody,
            "connect.timeout.ms",
            "2000");
    for (var arguments : new String[][] {{"train", "--serve"}, {"train", "--now", TASK}}) {
      try (var process =
          CliProcess.start(directory.resolve(arguments[1] + ".log"), settings, arguments)) {
        assertThat(process.awaitExit()).isEqualTo(1);
        assertThat(process.output().lines().filter(line -> line.startsWith("deftstream: ")))
            .hasSize(1);
        assertThat(process.output()).doesNotContain("\tat ");
      }
    }
  }
}
