package org.deftstream.trainer.cli;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.deftstream.deft.UserError;
import org.deftstream.deft.adapter.AdapterFeatures;
import org.deftstream.deft.text.ProgressLine;
import org.deftstream.deft.training.AdapterTraining;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code deftstream train}: fine-tunes the adapter of a task on simulated measurements. */
@Command(
    name = "train",
    description = "Train the adapter of a task on measurements simulated from images.")
public final class TrainCommand implements Callable<Integer> {
  @Mixin private Models models;
  @Mixin private ImageOptions images;
  @Mixin private TrainingOptions training;
  @Mixin private FormOptions form;

  @Option(names = "--adapter", required = true, paramLabel = "ID", description = "Its new id.")
  private String adapterId;

  @Option(
      names = "--network",
      required = true,
      paramLabel = "FILE",
      description = "Network specification: a config.json of diffusers' UNet2DModel.")
  private Path networkFile;

  @Option(
      names = "--prior-reuse",
      defaultValue = "4",
      paramLabel = "R",
      description = "Use each answer of the prior so often (default: ${DEFAULT-VALUE}).")
  private int reuse;

  @Override
  public Integer call() {
    var task = models.task();
    var unet = PriorCommand.readNetwork(networkFile);
    int channels = AdapterFeatures.channels(form.form(), task.operator());
    var shape = task.operator().imageShape();
    if (unet.inChannels() != channels
        || unet.outChannels() != shape.channels()
        || unet.sampleHeight() != shape.height()
        || unet.sampleWidth() != shape.width()) {
      throw new UserError(
          "the network of "
              + networkFile
              + " takes "
              + unet.sampleHeight()
              + "x"
              + unet.sampleWidth()
              + "x"
              + unet.inChannels()
              + " and gives "
              + unet.outChannels()
              + " channels; task "
              + task.name()
              + " needs "
              + shape.height()
              + "x"
              + shape.width()
              + "x"
              + channels
              + " and "
              + shape.channels());
    }
    var set = images.read(shape);
    var settings =
        new AdapterTraining.Settings(
            adapterId,
            unet,
            form.form(),
            training.directory,
            training.budget(),
            training.learningRate,
            training.rows,
            training.flips,
            reuse,
            training.emaDecay,
            training.checkpointMinutes,
            training.seed);
    var backend = training.backend();
    try (var prior = backend.openPrior(models.prior(task));
        var network = backend.trainAdapter(unet, form.form().firstScale(), training.seed);
        var line = ProgressLine.onStandardError("adapter " + adapterId)) {
      System.err.printf(
          "%,d images, %,d parameters (%.1f %% of the prior's %,d)%n",
          set.size(),
          network.parameters(),
          100.0 * network.parameters() / prior.parameters(),
          prior.parameters());
      var adapter =
          new AdapterTraining(settings, task, prior, set, network, backend.adapterNetworks())
              .run(TrainingOptions.show(line));
      System.out.println(adapter);
      return 0;
    }
  }
}
