package org.deftstream.cli;

import java.util.concurrent.Callable;
import org.deftstream.deft.UserError;
import org.deftstream.deft.tensorflow.TensorFlowBackend;
import org.deftstream.messaging.config.EngineKeys;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code deftstream doctor}: whether this machine can do the work, and how fast. */
@Command(
    name = "doctor",
    description = "Look at what this machine computes with, whether it is right, and how fast.",
    footer = {
      "",
      "Example: deftstream doctor --bench",
      "Exit codes: 0 nothing is wrong, 1 something is, 2 wrong usage."
    })
final class DoctorCommand implements Callable<Integer> {
  private static final int MOST_BATCH = 1024;

  @Mixin private SettingsOptions settings;
  @Mixin private ModelsOption models;

  @Option(
      names = "--bench",
      description =
          "Measure steps per second and what their parts take, and print a table in Markdown.")
  private boolean bench;

  @Option(
      names = "--large",
      description =
          "Measure networks of the size of published priors too, with random weights: 114 million"
              + " at 512x512 and 94 million at 256x256, as far as there is memory for them.")
  private boolean large;

  @Option(
      names = "--batch",
      paramLabel = "N",
      description = "Images of a step (default: engine.max.batch).")
  private Integer batch;

  @Option(names = "--json", description = "One JSON document on standard output.")
  private boolean json;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    if (json && (bench || large)) {
      throw new UserError("--bench and --large print a table; --json is for what is found");
    }
    var held = settings.readWithoutKafka();
    int rows = batch == null ? held.get(EngineKeys.MAX_BATCH) : batch;
    if (rows < 1 || rows > MOST_BATCH) {
      throw new UserError("--batch must be from 1 to " + MOST_BATCH + ", got " + rows);
    }
    var options = ServeCommand.session(held);
    var backend = TensorFlowBackend.start(options);
    var out = spec.commandLine().getOut();
    var findings = new DoctorFindings(out, json);
    DoctorDevice.look(findings);
    DoctorMemory.look(findings, held);
    new DoctorAnswers(models.files(), options, backend).look(findings, rows);
    findings.end();
    if (bench) {
      new DoctorBench(models.files(), options, backend).run(out, rows, large);
    }
    out.flush();
    return findings.wrong() ? 1 : 0;
  }
}
