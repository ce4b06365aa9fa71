package org.deftstream.deft.training;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.deftstream.deft.adapter.AdapterDirectory;
import org.deftstream.deft.adapter.AdapterFeatures;
import org.deftstream.deft.adapter.AdapterForm;
import org.deftstream.deft.adapter.AdapterManifest;
import org.deftstream.deft.adapter.AdapterNetworks;
import org.deftstream.deft.adapter.AdapterVerifier;
import org.deftstream.deft.adapter.AdapterWeights;
import org.deftstream.deft.adapter.GoldenCheck;
import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.operator.Operators;
import org.deftstream.deft.prior.NetworkConfig;
import org.deftstream.deft.prior.Prior;
import org.deftstream.deft.safetensors.Safetensors;
import org.deftstream.deft.task.Task;

/**
 * Fine-tunes the h-transform of a task (DEFT, eq. 10) and writes the adapter: weights, and a
 * manifest that ties them to prior, operator and network.
 */
public final class AdapterTraining {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Settings settings;
  private final Task task;
  private final Prior prior;
  private final LabelledPairs pairs;
  private final TrainableNetwork network;
  private final AdapterNetworks networks;

  /**
   * How to train.
   *
   * @param adapterId the new adapter's name
   * @param unet NN1's network; one of any size learns from crops of its sample's size
   * @param form what it sees and answers
   * @param directory checkpoints in {@code run}, the adapter in {@code adapter}
   * @param rows images per batch, or crops
   * @param reuse how often an answer of the prior is used
   */
  public record Settings(
      String adapterId,
      NetworkConfig unet,
      AdapterForm form,
      Path directory,
      TrainingBudget budget,
      double learningRate,
      int rows,
      int reuse,
      double emaDecay,
      double checkpointMinutes,
      long seed)
      implements RunSettings {
    /** Shape of what the network is shown of images: crops, where it answers at any size. */
    ImageShape sample(ImageShape images) {
      return unet.anySize()
          ? new ImageShape(unet.sampleHeight(), unet.sampleWidth(), images.channels())
          : images;
    }
  }

  /**
   * A training.
   *
   * @param network a fresh adapter network of the settings' specification; closed by the caller
   * @param networks evaluates the result for its golden check
   */
  public AdapterTraining(
      Settings settings,
      Task task,
      Prior prior,
      LabelledPairs pairs,
      TrainableNetwork network,
      AdapterNetworks networks) {
    this.settings = settings;
    this.task = task;
    this.prior = prior;
    this.pairs = pairs;
    this.network = network;
    this.networks = networks;
  }

  /**
   * Trains until the budget is used up and writes the adapter.
   *
   * @return the adapter's directory
   */
  public Path run(TrainingRun.Listener listener) {
    var run = settings.newRun(network);
    var features =
        new AdapterFeatures(settings.form(), AdapterFeatures.DEFAULT_CLIP, task.operator());
    var batches =
        new AdapterBatches(
            prior,
            pairs,
            settings.rows(),
            settings.reuse(),
            features,
            settings.seed(),
            estimator(),
            settings.sample(pairs.shape()),
            settings.unet().multiple());
    run.run(batches, listener);
    return write(run, JSON.createObjectNode());
  }

  private AdapterBatches.Estimator estimator() {
    return new AdapterBatches.Estimator() {
      @Override
      public float[] answer(float[] input, float[] gradients, int[] timesteps) {
        return network.predict(input, gradients, timesteps);
      }

      @Override
      public float[] answer(
          float[] input, float[] gradients, int[] timesteps, int height, int width) {
        return network.predict(input, gradients, timesteps, height, width);
      }
    };
  }

  private Path write(TrainingRun run, ObjectNode validation) {
    var tensors = network.averagedWeights();
    byte[] file = Safetensors.encode(tensors, Safetensors.Storage.F32, Map.of());
    var operator = task.operator();
    int channels = AdapterFeatures.channels(settings.form(), operator);
    GoldenCheck golden;
    try (var opened = networks.open(settings.unet())) {
      golden =
          GoldenCheck.record(
              opened,
              new AdapterWeights(tensors),
              settings.sample(operator.imageShape()),
              channels,
              settings.seed());
    }
    var manifest =
        new AdapterManifest(
            settings.adapterId(),
            task.name(),
            settings.sample(operator.imageShape()),
            operator.spec(),
            Operators.fingerprint(operator),
            settings.unet(),
            prior.name(),
            prior.fingerprint(),
            AdapterVerifier.sha256(file),
            network.parameters(),
            AdapterFeatures.DEFAULT_CLIP,
            settings.form(),
            Optional.of(golden),
            provenance(run),
            validation);
    Path adapter = settings.directory().resolve("adapter");
    AdapterDirectory.write(adapter, manifest, file);
    return adapter;
  }

  private ObjectNode provenance(TrainingRun run) {
    var json = JSON.createObjectNode();
    json.put("pairs", pairs.origin());
    json.put("images", pairs.size()).put("steps", run.steps()).put("rows", settings.rows());
    json.put("minutes", Math.round(run.elapsedMinutes() * 10) / 10.0);
    json.put("processorMinutes", Math.round(run.processorMinutes() * 10) / 10.0);
    json.put("learningRate", settings.learningRate()).put("priorReuse", settings.reuse());
    json.put("emaDecay", settings.emaDecay()).put("seed", settings.seed());
    var curve = run.curve();
    if (!curve.isEmpty()) {
      json.put("loss", curve.get(curve.size() - 1)[2]);
    }
    return json;
  }
}
