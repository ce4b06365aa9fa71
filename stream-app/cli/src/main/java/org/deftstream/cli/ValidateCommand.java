package org.deftstream.cli;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.deftstream.deft.adapter.AdapterDirectory;
import org.deftstream.deft.tensorflow.SessionOptions;
import org.deftstream.deft.tensorflow.TensorFlowBackend;
import org.deftstream.deft.training.ImageSet;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code deftstream adapters validate}: figures for an adapter that was trained without. */
@Command(
    name = "validate",
    description = {
      "Validate an adapter on images that were held back, and note the figures and the sampler in"
          + " its manifest: with that sampler it is served.",
      "The weights stay. A signature of the manifest before does not hold any more: push the"
          + " adapter again, with --sign-key where services ask for it."
    },
    footer = {
      "",
      "Example: deftstream adapters validate DIR --images slices.zip --validation 8000:8500",
      "Exit codes: 0 the manifest is written, 1 adapter or images are not as they must be, 2 wrong usage."
    })
public final class ValidateCommand implements Callable<Integer> {
  @Mixin private ModelsOption models;
  @Mixin private HeldImages held;
  @Mixin private SamplerOption sampler;

  @Parameters(paramLabel = "DIR", description = "Directory of the adapter.")
  private Path directory;

  @Option(
      names = "--images",
      required = true,
      paramLabel = "PATH",
      description = "Folder or zip of PNG, JPEG, TIFF or BMP files, or an idx file.")
  private Path images;

  @Option(
      names = "--min-deviation",
      defaultValue = "0",
      paramLabel = "D",
      description = "Leave out images whose grey values (0 to 255) deviate less: blank ones.")
  private double minimumDeviation;

  @Override
  public Integer call() {
    var task = models.files().task(AdapterDirectory.read(directory).manifest().task());
    var chosen = held.chosen(minimumDeviation);
    var set = chosen.select(ImageSet.read(images, task.operator().imageShape()));
    var serving = TensorFlowBackend.start(SessionOptions.standard());
    try (var prior = serving.openPrior(models.files().prior(task.prior()))) {
      var validation = new AdapterValidation(task, prior, serving.adapterNetworks());
      System.out.println(
          validation.run(
              directory, set, images.getFileName() + ", " + chosen.describe(), sampler.settings()));
    }
    System.err.println(
        "the manifest is another one now: where services ask for a signature, push the adapter"
            + " again with --sign-key");
    return 0;
  }
}
