package org.deftstream.devstack.demo;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.deftstream.deft.UserError;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code deftstream demo}. */
@Command(
    name = "demo",
    description =
        "Stream real images through an own Kafka broker, swap in learned adapters on the way, and"
            + " leave a page to look at.",
    footer = {
      "",
      "Examples: deftstream demo",
      "          deftstream demo --train",
      "          deftstream demo --instruments DIR --out instruments",
      "Exit codes: 0 everything came back once, 1 it did not, or the demo could not run, 2 wrong usage."
    })
public final class DemoCommand implements Callable<Integer> {
  private static final int MOST_SLICES = 104;
  private static final int MOST_PICTURES = 128;

  /** A tenth of them validates, and the gate wants 16 at least. */
  private static final int LEAST_PAIRS = 300;

  private static final int ROWS = 64;
  private static final Duration PAUSE = Duration.ofSeconds(1);
  private static final List<String> SIMULATED_ONLY =
      List.of(
          "--slices",
          "--pictures",
          "--in-flight",
          "--seed",
          "--train",
          "--pairs",
          "--steps",
          "--minutes",
          "--keep-running");
  private static final String CONTROL = "org.deftstream.service.control";

  @Option(
      names = "--out",
      paramLabel = "DIR",
      defaultValue = "demo",
      description = "Directory of the page and report.json (default: ${DEFAULT-VALUE}).")
  private Path out;

  @Option(
      names = "--directory",
      paramLabel = "DIR",
      description =
          "Keep the data of broker, registry and service here (default: a directory beside the"
              + " page that is removed at the end).")
  private Path directory;

  @Option(
      names = "--json",
      description = "Print one JSON document on standard output, all else on standard error.")
  private boolean json;

  @Option(
      names = "--keep-running",
      description = "Keep broker, registry and service running after the page is written.")
  private boolean keepRunning;

  @Option(
      names = "--slices",
      paramLabel = "N",
      defaultValue = "32",
      description = "Head CT slices to measure, 2 to 104 (default: ${DEFAULT-VALUE}).")
  private int slices;

  @Option(
      names = "--pictures",
      paramLabel = "N",
      description =
          "Pictures with holes to measure, 0 to 128 (default: 24, with --train 64, all held back"
              + " from the training).")
  private Integer pictures;

  @Option(
      names = "--in-flight",
      paramLabel = "N",
      defaultValue = "8",
      description = "Records that wait for their answer at most (default: ${DEFAULT-VALUE}).")
  private int inFlight;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "1",
      description = "Seed of noise, holes and order (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Option(
      names = "--deadline",
      paramLabel = "SECONDS",
      description =
          "The longest that the stream may take (default: 900, with --train or --instruments 3600).")
  private Integer deadline;

  @Option(
      names = "--train",
      description =
          "Learn on the way: start without an adapter, send labelled pairs, and let the trainer"
              + " train, judge and publish one while pictures go on flowing.")
  private boolean train;

  @Option(
      names = "--pairs",
      paramLabel = "N",
      defaultValue = "1000",
      description = "Labelled pairs to send with --train, 300 to 2000 (default: ${DEFAULT-VALUE}).")
  private int pairs;

  @Option(
      names = "--steps",
      paramLabel = "N",
      defaultValue = "300",
      description = "Steps of the training of --train (default: ${DEFAULT-VALUE}).")
  private int steps;

  @Option(
      names = "--minutes",
      paramLabel = "N",
      defaultValue = "10",
      description = "Most minutes of computing of that training (default: ${DEFAULT-VALUE}).")
  private int minutes;

  @Option(
      names = "--models",
      paramLabel = "DIR",
      defaultValue = "${sys:deftstream.models:-deft/models}",
      description =
          "Directory of priors, tasks and adapters (default: ${DEFAULT-VALUE}, with --instruments"
              + " its folder instruments).")
  private Path models;

  @Option(
      names = "--instruments",
      paramLabel = "DIR",
      description =
          "Reconstruct what real instruments measured instead: DIR holds their files, each data set"
              + " in a folder of its name (docs/instruments.md says where they are to be had).")
  private Path instruments;

  @Option(
      names = "--only",
      paramLabel = "NAME",
      split = ",",
      description = "With --instruments, only these data sets: htc2022, tooth, mri-8coil ...")
  private List<String> only = List.of();

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    if (instruments != null) {
      return measured();
    }
    if (given("--only")) {
      throw new UserError("--only goes with --instruments");
    }
    check("--slices", slices, 2, MOST_SLICES);
    int shown = pictures != null ? pictures : train ? 64 : 24;
    int longest = deadline != null ? deadline : train ? 3_600 : 900;
    check("--pictures", shown, train ? 2 : 0, MOST_PICTURES);
    check("--pairs", pairs, LEAST_PAIRS, TrainingPictures.COUNT);
    check("--steps", steps, 1, 1_000_000);
    check("--minutes", minutes, 1, 10_000);
    check("--in-flight", inFlight, 1, 10_000);
    check("--deadline", longest, 1, 86_400);
    var settings =
        new DemoSettings(
            train ? 0 : slices,
            shown,
            inFlight,
            seed,
            Duration.ofSeconds(longest),
            train
                ? Optional.of(new TrainPlan(pairs, steps, ROWS, minutes, PAUSE))
                : Optional.empty());
    quieten();
    var run =
        new DemoRun(settings, models, out, Optional.ofNullable(directory), keepRunning, this::say);
    var result = new DemoResult[1];
    run.run(
        finished -> {
          result[0] = finished;
          print(json ? DemoJson.text(finished) : DemoText.of(finished));
        });
    failOn(result[0].problems());
    return 0;
  }

  /** What real instruments measured. */
  private int measured() {
    for (var option : SIMULATED_ONLY) {
      if (given(option)) {
        throw new UserError(option + " does not go with --instruments");
      }
    }
    int longest = deadline != null ? deadline : 3_600;
    check("--deadline", longest, 1, 86_400);
    quieten();
    var result =
        new InstrumentRun(
                new InstrumentSettings(
                    instruments,
                    only,
                    given("--models") ? models : models.resolve("instruments"),
                    out,
                    Optional.ofNullable(directory),
                    Duration.ofSeconds(longest)),
                this::say)
            .run();
    print(json ? DemoJson.text(result) : DemoText.of(result));
    failOn(result.problems());
    return 0;
  }

  private boolean given(String option) {
    return spec.commandLine().getParseResult().hasMatchedOption(option);
  }

  private void say(String step) {
    PrintWriter log = spec.commandLine().getErr();
    log.println(step);
    log.flush();
  }

  private static void failOn(List<String> problems) {
    if (!problems.isEmpty()) {
      throw new UserError(String.join("; ", problems));
    }
  }

  /** The progress line shows the swap; reports of the same would cut through it. */
  private static void quieten() {
    if (LoggerFactory.getLogger(CONTROL) instanceof Logger logger
        && logger.getEffectiveLevel() == Level.INFO) {
      logger.setLevel(Level.WARN);
    }
  }

  private static void check(String option, int value, int least, int most) {
    if (value < least || value > most) {
      throw new UserError(option + " must be from " + least + " to " + most + ", got " + value);
    }
  }

  private void print(String result) {
    PrintWriter standard = spec.commandLine().getOut();
    standard.print(result);
    standard.flush();
  }
}
