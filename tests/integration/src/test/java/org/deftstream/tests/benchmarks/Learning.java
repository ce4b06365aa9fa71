package org.deftstream.tests.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import org.deftstream.deft.adapter.AdapterDirectory;
import org.deftstream.deft.adapter.AdapterForm;
import org.deftstream.deft.prior.Prior;
import org.deftstream.deft.sampler.SamplerSettings;
import org.deftstream.deft.task.Task;
import org.deftstream.deft.tensorflow.SessionOptions;
import org.deftstream.deft.tensorflow.TensorFlowBackend;
import org.deftstream.deft.training.LabelledPairs;
import org.deftstream.deft.training.TrainingBudget;
import org.deftstream.deft.training.TrainingRun;
import org.deftstream.tests.platform.Measurements;
import org.deftstream.trainer.gate.PromotionGate;
import org.deftstream.trainer.models.AdapterNetworkFile;
import org.deftstream.trainer.models.ModelFiles;
import org.deftstream.trainer.pairs.Pair;
import org.deftstream.trainer.pairs.PairWindow;
import org.deftstream.trainer.pairs.TrainValidationSplit;
import org.deftstream.trainer.refresh.CandidateTrainer;
import org.deftstream.trainer.refresh.EngineEvaluation;
import org.deftstream.trainer.refresh.Outcome;
import org.deftstream.trainer.refresh.Publication;
import org.deftstream.trainer.refresh.Refresh;
import org.deftstream.trainer.refresh.RefreshFiles;
import org.deftstream.trainer.refresh.RefreshListener;
import org.deftstream.trainer.refresh.RefreshSettings;
import org.deftstream.trainer.refresh.StartFrom;
import org.deftstream.trainer.refresh.TensorFlowTrainer;
import org.deftstream.trainer.refresh.TrainingSettings;

/**
 * Refreshes of the shipped inpainting task as the trainer does them, with the shipped prior and
 * adapter network, on one thread and without a broker: what is published is kept here. Used by one
 * thread; to be closed.
 */
final class Learning implements AutoCloseable {
  private static final Path MODELS = Path.of("..", "..", "deft", "models");
  private static final int BATCH = 16;
  private static final double SHARE = 0.1;
  private static final Duration PATIENCE = Duration.ofMinutes(30);

  private final ModelFiles models = new ModelFiles(MODELS);
  private final TensorFlowBackend training;
  private final TensorFlowBackend serving;
  private final Task task;
  private final Prior prior;
  private final Path directory;
  private final int validation;
  private Optional<AdapterDirectory.Content> published = Optional.empty();
  private int refreshes;

  /**
   * What came of a refresh.
   *
   * @param judgement what the gate found
   * @param seconds of the whole refresh
   * @param trainingSeconds of it, for training
   */
  record Done(Outcome outcome, JsonNode judgement, double seconds, double trainingSeconds) {}

  /** Takes the time that another trainer takes. */
  private static final class Timed implements CandidateTrainer {
    private final CandidateTrainer trainer;
    private double seconds;

    Timed(CandidateTrainer trainer) {
      this.trainer = trainer;
    }

    @Override
    public Optional<String> unfit(AdapterDirectory.Content from) {
      return trainer.unfit(from);
    }

    @Override
    public Path train(
        Path directory,
        LabelledPairs pairs,
        LabelledPairs held,
        Optional<AdapterDirectory.Content> from,
        RefreshListener listener) {
      long begun = System.nanoTime();
      try {
        return trainer.train(directory, pairs, held, from, listener);
      } finally {
        seconds += (System.nanoTime() - begun) / 1e9;
      }
    }
  }

  /**
   * Opens the models.
   *
   * @param threads of the training
   * @param bfloat16 whether it multiplies in bfloat16
   * @param validation most pairs that the gate samples
   */
  Learning(Path directory, int threads, boolean bfloat16, int validation) {
    this.directory = directory;
    this.validation = validation;
    training = TensorFlowBackend.start(new SessionOptions(threads, bfloat16));
    serving = TensorFlowBackend.start(new SessionOptions(threads, false));
    task = models.task(Measurements.TASK);
    prior = serving.openPrior(models.prior(task.prior()));
  }

  Task task() {
    return task;
  }

  /** A pair with a measurement of its own. */
  Pair measured(int number, float[] truth) {
    var random = new SplittableRandom(number);
    var auxiliary = task.operator().drawAuxiliary(random);
    float[] y = task.operator().bind(auxiliary).simulate(truth, random);
    return new Pair(id(number), Optional.empty(), task.name(), truth, Optional.of(y), auxiliary);
  }

  /** A pair with a truth alone. */
  Pair unmeasured(int number, float[] truth) {
    return new Pair(id(number), Optional.empty(), task.name(), truth, Optional.empty(), Map.of());
  }

  private static String id(int number) {
    return "pair-" + number;
  }

  /** Forgets what was published. */
  void reset() {
    published = Optional.empty();
  }

  /** Refreshes the task from these pairs. */
  Done refresh(List<Pair> pairs, int steps, int rows, int reuse) {
    var files = RefreshFiles.of(directory, ++refreshes);
    try (var window = new PairWindow(task, directory.resolve("window.f32"), pairs.size())) {
      for (int i = 0; i < pairs.size(); i++) {
        window.add(pairs.get(i), i, 0, i);
      }
      window.freeze(files.pairs());
    }
    var contest =
        new EngineEvaluation(
            task, prior, serving.adapterNetworks(), List.of(task.trainingFree()), BATCH, PATIENCE);
    var trainer = new Timed(trainer(steps, rows, reuse));
    long begun = System.nanoTime();
    var outcome =
        new Refresh(
                task,
                refreshes,
                files,
                new RefreshSettings(
                    new TrainValidationSplit(SHARE),
                    validation,
                    StartFrom.SERVING,
                    new PromotionGate(0.05)),
                trainer,
                contest,
                new Kept(),
                Clock.systemUTC())
            .run(pairs.size() + " pairs", new Silent());
    return new Done(
        outcome,
        files.judgement().orElseThrow(),
        (System.nanoTime() - begun) / 1e9,
        trainer.seconds);
  }

  private TensorFlowTrainer trainer(int steps, int rows, int reuse) {
    int size = task.operator().imageShape().height();
    var settings =
        new TrainingSettings(new TrainingBudget(steps, 1_000), 1e-3, rows, reuse, 0.999, 2, 0, 1);
    return new TensorFlowTrainer(
        task,
        prior,
        training,
        serving.adapterNetworks(),
        AdapterNetworkFile.read(models.network(size), task, AdapterForm.STANDARD),
        AdapterForm.STANDARD,
        settings);
  }

  @Override
  public void close() {
    prior.close();
  }

  /** The control topic of this benchmark. */
  private final class Kept implements Publication {
    @Override
    public Optional<AdapterDirectory.Content> serving(String name) {
      return published;
    }

    @Override
    public Optional<SamplerSettings> sampler(String name) {
      return Optional.empty();
    }

    @Override
    public boolean isKnown(String name, String adapterId) {
      return published.filter(a -> a.manifest().adapterId().equals(adapterId)).isPresent();
    }

    @Override
    public String publish(
        AdapterDirectory.Content adapter, Optional<String> rival, Optional<SamplerSettings> with) {
      published = Optional.of(adapter);
      return "serving";
    }
  }

  private static final class Silent implements RefreshListener {
    @Override
    public void stepped(long step, double progress, double loss, double elapsedMinutes) {
      // The table is enough.
    }

    @Override
    public void checkpointed(TrainingRun run) {
      // As above.
    }
  }
}
