package org.deftstream.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.nio.file.Path;
import java.util.Optional;
import org.deftstream.deft.UserError;
import org.deftstream.deft.adapter.AdapterDirectory;
import org.deftstream.deft.adapter.AdapterNetwork;
import org.deftstream.deft.adapter.AdapterRefusedException;
import org.deftstream.deft.adapter.AdapterVerifier;
import org.deftstream.deft.adapter.DeviationFactor;
import org.deftstream.deft.adapter.LearnedHTransform;
import org.deftstream.deft.engine.BatchSizes;
import org.deftstream.deft.htransform.HTransform;
import org.deftstream.deft.prior.Prior;
import org.deftstream.deft.sampler.SamplerSettings;
import org.deftstream.deft.task.Task;
import org.deftstream.deft.tensorflow.TensorFlowBackend;

/**
 * How a task's measurements are reconstructed here: with an adapter from a directory, or without
 * one. Owns the adapter's network.
 *
 * @param hTransform conditions the prior
 * @param sampler how it is sampled
 * @param network of the adapter, or null
 * @param validation figures of the adapter; nothing where there is none
 */
record TaskMethod(
    HTransform hTransform, SamplerSettings sampler, AdapterNetwork network, JsonNode validation)
    implements AutoCloseable {
  /**
   * Opens it.
   *
   * @param adapter directory of an adapter; null for the task's training-free method
   */
  static TaskMethod open(
      Task task, Prior prior, Path adapter, TensorFlowBackend backend, int batch) {
    if (adapter == null) {
      var free = task.trainingFree();
      return new TaskMethod(
          free.hTransform(prior), free.sampler(), null, MissingNode.getInstance());
    }
    var content = AdapterDirectory.read(adapter);
    var manifest = content.manifest();
    var networks = backend.adapterNetworks();
    var verifier = new AdapterVerifier(networks, AdapterVerifier.DEFAULT_MAX_BYTES);
    try {
      verifier.verifyManifest(
          manifest, task.name(), task.operator(), prior, content.weightsFile().length);
      var weights = verifier.verifyWeights(manifest, content.weightsFile());
      var network = networks.open(manifest.network());
      var learned =
          LearnedHTransform.of(manifest, network, weights, task.operator(), BatchSizes.upTo(batch));
      var sampler = manifest.sampler().orElseGet(task::learnedSampler);
      return new TaskMethod(learned, sampler, network, manifest.validation());
    } catch (AdapterRefusedException e) {
      throw new UserError("adapter " + adapter + ": " + e.getMessage(), e);
    }
  }

  /** The same with another number of samples. */
  TaskMethod withSamples(int samples) {
    return new TaskMethod(hTransform, sampler.withSamples(samples), network, validation);
  }

  /** As in service: the factor that the adapter's validation found for this sampler. */
  Optional<Double> deviationFactor() {
    return DeviationFactor.of(validation, sampler.describe());
  }

  @Override
  public void close() {
    if (network != null) {
      network.close();
    }
  }
}
