package org.deftstream.deft.tensorflow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.deftstream.deft.UserError;
import org.deftstream.deft.adapter.AdapterWeights;
import org.deftstream.deft.prior.PriorDirectory;
import org.deftstream.deft.prior.SchedulerConfig;
import org.deftstream.deft.prior.UNetConfig;
import org.deftstream.deft.safetensors.Safetensors;
import org.deftstream.deft.tensor.FloatTensor;
import org.deftstream.deft.training.TrainableNetwork;
import org.deftstream.deft.training.TrainingBudget;
import org.deftstream.deft.training.TrainingRun;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Small networks trained, written, loaded and evaluated for real. */
class TrainingTest {
  private static final int SIDE = 8;
  private static final int ROWS = 4;
  private static TensorFlowBackend backend;

  @TempDir Path directory;

  @BeforeAll
  static void start() {
    backend = TensorFlowBackend.start(new SessionOptions(1, false));
  }

  private static UNetConfig network(int in) {
    try {
      return UNetConfig.parse(
          new ObjectMapper()
              .readTree(
                  """
                  {"sample_size": 8, "in_channels": %d, "out_channels": 1,
                   "down_block_types": ["DownBlock2D", "AttnDownBlock2D"],
                   "up_block_types": ["AttnUpBlock2D", "UpBlock2D"],
                   "block_out_channels": [8, 16], "layers_per_block": 1,
                   "downsample_padding": 0, "norm_num_groups": 4, "attention_head_dim": 8}
                  """
                      .formatted(in)));
    } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  private static TrainingRun.Batch batch(long step, int in, boolean adapter) {
    var random = new SplittableRandom(step);
    var input = new float[ROWS * SIDE * SIDE * in];
    var target = new float[ROWS * SIDE * SIDE];
    for (int i = 0; i < input.length; i++) {
      input[i] = (float) random.nextGaussian();
    }
    for (int i = 0; i < target.length; i++) {
      target[i] = 0.5f * input[i * in] - 0.2f;
    }
    var gradient = adapter ? target.clone() : null;
    return new TrainingRun.Batch(input, gradient, new int[] {0, 10, 500, 999}, target);
  }

  private static final TrainingRun.Listener SILENT =
      new TrainingRun.Listener() {
        @Override
        public void stepped(long step, double progress, double loss, double elapsedMinutes) {}

        @Override
        public void checkpointed(TrainingRun run) {}
      };

  private TrainingRun run(TrainableNetwork network, long steps, String name) {
    return new TrainingRun(
        network,
        new TrainingBudget(steps, Double.POSITIVE_INFINITY),
        2e-3,
        0.9,
        1e9,
        directory.resolve(name));
  }

  @Test
  void shouldLearnALinearMap() {
    try (var network = backend.trainPrior(network(1), 1)) {
      var first = batch(0, 1, false);
      float before = network.step(first.input(), null, first.timesteps(), first.target(), 0, 1)[0];
      run(network, 150, "run").run(step -> batch(step, 1, false), SILENT);
      float after = network.step(first.input(), null, first.timesteps(), first.target(), 0, 1)[0];
      assertThat(after).isLessThan(before / 4);
    }
  }

  @Test
  void shouldStartAtZeroSoThatAnAdapterBeginsAsTheUnconditionalPrior() {
    try (var network = backend.trainAdapter(network(3), 0.01, 1)) {
      var b = batch(1, 3, true);
      // Only s(t) g is not zero at first, with s = 0.01: the loss is (target - (-0.01 g))^2.
      float[] loss = network.step(b.input(), b.gradient(), b.timesteps(), b.target(), 0, 1);
      for (int r = 0; r < ROWS; r++) {
        double expected = 0;
        for (int i = 0; i < SIDE * SIDE; i++) {
          double target = b.target()[r * SIDE * SIDE + i];
          expected += Math.pow(target + 0.01 * target, 2) / (SIDE * SIDE);
        }
        assertThat((double) loss[r]).isCloseTo(expected, within(1e-5 * expected));
      }
    }
  }

  @Test
  void shouldResumeToTheSameWeights() {
    Map<String, FloatTensor> whole;
    try (var network = backend.trainPrior(network(1), 1)) {
      run(network, 12, "whole").run(step -> batch(step, 1, false), SILENT);
      whole = network.averagedWeights();
    }
    try (var network = backend.trainPrior(network(1), 1)) {
      var interrupted = run(network, 12, "halves");
      assertThatThrownBy(
              () ->
                  interrupted.run(
                      step -> {
                        if (step == 7) {
                          throw new IllegalStateException("killed");
                        }
                        return batch(step, 1, false);
                      },
                      SILENT))
          .hasMessage("killed");
    }
    // Nothing was saved before the kill; a run with checkpoints goes on from the last one.
    try (var network = backend.trainPrior(network(1), 1)) {
      new TrainingRun(
              network, new TrainingBudget(12, 1e9), 2e-3, 0.9, 0, directory.resolve("halves"))
          .run(
              step -> batch(step, 1, false),
              new TrainingRun.Listener() {
                @Override
                public void stepped(long step, double p, double loss, double minutes) {}

                @Override
                public void checkpointed(TrainingRun at) {
                  if (at.steps() == 7) {
                    throw new IllegalStateException("killed");
                  }
                }
              });
    } catch (IllegalStateException killed) {
      assertThat(killed).hasMessage("killed");
    }
    try (var network = backend.trainPrior(network(1), 99)) {
      var resumed = run(network, 12, "halves");
      assertThat(resumed.steps()).isEqualTo(7);
      double used = resumed.processorMinutes();
      assertThat(used).isPositive();
      resumed.run(step -> batch(step, 1, false), SILENT);
      assertThat(resumed.processorMinutes()).isGreaterThan(used);
      var weights = network.averagedWeights();
      whole.forEach(
          (name, tensor) ->
              assertThat(weights.get(name).data())
                  .as(name)
                  .usingComparatorWithPrecision(1e-5f)
                  .containsExactly(tensor.data()));
    }
  }

  @Test
  void shouldRefuseACheckpointOfAnotherNetwork() {
    try (var network = backend.trainPrior(network(1), 1)) {
      run(network, 1, "run").run(step -> batch(step, 1, false), SILENT);
    }
    try (var other = backend.trainPrior(network(2), 1)) {
      assertThatThrownBy(() -> run(other, 1, "run"))
          .isInstanceOf(UserError.class)
          .hasMessageContaining("conv_in.weight");
    }
  }

  @Test
  void shouldServeThePriorThatWasTrained() {
    Map<String, FloatTensor> weights;
    float[] loss;
    var b = batch(3, 1, false);
    try (var network = backend.trainPrior(network(1), 5)) {
      run(network, 20, "run").run(step -> batch(step, 1, false), SILENT);
      network.warmStart(network.averagedWeights());
      weights = network.averagedWeights();
      loss = network.step(b.input(), null, b.timesteps(), b.target(), 0, 1);
    }
    var written =
        PriorDirectory.write(
            directory.resolve("prior"),
            network(1),
            SchedulerConfig.standard(),
            weights,
            Safetensors.Storage.F32,
            new ObjectMapper().createObjectNode().put("name", "tiny"));
    try (var prior = backend.openPrior(written)) {
      assertThat(prior.name()).isEqualTo("tiny");
      float[] answer = prior.predictNoise(b.input(), b.timesteps());
      for (int r = 0; r < ROWS; r++) {
        double square = 0;
        for (int i = r * SIDE * SIDE; i < (r + 1) * SIDE * SIDE; i++) {
          square += Math.pow(answer[i] - b.target()[i], 2) / (SIDE * SIDE);
        }
        assertThat(square).isCloseTo(loss[r], within(1e-4 * loss[r] + 1e-7));
      }
      // bfloat16 keeps 8 bits; where the processor does not have it, it changes nothing.
      var coarse = TensorFlowBackend.start(new SessionOptions(1, true));
      try (var same = coarse.openPrior(written)) {
        assertThat(same.predictNoise(b.input(), b.timesteps()))
            .usingComparatorWithPrecision(0.05f)
            .containsExactly(answer);
      }
      // Weights survive calls, and a row does not depend on its neighbours.
      float[] alone =
          prior.predictNoise(
              java.util.Arrays.copyOf(b.input(), SIDE * SIDE), new int[] {b.timesteps()[0]});
      assertThat(alone)
          .usingComparatorWithPrecision(1e-5f)
          .containsExactly(java.util.Arrays.copyOf(answer, SIDE * SIDE));
    }
  }

  @Test
  void shouldMultiplyByTheJacobianOfTheNetwork() {
    Map<String, FloatTensor> weights;
    try (var network = backend.trainPrior(network(1), 5)) {
      run(network, 20, "run").run(step -> batch(step, 1, false), SILENT);
      weights = network.averagedWeights();
    }
    var written =
        PriorDirectory.write(
            directory.resolve("prior"),
            network(1),
            SchedulerConfig.standard(),
            weights,
            Safetensors.Storage.F32,
            new ObjectMapper().createObjectNode().put("name", "tiny"));
    var b = batch(3, 1, false);
    var random = new SplittableRandom(4);
    var v = gaussian(random);
    var prior = backend.openPrior(written);
    try (prior) {
      float[] product = prior.vectorJacobian(b.input(), b.timesteps(), v);
      float reach = 1e-2f;
      for (int row = 0; row < ROWS; row++) {
        // Only one row is moved: the others must not answer for it.
        var direction = gaussian(random);
        var ahead = b.input().clone();
        var behind = b.input().clone();
        double expected = 0;
        for (int i = row * SIDE * SIDE; i < (row + 1) * SIDE * SIDE; i++) {
          ahead[i] += reach * direction[i];
          behind[i] -= reach * direction[i];
          expected += (double) product[i] * direction[i];
        }
        var there = prior.predictNoise(ahead, b.timesteps());
        var back = prior.predictNoise(behind, b.timesteps());
        double change = 0;
        double size = 0;
        for (int i = 0; i < v.length; i++) {
          change += (double) v[i] * (there[i] - back[i]) / (2 * reach);
          size += Math.pow((there[i] - back[i]) / (2 * reach), 2);
        }
        assertThat(change).isCloseTo(expected, within(1e-2 * Math.sqrt(size)));
      }
      assertThatThrownBy(() -> prior.vectorJacobian(b.input(), b.timesteps(), new float[3]))
          .hasMessage("a cotangent of 3 values for images of 256");
    }
    assertThatThrownBy(() -> prior.vectorJacobian(b.input(), b.timesteps(), v))
        .hasMessageContaining("is closed");
  }

  private static float[] gaussian(SplittableRandom random) {
    var values = new float[ROWS * SIDE * SIDE];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  @Test
  void shouldEvaluateTwoAdaptersThroughOneNetwork() {
    var b = batch(2, 3, true);
    var trained = List.of(adapter(7), adapter(8));
    try (var network = backend.adapterNetworks().open(network(3));
        var shared = backend.adapterNetworks().open(network(3))) {
      float[] first = network.predict(trained.get(0), b.input(), b.gradient(), b.timesteps());
      float[] second = shared.predict(trained.get(1), b.input(), b.gradient(), b.timesteps());
      assertThat(first).isNotEqualTo(second);
      shared.close();
      assertThat(network.predict(trained.get(0), b.input(), b.gradient(), b.timesteps()))
          .isEqualTo(first);
      assertThatThrownBy(
              () -> network.predict(trained.get(0), new float[3], b.gradient(), b.timesteps()))
          .hasMessageContaining("features has 3 values");
    }
  }

  private AdapterWeights adapter(long seed) {
    try (var network = backend.trainAdapter(network(3), 0.01, seed)) {
      run(network, 5, "adapter" + seed).run(step -> batch(seed + step, 3, true), SILENT);
      return new AdapterWeights(network.averagedWeights());
    }
  }

  @Test
  void shouldNameAMissingWeight() {
    var weights = new java.util.LinkedHashMap<String, FloatTensor>();
    try (var network = backend.trainPrior(network(1), 1)) {
      weights.putAll(network.averagedWeights());
    }
    weights.remove("mid_block.resnets.1.conv1.bias");
    var written =
        PriorDirectory.write(
            directory.resolve("broken"),
            network(1),
            SchedulerConfig.standard(),
            weights,
            Safetensors.Storage.F32,
            new ObjectMapper().createObjectNode().put("name", "broken"));
    assertThatThrownBy(() -> backend.openPrior(written))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("mid_block.resnets.1.conv1.bias is missing");
  }
}
