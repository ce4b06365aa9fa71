package org.deftstream.trainer.refresh;

import java.util.List;
import java.util.Optional;
import org.deftstream.deft.adapter.AdapterDirectory;
import org.deftstream.deft.sampler.SamplerSettings;
import org.deftstream.trainer.gate.ContenderScores;
import org.deftstream.trainer.pairs.ValidationPair;

/** Lets contenders reconstruct validation pairs as the service would. */
public interface ContenderEvaluation {
  /**
   * Figures of an adapter.
   *
   * @param sampler replaces the manifest's, or the task's where that has none, if given
   */
  ContenderScores adapter(
      String name,
      AdapterDirectory.Content adapter,
      List<ValidationPair> pairs,
      Optional<SamplerSettings> sampler);

  /**
   * Figures of the training-free methods that the task can be served by, at least one.
   *
   * @param sampler replaces theirs, if given
   */
  List<ContenderScores> trainingFree(List<ValidationPair> pairs, Optional<SamplerSettings> sampler);
}
