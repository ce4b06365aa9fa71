package org.deftstream.deft.htransform;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.deftstream.deft.Dense;
import org.deftstream.deft.GaussianPrior;
import org.deftstream.deft.adapter.AdapterDirectory;
import org.deftstream.deft.adapter.AdapterFeatures;
import org.deftstream.deft.adapter.AdapterForm;
import org.deftstream.deft.adapter.AdapterManifest;
import org.deftstream.deft.adapter.AdapterNetwork;
import org.deftstream.deft.adapter.AdapterWeights;
import org.deftstream.deft.adapter.LearnedHTransform;
import org.deftstream.deft.engine.BatchSizes;
import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.operator.ForwardOperator;
import org.deftstream.deft.prior.NetworkConfig;
import org.deftstream.deft.prior.Prior;
import org.deftstream.deft.prior.ResidualUNetConfig;
import org.deftstream.deft.prior.UNetConfig;
import org.deftstream.deft.sampler.SamplerSettings;
import org.deftstream.deft.sampler.SamplerSettings.NoiseRule;
import org.deftstream.deft.sampler.SamplerSettings.TimeGrid;
import org.deftstream.deft.task.MethodSettings;
import org.deftstream.deft.task.Task;
import org.deftstream.deft.tensorflow.SessionOptions;
import org.deftstream.deft.tensorflow.TensorFlowBackend;
import org.deftstream.deft.training.AdapterTraining;
import org.deftstream.deft.training.LabelledPairs;
import org.deftstream.deft.training.TrainingBudget;
import org.deftstream.deft.training.TrainingRun;
import org.deftstream.deft.training.Truths;

/**
 * An adapter that {@link AdapterTraining} trained for a Gaussian prior, read back from its
 * directory, and the same network before it was trained. Closes the network.
 */
final class TrainedAdapter implements AutoCloseable {
  private static final int ROWS = 32;
  private static final int LARGEST_BATCH = 256;

  private final AdapterNetwork network;
  private final AdapterManifest manifest;
  private final ForwardOperator operator;
  private final AdapterWeights first;
  private final AdapterWeights last;

  private TrainedAdapter(
      AdapterNetwork network,
      AdapterManifest manifest,
      ForwardOperator operator,
      AdapterWeights first,
      AdapterWeights last) {
    this.network = network;
    this.manifest = manifest;
    this.operator = operator;
    this.first = first;
    this.last = last;
  }

  static TrainedAdapter train(
      GaussianPrior prior, ForwardOperator operator, AdapterForm form, int steps, Path directory) {
    var config = network(AdapterFeatures.channels(form, operator));
    return train(prior, pairs(prior, operator), operator, form, config, steps, directory);
  }

  /** An adapter that answers at any size, trained on crops of so many pixels a side. */
  static TrainedAdapter trainAnySize(
      IndependentPixels prior, ForwardOperator operator, int side, int steps, Path directory) {
    var form = AdapterForm.STANDARD;
    int channels = AdapterFeatures.channels(form, operator);
    var config = new ResidualUNetConfig(side, channels, 1, 1, List.of(16, 16), 1);
    return train(prior, pairs(prior, operator), operator, form, config, steps, directory);
  }

  private static TrainedAdapter train(
      Prior prior,
      LabelledPairs pairs,
      ForwardOperator operator,
      AdapterForm form,
      NetworkConfig config,
      int steps,
      Path directory) {
    var backend = TensorFlowBackend.start(new SessionOptions(1, false));
    var task = task(operator);
    var settings =
        new AdapterTraining.Settings(
            "gaussian",
            config,
            form,
            directory,
            new TrainingBudget(steps, Double.POSITIVE_INFINITY),
            4e-3,
            ROWS,
            2,
            0.99,
            Double.POSITIVE_INFINITY,
            1);
    try (var fresh = backend.trainAdapter(config, form.firstScale(), 1)) {
      var before = new AdapterWeights(fresh.averagedWeights());
      var networks = backend.adapterNetworks();
      var written =
          new AdapterTraining(settings, task, prior, pairs, fresh, networks).run(new Silent());
      var content = AdapterDirectory.read(written);
      return new TrainedAdapter(
          networks.open(content.manifest().network()),
          content.manifest(),
          operator,
          before,
          content.weights());
    }
  }

  /** Images of the prior with simulated measurements. */
  static LabelledPairs pairs(GaussianPrior prior, ForwardOperator operator) {
    var root = Dense.cholesky(prior.covariance());
    return pairs(
        operator,
        random -> {
          var z = new double[root.length];
          for (int i = 0; i < z.length; i++) {
            z[i] = random.nextGaussian();
          }
          return Dense.floats(Dense.plus(prior.mean(), Dense.times(root, z), 1));
        });
  }

  private static LabelledPairs pairs(IndependentPixels prior, ForwardOperator operator) {
    return pairs(
        operator,
        random -> {
          var image = new float[operator.imageShape().size()];
          for (int i = 0; i < image.length; i++) {
            image[i] = (float) (prior.mean() + Math.sqrt(prior.variance()) * random.nextGaussian());
          }
          return image;
        });
  }

  private static LabelledPairs pairs(
      ForwardOperator operator, Function<RandomGenerator, float[]> drawn) {
    var truths =
        new Truths() {
          @Override
          public ImageShape shape() {
            return operator.imageShape();
          }

          @Override
          public int size() {
            return 1;
          }

          @Override
          public float[] truth(int index, RandomGenerator random) {
            return drawn.apply(random);
          }
        };
    return LabelledPairs.simulated(truths, operator);
  }

  private static final class Silent implements TrainingRun.Listener {
    @Override
    public void stepped(long step, double progress, double loss, double elapsedMinutes) {}

    @Override
    public void checkpointed(TrainingRun run) {}
  }

  private static UNetConfig network(int features) {
    try {
      return UNetConfig.parse(
          new ObjectMapper()
              .readTree(
                  """
                  {"sample_size": 4, "in_channels": %d, "out_channels": 1,
                   "down_block_types": ["DownBlock2D"], "up_block_types": ["UpBlock2D"],
                   "block_out_channels": [16], "layers_per_block": 1, "norm_num_groups": 1,
                   "add_attention": false}
                  """
                      .formatted(features)));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Task task(ForwardOperator operator) {
    var sampler = new SamplerSettings(20, TimeGrid.UNIFORM, NoiseRule.ETA, 1, 1);
    var trainingFree = new MethodSettings("diffpir", Map.of("lambda", 1.0), sampler);
    return new Task("gaussian", "gaussian", null, operator, trainingFree, sampler);
  }

  /** The h-transform that the training found. */
  HTransform learned() {
    return hTransform(last);
  }

  /** The h-transform before the first step. */
  HTransform untrained() {
    return hTransform(first);
  }

  private HTransform hTransform(AdapterWeights weights) {
    return LearnedHTransform.of(
        manifest, network, weights, operator, BatchSizes.upTo(LARGEST_BATCH));
  }

  @Override
  public void close() {
    network.close();
  }
}
