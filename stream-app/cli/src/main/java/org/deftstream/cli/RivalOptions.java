package org.deftstream.cli;

import java.nio.file.Path;
import java.util.Map;
import java.util.function.Supplier;
import org.deftstream.deft.UserError;
import org.deftstream.deft.prior.NetworkConfig;
import org.deftstream.deft.regression.RegressionDirectory;
import org.deftstream.deft.regression.RegressionTraining;
import org.deftstream.deft.regression.Unrolling;
import org.deftstream.deft.task.Task;
import org.deftstream.deft.tensor.FloatTensor;
import org.deftstream.deft.text.ProgressLine;
import org.deftstream.deft.training.LabelledPairs;
import org.deftstream.trainer.models.AdapterNetworkFile;
import picocli.CommandLine.Option;

/**
 * A supervised network instead of an adapter, trained with the same options: what an adapter is
 * compared with. It answers with one image, needs no prior, and is not served.
 */
@OptionHeading("Networks to compare with")
final class RivalOptions {
  /** What is trained. */
  enum Rival {
    /** One network from the pseudo-inverse to the image. */
    unet,
    /** Several times the same network, each time made consistent with the measurement. */
    unrolled
  }

  @Option(
      names = "--rival",
      paramLabel = "KIND",
      description =
          "Train a supervised network that 'evaluate' compares adapters with, instead of an"
              + " adapter: unet (pseudo-inverse in, image out) or unrolled (--iterations times, with"
              + " data consistency).")
  private Rival rival;

  @Option(
      names = "--iterations",
      defaultValue = "4",
      paramLabel = "K",
      description = "Iterations of --rival unrolled (default: ${DEFAULT-VALUE}).")
  private int iterations;

  @Option(
      names = "--tau",
      defaultValue = "0.05",
      paramLabel = "T",
      description =
          "How far the network of --rival unrolled is believed to be off, in image units: the smaller,"
              + " the less its image is moved towards the measurement (default: ${DEFAULT-VALUE}).")
  private double tau;

  boolean wanted() {
    return rival != null;
  }

  /**
   * Checks what does not go with it.
   *
   * @throws UserError if something does not
   */
  void check(boolean ofPrior, boolean validated) {
    if (!wanted()) {
      return;
    }
    if (ofPrior || validated) {
      throw new UserError(
          "--rival needs images, and 'evaluate' judges it: --pairs prior and --validation are for"
              + " adapters");
    }
    unrolling();
  }

  private Unrolling unrolling() {
    try {
      return rival == Rival.unet ? Unrolling.REGRESSION : new Unrolling(iterations, tau);
    } catch (IllegalArgumentException e) {
      throw new UserError("--rival " + rival + ": " + e.getMessage(), e);
    }
  }

  /**
   * Trains it.
   *
   * @param name its name
   * @param from a regression to begin with; null for fresh weights
   * @return its directory
   */
  Path train(
      String name,
      Task task,
      Path networkFile,
      TrainingOptions options,
      Supplier<LabelledPairs> pairs,
      Path from) {
    var unrolling = unrolling();
    var config = AdapterNetworkFile.read(networkFile, task, Unrolling.channels(task.operator()));
    var settings =
        new RegressionTraining.Settings(
            name,
            config,
            unrolling,
            options.directory(),
            options.budget(),
            options.learningRate,
            options.rows,
            options.emaDecay,
            options.checkpointMinutes,
            options.seed);
    try {
      unrolling.require(task.operator());
    } catch (IllegalArgumentException e) {
      throw new UserError("task '" + task.name() + "': " + e.getMessage(), e);
    }
    var set = pairs.get();
    try (var network = options.backend().trainAdapter(config, 0, options.seed);
        var line = ProgressLine.onStandardError(name)) {
      if (from != null) {
        network.warmStart(weights(from, config));
      }
      System.err.printf("%,d pairs, %,d parameters%n", set.size(), network.parameters());
      return TrainingOptions.run(line, new RegressionTraining(settings, task, set, network)::run);
    }
  }

  private static Map<String, FloatTensor> weights(Path from, NetworkConfig config) {
    var content = RegressionDirectory.read(from);
    if (!content.manifest().network().equals(config)) {
      throw new UserError(
          "regression %s in %s has another network than the one to be trained; give its own with --network"
              .formatted(content.manifest().name(), from));
    }
    return content.weights().tensors();
  }
}
