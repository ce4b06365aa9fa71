package org.deftstream.stream.demo;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.deftstream.deft.UserError;
import org.deftstream.stream.demo.DemoResult.MethodFigures;
import org.deftstream.stream.demo.DemoResult.TaskFigures;
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
  private static final String CONTROL = "org.deftstream.stream.control";

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
      defaultValue = "24",
      description = "Pictures with holes to measure, 0 to 128 (default: ${DEFAULT-VALUE}).")
  private int pictures;

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
      defaultValue = "900",
      description = "The longest that the stream may take (default: ${DEFAULT-VALUE}).")
  private int deadline;

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
    check("--pictures", pictures, 0, MOST_PICTURES);
    check("--in-flight", inFlight, 1, 10_000);
    check("--deadline", deadline, 1, 86_400);
    var settings = new DemoSettings(slices, pictures, inFlight, seed, Duration.ofSeconds(deadline));
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
              "adapters served %.1f s after they were published; %d records answered meanwhile%n",
              result.swap().durationMillis() / 1e3,
              result.swap().answeredMeanwhile()));
    }
    for (TaskFigures task : result.tasks()) {
      text.append(String.format("%s, %d images%n", task.task(), task.images()));
      for (MethodFigures method : task.methods()) {
        text.append(
            String.format(
                Locale.ROOT,
                "  %-26s PSNR %5.2f dB   SSIM %.3f%n",
                method.label(),
                method.psnr().mean(),
                method.ssim().mean()));
      }
    }
    return text.append(String.format(Locale.ROOT, "page: %s%n", result.page())).toString();
  }
}
