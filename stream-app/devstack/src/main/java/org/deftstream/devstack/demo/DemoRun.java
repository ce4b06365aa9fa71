package org.deftstream.devstack.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.deftstream.cli.ShutdownOwner;
import org.deftstream.deft.UserError;
import org.deftstream.deft.text.FileProblem;
import org.deftstream.deft.text.ProgressLine;

/**
 * One run from nothing to a page: opens the models, starts broker, registry and service, streams,
 * swaps the adapters in, counts, compares and writes. Everything it starts is stopped at its end,
 * also on Ctrl-C.
 */
final class DemoRun {
  private static final long HOSTILE_SUBJECT_SEED = 99;
  private static final Duration DRAIN = Duration.ofSeconds(30);

  private final DemoSettings settings;
  private final Path models;
  private final Path out;
  private final Optional<Path> directory;
  private final boolean keepRunning;
  private final Consumer<String> say;
  private final long begin = System.nanoTime();

  /**
   * Prepares a run.
   *
   * @param models directory of priors, tasks and adapters
   * @param out directory of the page and the JSON document
   * @param directory data of broker, registry and service; empty for a temporary one that is
   *     removed at the end
   * @param keepRunning whether everything goes on after the page is written
   * @param say tells a person what is done now
   */
  DemoRun(
      DemoSettings settings,
      Path models,
      Path out,
      Optional<Path> directory,
      boolean keepRunning,
      Consumer<String> say) {
    this.settings = settings;
    this.models = models;
    this.out = out;
    this.directory = directory;
    this.keepRunning = keepRunning;
    this.say = say;
  }

  /**
   * Runs.
   *
   * @param finished gets the result as soon as the page is written; after it the run only goes on
   *     to keep running
   * @throws UserError if the run cannot be made; losses and duplicates are in the result instead
   */
  void run(Consumer<DemoResult> finished) {
    RunDirectory.requireWritable(out);
    try (var owner = new ShutdownOwner()) {
      var stage = new DemoStage(owner, models);
      say.accept("opening the priors in " + models);
      var scenarios = scenarios(stage);
      var data = RunDirectory.data(owner, out, directory);
      say.accept("starting a Kafka broker and a schema registry, data in " + data);
      stage.startStack(data);
      say.accept("starting the service");
      stage.startService();
      double startMillis = millis();
      try (var inbox = stage.openInbox()) {
        Optional<TrainerProcess> trainer = settings.training().map(plan -> trainer(stage, plan));
        var stream = stream(stage, scenarios, inbox, trainer);
        if (!keepRunning) {
          say.accept("stopping the service, to count what it has published");
          stage.stopService();
        }
        stream.drain(DRAIN);
        finished.accept(write(stream, scenarios, startMillis, trainer));
      }
      if (keepRunning) {
        goOn(stage);
      }
    }
  }

  private List<Scenario> scenarios(DemoStage stage) {
    var names = new ArrayList<String>();
    if (settings.slices() > 0) {
      names.add(Scenario.CT_TASK);
    }
    if (settings.pictures() > 0) {
      names.add(Scenario.INPAINTING_TASK);
    }
    return stage.openModels(names).stream()
        .map(
            task ->
                task.name().equals(Scenario.CT_TASK)
                    ? Scenario.ct(task)
                    : Scenario.inpainting(task))
        .toList();
  }

  private TrainerProcess trainer(DemoStage stage, TrainPlan plan) {
    say.accept("starting the trainer, a process of its own");
    return stage.startTrainer(plan);
  }

  private DemoStream stream(
      DemoStage stage, List<Scenario> scenarios, Inbox inbox, Optional<TrainerProcess> trainer) {
    var sender = stage.openSender();
    var subjects = new ArrayList<List<Subject>>();
    for (var scenario : scenarios) {
      boolean ct = scenario.task().name().equals(Scenario.CT_TASK);
      subjects.add(scenario.measure(ct ? settings.slices() : settings.pictures(), settings.seed()));
    }
    var feed = new Feed(subjects, hostile(scenarios, sender));
    say.accept(plan());
    try (var progress = ProgressLine.onStandardError("demo")) {
      var stream =
          new DemoStream(
              settings,
              feed,
              sender,
              inbox,
              trainer.isPresent()
                  ? SwapWatch.forAny(Scenario.INPAINTING_TASK)
                  : new SwapWatch(stage.adapterIds()),
              () -> publish(stage),
              () -> {
                stage.requireAlive();
                trainer.ifPresent(TrainerProcess::requireGoing);
              },
              progress);
      stream.run();
      return stream;
    }
  }

  private static List<HostileRecord> hostile(List<Scenario> scenarios, Sender sender) {
    // They are spoilt slices.
    if (!scenarios.get(0).task().name().equals(Scenario.CT_TASK)) {
      return List.of();
    }
    var spoilt = scenarios.get(0).measure(1, HOSTILE_SUBJECT_SEED).get(0);
    return HostileRecord.all(spoilt, sender::serialize);
  }

  private String plan() {
    return settings
        .training()
        .map(
            plan ->
                "streaming %d pictures, then %,d labelled pairs of other pictures; the pictures go on while an adapter is trained"
                    .formatted(settings.pictures(), plan.pairs()))
        .orElse(
            "streaming "
                + settings.slices()
                + " slices and "
                + settings.pictures()
                + " pictures, each for both methods, and 8 hostile records");
  }

  /** What makes better adapters appear. */
  private void publish(DemoStage stage) {
    settings
        .training()
        .ifPresentOrElse(plan -> stage.sendPairs(plan, settings.seed()), stage::publishAdapters);
  }

  private DemoResult write(
      DemoStream stream,
      List<Scenario> scenarios,
      double startMillis,
      Optional<TrainerProcess> trainer) {
    var page = out.resolve("index.html");
    var summary = new Summary(stream, scenarios);
    var result =
        summary.result(
            settings,
            new DemoResult.Timing(startMillis, stream.millis(), millis()),
            trainer
                .map(each -> each.figures(settings.training().orElseThrow().pairs()))
                .orElse(null),
            page.toString());
    try {
      if (trainer.isPresent()) {
        trainer.get().copyPage(out.resolve(TrainingSection.PAGE));
      }
      DemoReport.write(page, result, summary.galleries());
      Files.writeString(out.resolve("report.json"), DemoJson.text(result));
    } catch (IOException e) {
      throw new UserError("cannot write the page to " + out + ": " + FileProblem.of(e), e);
    }
    return result;
  }

  private void goOn(DemoStage stage) {
    say.accept("everything keeps running until Ctrl-C: " + stage.addresses());
    try {
      stage.awaitFailure();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private double millis() {
    return (System.nanoTime() - begin) / 1e6;
  }
}
