package org.deftstream.cli;

import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.deftstream.deft.checkpoint.prior.Answers;
import org.deftstream.deft.checkpoint.prior.Family;
import org.deftstream.deft.checkpoint.prior.PriorImport;
import org.deftstream.deft.checkpoint.prior.PriorWriter;
import org.deftstream.deft.prior.PriorDirectory;
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
            + " weights; what cannot be seen there is asked for. Nothing that it holds is run.")
final class PriorImportCommand implements Callable<Integer> {
  /** Below this an answer to pure noise is not that of a prior that was trained. */
  private static final double TRAINED = 0.5;

  @Parameters(
      paramLabel = "FILE|DIR",
      description =
          "A torch file (.pt, .pth, .ckpt, .bin), safetensors, a pickle of EDM, or a folder of"
              + " diffusers.")
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
          "Whose layout it has: adm, ddpm, edm or diffusers. Without: told by the names of its weights.")
  private String like;

  @Option(names = "--name", description = "The prior's name; without: that of --out.")
  private String name;

  @Option(
      names = "--weights",
      paramLabel = "KEY",
      description =
          "Entry of a training's checkpoint to take, for example model; without: the running average"
              + " if there is one.")
  private String weights;

  @Option(names = "--size", description = "Pixels of a side.")
  private Integer size;

  @Option(names = "--head-width", description = "Channels of one attention head.")
  private Integer headWidth;

  @Option(
      names = "--heads",
      description = "Attention heads, where all levels have as many channels.")
  private Integer heads;

  @Option(
      names = "--qkv-order",
      description = "legacy, or new where it was trained with use_new_attention_order.")
  private String qkvOrder;

  @Option(names = "--schedule", description = "linear, scaled_linear or cosine.")
  private String schedule;

  @Option(names = "--timesteps", description = "Timesteps that it was trained on; 1000 by default.")
  private Integer timesteps;

  @Option(names = "--predicts", description = "epsilon (default), v or x0.")
  private String predicts;

  @Option(
      names = "--sigma-data",
      description = "Of EDM: standard deviation of its images; 0.5 by default.")
  private Double sigmaData;

  private Answers answers() {
    return new Answers()
        .put("--size", size)
        .put("--head-width", headWidth)
        .put("--heads", heads)
        .put("--qkv-order", qkvOrder)
        .put("--schedule", schedule)
        .put("--timesteps", timesteps)
        .put("--predicts", predicts)
        .put("--sigma-data", sigmaData);
  }

  @Override
  public Integer call() {
    PriorWriter.requireFree(out);
    var family = like == null ? null : Family.named(like);
    try (var opened = PriorImport.open(source, family, weights, answers());
        var line = ProgressLine.onStandardError("importing")) {
      var writer = new PriorWriter(opened.prior(), out);
      System.err.printf(
          Locale.ROOT,
          "%s: a network like %s, %,d parameters%n",
          source,
          opened.prior().family().word(),
          writer.parameters());
      String called =
          name == null ? out.toAbsolutePath().normalize().getFileName().toString() : name;
      String origin = String.valueOf(source.getFileName());
      opened.reading(
          () -> writer.write(called, origin, share -> line.show(share, ""), this::check));
    }
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
    }
  }
}
