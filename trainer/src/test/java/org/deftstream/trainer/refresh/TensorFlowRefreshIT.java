package org.deftstream.trainer.refresh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import org.deftstream.deft.UserError;
import org.deftstream.deft.adapter.AdapterDirectory;
import org.deftstream.deft.adapter.AdapterForm;
import org.deftstream.deft.adapter.AdapterVerifier;
import org.deftstream.deft.prior.Prior;
import org.deftstream.deft.task.Task;
import org.deftstream.deft.tensorflow.SessionOptions;
import org.deftstream.deft.tensorflow.TensorFlowBackend;
import org.deftstream.deft.training.TrainingBudget;
import org.deftstream.deft.training.TrainingRun;
import org.deftstream.trainer.gate.PromotionGate;
import org.deftstream.trainer.models.AdapterNetworkFile;
import org.deftstream.trainer.models.ModelFiles;
import org.deftstream.trainer.pairs.Pair;
import org.deftstream.trainer.pairs.PairWindow;
import org.deftstream.trainer.pairs.TrainValidationSplit;
import org.deftstream.trainer.refresh.Outcome.End;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A refresh with the shipped prior and a tiny adapter network, from pairs to manifest. */
class TensorFlowRefreshIT {
  /** A training-free method that hardly looks at the measurement: a few steps beat it. */
  private static final String TASK =
      """
      {"name": "tiny/inpaint", "prior": "fashion-32",
       "operator": {"kind": "inpainting",
         "mask": {"type": "free-form", "leastHidden": 0.3, "mostHidden": 0.6},
         "noise": {"type": "gaussian", "sigma": 0.02}},
       "trainingFree": {"method": "diffpir", "parameters": {"lambda": 1000000},
         "sampler": {"steps": 3, "noise": "zeta", "noiseLevel": 1}},
       "learned": {"sampler": {"steps": 3, "noise": "zeta", "noiseLevel": 1}}}
      """;

  private static final String NETWORK =
      """
      {"_class_name": "UNet2DModel", "layers_per_block": 1, "norm_num_groups": 4,
       "down_block_types": ["DownBlock2D", "DownBlock2D"],
       "up_block_types": ["UpBlock2D", "UpBlock2D"], "block_out_channels": [8, 8]}
      """;

  private static final int SIDE = 32;
  private static final int STEPS = 12;

  private static ModelFiles models;
  private static TensorFlowBackend backend;
  private static Prior prior;
  private static Task task;

  @TempDir private Path directory;

  @BeforeAll
  static void openPrior() {
    models = new ModelFiles(Path.of("..", "deft", "models"));
    backend = TensorFlowBackend.start(new SessionOptions(1, false));
    task = models.parse(TASK);
    prior = backend.openPrior(models.prior(task.prior()));
  }

  @AfterAll
  static void closePrior() {
    prior.close();
  }

  @BeforeEach
  void writeNetwork() throws IOException {
    Files.writeString(directory.resolve("network.json"), NETWORK);
  }

  /** A bright box on black, measured with holes. */
  private static Pair pair(int number) {
    var random = new SplittableRandom(number);
    var truth = new float[SIDE * SIDE];
    int left = random.nextInt(4, 12);
    int top = random.nextInt(4, 12);
    for (int i = 0; i < truth.length; i++) {
      boolean inside =
          i % SIDE >= left && i % SIDE < SIDE - left && i / SIDE >= top && i / SIDE < SIDE - top;
      truth[i] = inside ? 0.6f : -1;
    }
    var auxiliary = task.operator().drawAuxiliary(random);
    float[] y = task.operator().bind(auxiliary).simulate(truth, random);
    return new Pair("p" + number, Optional.empty(), task.name(), truth, Optional.of(y), auxiliary);
  }

  private RefreshFiles files(String name) {
    var files = RefreshFiles.of(directory.resolve(name), 1);
    try (var window = new PairWindow(task, directory.resolve(name + ".f32"), 100)) {
      for (int i = 0; i < 40; i++) {
        window.add(pair(i), i, 0, i);
      }
      window.freeze(files.pairs());
    }
    return files;
  }

  private TensorFlowTrainer trainer(double checkpointMinutes) {
    return new TensorFlowTrainer(
        task,
        prior,
        backend,
        backend.adapterNetworks(),
        AdapterNetworkFile.read(directory.resolve("network.json"), task, AdapterForm.STANDARD),
        AdapterForm.STANDARD,
        new TrainingSettings(
            new TrainingBudget(STEPS, 1_000), 1e-3, 4, 2, 0.99, checkpointMinutes, 0, 1));
  }

  private Outcome run(
      RefreshFiles files, double checkpointMinutes, Adapters published, RefreshListener listener) {
    var evaluation =
        new EngineEvaluation(
            task,
            prior,
            backend.adapterNetworks(),
            List.of(task.trainingFree()),
            8,
            Duration.ofMinutes(2));
    return new Refresh(
            task,
            1,
            files,
            new RefreshSettings(
                new TrainValidationSplit(0.3), 6, StartFrom.SERVING, new PromotionGate(0.1)),
            trainer(checkpointMinutes),
            evaluation,
            published,
            Clock.systemUTC())
        .run("40 new pairs came", listener);
  }

  /** Sees the steps, and ends a training after one of them, as a kill would. */
  private static final class Steps implements RefreshListener {
    private final long last;
    private final List<Long> seen = new ArrayList<>();

    Steps(long last) {
      this.last = last;
    }

    @Override
    public void stepped(long step, double progress, double loss, double elapsedMinutes) {
      seen.add(step);
      if (step > last) {
        throw new UserError("killed");
      }
    }

    @Override
    public void checkpointed(TrainingRun run) {}
  }

  @Test
  void shouldTrainJudgeAndHandOverAnAdapterThatTheServiceWouldLoad() throws IOException {
    var published = new Adapters();
    var files = files("whole");

    var outcome = run(files, 10, published, new Steps(STEPS));

    assertThat(outcome.end()).as(outcome.reason()).isEqualTo(End.PUBLISHED);
    var adapter = published.published.get(0);
    var manifest = adapter.manifest();
    assertThat(manifest.adapterId()).isEqualTo(outcome.adapterId().orElseThrow());
    assertThat(manifest.training().path("steps").asInt()).isEqualTo(STEPS);
    assertThat(manifest.validation().path("psnr").asDouble())
        .isBetween(
            manifest.validation().path("psnrLow").asDouble(),
            manifest.validation().path("psnrHigh").asDouble());
    var verifier =
        new AdapterVerifier(backend.adapterNetworks(), AdapterVerifier.DEFAULT_MAX_BYTES);
    verifier.verifyManifest(
        manifest, task.name(), task.operator(), prior, adapter.weightsFile().length);
    assertThat(verifier.verifyWeights(manifest, adapter.weightsFile()).parameters())
        .isEqualTo(manifest.parameters());
    assertThat(Files.readString(files.directory().resolve("index.html")))
        .contains("data:image/png", "Loss on validation pairs, by time", "improvement");
    assertThat(files.pairs()).doesNotExist();
    assertThat(files.training("scratch").resolve("run").resolve("checkpoint.safetensors"))
        .doesNotExist();
  }

  @Test
  void shouldReachTheSameWeightsAfterAKill() {
    var whole = new Adapters();
    run(files("uninterrupted"), 10, whole, new Steps(STEPS));

    var files = files("killed");
    var published = new Adapters();
    // A checkpoint after every step: the kill costs the one that was under way.
    assertThatThrownBy(() -> run(files, 0, published, new Steps(STEPS / 2))).hasMessage("killed");
    var rest = new Steps(STEPS);
    run(files, 0, published, rest);

    assertThat(rest.seen).startsWith(STEPS / 2 + 1L).endsWith((long) STEPS);
    var expected = weights(whole.published.get(0));
    var resumed = weights(published.published.get(0));
    assertThat(resumed.keySet()).isEqualTo(expected.keySet());
    expected.forEach(
        (name, values) -> {
          for (int i = 0; i < values.length; i++) {
            assertThat(resumed.get(name)[i]).as(name).isCloseTo(values[i], within(1e-5f));
          }
        });
  }

  private static Map<String, float[]> weights(AdapterDirectory.Content adapter) {
    var weights = new java.util.TreeMap<String, float[]>();
    adapter.weights().tensors().forEach((name, tensor) -> weights.put(name, tensor.data()));
    return weights;
  }
}
