package org.deftstream.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.deftstream.deft.UserError;
import org.deftstream.deft.evaluation.Evaluation;
import org.deftstream.deft.evaluation.Plan;
import org.deftstream.deft.evaluation.Reports;
import org.deftstream.deft.tensorflow.SessionOptions;
import org.deftstream.deft.tensorflow.TensorFlowBackend;
import org.deftstream.trainer.models.ModelFiles;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * {@code deftstream evaluate}: all methods side by side on the same images, measurements and seeds,
 * from a plan or from flags. With several values of a flag it is the command that tunes a method on
 * validation images.
 */
@Command(
    name = "evaluate",
    description = "Compare methods on the same simulated measurements.",
    subcommands = {EvaluateReportCommand.class, EvaluateTrainFeaturesCommand.class},
    footer = {
      "",
      "Example: deftstream evaluate --plan deft/models/benchmarks/method.json --out report",
      "Exit codes: 0 evaluated, 1 the plan or a model is not as it must be, 2 wrong usage."
    })
public final class EvaluateCommand implements Callable<Integer> {
  private static final String SMOKE_PLAN = "benchmarks/smoke.json";
  private static final int SMOKE_IMAGES = 8;
  private static final int SMOKE_STEPS = 3;
  private static final int SMOKE_SAMPLES = 2;
  // A path with a directory in it: what lies where is nobody's business but the last name.
  private static final Pattern ABSOLUTE = Pattern.compile("(^|=)/(?:[^/ ]+/)*([^/ ]+)");

  @Spec private CommandSpec spec;
  @Mixin private ComparisonOptions comparison;

  @Option(
      names = "--models",
      defaultValue = "${sys:deftstream.models:-deft/models}",
      paramLabel = "DIR",
      description = "Directory with priors, tasks and classifiers (default: ${DEFAULT-VALUE}).")
  private Path models;

  @Option(names = "--plan", paramLabel = "FILE", description = "Run this plan.")
  private Path planFile;

  @Option(
      names = "--source",
      paramLabel = "NAME=PATH",
      description = "Where the plan's images or adapters of that name are.")
  private Map<String, String> sources = new LinkedHashMap<>();

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description =
          "Keep results and reports there; a run goes on from what is there. Several plans make one"
              + " report.")
  private Path out;

  @Option(
      names = "--smoke",
      description =
          "A few images and steps, to see that everything works; without --plan on pictures that"
              + " come with the program.")
  private boolean smoke;

  @Option(
      names = "--bfloat16",
      description =
          "Let the prior multiply in bfloat16, for all methods alike, where the processor is faster"
              + " at it; results of either precision are kept apart.")
  private boolean bfloat16;

  @Option(names = "--json", description = "Print the figures as JSON.")
  private boolean json;

  @Override
  public Integer call() throws IOException {
    var files = new ModelFiles(models);
    var plan = plan(files);
    if (smoke) {
      plan = plan.smoke(SMOKE_IMAGES, SMOKE_STEPS, SMOKE_SAMPLES, files::task);
    }
    if (out != null) {
      run(plan, files, out);
      System.err.println("wrote " + out.resolve("report.html"));
      return 0;
    }
    Path temporary = Files.createTempDirectory("deftstream-evaluation");
    try {
      run(plan, files, temporary);
    } finally {
      delete(temporary);
    }
    return 0;
  }

  private Plan plan(ModelFiles files) {
    try {
      if (planFile == null && comparison.task != null) {
        return comparison.plan(files.task(comparison.task));
      }
      if (planFile != null && comparison.task != null) {
        throw new UserError("--plan and --task exclude each other: a plan names its tasks");
      }
      if (planFile == null && !smoke) {
        throw new UserError(
            "nothing to compare: give --plan FILE, --task NAME with --images PATH, or --smoke");
      }
      Path file = planFile == null ? models.resolve(SMOKE_PLAN) : planFile;
      return read(file).withSources(sources);
    } catch (IllegalArgumentException e) {
      throw new UserError(e.getMessage(), e);
    }
  }

  private static Plan read(Path file) {
    try {
      return Plan.parse(Files.readString(file));
    } catch (IllegalArgumentException e) {
      throw new UserError(file + ": " + e.getMessage(), e);
    } catch (IOException e) {
      throw new UserError("cannot read the plan " + file + ": " + reason(e), e);
    }
  }

  private void run(Plan plan, ModelFiles files, Path directory) {
    var backend = TensorFlowBackend.start(SessionOptions.standard());
    var installed = new InstalledEvaluationModels(files, backend, bfloat16);
    try (var line = new EvaluationLine();
        var evaluation = new Evaluation(plan, installed, line)) {
      evaluation.run(directory, command());
    }
    var report = Reports.write(directory);
    System.out.print(json ? Reports.json(report) : Reports.tables(report, plan.name()));
  }

  private static String reason(IOException e) {
    return e instanceof NoSuchFileException ? "no such file" : e.getMessage();
  }

  /** What was typed, with the last part of absolute paths only. */
  private String command() {
    var text = new StringBuilder("./deftstream evaluate");
    var arguments = spec.commandLine().getParseResult().originalArgs();
    // The arguments of the whole line: those of this command follow its name, if it is not the
    // root.
    for (String argument :
        arguments.subList(arguments.indexOf(spec.name()) + 1, arguments.size())) {
      var path = ABSOLUTE.matcher(argument);
      text.append(' ')
          .append(path.replaceAll(r -> Matcher.quoteReplacement(r.group(1) + r.group(2))));
    }
    return text.toString();
  }

  private static void delete(Path directory) throws IOException {
    try (var all = Files.walk(directory)) {
      for (Path file : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
