package org.deftstream.trainer.refresh;

import java.nio.file.Path;
import java.util.Optional;
import org.deftstream.deft.adapter.AdapterDirectory;
import org.deftstream.deft.training.LabelledPairs;

/** Trains a candidate; what a refresh needs of the engine. */
public interface CandidateTrainer {
  /**
   * Whether a training can start from an adapter's weights.
   *
   * @return why not; empty if it can
   */
  Optional<String> unfit(AdapterDirectory.Content from);

  /**
   * Trains until the budget is used up, going on from the checkpoint that is there, and writes the
   * adapter.
   *
   * @param directory checkpoints and adapter
   * @param held pairs that are not trained on, to measure the loss on
   * @param from weights to start from; empty for fresh ones
   * @return the adapter's directory
   * @throws org.deftstream.deft.training.TrainingDivergedException if it leads nowhere
   * @throws org.deftstream.deft.UserError if something outside is at fault
   */
  Path train(
      Path directory,
      LabelledPairs pairs,
      LabelledPairs held,
      Optional<AdapterDirectory.Content> from,
      RefreshListener listener);
}
