package org.deftstream.trainer.serve;

import java.time.Clock;
import java.util.List;
import org.deftstream.deft.adapter.AdapterForm;
import org.deftstream.deft.prior.Prior;
import org.deftstream.deft.task.Task;
import org.deftstream.deft.tensorflow.SessionOptions;
import org.deftstream.deft.tensorflow.TensorFlowBackend;
import org.deftstream.trainer.models.AdapterNetworkFile;
import org.deftstream.trainer.models.ModelFiles;
import org.deftstream.trainer.refresh.EngineContest;
import org.deftstream.trainer.refresh.Outcome;
import org.deftstream.trainer.refresh.Publication;
import org.deftstream.trainer.refresh.Refresh;
import org.deftstream.trainer.refresh.RefreshFiles;
import org.deftstream.trainer.refresh.TensorFlowTrainer;
import org.deftstream.trainer.refresh.TrainingSettings;

/**
 * Refreshes with real networks. The prior is open for the time of one refresh, so that a trainer
 * that waits holds no memory of it. Used by one thread.
 */
final class TensorFlowRefreshes implements RefreshRunner {
  private static final AdapterForm FORM = AdapterForm.STANDARD;

  private final TrainerSettings settings;
  private final ModelFiles files;
  private final Publication publication;
  private final TensorFlowBackend backend;

  TensorFlowRefreshes(TrainerSettings settings, ModelFiles files, Publication publication) {
    this.settings = settings;
    this.files = files;
    this.publication = publication;
    // The prior answers as it will in service: in float32.
    this.backend = TensorFlowBackend.start(new SessionOptions(settings.threads(), false));
  }

  @Override
  public Outcome run(Task task, int number, RefreshFiles directory, String reason) {
    try (var prior = backend.openPrior(files.prior(task.prior()))) {
      var contest =
          new EngineContest(
              task,
              prior,
              backend.adapterNetworks(),
              List.of(task.trainingFree()),
              settings.batch(),
              settings.gateTimeout());
      return new Refresh(
              task,
              number,
              directory,
              settings.refresh(),
              trainer(task, prior),
              contest,
              publication,
              Clock.systemUTC())
          .run(reason, new TrainingLog(task.name()));
    }
  }

  private TensorFlowTrainer trainer(Task task, Prior prior) {
    int size = task.operator().imageShape().height();
    var network =
        AdapterNetworkFile.read(
            settings.network().orElseGet(() -> files.network(size)), task, FORM);
    var training = settings.training();
    return new TensorFlowTrainer(
        task,
        prior,
        backend,
        new TrainingSettings(
            network,
            FORM,
            training.budget(),
            training.learningRate(),
            training.rows(),
            training.reuse(),
            training.emaDecay(),
            training.checkpointMinutes(),
            training.seed()));
  }
}
