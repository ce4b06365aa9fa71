package org.deftstream.deft.tensorflow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.metrics.Psnr;
import org.deftstream.deft.operator.BoundMeasurement;
import org.deftstream.deft.prior.UNetConfig;
import org.deftstream.deft.regression.RegressionDirectory;
import org.deftstream.deft.regression.RegressionTraining;
import org.deftstream.deft.regression.Unrolling;
import org.deftstream.deft.task.Task;
import org.deftstream.deft.tensor.FloatTensor;
import org.deftstream.deft.training.LabelledPairs;
import org.deftstream.deft.training.TrainingBudget;
import org.deftstream.deft.training.TrainingRun;
import org.deftstream.deft.training.Truths;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Small regressions, alone and unrolled, trained, written, read and evaluated for real. */
class RegressionTrainingTest {
  private static final ImageShape SHAPE = new ImageShape(8, 8, 1);
  private static final String TASK =
      """
      {"name": "small-ct", "prior": "p",
       "operator": {"kind": "ct-parallel", "views": 4, "detectorBins": 12,
        "noise": {"type": "gaussian", "sigma": 0.02}},
       "trainingFree": {"method": "diffpir", "parameters": {"lambda": 1},
        "sampler": {"steps": 4, "noise": "zeta", "noiseLevel": 1}},
       "learned": {"sampler": {"steps": 4, "noiseLevel": 1}}}
      """;
  private static TensorFlowBackend backend;

  @TempDir private Path directory;

  private final Task task = Task.parse(TASK, name -> SHAPE);

  @BeforeAll
  static void start() {
    backend = TensorFlowBackend.start(new SessionOptions(1, false));
  }

  private static final TrainingRun.Listener SILENT =
      new TrainingRun.Listener() {
        @Override
        public void stepped(long step, double progress, double loss, double elapsedMinutes) {}

        @Override
        public void checkpointed(TrainingRun run) {}
      };

  /** Blobs: what a network can learn and a back-projection of four views does not know. */
  private static final Truths BLOBS =
      new Truths() {
        @Override
        public ImageShape shape() {
          return SHAPE;
        }

        @Override
        public int size() {
          return 10_000;
        }

        @Override
        public float[] truth(int index, RandomGenerator random) {
          var own = new SplittableRandom(index);
          double row = own.nextDouble(2, 5);
          double column = own.nextDouble(2, 5);
          var image = new float[SHAPE.size()];
          for (int i = 0; i < image.length; i++) {
            double away = Math.hypot(i / 8 - row, i % 8 - column);
            image[i] = away < 2 ? 0.6f : -0.9f;
          }
          return image;
        }
      };

  @ParameterizedTest
  @CsvSource({"1, 0", "3, 0.1"})
  void shouldLearnWhatABackProjectionDoesNotKnow(int iterations, double tau) {
    var unrolling = new Unrolling(iterations, tau);
    var config = network(Unrolling.channels(task.operator()));
    Path written;
    try (var network = backend.trainAdapter(config, 0, 1)) {
      var settings =
          new RegressionTraining.Settings(
              "small",
              config,
              unrolling,
              directory,
              new TrainingBudget(iterations == 1 ? 300 : 150, Double.POSITIVE_INFINITY),
              3e-3,
              8,
              0.9,
              1e9,
              1);
      var pairs = LabelledPairs.simulated(BLOBS, task.operator());
      written = new RegressionTraining(settings, task, pairs, network).run(SILENT);
    }

    var content = RegressionDirectory.read(written).verified(backend.adapterNetworks());
    content.manifest().require(task.operator());
    assertThat(content.manifest().unrolling()).isEqualTo(unrolling);
    double before = 0;
    double after = 0;
    try (var network = backend.adapterNetworks().open(config)) {
      for (int i = 0; i < 8; i++) {
        var random = new SplittableRandom(i);
        float[] truth = BLOBS.truth(20_000 + i, random);
        var operator = task.operator();
        var m = BoundMeasurement.of(operator, operator.simulate(truth, random));
        var image =
            unrolling
                .images(
                    List.of(m),
                    (f, k) ->
                        network.predict(
                            content.weights(), f, new float[k.length * SHAPE.size()], k))
                .get(0);
        before += Psnr.of(operator.pseudoInverse(m.measurement()), truth) / 8;
        after += Psnr.of(image, truth) / 8;
      }
    }
    assertThat(after).isGreaterThan(before + 4);
  }

  /** Along random directions, against finite differences of the answers. */
  @Test
  void shouldKnowTheVectorJacobianProductOfItsInput() {
    var random = new SplittableRandom(3);
    try (var network = backend.trainAdapter(network(2), 0.3, 1)) {
      var weights = new LinkedHashMap<>(network.averagedWeights());
      weights.replaceAll(
          (name, w) -> {
            float[] values = w.data().clone();
            for (int i = 0; i < values.length; i++) {
              values[i] += (float) (0.2 * random.nextGaussian());
            }
            return new FloatTensor(w.shape(), values);
          });
      network.warmStart(weights);
      int[] t = {0, 3};
      float[] x = normal(random, 2 * 64 * 2);
      float[] g = new float[2 * 64];
      float[] v = normal(random, 2 * 64);

      float[] product = network.vectorJacobian(x, g, t, v);
      float[] again = network.vectorJacobian(x, g, t, v);

      assertThat(again).isEqualTo(product);
      for (int n = 0; n < 4; n++) {
        float[] d = normal(random, x.length);
        double reach = 5e-3;
        float[] ahead = network.predict(moved(x, d, reach), g, t);
        float[] behind = network.predict(moved(x, d, -reach), g, t);
        double slope = 0;
        for (int i = 0; i < v.length; i++) {
          slope += v[i] * ((double) ahead[i] - behind[i]) / (2 * reach);
        }
        double expected = 0;
        for (int i = 0; i < d.length; i++) {
          expected += (double) product[i] * d[i];
        }
        assertThat(slope).isCloseTo(expected, within(0.02 * Math.abs(expected) + 0.05));
      }
    }
  }

  private static float[] moved(float[] x, float[] d, double by) {
    var moved = x.clone();
    for (int i = 0; i < moved.length; i++) {
      moved[i] += (float) (by * d[i]);
    }
    return moved;
  }

  private static float[] normal(SplittableRandom random, int size) {
    var values = new float[size];
    for (int i = 0; i < size; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  private static UNetConfig network(int in) {
    try {
      return UNetConfig.parse(
          new ObjectMapper()
              .readTree(
                  """
                  {"sample_size": 8, "in_channels": %d, "out_channels": 1,
                   "down_block_types": ["DownBlock2D", "DownBlock2D"],
                   "up_block_types": ["UpBlock2D", "UpBlock2D"],
                   "block_out_channels": [8, 16], "layers_per_block": 1,
                   "downsample_padding": 0, "norm_num_groups": 4, "attention_head_dim": 8}
                  """
                      .formatted(in)));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }
}
