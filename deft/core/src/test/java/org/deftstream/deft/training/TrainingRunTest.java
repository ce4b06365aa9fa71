package org.deftstream.deft.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.deftstream.deft.safetensors.Safetensors;
import org.deftstream.deft.tensor.FloatTensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the loop asks of the network, step by step. */
class TrainingRunTest {
  private static final TrainingRun.Listener SILENT =
      new TrainingRun.Listener() {
        @Override
        public void stepped(long step, double progress, double loss, double elapsedMinutes) {}

        @Override
        public void checkpointed(TrainingRun run) {}
      };

  @TempDir private Path directory;

  private record Step(double learningRate, double emaDecay) {}

  /** Learns nothing and remembers how it was asked to. */
  private static final class Recorder implements TrainableNetwork {
    private final List<Step> steps = new ArrayList<>();

    @Override
    public float[] step(float[] in, float[] g, int[] t, float[] want, double rate, double decay) {
      steps.add(new Step(rate, decay));
      return new float[] {1};
    }

    @Override
    public float[] predict(float[] input, float[] gradient, int[] timesteps) {
      return new float[input.length];
    }

    @Override
    public Map<String, FloatTensor> averagedWeights() {
      return Map.of();
    }

    @Override
    public Map<String, FloatTensor> state() {
      return Map.of("w", new FloatTensor(new int[] {1}, new float[1]));
    }

    @Override
    public void restore(Map<String, FloatTensor> state) {}

    @Override
    public void warmStart(Map<String, FloatTensor> weights) {}

    @Override
    public long parameters() {
      return 1;
    }

    @Override
    public void close() {}
  }

  private List<Step> steps(TrainingBudget budget, double learningRate, double emaDecay) {
    var network = new Recorder();
    var batch = new TrainingRun.Batch(new float[1], null, new int[1], new float[1]);
    new TrainingRun(network, budget, learningRate, emaDecay, 1e9, directory)
        .run(step -> batch, SILENT);
    return network.steps;
  }

  @Test
  void shouldWarmUpAndThenLetTheLearningRateDecayLinearlyToZero() {
    int count = 400;
    var steps = steps(new TrainingBudget(count, Double.POSITIVE_INFINITY), 0.25, 0.999);

    assertThat(steps).hasSize(count);
    for (int n = 0; n < count; n++) {
      double warm = n < 100 ? (n + 1) / 100.0 : 1;
      assertThat(steps.get(n).learningRate())
          .as("step %s", n)
          .isCloseTo(0.25 * warm * (count - n) / count, within(1e-12));
    }
  }

  /** An average over the last steps only, as long as there are few: the first weights are noise. */
  @Test
  void shouldForgetTheFirstWeightsFaster() {
    var steps = steps(new TrainingBudget(60, Double.POSITIVE_INFINITY), 1, 0.8);

    assertThat(steps.get(0).emaDecay()).isEqualTo(0.1);
    assertThat(steps.get(8).emaDecay()).isEqualTo(0.5);
    assertThat(steps.get(34).emaDecay()).isLessThan(0.8);
    assertThat(steps.subList(35, 60)).allSatisfy(s -> assertThat(s.emaDecay()).isEqualTo(0.8));
  }

  @Test
  void shouldCountTheRowsOfAllStartsWhateverABatchHeld() {
    assertThat(rowsAfter(3, 16)).isEqualTo(3 * 16);
    assertThat(rowsAfter(5, 4)).isEqualTo(3 * 16 + 2 * 4);
    assertThat(rowsAfter(5, 4)).as("nothing more to do").isEqualTo(3 * 16 + 2 * 4);
  }

  private long rowsAfter(int steps, int rows) {
    var batch = new TrainingRun.Batch(new float[rows], null, new int[rows], new float[rows]);
    var budget = new TrainingBudget(steps, Double.POSITIVE_INFINITY);
    var run = new TrainingRun(new Recorder(), budget, 1, 0.9, 1e9, directory);
    run.run(step -> batch, SILENT);
    return run.rows();
  }

  @Test
  void shouldEndAtRateZeroAlsoWhereTimeEndsTheRun() {
    var network = new Recorder();
    var batch = new TrainingRun.Batch(new float[1], null, new int[1], new float[1]);
    var progress = new ArrayList<>(List.of(0.0));
    var run =
        new TrainingRun(
            network, new TrainingBudget(Long.MAX_VALUE, 0.2 / 60), 1, 0.9, 1e9, directory);

    run.run(
        step -> batch,
        new TrainingRun.Listener() {
          @Override
          public void stepped(long step, double reached, double loss, double elapsedMinutes) {
            progress.add(reached);
          }

          @Override
          public void checkpointed(TrainingRun run) {}
        });

    assertThat(progress.get(progress.size() - 1)).as("the time is used up").isEqualTo(1);
    for (int n = 0; n < network.steps.size(); n++) {
      double warm = Math.min(1, (n + 1) / 100.0);
      assertThat(network.steps.get(n).learningRate())
          .as("step %s", n)
          .isCloseTo(warm * (1 - progress.get(n)), within(1e-12));
    }
  }

  @Test
  void shouldNameACheckpointThatWasCutOrLacksAPart() throws IOException {
    steps(new TrainingBudget(3, Double.POSITIVE_INFINITY), 1, 0.9);
    Path file = directory.resolve("checkpoint.safetensors");
    byte[] whole = Files.readAllBytes(file);
    for (int length : new int[] {0, 7, 40, whole.length - 1}) {
      Files.write(file, Arrays.copyOf(whole, length));
      assertRefused();
    }
    var state = Map.of("w", new FloatTensor(new int[] {1}, new float[1]));
    for (var progress : List.of("", "[]", "{", "{\"step\": 1}")) {
      Safetensors.write(file, state, Safetensors.Storage.F32, Map.of("progress", progress));
      assertRefused();
    }
    Safetensors.write(file, state, Safetensors.Storage.F32, Map.of());
    assertRefused();
  }

  private void assertRefused() {
    assertThatThrownBy(() -> steps(new TrainingBudget(9, Double.POSITIVE_INFINITY), 1, 0.9))
        .isInstanceOf(CheckpointException.class)
        .hasMessageStartingWith("the checkpoint in " + directory + " does not fit this run (")
        .hasMessageEndingWith("choose another directory");
  }
}
