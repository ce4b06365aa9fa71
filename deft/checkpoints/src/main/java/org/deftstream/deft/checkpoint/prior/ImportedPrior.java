package org.deftstream.deft.checkpoint.prior;

import java.util.List;
import java.util.Map;
import org.deftstream.deft.prior.ModelFile;
import org.deftstream.deft.prior.NetworkConfig;
import org.deftstream.deft.prior.SchedulerConfig;
import org.deftstream.deft.tensor.TensorSource;

/**
 * A prior as it is understood, in our names and layout; its weights still lie in the checkpoint.
 *
 * @param family whose layout the checkpoint has
 * @param network what the shapes of the tensors say
 * @param scheduler what it was trained on
 * @param weights by their names in diffusers
 * @param model the files of a model that is taken as it is; empty for networks of ours
 */
public record ImportedPrior(
    Family family,
    NetworkConfig network,
    SchedulerConfig scheduler,
    Map<String, TensorSource> weights,
    List<ModelFile> model) {
  ImportedPrior(
      Family family,
      NetworkConfig network,
      SchedulerConfig scheduler,
      Map<String, TensorSource> weights) {
    this(family, network, scheduler, weights, List.of());
  }
}
