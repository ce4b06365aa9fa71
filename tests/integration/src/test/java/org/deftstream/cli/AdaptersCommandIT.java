package org.deftstream.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.deftstream.deft.UserError;
import org.deftstream.deft.adapter.AdapterDirectory;
import org.deftstream.devstack.stack.EmbeddedStack;
import org.deftstream.devstack.stack.StackSettings;
import org.deftstream.messaging.admin.TopicAdmin;
import org.deftstream.messaging.config.ServiceSettings;
import org.deftstream.messaging.control.AdapterPublisher;
import org.deftstream.messaging.control.ControlChanges;
import org.deftstream.messaging.control.ControlTopic;
import org.deftstream.schemas.Serdes;
import org.deftstream.schemas.Topics;
import org.deftstream.schemas.avro.Serve;
import org.deftstream.service.control.ControlPlane;
import org.deftstream.service.control.Fixture;
import org.deftstream.trainer.models.ModelFiles;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The commands that change what serves, against a control plane over a real broker. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class AdaptersCommandIT {
  @TempDir static Path directory;
  private static EmbeddedStack stack;

  private record Outcome(int exitCode, String out, String err) {}

  @BeforeAll
  static void startStack() {
    stack = EmbeddedStack.start(StackSettings.in(directory.resolve("stack")));
    new TopicAdmin(stack.connection()).create(Topics.defaults());
  }

  @AfterAll
  static void stopStack() {
    stack.close();
  }

  private static Outcome adapters(String... args) {
    return adaptersWith(stack.registryUrl(), args);
  }

  private static Outcome adaptersWith(String registryUrl, String... args) {
    var all = new ArrayList<>(List.of("adapters"));
    all.addAll(List.of(args));
    if (!List.of("inspect", "keygen").contains(args[0])) {
      all.addAll(
          List.of(
              "--set",
              "bootstrap.servers=" + stack.bootstrapServers(),
              "--set",
              "schema.registry.url=" + registryUrl,
              "--set",
              "connect.timeout.ms=3000"));
    }
    var out = new StringWriter();
    var err = new StringWriter();
    int exitCode =
        Deftstream.commandLine()
            .setOut(new PrintWriter(out, true))
            .setErr(new PrintWriter(err, true))
            .execute(all.toArray(String[]::new));
    return new Outcome(exitCode, out.toString(), err.toString());
  }

  private static String written(AdapterDirectory.Content adapter) {
    Path target = directory.resolve(adapter.manifest().adapterId());
    AdapterDirectory.write(target, adapter.manifest(), adapter.weightsFile());
    return target.toString();
  }

  private static JsonNode listed() {
    var outcome = adapters("list", "--json");
    assertThat(outcome.exitCode()).isZero();
    try {
      return new ObjectMapper().readTree(outcome.out()).at("/tasks/0");
    } catch (JsonProcessingException e) {
      throw new AssertionError(outcome.out(), e);
    }
  }

  private static void assertDone(Outcome outcome, String line) {
    assertThat(outcome.err()).doesNotContain("deftstream:");
    assertThat(outcome.out()).isEqualTo("instance-1  " + Fixture.TASK + "  " + line + "\n");
    assertThat(outcome.exitCode()).isZero();
  }

  private static String document(Outcome outcome) throws IOException {
    var json = new ObjectMapper().readTree(outcome.out());
    return String.join(
        " ",
        json.path("instance").asText(),
        json.path("task").asText(),
        json.path("adapterId").asText(),
        json.path("state").asText());
  }

  private static void assertFailed(Outcome outcome, String reason) {
    assertThat(outcome.exitCode()).isEqualTo(1);
    assertThat(outcome.out()).isEmpty();
    assertThat(outcome.err().lines().reduce((first, last) -> last))
        .get()
        .asString()
        .startsWith("deftstream: ")
        .contains(reason);
  }

  @Test
  void shouldChangeWhatServesAndSayWhatBecameOfIt() throws IOException {
    String first = written(Fixture.adapter("a-1", 1));
    String second = written(Fixture.adapter("a-2", 2));
    String broken = written(Fixture.adapter("a-nan", Float.NaN));
    assertFailed(
        adapters("push", first, "--wait", "1", "--no-activate"),
        "no instance reported on it within 1 s");

    try (var plane =
        Fixture.start(
            Map.of("bootstrap.servers", stack.bootstrapServers()),
            Serdes.of(stack.registryUrl()),
            Topics.defaults())) {
      assertDone(adapters("activate", Fixture.TASK, "a-1"), "a-1  serving");
      assertDone(adapters("push", second), "a-2  serving");
      assertThat(document(adapters("activate", Fixture.TASK, "a-1", "--json")))
          .isEqualTo("instance-1 " + Fixture.TASK + " a-1 SERVING");
      assertThat(listed().path("stable").asText()).isEqualTo("a-1");
      assertThat(listed().path("previous").asText()).isEqualTo("a-2");

      assertDone(
          adapters("canary", Fixture.TASK, "a-2", "--share", "0.25"),
          "a-2  serving: canary with share 0.25");
      assertThat(plane.views().get(0).canaryId()).contains("a-2");
      endedByTheGuard(plane);
      assertDone(
          adapters("canary", Fixture.TASK, "a-2", "--share", "0.25"),
          "a-2  serving: canary with share 0.25");
      assertDone(adapters("promote", Fixture.TASK), "a-2  serving");

      assertFailed(adapters("push", broken), "the task's record is put back to what it was");
      assertThat(listed().path("stable").asText()).isEqualTo("a-2");
      assertThat(listed().path("previous").asText()).isEqualTo("a-1");
      assertFailed(adapters("activate", Fixture.TASK, "a-3"), "has no adapter 'a-3'");
      assertThat(plane.views().get(0).adapterId()).contains("a-2");

      assertEndsWhereTheRegistryHangs();

      assertDone(adapters("training-free", Fixture.TASK), "training-free  serving");
      assertThat(listed().path("serve").asText()).isEqualTo("TRAINING_FREE");
      assertThat(listed().at("/instances/0/state").asText()).isEqualTo("SERVING");
      assertThat(adapters("list").out()).contains(Fixture.TASK).contains("instance-1");
      assertDone(adapters("retire", Fixture.TASK), "training-free  retired");
      assertLogged();
      assertThat(plane.views()).isEmpty();
    }
  }

  /** Who asked for what, and what came of it, in the order of time. */
  private static void assertLogged() throws IOException {
    var log = adapters("log", "--task", Fixture.TASK).out();
    assertThat(log)
        .containsSubsequence(
            "make a-1 known",
            "serve a-1 instead of training-free",
            "instance instance-1: a-1 serving",
            "serve a-2 instead of a-1",
            "serve a-1 instead of a-2",
            "try a-2 on a share of 0.25",
            "asked by serve-time guard of one: end the trial of a-2",
            "a-nan refused: ",
            "serve training-free instead of a-2",
            "asked: retire the task");
    assertThat(adapters("log", "--task", "another").out()).isEmpty();
    var last = new ObjectMapper().readTree(adapters("log", "--json", "--limit", "2").out());
    assertThat(last.path("events")).hasSize(2);
    assertThat(last.at("/events/1/state").asText()).isEqualTo("RETIRED");
    assertFailed(adapters("log", "--limit", "0"), "--limit must be from 1 to 10000, got 0");
  }

  /** It takes connections and answers nothing: the commands end, and nothing has changed. */
  private static void assertEndsWhereTheRegistryHangs() throws IOException {
    try (var hung = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      String url = "http://127.0.0.1:" + hung.getLocalPort();
      for (String[] command :
          new String[][] {
            {"list"}, {"rollback", Fixture.TASK}, {"activate", Fixture.TASK, "a-1"}
          }) {
        assertFailed(
            adaptersWith(url, command),
            "the schema registry does not answer (schema.registry.url)");
      }
    }
    assertThat(listed().path("stable").asText()).isEqualTo("a-2");
  }

  /** What an instance does when its guard has ended a trial. */
  private void endedByTheGuard(ControlPlane plane) {
    var settings =
        ServiceSettings.of(
            "bootstrap.servers=" + stack.bootstrapServers(),
            "schema.registry.url=" + stack.registryUrl());
    try (var ender = new PublishedCanaryRollback(ControlAccess.of(settings), "one")) {
      ender.end(Fixture.TASK, "a-1", "not the canary: nothing changes");
      ender.end(Fixture.TASK, "a-2", "it went wrong");
      // A second instance finds nothing to do.
      ender.end(Fixture.TASK, "a-2", "it went wrong");
      long deadline = System.nanoTime() + java.time.Duration.ofMinutes(2).toNanos();
      while (plane.views().get(0).canaryId().isPresent() && System.nanoTime() < deadline) {
        java.util.concurrent.locks.LockSupport.parkNanos(50_000_000);
      }
    }
    assertThat(plane.views().get(0).canaryId()).isEmpty();
    assertThat(listed().path("issuedBy").asText()).isEqualTo("serve-time guard of one");
    assertThat(listed().path("stable").asText()).isEqualTo("a-1");
  }

  /** {@code adapters.shipped=serve}: what ships serves until somebody asks for something. */
  @Test
  void shouldPublishWhatShipsForTasksOfWhichNobodyAsked() throws IOException {
    var topics = Topics.withPrefix("shipped.");
    new TopicAdmin(stack.connection()).create(topics);
    var models = Path.of("..", "..", "deft", "models");
    var tasks = List.of("fashion-32/inpaint", "fashion-32/sr-4");
    var settings = shipping(topics, models);
    var access = ControlAccess.of(settings);

    assertThat(published(settings, models, tasks))
        .hasSize(2)
        .allMatch(line -> line.startsWith("published as shipped: adapter "));
    assertThat(ControlTopic.read(access)).containsOnlyKeys(tasks);
    assertThat(ControlTopic.read(access).values())
        .allMatch(state -> state.getServe() == Serve.ADAPTER && state.getStable() != null);
    // An instance that starts again, or another one, publishes nothing.
    assertThat(published(settings, models, tasks)).isEmpty();

    new AdapterPublisher(access).change(tasks.get(1), ControlChanges::trainingFree);
    assertThat(published(settings, models, tasks)).isEmpty();
    assertThat(ControlTopic.read(access).get(tasks.get(1)).getServe())
        .isEqualTo(Serve.TRAINING_FREE);

    var other = directory.resolve("models/adapters/fashion-32-hdr");
    Files.createDirectories(other);
    try (var files = Files.list(models.resolve("adapters/fashion-32-sr-4"))) {
      for (var file : files.toList()) {
        Files.copy(file, other.resolve(file.getFileName()));
      }
    }
    assertThatThrownBy(
            () ->
                published(
                    shipping(topics, directory.resolve("models")),
                    models,
                    List.of("fashion-32/hdr")))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("holds an adapter of task fashion-32/sr-4, but must be of");
    assertThatThrownBy(
            () ->
                published(
                    shipping(topics, models, "adapter.trusted.keys=key.pub.pem"), models, tasks))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("adapters that ship are not signed");
  }

  private static ServiceSettings shipping(Topics topics, Path models, String... more) {
    var all =
        new ArrayList<>(
            List.of(
                "bootstrap.servers=" + stack.bootstrapServers(),
                "schema.registry.url=" + stack.registryUrl(),
                "models.dir=" + models,
                "topic.adapters=" + topics.adapters(),
                "topic.adapter.weights=" + topics.adapterWeights(),
                "topic.adapter.status=" + topics.adapterStatus()));
    all.addAll(List.of(more));
    return ServiceSettings.of(all.toArray(String[]::new));
  }

  private static List<String> published(ServiceSettings settings, Path models, List<String> tasks) {
    var files = new ModelFiles(models);
    var said = new ArrayList<String>();
    new ShippedAdapters(settings).publish(tasks.stream().map(files::task).toList(), said::add);
    return said;
  }

  @Test
  void shouldMakeAKeyPairOnce() {
    String[] keygen = {
      "keygen",
      "--private",
      directory.resolve("key.pem").toString(),
      "--public",
      directory.resolve("key.pub.pem").toString()
    };

    assertThat(adapters(keygen).exitCode()).isZero();
    assertFailed(adapters(keygen), "keys are not replaced");
  }

  @Test
  void shouldInspectADirectory() {
    var adapter = Fixture.adapter("a-9", 9);

    var outcome = adapters("inspect", written(adapter));

    assertThat(outcome.exitCode()).isZero();
    assertThat(outcome.out())
        .contains("a-9", Fixture.TASK, adapter.manifest().weightsSha256() + " (checked)");
    assertFailed(
        adapters("inspect", directory.resolve("nothing").toString()), "manifest.json is missing");
  }
}
