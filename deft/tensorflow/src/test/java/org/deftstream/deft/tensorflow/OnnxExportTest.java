package org.deftstream.deft.tensorflow;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.deftstream.deft.adapter.AdapterWeights;
import org.deftstream.deft.image.ImageShape;
import org.deftstream.deft.prior.ContinuousSchedule;
import org.deftstream.deft.prior.DruNetConfig;
import org.deftstream.deft.prior.NetworkConfig;
import org.deftstream.deft.prior.Prior;
import org.deftstream.deft.prior.PriorDirectory;
import org.deftstream.deft.prior.ResidualUNetConfig;
import org.deftstream.deft.prior.SchedulerConfig;
import org.deftstream.deft.prior.SchedulerConfig.Prediction;
import org.deftstream.deft.prior.SigmaSchedule;
import org.deftstream.deft.prior.SongUNetConfig;
import org.deftstream.deft.prior.SongUNetConfig.Encoder;
import org.deftstream.deft.safetensors.Safetensors;
import org.deftstream.deft.tensor.FloatTensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Models of ONNX answer in ONNX Runtime what their networks answer in TensorFlow. */
class OnnxExportTest {
  private static final double TOLERANCE = 1e-4;
  private static final TensorFlowBackend BACKEND =
      TensorFlowBackend.start(new SessionOptions(1, false));

  @TempDir private Path folder;

  private static float[] gaussian(int size, long seed) {
    var random = new Random(seed);
    var values = new float[size];
    for (int i = 0; i < size; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  /** Random weights for all layers of a network. */
  private static Map<String, FloatTensor> weights(NetworkConfig network, boolean adapter) {
    var weights = new LinkedHashMap<String, FloatTensor>();
    BACKEND
        .adapterNetworks()
        .weightShapes(network)
        .forEach(
            (name, shape) -> {
              float[] values = gaussian((int) FloatTensor.sizeOf(shape), name.hashCode());
              double fan = shape.length < 2 ? 10 : values.length / (double) shape[0];
              for (int i = 0; i < values.length; i++) {
                values[i] *= (float) (1 / Math.sqrt(fan));
              }
              if (adapter || !name.startsWith("scale.")) {
                weights.put(name, new FloatTensor(shape, values));
              }
            });
    return weights;
  }

  private PriorDirectory write(
      NetworkConfig network, SchedulerConfig scheduler, Map<String, FloatTensor> weights) {
    var about = JsonNodeFactory.instance.objectNode().put("name", "a prior");
    return PriorDirectory.write(
        folder.resolve("prior"), network, scheduler, weights, Safetensors.Storage.F32, about);
  }

  /** Exports a prior, and compares both runtimes at the first, a middle and the last timestep. */
  private void assertAlike(PriorDirectory directory, ImageShape shape) throws OrtException {
    Path file = folder.resolve("prior.onnx");
    BACKEND.exportPrior(directory, file);
    int last = directory.scheduler().steps() - 1;
    int[] t = {0, last / 3, last};
    float[] x = gaussian(t.length * shape.size(), 5);
    try (Prior prior = BACKEND.openPrior(directory)) {
      float[] expected = prior.predictNoise(x, t, shape);

      float[] answer = run(file, t, Map.of("sample", x), shape, "noise");

      assertClose(answer, expected);
    }
  }

  private static void assertClose(float[] actual, float[] expected) {
    assertThat(actual).hasSameSizeAs(expected);
    for (int i = 0; i < actual.length; i++) {
      double margin = TOLERANCE * Math.max(1, Math.abs(expected[i]));
      assertThat(Math.abs(actual[i] - expected[i])).as("value " + i).isLessThan((float) margin);
    }
  }

  /** Images with channels last, in and out. */
  private static float[] run(
      Path file, int[] timesteps, Map<String, float[]> images, ImageShape shape, String output)
      throws OrtException {
    var environment = OrtEnvironment.getEnvironment();
    var t = new long[timesteps.length];
    for (int i = 0; i < t.length; i++) {
      t[i] = timesteps[i];
    }
    var inputs = new LinkedHashMap<String, OnnxTensor>();
    try (var options = new OrtSession.SessionOptions();
        var session = environment.createSession(file.toString(), options)) {
      for (var image : images.entrySet()) {
        int pixels = shape.height() * shape.width();
        int channels = image.getValue().length / t.length / pixels;
        float[] first = turned(image.getValue(), t.length, pixels, channels);
        long[] sides = {t.length, channels, shape.height(), shape.width()};
        inputs.put(
            image.getKey(), OnnxTensor.createTensor(environment, FloatBuffer.wrap(first), sides));
      }
      inputs.put(
          "timestep",
          OnnxTensor.createTensor(environment, LongBuffer.wrap(t), new long[] {t.length}));
      try (var result = session.run(inputs)) {
        var buffer = ((OnnxTensor) result.get(output).orElseThrow()).getFloatBuffer();
        var values = new float[buffer.remaining()];
        buffer.get(values);
        return turned(values, t.length, shape.channels(), shape.height() * shape.width());
      }
    } finally {
      inputs.values().forEach(OnnxTensor::close);
    }
  }

  private static float[] turned(float[] values, int batch, int rows, int columns) {
    var turned = new float[values.length];
    for (int b = 0; b < batch; b++) {
      for (int r = 0; r < rows; r++) {
        for (int c = 0; c < columns; c++) {
          turned[(b * columns + c) * rows + r] = values[(b * rows + r) * columns + c];
        }
      }
    }
    return turned;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "attention-old-names",
        "ddpm-original",
        "gelu",
        "learned-time",
        "mish",
        "odd-width",
        "scale-shift-resnet-blocks",
        "skip-attention"
      })
  void shouldAnswerAlikeForUNet2DModel(String name) throws OrtException {
    var fixture = UNetFixture.load(name);
    var directory = write(fixture.config(), SchedulerConfig.standard(), fixture.weights());

    assertAlike(directory, directory.imageShape());
  }

  @Test
  void shouldAnswerAlikeForAScore() throws Exception {
    var fixture = UNetFixture.load("fourier-skip");
    var json = "{\"_class_name\": \"ScoreSdeVeScheduler\", \"sigma_min\": 0.1, \"sigma_max\": 50}";
    var scheduler = SchedulerConfig.parse(new ObjectMapper().readTree(json));
    var directory = write(fixture.config(), scheduler, fixture.weights());

    assertAlike(directory, directory.imageShape());
  }

  @Test
  void shouldAnswerAlikeForNetworksOfAnySizeAndSayTheSchedule() throws Exception {
    var network = new ResidualUNetConfig(16, 2, 2, List.of(6, 8), 1);
    var schedule = SchedulerConfig.standard().predicting(Prediction.V);
    var directory = write(network, schedule, weights(network, false));

    assertAlike(directory, new ImageShape(24, 16, 2));

    try (var options = new OrtSession.SessionOptions();
        var session =
            OrtEnvironment.getEnvironment()
                .createSession(folder.resolve("prior.onnx").toString(), options)) {
      var about = session.getMetadata().getCustomMetadata();
      var kept = new ObjectMapper().readTree(about.get("alphas_cumprod"));
      assertThat(kept).hasSize(1000);
      assertThat(kept.get(999).doubleValue()).isEqualTo(schedule.schedule().alphaBar(999));
      assertThat(about).containsEntry("fingerprint", directory.fingerprint());
    }
  }

  @Test
  void shouldAnswerAlikeForADenoiser() throws OrtException {
    var network = new DruNetConfig(16, 1, List.of(4, 8, 8), 2);
    var directory = write(network, SigmaSchedule.denoiser(100, 0.1, 10), weights(network, false));

    assertAlike(directory, new ImageShape(8, 20, 1));
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void shouldAnswerAlikeForSongUNet(boolean ncsnpp) throws OrtException {
    var network =
        new SongUNetConfig(
            8,
            1,
            8,
            List.of(8, 16),
            1,
            List.of(false, true),
            ncsnpp,
            ncsnpp ? 16 : 8,
            32,
            ncsnpp ? Encoder.RESIDUAL : Encoder.SKIP,
            !ncsnpp,
            ncsnpp);
    var scheduler =
        ncsnpp ? SigmaSchedule.exploding(100, 0.1, 50) : ContinuousSchedule.standard(100, true);
    var directory = write(network, scheduler, weights(network, false));

    assertAlike(directory, directory.imageShape());
  }

  @Test
  void shouldAnswerAlikeForAnAdapter() throws OrtException {
    var network = new ResidualUNetConfig(8, 5, 1, 2, List.of(6, 8), 1);
    var weights = weights(network, true);
    Path file = folder.resolve("adapter.onnx");
    OnnxExport.adapter(network, weights, "{}", file);
    float[] features = gaussian(2 * 5 * 64, 1);
    float[] gradient = gaussian(2 * 64, 2);
    int[] t = {3, 700};
    try (var opened = BACKEND.adapterNetworks().open(network)) {
      float[] expected = opened.predict(new AdapterWeights(weights), features, gradient, t);

      float[] answer =
          run(
              file,
              t,
              Map.of("features", features, "gradient", gradient),
              new ImageShape(8, 8, 1),
              "correction");

      assertClose(answer, expected);
    }
  }
}
