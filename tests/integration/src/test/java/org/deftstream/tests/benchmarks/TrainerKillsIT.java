package org.deftstream.tests.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.deftstream.tests.benchmarks.Table.number;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.deftstream.devstack.demo.TrainingPictures;
import org.deftstream.tests.platform.Deadline;
import org.deftstream.tests.platform.EmbeddedPlatform;
import org.deftstream.tests.platform.Installation;
import org.deftstream.tests.platform.Measurements;
import org.deftstream.tests.platform.Platform;
import org.deftstream.tests.trainer.PublishedAdapters;
import org.deftstream.tests.trainer.SentPairs;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * The trainer is killed at random moments of a refresh and comes to the same end as without kills.
 * {@code -Ddeftstream.benchmarks.kills} sets how often, {@code .kills.steps} the length of the
 * training.
 */
@Timeout(value = 6, unit = TimeUnit.HOURS)
@EnabledIfSystemProperty(named = Form.PROPERTY, matches = "short|long")
class TrainerKillsIT {
  private static final int KILLS = Form.number("kills", 2, 20);
  private static final int PAIRS = Form.number("kills.pairs", 200, 1_000);
  private static final int STEPS = Form.number("kills.steps", 20, 500);
  private static final int ROWS = Form.number("kills.rows", 8, 32);
  private static final Duration REFRESH = Form.seconds("kills.refresh.seconds", 600, 3_600);
  private static final Path DEFINITION =
      Path.of("..", "..", "deft", "models", "tasks", "fashion-32-inpaint.json");

  @TempDir static Path directory;

  private final Table table =
      new Table(
          "kills",
          "pairs",
          "steps",
          "end",
          "adapters published",
          "chunks without adapter",
          "validation PSNR, dB",
          "95 % interval",
          "measurements",
          "lost",
          "duplicated",
          "minutes");

  @Test
  void shouldPublishOneAdapterHoweverOftenItIsKilled() throws Exception {
    try (var platform = EmbeddedPlatform.start(directory)) {
      var calm = run(platform, "calm", 0);
      var killed = run(platform, "killed", KILLS);
      Section.TRAINER_KILLS.publish(table.markdown());
      if (Form.isLong()) {
        Page.update();
        assertThat(killed.path("psnr").asDouble())
            .isBetween(calm.path("psnrLow").asDouble(), calm.path("psnrHigh").asDouble());
      }
    }
  }

  private JsonNode run(Platform platform, String name, int kills) throws Exception {
    var home = Files.createDirectories(directory.resolve(name));
    var clothes = TrainingPictures.read();
    long begun = System.nanoTime();
    try (var installation = new Installation(platform, name, 2);
        var load = new Load(platform, installation, "m-");
        var pairs =
            new SentPairs(
                platform,
                installation.topics(),
                Measurements.TASK,
                Files.readString(DEFINITION),
                clothes::picture);
        var service = installation.serve(name + "-1");
        var trainer = trainer(platform, installation, home)) {
      assertThat(service.output()).contains("ready: ");
      trainer.start();
      pairs.sendGood(PAIRS);
      int killed = kill(trainer, load, kills);
      if (Form.isLong()) {
        assertThat(killed).as("kills before the refresh ended").isEqualTo(kills);
      }
      long end = System.nanoTime() + REFRESH.toNanos();
      load.pace(1, () -> !trainer.ended() && System.nanoTime() < end, () -> {});
      assertThat(trainer.ended()).as(trainer.output()).isTrue();
      load.drain();
      var published = new PublishedAdapters(platform, installation.topics());
      return row(trainer, load, published, killed, (System.nanoTime() - begun) / 60e9);
    }
  }

  private TrainerRun trainer(Platform platform, Installation installation, Path home) {
    return new TrainerRun(platform, installation.settings(), home)
        .with("trainer.refresh.pairs", PAIRS)
        .with("trainer.refresh.validation.min", 4)
        .with("trainer.validation.pairs.max", Form.isLong() ? 64 : 4)
        .with("trainer.steps", STEPS)
        .with("trainer.batch", ROWS)
        .with("trainer.learning.rate", 1e-3)
        .with("trainer.patience.checkpoints", 0)
        .with("trainer.checkpoint.seconds", 2);
  }

  /** At moments between the start of a refresh and its end, the publication among them. */
  private static int kill(TrainerRun trainer, Load load, int kills) {
    var random = new SplittableRandom(1);
    int kill = 0;
    for (; kill < kills && !trainer.ended(); kill++) {
      long wait = random.nextLong(1_000, Form.isLong() ? 25_000 : 8_000);
      long until = System.nanoTime() + Duration.ofMillis(wait).toNanos();
      load.pace(1, () -> System.nanoTime() < until && !trainer.ended(), () -> {});
      trainer.kill();
      trainer.start();
    }
    return kill;
  }

  private JsonNode row(
      TrainerRun trainer, Load load, PublishedAdapters published, int kills, double minutes)
      throws IOException {
    var json = new ObjectMapper();
    var result = json.readTree(trainer.text("result.json"));
    var judgement = json.readTree(trainer.text("judgement.json"));
    boolean isPublished = result.path("end").asText().equals("PUBLISHED");
    if (isPublished) {
      String adapter = result.path("adapter").asText();
      Deadline.await(
          Platform.PATIENCE,
          () -> "serve " + adapter,
          () -> published.stable(Measurements.TASK).filter(adapter::equals).isPresent());
    }
    int adapters = isPublished ? published.known(Measurements.TASK).size() : 0;
    var orphans = published.chunksWithoutAdapter();
    table.row(
        kills,
        PAIRS,
        STEPS,
        result.path("end").asText(),
        adapters,
        orphans.size(),
        number(judgement.path("psnr").asDouble(), 3),
        number(judgement.path("psnrLow").asDouble(), 3)
            + " to "
            + number(judgement.path("psnrHigh").asDouble(), 3),
        load.sent(),
        load.lost(),
        load.duplicates(),
        number(minutes, 1));
    // A short training may not pass the gate.
    assertThat(adapters).isBetween(Form.isLong() ? 1 : 0, 1);
    assertThat(orphans).isEmpty();
    assertThat(load.lost()).as("lost").isZero();
    assertThat(load.duplicates()).as("answered twice").isZero();
    return judgement;
  }
}
