package org.deftstream.deft.training;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import org.deftstream.deft.UserError;
import org.deftstream.deft.image.ContactSheet;
import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.image.LineChart;
import org.deftstream.deft.prior.BetaSchedule;
import org.deftstream.deft.prior.NetworkConfig;
import org.deftstream.deft.prior.Prior;
import org.deftstream.deft.prior.PriorDirectory;
import org.deftstream.deft.safetensors.AtomicFiles;
import org.deftstream.deft.safetensors.Safetensors;
import org.deftstream.deft.sampler.SamplerSettings;
import org.deftstream.deft.text.FileProblem;

/**
 * Trains a prior in a directory: checkpoints and loss curve in {@code run}, the prior of the
 * averaged weights in {@code prior}, with a contact sheet of samples, the loss curve and a model
 * card. A run that was killed goes on from its last checkpoint.
 */
public final class PriorTraining {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int SHEET_IMAGES = 16;
  private static final SamplerSettings SHEET_SAMPLER =
      new SamplerSettings(
          50, SamplerSettings.TimeGrid.UNIFORM, SamplerSettings.NoiseRule.ETA, 1, 1);

  private final Settings settings;
  private final PriorData data;
  private final TrainableNetwork network;
  private final Function<PriorDirectory, Prior> opener;

  /**
   * What to train, and how.
   *
   * @param name the prior's name
   * @param unet the network
   * @param scheduler the noise schedule, and what the network is to predict
   * @param directory where everything is kept
   * @param rows images per batch
   * @param emaDecay of the running average of the weights
   * @param checkpointMinutes time between checkpoints
   * @param from a prior of the same network to begin with; null for fresh weights
   * @param about where the data comes from, its licence and attribution, for the model card
   */
  public record Settings(
      String name,
      NetworkConfig unet,
      BetaSchedule scheduler,
      Path directory,
      TrainingBudget budget,
      double learningRate,
      int rows,
      double emaDecay,
      double checkpointMinutes,
      long seed,
      PriorDirectory from,
      String about)
      implements RunSettings {}

  /**
   * A training.
   *
   * @param network a fresh network of the settings' specification; closed by the caller
   * @param opener opens what was written, to sample from it
   */
  public PriorTraining(
      Settings settings,
      PriorData data,
      TrainableNetwork network,
      Function<PriorDirectory, Prior> opener) {
    this.settings = settings;
    this.data = data;
    this.network = network;
    this.opener = opener;
  }

  /** Trains until the budget is used up and returns the prior. */
  public PriorDirectory run(TrainingRun.Listener listener) {
    var scheduler = settings.scheduler();
    if (settings.from() != null) {
      try {
        network.warmStart(settings.from().weights());
      } catch (IllegalArgumentException e) {
        throw new UserError(
            "prior " + settings.from().path() + " is of another network: " + e.getMessage(), e);
      }
    }
    var run = settings.newRun(network);
    var batches = data.batches(scheduler, settings.rows(), settings.seed());
    run.run(
        batches,
        new TrainingRun.Listener() {
          @Override
          public void stepped(long step, double progress, double loss, double elapsedMinutes) {
            listener.stepped(step, progress, loss, elapsedMinutes);
          }

          @Override
          public boolean enough() {
            return listener.enough();
          }

          @Override
          public void checkpointed(TrainingRun at) {
            var prior = write(at, scheduler);
            // Who is told to end has no time to draw samples.
            if (!listener.enough()) {
              describe(prior, at);
            }
            listener.checkpointed(at);
          }

          @Override
          public void finished(TrainingRun at) {
            listener.finished(at);
          }
        });
    return PriorDirectory.open(priorPath());
  }

  private Path priorPath() {
    return settings.directory().resolve("prior");
  }

  private PriorDirectory write(TrainingRun run, BetaSchedule scheduler) {
    return PriorDirectory.write(
        priorPath(),
        settings.unet(),
        scheduler,
        network.averagedWeights(),
        Safetensors.Storage.F16,
        about(run));
  }

  /** The card with samples and the curve of the loss. */
  private void describe(PriorDirectory prior, TrainingRun run) {
    try (var opened = opener.apply(prior)) {
      var samples = PriorSamples.draw(opened, SHEET_SAMPLER, SHEET_IMAGES, settings.name());
      AtomicFiles.write(
          priorPath().resolve("samples.png"), ContactSheet.png(samples, prior.imageShape(), 8, 2));
      var points = run.curve().stream().map(p -> new double[] {p[0], p[2]}).toList();
      if (!points.isEmpty()) {
        AtomicFiles.write(
            priorPath().resolve("loss.png"), LineChart.png("loss (smoothed)", "step", points));
      }
      AtomicFiles.write(priorPath().resolve("README.md"), card(run, opened.parameters()));
    } catch (IOException e) {
      throw new UserError("cannot write into " + priorPath() + ": " + FileProblem.of(e), e);
    }
  }

  private ObjectNode about(TrainingRun run) {
    var about = JSON.createObjectNode();
    about.put("name", settings.name());
    about.put("valueRange", "[-1, 1]");
    about.put("trainingImages", data.images());
    about.put("steps", run.steps());
    about.put("imagesSeen", seenBefore() + run.rows());
    about.put("loss", lastLoss(run.curve()));
    about.put("about", settings.about());
    return about;
  }

  private long seenBefore() {
    return settings.from() == null ? 0 : settings.from().about().path("imagesSeen").asLong();
  }

  private static double lastLoss(List<double[]> curve) {
    return curve.isEmpty() ? Double.NaN : curve.get(curve.size() - 1)[2];
  }

  private String card(TrainingRun run, long parameters) {
    var unet = settings.unet();
    var scheduler = settings.scheduler();
    return String.format(
        Locale.ROOT,
        """
        # Prior %s

        An unconditional diffusion model of %s images in [-1, 1], in the layout of diffusers
        (`%s`, prediction type `%s`, %d steps, %s schedule %s to %s).

        | | |
        |---|---|
        | parameters | %,d, stored as float16 |
        | training images | %,d%s |
        | steps | %,d of %d images, Adam, learning rate %s decaying to 0, average of the weights %s |
        | computing time | %.0f minutes |
        | loss at the end (mean squared error, smoothed) | %.4f |

        %s

        Samples (50 steps, none chosen):

        ![samples](samples.png)

        Loss:

        ![loss](loss.png)
        """,
        settings.name(),
        new ImageShape(unet.sampleHeight(), unet.sampleWidth(), unet.outChannels()),
        unet.toJson().path("_class_name").asText(),
        scheduler.toJson().path("prediction_type").asText(),
        scheduler.steps(),
        scheduler.betaSchedule(),
        scheduler.betaStart(),
        scheduler.betaEnd(),
        parameters,
        data.images(),
        data.description(),
        run.steps(),
        settings.rows(),
        settings.learningRate(),
        settings.emaDecay(),
        run.elapsedMinutes(),
        lastLoss(run.curve()),
        settings.about());
  }
}
