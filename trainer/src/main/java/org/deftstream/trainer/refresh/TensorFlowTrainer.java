package org.deftstream.trainer.refresh;

import java.nio.file.Path;
import java.util.Optional;
import org.deftstream.deft.adapter.AdapterDirectory;
import org.deftstream.deft.adapter.AdapterFeatures;
import org.deftstream.deft.adapter.AdapterForm;
import org.deftstream.deft.adapter.AdapterNetworks;
import org.deftstream.deft.adapter.AdapterWeights;
import org.deftstream.deft.adapter.WarmStart;
import org.deftstream.deft.prior.NetworkConfig;
import org.deftstream.deft.prior.Prior;
import org.deftstream.deft.task.Task;
import org.deftstream.deft.tensorflow.TensorFlowBackend;
import org.deftstream.deft.training.AdapterTraining;
import org.deftstream.deft.training.CheckpointException;
import org.deftstream.deft.training.LabelledPairs;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Trains with the library's own training. Borrows the prior; the network lives for one training.
 *
 * @param task the task
 * @param prior its prior, as it answers in service
 * @param backend trains, with the trainer's share of the processor
 * @param networks evaluates adapters as they will be in service
 * @param config specification of NN1, with the sizes of the task
 * @param form what it sees and answers
 * @param settings how to train
 */
public record TensorFlowTrainer(
    Task task,
    Prior prior,
    TensorFlowBackend backend,
    AdapterNetworks networks,
    NetworkConfig config,
    AdapterForm form,
    TrainingSettings settings)
    implements CandidateTrainer {
  private static final Logger LOG = LoggerFactory.getLogger(TensorFlowTrainer.class);
  private static final String RUN = "run";

  /** Its own id is given after the gate. */
  private static final String PROVISIONAL_ID = "candidate";

  /** Images per batch of the validation loss. */
  private static final int HELD_ROWS = 16;

  @Override
  public Optional<String> unfit(AdapterDirectory.Content from) {
    return WarmStart.weights(from, config, form).isPresent()
        ? Optional.empty()
        : Optional.of(
            "adapter "
                + from.manifest().adapterId()
                + " has another network or form than is trained");
  }

  @Override
  public Path train(
      Path directory,
      LabelledPairs pairs,
      LabelledPairs held,
      Optional<AdapterDirectory.Content> from,
      RefreshListener listener) {
    try {
      return goOn(directory, pairs, held, from, listener);
    } catch (CheckpointException e) {
      // Nothing but the time that it took is in it, and nobody is there to choose another.
      LOG.warn("the training begins again: {}", e.getMessage());
      RefreshFiles.delete(directory.resolve(RUN));
      return goOn(directory, pairs, held, from, listener);
    }
  }

  private Path goOn(
      Path directory,
      LabelledPairs pairs,
      LabelledPairs held,
      Optional<AdapterDirectory.Content> from,
      RefreshListener listener) {
    try (var network = backend.trainAdapter(config, form.firstScale(), settings.seed())) {
      // A checkpoint that is there replaces these weights.
      from.flatMap(adapter -> WarmStart.weights(adapter, config, form))
          .ifPresent(network::warmStart);
      var training =
          new AdapterTraining.Settings(
              PROVISIONAL_ID,
              config,
              form,
              directory,
              settings.budget(),
              settings.learningRate(),
              settings.rows(),
              settings.reuse(),
              settings.emaDecay(),
              settings.checkpointMinutes(),
              settings.seed());
      var features = new AdapterFeatures(form, AdapterFeatures.DEFAULT_CLIP, task.operator());
      var loss = new ValidationLoss(prior, held, features, HELD_ROWS, settings.seed());
      try (var evaluated = networks.open(config)) {
        var watch =
            new ValidationWatch(
                directory.resolve(RUN),
                settings.patience(),
                () -> loss.of(evaluated, new AdapterWeights(network.averagedWeights())),
                listener);
        return new AdapterTraining(training, task, prior, pairs, network, networks).run(watch);
      }
    }
  }
}
