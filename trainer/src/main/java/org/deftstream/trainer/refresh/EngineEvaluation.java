package org.deftstream.trainer.refresh;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.deftstream.deft.UserError;
import org.deftstream.deft.adapter.AdapterDirectory;
import org.deftstream.deft.adapter.AdapterManifest;
import org.deftstream.deft.adapter.AdapterNetworks;
import org.deftstream.deft.adapter.AdapterRefusedException;
import org.deftstream.deft.adapter.AdapterVerifier;
import org.deftstream.deft.adapter.AdapterWeights;
import org.deftstream.deft.adapter.LearnedHTransform;
import org.deftstream.deft.engine.BatchSizes;
import org.deftstream.deft.engine.Engine;
import org.deftstream.deft.engine.EngineSettings;
import org.deftstream.deft.prior.Prior;
import org.deftstream.deft.sampler.SamplerSettings;
import org.deftstream.deft.task.MethodSettings;
import org.deftstream.deft.task.Task;
import org.deftstream.trainer.gate.ContenderRun;
import org.deftstream.trainer.gate.ContenderScores;
import org.deftstream.trainer.pairs.ValidationPair;

/**
 * The evaluation on an engine of its own, with the samplers of service. Adapters are verified as
 * the service verifies them. Borrows the prior; an engine lives for one contender.
 *
 * @param task the task
 * @param prior its prior
 * @param networks opens the adapters' networks
 * @param methods the training-free methods that are compared, at least one
 * @param batch largest batch of the prior
 * @param timeout longest wait for one pair after the one before
 */
public record EngineEvaluation(
    Task task,
    Prior prior,
    AdapterNetworks networks,
    List<MethodSettings> methods,
    int batch,
    Duration timeout)
    implements ContenderEvaluation {
  public EngineEvaluation {
    methods = List.copyOf(methods);
    if (methods.isEmpty()) {
      throw new IllegalArgumentException("an evaluation needs a training-free method");
    }
  }

  @Override
  public ContenderScores adapter(
      String name,
      AdapterDirectory.Content adapter,
      List<ValidationPair> pairs,
      Optional<SamplerSettings> sampler) {
    var manifest = adapter.manifest();
    var verifier = new AdapterVerifier(networks, AdapterVerifier.DEFAULT_MAX_BYTES);
    var weights = verified(verifier, adapter);
    try (var network = networks.open(manifest.network());
        var engine = new Engine(EngineSettings.of(batch))) {
      var learned =
          LearnedHTransform.of(manifest, network, weights, task.operator(), BatchSizes.upTo(batch));
      return new ContenderRun(engine, prior, pairs, timeout)
          .run(name, learned, sampler.orElseGet(() -> sampler(adapter.manifest())));
    }
  }

  private SamplerSettings sampler(AdapterManifest manifest) {
    return manifest.sampler().orElseGet(task::learnedSampler);
  }

  /** What the service can load must be loaded here as well: with the same prior above all. */
  private AdapterWeights verified(AdapterVerifier verifier, AdapterDirectory.Content adapter) {
    try {
      verifier.verifyManifest(
          adapter.manifest(), task.name(), task.operator(), prior, adapter.weightsFile().length);
      return verifier.verifyWeights(adapter.manifest(), adapter.weightsFile());
    } catch (AdapterRefusedException e) {
      throw new UserError(
          e.getMessage() + "; an adapter is judged with the models that it is served with", e);
    }
  }

  @Override
  public List<ContenderScores> trainingFree(
      List<ValidationPair> pairs, Optional<SamplerSettings> sampler) {
    try (var engine = new Engine(EngineSettings.of(batch))) {
      var trial = new ContenderRun(engine, prior, pairs, timeout);
      return methods.stream()
          .map(
              method ->
                  trial.run(
                      method.method(),
                      method.hTransform(prior),
                      sampler.orElseGet(method::sampler)))
          .toList();
    }
  }
}
