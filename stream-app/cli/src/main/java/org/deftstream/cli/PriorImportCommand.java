package org.deftstream.cli;

import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.deftstream.deft.UserError;
import org.deftstream.deft.checkpoint.prior.Answers;
import org.deftstream.deft.checkpoint.prior.Family;
import org.deftstream.deft.checkpoint.prior.PriorImport;
import org.deftstream.deft.checkpoint.prior.PriorWriter;
import org.deftstream.deft.prior.PriorDirectory;
import org.deftstream.deft.safetensors.NewDirectory;
import org.deftstream.deft.tensorflow.SessionOptions;
import org.deftstream.deft.tensorflow.TensorFlowBackend;
import org.deftstream.deft.text.ProgressLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code deftstream prior import}. */
@Command(
    name = "import",
    description =
        "Make a prior of a checkpoint of another program. Its network is told off the shapes of its"
            + " weights; what cannot be seen there is asked for. Nothing that it holds is run.",
    footer = {
      "",
      "Example: deftstream prior import model.safetensors --out priors/mine --like diffusers",
      "Exit codes: 0 imported, 1 the file is not what it must be, 2 wrong usage."
    })
final class PriorImportCommand implements Callable<Integer> {
  /** Below this an answer to pure noise is not that of a prior that was trained. */
  private static final double TRAINED = 0.5;

  private static final int MOST_SAMPLES = 64;
  private static final int SAMPLE_STEPS = 25;
  private static final String SHEET = "samples.png";

  @Parameters(
      paramLabel = "FILE|DIR",
      description =
          "A torch file (.pt, .pth, .ckpt, .bin), safetensors, a pickle of EDM, a model of ONNX, a"
              + " SavedModel of TensorFlow, or a folder of diffusers.")
  private Path source;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "DIR",
      description = "Directory of the prior; must not exist, or be empty.")
  private Path out;

  @Option(
      names = "--like",
      paramLabel = "FAMILY",
      description =
          "Whose layout it has: adm, ddpm, edm, ncsnpp, drunet, onnx, savedmodel or diffusers."
              + " Without: told by the names of its weights.")
  private String like;

  @Option(
      names = "--name",
      paramLabel = "NAME",
      description = "The prior's name; without: that of --out.")
  private String name;

  @Option(
      names = "--weights",
      paramLabel = "KEY",
      description =
          "Entry of a training's checkpoint to take, for example model; without: the running average"
              + " if there is one.")
  private String weights;

  @Option(names = "--size", paramLabel = "N", description = "Pixels of a side.")
  private Integer size;

  @Option(names = "--head-width", paramLabel = "N", description = "Channels of one attention head.")
  private Integer headWidth;

  @Option(
      names = "--heads",
      paramLabel = "N",
      description = "Attention heads, where all levels have as many channels.")
  private Integer heads;

  @Option(
      names = "--qkv-order",
      paramLabel = "ORDER",
      description = "legacy, or new where it was trained with use_new_attention_order.")
  private String qkvOrder;

  @Option(
      names = "--schedule",
      paramLabel = "SCHEDULE",
      description = "linear, scaled_linear or cosine.")
  private String schedule;

  @Option(
      names = "--timesteps",
      paramLabel = "N",
      description = "Timesteps that it was trained on; 1000 by default.")
  private Integer timesteps;

  @Option(names = "--predicts", paramLabel = "WHAT", description = "epsilon (default), v or x0.")
  private String predicts;

  @Option(
      names = "--sigma-data",
      paramLabel = "SIGMA",
      description = "Of EDM: standard deviation of its images; 0.5 by default.")
  private Double sigmaData;

  @Option(
      names = "--precondition",
      paramLabel = "TEXT",
      description =
          "Of EDM: how the network is asked: edm (default), vp or ve. A pickled network says so itself.")
  private String precondition;

  @Option(
      names = "--sde",
      paramLabel = "TEXT",
      description =
          "Of NCSN++: vp or sub-vp in continuous time, or discrete where it was trained on timesteps.")
  private String sde;

  @Option(
      names = "--sigma-max",
      paramLabel = "N",
      description =
          "Greatest noise level, for images in [0, 1]: of NCSN++ that of its training; of DRUNet where"
              + " samplers begin, 10 by default.")
  private Double sigmaMax;

  @Option(
      names = "--samples",
      paramLabel = "N",
      defaultValue = "0",
      description =
          "Draw so many images, at most 64, in 25 steps, as samples.png in the prior's directory.")
  private int samples;

  private Answers answers() {
    return new Answers()
        .put("--size", size)
        .put("--head-width", headWidth)
        .put("--heads", heads)
        .put("--qkv-order", qkvOrder)
        .put("--schedule", schedule)
        .put("--timesteps", timesteps)
        .put("--predicts", predicts)
        .put("--sigma-data", sigmaData)
        .put("--precondition", precondition)
        .put("--sde", sde)
        .put("--sigma-max", sigmaMax);
  }

  @Override
  public Integer call() {
    long began = System.nanoTime();
    if (samples < 0 || samples > MOST_SAMPLES) {
      throw new UserError("--samples must be from 0 to " + MOST_SAMPLES + ", got " + samples);
    }
    NewDirectory.requireFree(out);
    var family = like == null ? null : Family.named(like);
    try (var opened = PriorImport.open(source, family, weights, answers());
        var line = ProgressLine.onStandardError("importing")) {
      var writer = new PriorWriter(opened.prior(), out);
      System.err.printf(
          Locale.ROOT,
          "%s: a network like %s%s%n",
          source,
          opened.prior().family().word(),
          // A model of ONNX keeps its weights to itself.
          writer.parameters() == 0
              ? ""
              : String.format(Locale.ROOT, ", %,d parameters", writer.parameters()));
      String called =
          name == null ? out.toAbsolutePath().normalize().getFileName().toString() : name;
      String origin = String.valueOf(source.getFileName());
      opened.reading(
          () ->
              writer.write(
                  called,
                  origin,
                  share -> line.show(share, ""),
                  directory -> {
                    line.show(1, "its graph is built and asked");
                    line.close(); // What it says comes on a line of its own.
                    check(directory);
                  }));
    }
    System.err.println("imported " + ProcessUse.since(began));
    System.out.println(out);
    return 0;
  }

  /** The prior answers, and its answer is noted. */
  private void check(PriorDirectory directory) {
    try (var prior = TensorFlowBackend.start(SessionOptions.standard()).openPrior(directory)) {
      double alike = PriorReference.write(prior, directory.path());
      System.err.printf(
          Locale.ROOT,
          "%s images, %d timesteps; its answer to pure noise has a correlation of %.3f with it%s%n",
          prior.imageShape(),
          prior.schedule().steps(),
          alike,
          alike < TRAINED
              ? "; that of a trained prior is near 1: are the schedule, the order of q, k and v and"
                  + " the entry of the weights right?"
              : "");
      if (samples > 0) {
        PriorCommand.drawSamples(
            prior,
            directory.path(),
            SAMPLE_STEPS,
            samples,
            "import",
            directory.path().resolve(SHEET));
      }
    }
  }
}
