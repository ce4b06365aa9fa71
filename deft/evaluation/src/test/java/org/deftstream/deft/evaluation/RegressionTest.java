package org.deftstream.deft.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.deftstream.deft.GaussianPrior;
import org.deftstream.deft.UserError;
import org.deftstream.deft.adapter.AdapterNetwork;
import org.deftstream.deft.adapter.AdapterNetworks;
import org.deftstream.deft.adapter.AdapterVerifier;
import org.deftstream.deft.adapter.AdapterWeights;
import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.operator.BoundMeasurement;
import org.deftstream.deft.operator.Operators;
import org.deftstream.deft.prior.NetworkConfig;
import org.deftstream.deft.prior.UNetConfig;
import org.deftstream.deft.regression.RegressionDirectory;
import org.deftstream.deft.regression.RegressionManifest;
import org.deftstream.deft.regression.Unrolling;
import org.deftstream.deft.safetensors.Safetensors;
import org.deftstream.deft.task.Task;
import org.deftstream.deft.tensor.FloatTensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A supervised network in a plan: what it answers, and what is wrong with its files. */
class RegressionTest {
  private static final ImageShape SHAPE = new ImageShape(4, 4, 1);
  private static final double SIGMA = 0.1;
  private static final float WEIGHT = -0.25f;
  private static final String TASK =
      """
      {"name": "t", "prior": "p", "operator": {"kind": "denoising",
        "noise": {"type": "gaussian", "sigma": 0.1}},
       "trainingFree": {"method": "diffpir", "parameters": {"lambda": 1},
        "sampler": {"steps": 4, "noise": "zeta", "noiseLevel": 1}},
       "learned": {"sampler": {"steps": 4, "noiseLevel": 1}}}
      """;

  @TempDir private Path folder;

  private final Task task = Task.parse(TASK, name -> SHAPE);

  /** The image times a number, at every pixel and iteration. */
  private static final class Scaling implements AdapterNetworks {
    private int open;

    @Override
    public Map<String, int[]> weightShapes(NetworkConfig network) {
      return Map.of("w", new int[] {1});
    }

    @Override
    public AdapterNetwork open(NetworkConfig network) {
      open++;
      return new AdapterNetwork() {
        @Override
        public float[] predict(
            AdapterWeights weights, float[] features, float[] gradient, int[] t) {
          int channels = features.length / gradient.length;
          var out = new float[gradient.length];
          for (int i = 0; i < out.length; i++) {
            assertThat(gradient[i]).isZero();
            out[i] = weights.tensors().get("w").data()[0] * features[i * channels];
          }
          return out;
        }

        @Override
        public void close() {
          open--;
        }
      };
    }
  }

  private final Scaling networks = new Scaling();

  @Test
  void shouldAnswerWithTheNetworkAloneAndWithDataConsistency() {
    Path alone = write(Unrolling.REGRESSION, new float[] {WEIGHT});
    var measurements = measurements();
    float[] y = measurements.get(1).measurement();
    // By denoising's closed form: the more a network's image is believed to be off, the nearer to
    // y.
    double tau = 0.2;
    double rho = SIGMA * SIGMA / tau / tau;

    var plain = open(alone, Map.of()).reconstruct(ids(), measurements);
    var consistent = open(alone, Map.of("tau", tau)).reconstruct(ids(), measurements);
    Path twice = write(new Unrolling(2, tau), new float[] {WEIGHT});
    var unrolled = open(twice, Map.of()).reconstruct(ids(), measurements);

    for (int i = 0; i < SHAPE.size(); i++) {
      double image = (1 + WEIGHT) * y[i];
      assertThat(plain.get(1).mean()[i]).isCloseTo((float) image, within(1e-6f));
      assertThat(consistent.get(1).mean()[i])
          .isCloseTo((float) ((y[i] + rho * image) / (1 + rho)), within(1e-6f));
      double once = (y[i] + rho * image) / (1 + rho);
      double again = (y[i] + rho * (1 + WEIGHT) * once) / (1 + rho);
      assertThat(unrolled.get(1).mean()[i]).isCloseTo((float) again, within(1e-6f));
    }
    assertThat(plain.get(1).deviation()).isNull();
    assertThat(consistent.get(1).residual()).isLessThan(plain.get(1).residual());
  }

  @Test
  void shouldBeToldFromOthersByWhatItIs() {
    Path alone = write(Unrolling.REGRESSION, new float[] {WEIGHT});
    var identity = open(alone, Map.of()).identity();

    assertThat(open(alone, Map.of("tau", 0.1)).identity()).isNotEqualTo(identity);
    Path another = write(Unrolling.REGRESSION, new float[] {2 * WEIGHT});
    assertThat(open(another, Map.of()).identity()).isNotEqualTo(identity);
    assertThat(open(write(new Unrolling(2, 0.1), new float[] {WEIGHT}), Map.of()).identity())
        .isNotEqualTo(identity);
  }

  @Test
  void shouldGiveItsNetworkBack() {
    var method = open(write(Unrolling.REGRESSION, new float[] {WEIGHT}), Map.of());

    assertThat(networks.open).isEqualTo(1);
    method.close();
    assertThat(networks.open).isZero();
  }

  @Test
  void shouldSayWhatIsWrongWithItsFiles() throws IOException {
    Path alone = write(Unrolling.REGRESSION, new float[] {WEIGHT});
    assertThatThrownBy(() -> open(alone, Map.of("tua", 1.0)))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("unknown parameter 'tua'; did you mean 'tau'?");
    assertThatThrownBy(() -> open(folder.resolve("nowhere"), Map.of()))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("not a regression: ")
        .hasMessageContaining("regression.json is missing");
    Path wide = write(Unrolling.REGRESSION, new float[] {1, 2});
    assertThatThrownBy(() -> open(wide, Map.of()))
        .hasMessageContaining("weight w must be finite numbers of shape [1]");
    Path cut = write(Unrolling.REGRESSION, new float[] {WEIGHT});
    Files.write(cut.resolve(RegressionDirectory.WEIGHTS), new byte[3]);
    assertThatThrownBy(() -> open(cut, Map.of())).hasMessageContaining("has SHA-256");
    Path odd = write(Unrolling.REGRESSION, new float[] {WEIGHT});
    Path manifest = odd.resolve(RegressionDirectory.MANIFEST);
    String text = Files.readString(manifest);
    Files.writeString(manifest, text.replace("\"iterations\":1", "\"iterations\":7"));
    assertThatThrownBy(() -> open(odd, Map.of()))
        .hasMessageContaining("regression.json: tau must be above 0");
    Files.writeString(manifest, text.replaceAll("Fingerprint\":\"..", "Fingerprint\":\"xx"));
    assertThatThrownBy(() -> open(odd, Map.of()))
        .hasMessageContaining("was made for the operator of task t, another one");
  }

  private Method open(Path directory, Map<String, Double> parameters) {
    var planned =
        new PlannedMethod(
            "r", "regression", parameters, Optional.empty(), Optional.of(directory.toString()), 1);
    var bench =
        new Bench(
            task, GaussianPrior.ramp(SHAPE), EvaluationModels.FLOAT32, null, 2, networks, Path::of);
    return MethodTypes.open(planned, bench);
  }

  private Path write(Unrolling unrolling, float[] weights) {
    var tensors = Map.of("w", new FloatTensor(new int[] {weights.length}, weights));
    byte[] file = Safetensors.encode(tensors, Safetensors.Storage.F32, Map.of());
    Path directory = folder.resolve("r" + System.nanoTime());
    RegressionDirectory.write(
        directory,
        new RegressionManifest(
            "r",
            "t",
            task.operator().spec(),
            Operators.fingerprint(task.operator()),
            network(Unrolling.channels(task.operator())),
            unrolling,
            AdapterVerifier.sha256(file),
            weights.length,
            JsonNodeFactory.instance.objectNode()),
        file);
    return directory;
  }

  private static NetworkConfig network(int in) {
    try {
      return UNetConfig.parse(
          new ObjectMapper()
              .readTree(
                  """
                  {"sample_size": 4, "in_channels": %d, "out_channels": 1,
                   "down_block_types": ["DownBlock2D"], "up_block_types": ["UpBlock2D"],
                   "block_out_channels": [4], "layers_per_block": 1,
                   "downsample_padding": 0, "norm_num_groups": 2, "attention_head_dim": 4}
                  """
                      .formatted(in)));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  private List<BoundMeasurement> measurements() {
    var measurements = new ArrayList<BoundMeasurement>();
    for (int i = 0; i < 3; i++) {
      var random = new Random(i);
      var truth = new float[SHAPE.size()];
      for (int k = 0; k < truth.length; k++) {
        truth[k] = (float) (0.8 * Math.tanh(random.nextGaussian()));
      }
      measurements.add(
          BoundMeasurement.of(task.operator(), task.operator().simulate(truth, random)));
    }
    return measurements;
  }

  private static List<String> ids() {
    return List.of("a", "b", "c");
  }
}
