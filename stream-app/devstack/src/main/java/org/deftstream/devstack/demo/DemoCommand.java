package org.deftstream.devstack.demo;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.deftstream.deft.UserError;
import org.deftstream.devstack.demo.DemoResult.MethodFigures;
import org.deftstream.devstack.demo.DemoResult.TaskFigures;
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
            + " leave a page to look at.")
public final class DemoCommand implements Callable<Integer> {
  private static final int MOST_SLICES = 104;
  private static final int MOST_PICTURES = 128;

  /** A tenth of them validates, and the gate wants 16 at least. */
  private static final int LEAST_PAIRS = 300;

  private static final int ROWS = 64;
  private static final Duration PAUSE = Duration.ofSeconds(1);
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
      description = "The longest that the stream may take (default: 900, with --train 3600).")
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
      description = "Directory of priors, tasks and adapters (default: ${DEFAULT-VALUE}).")
  private Path models;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
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
    PrintWriter log = spec.commandLine().getErr();
    var run =
        new DemoRun(
            settings,
            models,
            out,
            Optional.ofNullable(directory),
            keepRunning,
            step -> {
              log.println(step);
              log.flush();
            });
    var result = new DemoResult[1];
    run.run(
        finished -> {
          result[0] = finished;
          print(finished);
        });
    if (!result[0].problems().isEmpty()) {
      throw new UserError(String.join("; ", result[0].problems()));
    }
    return 0;
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

  private void print(DemoResult result) {
    PrintWriter standard = spec.commandLine().getOut();
    if (json) {
      standard.print(DemoJson.text(result));
    } else {
      standard.print(text(result));
    }
    standard.flush();
  }

  /** The result in a few lines for a person. */
  static String text(DemoResult result) {
    var records = result.records();
    var text = new StringBuilder();
    text.append(
        String.format(
            Locale.ROOT,
            "%d records sent: %d reconstructed, %d dead-lettered, %d lost, %d duplicates%n",
            records.sent(),
            records.reconstructed(),
            records.deadLettered(),
            records.lost(),
            records.duplicates()));
    if (result.swap() != null) {
      text.append(
          String.format(
              Locale.ROOT,
              "%s %.1f s after they were %s; %d records answered meanwhile%n",
              result.training() == null ? "adapters served" : "an adapter of the pairs served",
              result.swap().durationMillis() / 1e3,
              result.training() == null ? "published" : "sent",
              result.swap().answeredMeanwhile()));
    }
    for (TaskFigures task : result.tasks()) {
      text.append(String.format("%s, %d images%n", task.task(), task.images()));
      for (MethodFigures method : task.methods()) {
        text.append(
            String.format(
                Locale.ROOT,
                "  %-26s PSNR %5.2f dB (95 %% %.2f to %.2f)   SSIM %.3f%n",
                method.label(),
                method.psnr().mean(),
                method.psnr().low(),
                method.psnr().high(),
                method.ssim().mean()));
      }
      for (var gain : task.gains()) {
        text.append(
            String.format(
                Locale.ROOT,
                "  adapter over %-13s PSNR %+5.2f dB (95 %% %+.2f to %+.2f)%n",
                gain.over(),
                gain.psnr().mean(),
                gain.psnr().low(),
                gain.psnr().high()));
      }
    }
    if (result.training() != null) {
      var training = result.training();
      text.append(
          String.format(
              Locale.ROOT,
              "trained %d steps on %d of %d pairs in %.1f min: %s%n",
              training.steps(),
              training.trainedOn(),
              training.pairs(),
              training.minutes(),
              training.reason()));
    }
    text.append(
        String.format(Locale.ROOT, "whole run %.0f s%n", result.timing().totalMillis() / 1e3));
    return text.append(String.format(Locale.ROOT, "page: %s%n", result.page())).toString();
  }
}
