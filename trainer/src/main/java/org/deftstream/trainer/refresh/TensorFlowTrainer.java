package org.deftstream.trainer.refresh;

import java.nio.file.Path;
import java.util.Optional;
import org.deftstream.deft.adapter.AdapterDirectory;
import org.deftstream.deft.prior.Prior;
import org.deftstream.deft.task.Task;
import org.deftstream.deft.tensorflow.TensorFlowBackend;
import org.deftstream.deft.training.AdapterTraining;
import org.deftstream.deft.training.LabelledPairs;
import org.deftstream.deft.training.TrainingRun;

/**
 * Trains with the library's own training. Borrows the prior; the network lives for one training.
 *
 * @param task the task
 * @param prior its prior, as it answers in service
 * @param backend opens networks with the trainer's share of the processor
 * @param settings how to train
 */
public record TensorFlowTrainer(
    Task task, Prior prior, TensorFlowBackend backend, TrainingSettings settings)
    implements CandidateTrainer {
  /** Its own id is given after the gate. */
  private static final String PROVISIONAL_ID = "candidate";

  @Override
  public Optional<String> unfit(AdapterDirectory.Content from) {
    var manifest = from.manifest();
    boolean same =
        manifest.network().equals(settings.network()) && manifest.form().equals(settings.form());
    return same
        ? Optional.empty()
        : Optional.of(
            "adapter " + manifest.adapterId() + " has another network or form than is trained");
  }

  @Override
  public Path train(
      Path directory,
      LabelledPairs pairs,
      Optional<AdapterDirectory.Content> from,
      TrainingRun.Listener listener) {
    try (var network =
        backend.trainAdapter(settings.network(), settings.form().firstScale(), settings.seed())) {
      // A checkpoint that is there replaces these weights.
      from.ifPresent(adapter -> network.warmStart(adapter.weights().tensors()));
      var training =
          new AdapterTraining.Settings(
              PROVISIONAL_ID,
              settings.network(),
              settings.form(),
              directory,
              settings.budget(),
              settings.learningRate(),
              settings.rows(),
              settings.reuse(),
              settings.emaDecay(),
              settings.checkpointMinutes(),
              settings.seed());
      return new AdapterTraining(training, task, prior, pairs, network, backend.adapterNetworks())
          .run(listener);
    }
  }
}
