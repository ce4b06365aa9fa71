package org.deftstream.deft.checkpoint.prior;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.deftstream.deft.UserError;
import org.deftstream.deft.checkpoint.Checkpoint;
import org.deftstream.deft.checkpoint.Fixtures;
import org.deftstream.deft.checkpoint.NetworkWeights;
import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.prior.ContinuousSchedule;
import org.deftstream.deft.prior.Prior;
import org.deftstream.deft.prior.PriorDirectory;
import org.deftstream.deft.prior.SchedulerConfig;
import org.deftstream.deft.prior.SigmaSchedule;
import org.deftstream.deft.prior.Tiling;
import org.deftstream.deft.safetensors.Safetensors;
import org.deftstream.deft.schedule.NoiseSchedule;
import org.deftstream.deft.tensor.FloatTensor;
import org.deftstream.deft.tensorflow.SessionOptions;
import org.deftstream.deft.tensorflow.TensorFlowBackend;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Networks that are told a noise level or a time find the same image in noise as PyTorch does: a
 * fixture holds noisy images, their levels, and the images without the noise, computed in double
 * precision.
 */
class NoiseLevelImportTest {
  private static final double TOLERANCE = 1e-4;

  @TempDir private Path folder;

  private void imported(Path source, Family like, Answers answers, Consumer<PriorDirectory> check) {
    try (var opened = PriorImport.open(source, like, null, answers)) {
      new PriorWriter(opened.prior(), folder.resolve("prior"))
          .write("a prior", "a file", share -> {}, check);
    }
  }

  /**
   * Compares at every level of the fixture that is one of the schedule's: the least and the
   * greatest at least.
   *
   * @param middle of the images' values in the fixture
   * @param half of the width of their values
   */
  private static void assertDenoises(
      Prior prior, String fixture, ImageShape shape, double middle, double half) {
    var expected = Safetensors.read(Fixtures.path(fixture + "/expected.safetensors")).tensors();
    float[] sigmas = expected.get("sigmas").data();
    int size = shape.size();
    int compared = 0;
    for (int row = 0; row < sigmas.length; row++) {
      double sigma = sigmas[row] / half;
      int t = timestep(prior.schedule(), sigma);
      if (t < 0) {
        continue;
      }
      compared++;
      double[] x = row(expected.get("input"), row, size, middle, half);
      double[] clean = row(expected.get("output"), row, size, middle, half);
      var xt = new float[size];
      for (int i = 0; i < size; i++) {
        xt[i] = (float) (x[i] * Math.sqrt(prior.schedule().alphaBar(t)));
      }

      float[] eps = prior.predictNoise(xt, new int[] {t}, shape);

      // Of the noise and the image that which is not divided by a small number.
      double margin = TOLERANCE * Math.max(1, 1 / sigma);
      for (int i = 0; i < size; i++) {
        assertThat((double) eps[i])
            .as("sigma %s, value %d", sigma, i)
            .isCloseTo((x[i] - clean[i]) / sigma, within(margin));
      }
    }
    assertThat(compared).isGreaterThanOrEqualTo(2);
  }

  private static int timestep(NoiseSchedule schedule, double sigma) {
    for (int t = 0; t < schedule.steps(); t++) {
      if (Math.abs(schedule.sigma(t) / sigma - 1) < 1e-5) {
        return t;
      }
    }
    return -1;
  }

  private static double[] row(FloatTensor images, int row, int size, double middle, double half) {
    var values = new double[size];
    for (int i = 0; i < size; i++) {
      values[i] = (images.data()[row * size + i] - middle) / half;
    }
    return values;
  }

  @ParameterizedTest
  @CsvSource({
    "edm, network-snapshot.pkl, EDM, --head-width, 8",
    "edm, state.pt, , --head-width, 8",
    "edm-ddpmpp, network-snapshot.pkl, EDM, , ",
    "edm-ncsnpp, network-snapshot.pkl, EDM, , ",
    "ncsnpp, checkpoint_9.pth, , --size, 8",
    "ncsnpp-residual, checkpoint_9.pth, NCSNPP, --size, 8",
    "ddpmpp, checkpoint_9.pth, , --size, 8"
  })
  void shouldDenoiseAsPyTorch(
      String fixture, String file, Family like, String option, Integer value) {
    var answers = new Answers();
    if (option != null) {
      answers.put(option, value);
    }
    if (fixture.equals("ddpmpp")) {
      answers.put("--sde", "sub-vp");
    }
    if (fixture.equals("ncsnpp-residual")) {
      answers.put("--sigma-max", 50.0);
    }
    imported(
        Fixtures.path(fixture + "/" + file),
        like,
        answers,
        directory -> {
          try (var prior =
              TensorFlowBackend.start(SessionOptions.standard()).openPrior(directory)) {
            assertDenoises(prior, fixture, prior.imageShape(), 0, 1);
          }
        });
  }

  @Test
  void shouldDenoiseAsDrunetAtAnySizeAndByItsGreyLevels() {
    imported(
        Fixtures.path("drunet/drunet_two.pth"),
        null,
        new Answers(),
        directory -> {
          assertThat(directory.imageShape()).isEqualTo(new ImageShape(128, 128, 2));
          assertThat(directory.tiling()).isEqualTo(new Tiling.Direct(8));
          try (var prior =
              TensorFlowBackend.start(SessionOptions.standard()).openPrior(directory)) {
            assertDenoises(prior, "drunet", new ImageShape(16, 24, 2), 0.5, 0.5);
          }
        });
  }

  @Test
  void shouldSayWhatADenoiserIsTold() {
    var weights = weights("drunet", "drunet_two.pth");
    var head = weights.get("m_head.weight");
    weights.put("m_head.weight", new FloatTensor(new int[] {4, 2, 3, 3}, new float[72]));
    refused(weights, new Answers(), "it is told no noise level (blind)");
    weights.put("m_head.weight", head);
    weights.put("m_head.bias", new FloatTensor(new int[] {4}, new float[4]));
    refused(weights, new Answers(), "m_head.bias belongs to no layer");
    weights.remove("m_head.bias");
    refused(weights, new Answers().put("--size", 12), "sample_size 12 must be a multiple of 8");
    refused(weights, new Answers().put("--schedule", "linear"), "--schedule says nothing about");
    weights.remove("m_up2.0.weight");
    refused(weights, new Answers(), "m_up2.0.weight is no 2x2 convolution");
  }

  @Test
  void shouldAskForWhatNumberedLayersDoNotShow() {
    var fourier = weights("ncsnpp-residual", "checkpoint_9.pth");
    refused(fourier, new Answers(), "--size (pixels of a side)", "--sigma-max (sigma_max of its");
    refused(fourier, new Answers().put("--sde", "vp"), "--sde is vp; understood: ve");
    var timed = weights("ddpmpp", "checkpoint_9.pth");
    refused(timed, new Answers(), "--size", "--sde (vp, sub-vp, or discrete");
    timed.remove("all_modules.4.Conv_2.weight");
    refused(timed, new Answers(), "resblock_type biggan");
  }

  private Map<String, FloatTensor> weights(String fixture, String file) {
    var weights = new LinkedHashMap<String, FloatTensor>();
    try (var checkpoint = Checkpoint.open(Fixtures.path(fixture + "/" + file), false)) {
      checkpoint.weights(null).forEach((name, tensor) -> weights.put(name, tensor.read()));
    }
    return weights;
  }

  private void refused(Map<String, FloatTensor> weights, Answers answers, String... words) {
    Path file = folder.resolve("changed.safetensors");
    Safetensors.write(file, weights, Safetensors.Storage.F32, Map.of());
    assertThatThrownBy(() -> PriorImport.open(file, null, null, answers).close())
        .isInstanceOf(UserError.class)
        .hasMessageContaining(file.toString())
        .message()
        .contains(words);
  }

  @Test
  void shouldAskNetworkObjectsAsTheirWrapperSays() {
    assertThat(wrapped("EDMPrecond", "sigma_data", 0.25)).isEqualTo(SigmaSchedule.edm(0.25));
    assertThat(wrapped("VEPrecond", "sigma_max", 80))
        .isEqualTo(SigmaSchedule.exploding(1000, 0.01, 40));
    assertThat(wrapped("VPPrecond", "beta_d", 9.9))
        .isEqualTo(new ContinuousSchedule(1000, 0.1, 10, false));
    assertThatThrownBy(() -> wrapped("iDDPMPrecond", "M", 1000))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("wrapped in iDDPMPrecond");
    assertThatThrownBy(() -> wrapped("VPPrecond", "M", 2000))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("its M is 2000");
  }

  private static SchedulerConfig wrapped(String name, String attribute, double value) {
    var network = new NetworkWeights(Map.of(), name, Map.of(attribute, value));
    return Precondition.of(network, new Answers());
  }
}
