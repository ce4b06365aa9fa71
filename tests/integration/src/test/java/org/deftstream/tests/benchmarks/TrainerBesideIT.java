package org.deftstream.tests.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.deftstream.tests.benchmarks.Table.change;
import static org.deftstream.tests.benchmarks.Table.millis;
import static org.deftstream.tests.benchmarks.Table.number;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.deftstream.devstack.demo.TrainingPictures;
import org.deftstream.tests.platform.Deadline;
import org.deftstream.tests.platform.EmbeddedPlatform;
import org.deftstream.tests.platform.Installation;
import org.deftstream.tests.platform.Measurements;
import org.deftstream.tests.platform.Platform;
import org.deftstream.tests.trainer.SentPairs;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a trainer on the same machine costs the service. {@code
 * -Ddeftstream.benchmarks.beside.seconds} sets how long each phase is measured, {@code
 * .beside.threads} the trainer's threads.
 */
@Timeout(value = 2, unit = TimeUnit.HOURS)
@EnabledIfSystemProperty(named = Form.PROPERTY, matches = "short|long")
class TrainerBesideIT {
  private static final Duration MEASURED = Form.seconds("beside.seconds", 5, 120);
  private static final int THREADS = Form.number("beside.threads", 1, 1);
  private static final int BACKLOG = Form.number("backlog", 16, 64);
  private static final int PAIRS = 200;
  private static final double LOAD = 0.5;
  private static final Path DEFINITION =
      Path.of("..", "..", "deft", "models", "tasks", "fashion-32-inpaint.json");

  @TempDir static Path directory;

  @Test
  void shouldServeBesideATrainer() throws Exception {
    try (var platform = EmbeddedPlatform.start(directory);
        var installation = new Installation(platform, "beside", 2);
        var load = new Load(platform, installation, "m-");
        var pairs =
            new SentPairs(
                platform,
                installation.topics(),
                Measurements.TASK,
                Files.readString(DEFINITION),
                TrainingPictures.read()::picture);
        var service = installation.serve("beside-1");
        var trainer = trainer(platform, installation)) {
      assertThat(service.output()).contains("ready: ");
      load.saturate(BACKLOG, MEASURED);
      double capacity = load.saturate(BACKLOG, MEASURED).perSecond();
      load.drain();
      var alone = measured(load, LOAD * capacity);
      trainer.start();
      pairs.sendGood(PAIRS);
      Deadline.await(
          Platform.PATIENCE,
          () -> "train: " + trainer.output(),
          () -> Files.exists(trainer.file("scratch/run/loss.csv")));
      var beside = measured(load, LOAD * capacity);
      trainer.kill();
      load.drain();
      var losses = trainer.file("scratch/run/loss.csv");
      long before = Files.size(losses);
      trainer.with("trainer.nice", 0).start();
      Deadline.await(
          Platform.PATIENCE, () -> "go on: " + trainer.output(), () -> Files.size(losses) > before);
      var equal = measured(load, LOAD * capacity);
      assertThat(trainer.ended()).as("the training ended before the measurement").isFalse();
      load.drain();
      report(load, LOAD * capacity, alone, beside, equal);
    }
  }

  /** A training that goes on for longer than it is measured. */
  private static TrainerRun trainer(Platform platform, Installation installation) {
    return new TrainerRun(platform, installation.settings(), directory)
        .with("trainer.refresh.pairs", PAIRS)
        .with("trainer.refresh.validation.min", 4)
        .with("trainer.patience.checkpoints", 0)
        .with("trainer.checkpoint.seconds", 5)
        .with("trainer.threads", THREADS);
  }

  private static Load.Phase measured(Load load, double perSecond) {
    long end = System.nanoTime() + MEASURED.toNanos();
    return load.pace(perSecond, () -> System.nanoTime() < end, () -> {});
  }

  private static void report(
      Load load, double perSecond, Load.Phase alone, Load.Phase beside, Load.Phase equal)
      throws Exception {
    var without = Figures.of(alone.latencies());
    var with = Figures.of(beside.latencies());
    var asEqual = Figures.of(equal.latencies());
    var table =
        new Table(
            "latency",
            "without a trainer",
            "with one (nice 10, the default)",
            "change",
            "with one at nice 0",
            "change");
    for (double share : new double[] {0.5, 0.95, 0.99}) {
      double before = without.quantile(share);
      double now = with.quantile(share);
      double competing = asEqual.quantile(share);
      table.row(
          "p" + Math.round(100 * share),
          millis(before),
          millis(now),
          change(now / before - 1),
          millis(competing),
          change(competing / before - 1));
    }
    Section.BESIDE.publish(
        table.markdown()
            + "\nThe service has every processor, the trainer %d thread; %s records/s; %d lost, %d duplicated.\n"
                .formatted(THREADS, number(perSecond, 1), load.lost(), load.duplicates()));
    assertThat(load.lost()).as("lost").isZero();
    assertThat(load.duplicates()).as("answered twice").isZero();
    if (Form.isLong()) {
      Page.update();
    }
  }
}
