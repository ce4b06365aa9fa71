package org.deftstream.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.deftstream.deft.UserError;
import org.deftstream.deft.adapter.AdapterDirectory;
import org.deftstream.deft.adapter.WarmStart;
import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.prior.NetworkConfig;
import org.deftstream.deft.prior.Prior;
import org.deftstream.deft.task.Task;
import org.deftstream.deft.tensor.FloatTensor;
import org.deftstream.deft.tensorflow.SessionOptions;
import org.deftstream.deft.tensorflow.TensorFlowBackend;
import org.deftstream.deft.text.ProgressLine;
import org.deftstream.deft.training.AdapterTraining;
import org.deftstream.deft.training.ImageSet;
import org.deftstream.deft.training.LabelledPairs;
import org.deftstream.deft.training.PriorTruths;
import org.deftstream.deft.training.StoredPairs;
import org.deftstream.deft.training.TruthCheck;
import org.deftstream.deft.training.Truths;
import org.deftstream.trainer.models.AdapterNetworkFile;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code deftstream train}: fine-tunes the adapter of a task on labelled pairs. */
@Command(
    name = "train",
    description = "Train the adapter of a task on labelled pairs, simulated or real.",
    footer = {
      "",
      "Examples: deftstream train --help",
      "          deftstream train --serve",
      "          deftstream train --now fashion-32/inpaint",
      "Exit codes: 0 trained, or the request was read, 1 images, settings or Kafka are not as they must be, 2 wrong usage."
    })
public final class TrainCommand implements Callable<Integer> {
  private static final String SIMULATE = "simulate";
  private static final String PRIOR = "prior";

  @Mixin private Models models;
  @Mixin private ImageOptions images;
  @Mixin private TrainingOptions training;
  @Mixin private FormOptions form;
  @Mixin private HeldImages held;
  @Mixin private RivalOptions rival;
  @Mixin private TrainMode mode;

  @Option(names = "--adapter", paramLabel = "ID", description = "Its new id.")
  private String adapterId;

  @Option(
      names = "--network",
      paramLabel = "FILE",
      description =
          "Network specification: a config.json of diffusers' UNet2DModel, whose sizes and channels"
              + " are set to the task's, or of a ResidualUNet2DModel, which learns from crops of"
              + " its sample_size and answers at any size.")
  private Path networkFile;

  @Option(
      names = "--scales",
      split = ",",
      paramLabel = "N",
      description =
          "Learn from square regions of the task's size, drawn at random out of larger images and"
              + " averaged down by one of these factors; without it images are of the task's size.")
  private List<Integer> factors = new ArrayList<>();

  @Option(
      names = "--prior-reuse",
      defaultValue = "4",
      paramLabel = "R",
      description = "Use each answer of the prior so often (default: ${DEFAULT-VALUE}).")
  private int reuse;

  @Option(
      names = "--pairs",
      defaultValue = SIMULATE,
      paramLabel = "DIR",
      description =
          "'simulate' measures --images with the task's operator, afresh at every use; 'prior' measures"
              + " samples of the task's prior instead, where there are no images; a folder"
              + " holds real pairs, one safetensors file each with the tensors truth, measurement"
              + " and the operator's auxiliary inputs (default: ${DEFAULT-VALUE}).")
  private String pairs;

  @Option(
      names = "--prior-samples",
      defaultValue = "1000",
      paramLabel = "N",
      description =
          "How many samples --pairs prior draws; kept in the directory of --out, and drawn once"
              + " (default: ${DEFAULT-VALUE}).")
  private int samples;

  @Option(
      names = "--from",
      paramLabel = "DIR",
      description = "Start from the weights of this adapter instead of from scratch.")
  private Path from;

  /**
   * The command.
   *
   * @param mode brings options of its own and goes first
   */
  public TrainCommand(TrainMode mode) {
    this.mode = mode;
  }

  @Override
  public Integer call() throws InterruptedException {
    var done = mode.run();
    return done.isPresent() ? done.get() : train();
  }

  /**
   * Checks the options of a training from the command line, as far as no file is needed for it:
   * {@code --serve} and {@code --now} have others.
   *
   * @throws UserError if one is missing, is wrong, or does not go with another
   */
  public void check() {
    require("--adapter", adapterId);
    require("--network", networkFile);
    if (reuse < 1) {
      throw new UserError("--prior-reuse must be 1 or more, got " + reuse);
    }
    models.requireTask();
    training.directory();
    if (samples < 1) {
      throw new UserError("--prior-samples must be 1 or more, got " + samples);
    }
    if (ofPrior()) {
      if (training.flips || !factors.isEmpty()) {
        throw new UserError(
            "--flips and --scales belong to --pairs simulate; samples are taken as they are drawn");
      }
    } else if (simulated()) {
      images.required();
    } else if (training.flips || images.source() != null) {
      throw new UserError(
          "--images and --flips belong to --pairs simulate; real pairs are taken as they are");
    }
    var learned = images.chosen();
    if (!factors.isEmpty() && !(learned.range().isEmpty() && learned.limit() == 0)) {
      throw new UserError("--range and --limit choose whole images and do not go with --scales");
    }
    rival.check(ofPrior(), held.wanted());
    if (held.wanted()) {
      if (images.source() == null) {
        throw new UserError("--validation takes images of --images, which is missing");
      }
      held.chosen(images.minimumDeviation());
      held.requireApart(learned);
    }
  }

  private boolean simulated() {
    return pairs.equals(SIMULATE);
  }

  private boolean ofPrior() {
    return pairs.equals(PRIOR);
  }

  private int train() {
    check();
    var task = models.task();
    if (rival.wanted()) {
      System.out.println(
          rival.train(adapterId, task, networkFile, training, () -> pairs(task), from));
      return 0;
    }
    var unet = AdapterNetworkFile.read(networkFile, task, form.form());
    var given = ofPrior() ? Optional.<LabelledPairs>empty() : Optional.of(pairs(task));
    var validation = validation(task);
    var settings =
        new AdapterTraining.Settings(
            adapterId,
            unet,
            form.form(),
            training.directory(),
            training.budget(),
            training.learningRate,
            training.rows,
            reuse,
            training.emaDecay,
            training.checkpointMinutes,
            training.seed);
    var backend = training.backend();
    // The prior answers as it will in service: in float32.
    var serving = TensorFlowBackend.start(SessionOptions.standard());
    try (var prior = serving.openPrior(models.prior(task));
        var network = backend.trainAdapter(unet, form.form().firstScale(), training.seed);
        var line = ProgressLine.onStandardError("adapter " + adapterId)) {
      requireTaken(task, prior);
      if (from != null) {
        network.warmStart(startingWeights(unet));
      }
      var set = given.orElseGet(() -> sampled(task, prior));
      System.err.printf(
          "%,d pairs, %,d parameters (%.1f %% of the prior's %,d)%n",
          set.size(),
          network.parameters(),
          100.0 * network.parameters() / prior.parameters(),
          prior.parameters());
      var adapter =
          TrainingOptions.run(
              line,
              new AdapterTraining(settings, task, prior, set, network, serving.adapterNetworks())
                  ::run);
      System.out.println(adapter);
      if (validation.isPresent()) {
        var check = new AdapterValidation(task, prior, serving.adapterNetworks());
        System.out.println(check.run(adapter, validation.get(), source(), Optional.empty()));
      }
      return 0;
    }
  }

  private static void requireTaken(Task task, Prior prior) {
    try {
      prior.tiling().require(task.operator().imageShape(), prior.imageShape());
    } catch (IllegalArgumentException e) {
      throw new UserError("task '" + task.name() + "': " + e.getMessage(), e);
    }
  }

  /** The images that are held back, read before the training: what is wrong with them is said. */
  private Optional<ImageSet> validation(Task task) {
    if (!held.wanted()) {
      return Optional.empty();
    }
    var chosen = held.chosen(images.minimumDeviation());
    return Optional.of(chosen.select(ImageSet.read(images.source(), task.operator().imageShape())));
  }

  private String source() {
    return images.source().getFileName() + ", " + held.chosen(images.minimumDeviation()).describe();
  }

  private static void require(String option, Object value) {
    if (value == null) {
      throw new UserError("train needs " + option + ", or --serve, or --now");
    }
  }

  private LabelledPairs pairs(Task task) {
    if (simulated()) {
      return LabelledPairs.simulated(truths(task.operator().imageShape()), task.operator());
    }
    return StoredPairs.read(
        Path.of(pairs), task.operator(), new TruthCheck(TruthCheck.DEFAULT_MAX_RESIDUAL));
  }

  private LabelledPairs sampled(Task task, Prior prior) {
    var shape = task.operator().imageShape();
    var directory = training.directory().resolve("prior-samples");
    try (var line = ProgressLine.onStandardError("samples of " + prior.name())) {
      var truths =
          PriorTruths.draw(
              prior,
              shape,
              samples,
              directory,
              n -> line.show((double) n / samples, n + " of " + samples));
      return LabelledPairs.simulated(truths, task.operator());
    }
  }

  private Truths truths(ImageShape shape) {
    if (factors.isEmpty()) {
      return images.read(shape).truths(training.flips);
    }
    if (shape.height() != shape.width()) {
      throw new UserError("--scales draws square regions; the task's images are of " + shape);
    }
    return CropOptions.crops(images, shape.channels(), shape.height(), factors)
        .truths(shape.height(), training.flips);
  }

  private Map<String, FloatTensor> startingWeights(NetworkConfig unet) {
    var content = AdapterDirectory.read(from);
    return WarmStart.weights(content, unet, form.form())
        .orElseThrow(
            () ->
                new UserError(
                    "adapter "
                        + content.manifest().adapterId()
                        + " in "
                        + from
                        + " has another network or form than the one to be trained; give its own"
                        + " with --network and --form, or --form recurrent to one of the standard"
                        + " form"));
  }
}
