package org.deftstream.cli;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.deftstream.deft.UserError;
import org.deftstream.deft.checkpoint.prior.DiffusersExport;
import org.deftstream.deft.prior.PriorDirectory;
import org.deftstream.deft.safetensors.NewDirectory;
import org.deftstream.deft.tensorflow.SessionOptions;
import org.deftstream.deft.tensorflow.TensorFlowBackend;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code deftstream prior export}. */
@Command(
    name = "export",
    description =
        "Write a prior for other programs: as a folder of diffusers, or as a model of ONNX.",
    footer = {
      "",
      "Example: deftstream prior export deft/models/priors/fashion-32 --to onnx --out exported",
      "Exit codes: 0 written, 1 it is no prior, or cannot be written so, 2 wrong usage."
    })
final class PriorExportCommand implements Callable<Integer> {
  private static final String MODEL = "prior.onnx";

  @Parameters(paramLabel = "DIR", description = "Directory of the prior.")
  private Path directory;

  @Option(
      names = "--to",
      required = true,
      paramLabel = "FORM",
      description =
          "diffusers: a UNet2DModel and its scheduler; onnx: "
              + MODEL
              + ", which answers with the noise.")
  private String form;

  @Mixin private NewDirectoryOption written;

  @Override
  public Integer call() {
    if (!form.equals("diffusers") && !form.equals("onnx")) {
      throw new UserError("--to is " + form + "; understood: diffusers, onnx");
    }
    Path out = written.free();
    var prior = PriorDirectory.open(directory);
    if (form.equals("diffusers")) {
      DiffusersExport.write(prior, out);
    } else {
      var backend = TensorFlowBackend.start(SessionOptions.standard());
      NewDirectory.write(out, hidden -> backend.exportPrior(prior, hidden.resolve(MODEL)));
    }
    System.out.println(out);
    return 0;
  }
}
