package org.deftstream.trainer.serve;

import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.deftstream.deft.adapter.AdapterForm;
import org.deftstream.deft.htransform.HTransforms;
import org.deftstream.deft.prior.Prior;
import org.deftstream.deft.task.MethodSettings;
import org.deftstream.deft.task.Task;
import org.deftstream.deft.tensorflow.Bfloat16;
import org.deftstream.deft.tensorflow.SessionOptions;
import org.deftstream.deft.tensorflow.TensorFlowBackend;
import org.deftstream.deft.training.PriorTruths;
import org.deftstream.trainer.models.AdapterNetworkFile;
import org.deftstream.trainer.models.ModelFiles;
import org.deftstream.trainer.pairs.PairSnapshot;
import org.deftstream.trainer.refresh.EngineEvaluation;
import org.deftstream.trainer.refresh.Outcome;
import org.deftstream.trainer.refresh.Publication;
import org.deftstream.trainer.refresh.Refresh;
import org.deftstream.trainer.refresh.RefreshFiles;
import org.deftstream.trainer.refresh.TensorFlowTrainer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Refreshes with real networks. The prior is open for the time of one refresh, so that a trainer
 * that waits holds no memory of it. Used by one thread.
 */
final class TensorFlowRefreshes implements RefreshRunner {
  private static final Logger LOG = LoggerFactory.getLogger(TensorFlowRefreshes.class);
  private static final AdapterForm FORM = AdapterForm.STANDARD;

  private final TrainerSettings settings;
  private final ModelFiles files;
  private final Publication publication;
  private final TensorFlowBackend training;
  private final TensorFlowBackend serving;
  private final TrainerStatus status;

  TensorFlowRefreshes(
      TrainerSettings settings, ModelFiles files, Publication publication, TrainerStatus status) {
    this.status = status;
    this.settings = settings;
    this.files = files;
    this.publication = publication;
    var session = settings.session();
    this.training = TensorFlowBackend.start(session);
    // Candidates are judged in float32, whatever the training and the services take.
    this.serving =
        TensorFlowBackend.start(
            new SessionOptions(session.threads(), Bfloat16.FALSE, session.gpuMemory()));
  }

  @Override
  public Outcome run(Task task, int number, RefreshFiles directory, String reason) {
    try (var prior = serving.openPrior(files.prior(task.prior()))) {
      if (directory.isCold(task) && !PairSnapshot.exists(directory.pairs(), task)) {
        drawPairs(task, prior, directory);
      }
      var evaluation =
          new EngineEvaluation(
              task,
              prior,
              serving.adapterNetworks(),
              methods(task),
              settings.batch(),
              settings.gateTimeout());
      return new Refresh(
              task,
              number,
              directory,
              settings.refresh(),
              trainer(task, prior),
              evaluation,
              publication,
              Clock.systemUTC())
          .run(reason, new TrainingLog(task.name(), status.refreshing(task.name(), number)));
    }
  }

  /** Samples that were drawn before a kill are not drawn again. */
  private void drawPairs(Task task, Prior prior, RefreshFiles directory) {
    int count = settings.policy().coldSamples();
    LOG.info("task {}: {} samples of prior {} are drawn", task.name(), count, prior.name());
    var shape = task.operator().imageShape();
    var truths = PriorTruths.draw(prior, shape, count, directory.samples(), n -> {});
    PairSnapshot.write(directory.pairs(), task, truths);
  }

  /** The task's own, and those that are asked for, with its sampler. */
  private List<MethodSettings> methods(Task task) {
    var methods = new ArrayList<>(List.of(task.trainingFree()));
    var sampler = task.trainingFree().sampler();
    for (String name : settings.methods()) {
      if (!name.equals(task.trainingFree().method())) {
        try {
          HTransforms.check(name, task.operator());
          methods.add(new MethodSettings(name, Map.of(), sampler));
        } catch (IllegalArgumentException e) {
          LOG.warn("task {} is not compared with {}: {}", task.name(), name, e.getMessage());
        }
      }
    }
    return methods;
  }

  private TensorFlowTrainer trainer(Task task, Prior prior) {
    int size = task.operator().imageShape().height();
    var network =
        AdapterNetworkFile.read(
            settings.network().orElseGet(() -> files.network(size)), task, FORM);
    return new TensorFlowTrainer(
        task, prior, training, serving.adapterNetworks(), network, FORM, settings.training());
  }
}
