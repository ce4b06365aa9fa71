package org.deftstream.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.deftstream.deft.UserError;
import org.deftstream.deft.image.ContactSheet;
import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.prior.NetworkConfig;
import org.deftstream.deft.prior.Prior;
import org.deftstream.deft.prior.PriorDirectory;
import org.deftstream.deft.prior.SchedulerConfig;
import org.deftstream.deft.prior.SchedulerConfig.Prediction;
import org.deftstream.deft.safetensors.AtomicFiles;
import org.deftstream.deft.sampler.SamplerSettings;
import org.deftstream.deft.tensorflow.SessionOptions;
import org.deftstream.deft.tensorflow.TensorFlowBackend;
import org.deftstream.deft.text.FileProblem;
import org.deftstream.deft.text.JsonText;
import org.deftstream.deft.text.ProgressLine;
import org.deftstream.deft.training.PriorData;
import org.deftstream.deft.training.PriorSamples;
import org.deftstream.deft.training.PriorTraining;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code deftstream prior}: train, verify and sample priors. */
@Command(
    name = "prior",
    description = "Import, train, verify, sample and export diffusion priors in diffusers' layout.",
    subcommands = {
      PriorImportCommand.class,
      PriorExportCommand.class,
      PriorCommand.Train.class,
      PriorCommand.Verify.class,
      PriorCommand.Sample.class
    })
public final class PriorCommand {

  /** {@code deftstream prior train}. */
  @Command(
      name = "train",
      description = "Train a prior from images.",
      footer = {
        "",
        "Example: deftstream prior train --help",
        "Exit codes: 0 trained, 1 images or settings are not as they must be, 2 wrong usage."
      })
  static final class Train implements Callable<Integer> {
    @Mixin private ImageOptions images;
    @Mixin private CropOptions crops;
    @Mixin private TrainingOptions training;

    @Option(
        names = "--name",
        paramLabel = "NAME",
        required = true,
        description = "The prior's name.")
    private String name;

    @Option(
        names = "--network",
        required = true,
        paramLabel = "FILE",
        description =
            "Network specification: a config.json of diffusers' UNet2DModel (learns whole images of"
                + " its size), or of a ResidualUNet2DModel (learns crops of images of any size).")
    private Path networkFile;

    @Option(
        names = "--about",
        required = true,
        paramLabel = "FILE",
        description = "Text for the model card: data, licence, attribution.")
    private Path about;

    @Option(
        names = "--from",
        paramLabel = "DIR",
        description = "Begin with the weights of this prior instead of fresh ones.")
    private Path from;

    private PriorData whole(NetworkConfig unet) {
      var shape = new ImageShape(unet.sampleHeight(), unet.sampleWidth(), unet.inChannels());
      return PriorData.whole(images.read(shape), training.flips);
    }

    @Override
    public Integer call() {
      var unet = readNetwork(networkFile);
      var data = unet.anySize() ? crops.read(images, unet, training.flips) : whole(unet);
      var scheduler = SchedulerConfig.standard();
      var settings =
          new PriorTraining.Settings(
              name,
              unet,
              unet.anySize() ? scheduler.predicting(Prediction.V) : scheduler,
              training.directory(),
              training.budget(),
              training.learningRate,
              training.rows,
              training.emaDecay,
              training.checkpointMinutes,
              training.seed,
              from == null ? null : PriorDirectory.open(from),
              readText(about).strip());
      var backend = training.backend();
      try (var network = backend.trainPrior(unet, training.seed);
          var line = ProgressLine.onStandardError("prior " + name)) {
        System.err.printf("%,d images, %,d parameters%n", data.images(), network.parameters());
        var prior =
            TrainingOptions.run(
                line, new PriorTraining(settings, data, network, backend::openPrior)::run);
        System.out.println(prior.path());
        return 0;
      }
    }
  }

  /** {@code deftstream prior verify}. */
  @Command(
      name = "verify",
      description = "Load a prior, evaluate it once and say what it is.",
      footer = {
        "",
        "Example: deftstream prior verify deft/models/priors/head-ct-64 --json",
        "Exit codes: 0 it works, 1 it does not, 2 wrong usage."
      })
  static final class Verify implements Callable<Integer> {
    @Parameters(paramLabel = "DIR", description = "Directory of the prior.")
    private Path directory;

    @Option(names = "--json", description = "One JSON document on standard output.")
    private boolean json;

    @Override
    public Integer call() {
      var prior = PriorDirectory.open(directory);
      try (var opened = TensorFlowBackend.start(SessionOptions.standard()).openPrior(prior)) {
        var noise = opened.predictNoise(new float[opened.imageShape().size()], new int[] {0});
        requireFinite(noise, directory);
        PriorReference.check(opened, directory);
        if (json) {
          System.out.println(
              JsonNodeFactory.instance
                  .objectNode()
                  .put("name", opened.name())
                  .put("images", opened.imageShape().toString())
                  .put("parameters", opened.parameters())
                  .put("timesteps", opened.schedule().steps())
                  .put("fingerprint", opened.fingerprint())
                  .put("device", opened.device()));
          return 0;
        }
        System.out.printf(
            Locale.ROOT,
            "%s: %s images, %,d parameters, %d timesteps, fingerprint %s, %s%n",
            opened.name(),
            opened.imageShape(),
            opened.parameters(),
            opened.schedule().steps(),
            opened.fingerprint(),
            opened.device());
      }
      return 0;
    }
  }

  /** {@code deftstream prior sample}. */
  @Command(
      name = "sample",
      description = "Draw unconditional samples as a contact sheet.",
      footer = {
        "",
        "Example: deftstream prior sample deft/models/priors/head-ct-64 --out samples.png --count 16",
        "Exit codes: 0 written, 1 the prior does not work or the file cannot be written, 2 wrong usage."
      })
  static final class Sample implements Callable<Integer> {
    private static final int MOST_SAMPLES = 1024;

    @Parameters(paramLabel = "DIR", description = "Directory of the prior.")
    private Path directory;

    @Option(names = "--out", required = true, paramLabel = "FILE", description = "PNG to write.")
    private Path out;

    @Option(
        names = "--count",
        paramLabel = "N",
        defaultValue = "16",
        description = "Number of images.")
    private int count;

    @Option(
        names = "--steps",
        paramLabel = "N",
        defaultValue = "50",
        description = "Steps per image.")
    private int steps;

    @Option(
        names = "--seed",
        paramLabel = "TEXT",
        defaultValue = "samples",
        description = "Any text.")
    private String seed;

    @Override
    public Integer call() {
      if (count < 1 || count > MOST_SAMPLES) {
        throw new UserError("--count must be from 1 to " + MOST_SAMPLES + ", got " + count);
      }
      if (Files.isDirectory(out)) {
        throw new UserError("cannot write " + out + ": it is a directory");
      }
      var prior = PriorDirectory.open(directory);
      int most = prior.scheduler().steps();
      if (steps < 1 || steps > most) {
        throw new UserError(
            "--steps must be from 1 to " + most + ", those of the prior, got " + steps);
      }
      try (var opened = TensorFlowBackend.start(SessionOptions.standard()).openPrior(prior)) {
        drawSamples(opened, directory, steps, count, seed, out);
      }
      System.out.println(out);
      return 0;
    }
  }

  /**
   * Draws images of a prior and writes them as one.
   *
   * @param directory of the prior, for messages
   * @param out the PNG
   * @throws UserError if a value is not finite, or it cannot be written
   */
  static void drawSamples(
      Prior prior, Path directory, int steps, int count, String seed, Path out) {
    var sampler =
        new SamplerSettings(
            Math.min(steps, prior.schedule().steps()),
            SamplerSettings.TimeGrid.UNIFORM,
            SamplerSettings.NoiseRule.ETA,
            1,
            1);
    var samples = PriorSamples.draw(prior, sampler, count, seed);
    for (float[] sample : samples) {
      requireFinite(sample, directory);
    }
    try {
      AtomicFiles.write(out, ContactSheet.png(samples, prior.imageShape(), 8, 2));
    } catch (IOException e) {
      throw new UserError("cannot write " + out + ": " + FileProblem.reason(e), e);
    }
  }

  static void requireFinite(float[] values, Path prior) {
    for (float value : values) {
      if (!Float.isFinite(value)) {
        throw new UserError("prior " + prior + " answers with values that are not finite");
      }
    }
  }

  private static NetworkConfig readNetwork(Path file) {
    var json = readJson(file);
    try {
      var network = NetworkConfig.parse(json);
      if (!network.trainable()) {
        throw new IllegalArgumentException(
            "networks of "
                + json.path("_class_name").asText()
                + " are imported, not trained here; a UNet2DModel or a ResidualUNet2DModel is");
      }
      return network;
    } catch (IllegalArgumentException e) {
      throw new UserError("cannot use the network of " + file + ": " + e.getMessage(), e);
    }
  }

  /** The JSON object of a network's file. */
  static ObjectNode readJson(Path file) {
    return JsonText.readObject(file);
  }

  private static String readText(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UserError("cannot read " + file + ": " + FileProblem.of(e), e);
    }
  }
}
