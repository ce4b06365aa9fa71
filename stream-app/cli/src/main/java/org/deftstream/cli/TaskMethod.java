package org.deftstream.cli;

import java.nio.file.Path;
import org.deftstream.deft.UserError;
import org.deftstream.deft.adapter.AdapterDirectory;
import org.deftstream.deft.adapter.AdapterNetwork;
import org.deftstream.deft.adapter.AdapterRefusedException;
import org.deftstream.deft.adapter.AdapterVerifier;
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
 */
record TaskMethod(HTransform hTransform, SamplerSettings sampler, AdapterNetwork network)
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
      return new TaskMethod(free.hTransform(prior), free.sampler(), null);
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
      return new TaskMethod(learned, manifest.sampler().orElseGet(task::learnedSampler), network);
    } catch (AdapterRefusedException e) {
      throw new UserError("adapter " + adapter + ": " + e.getMessage(), e);
    }
  }

  /** The same with another number of samples. */
  TaskMethod withSamples(int samples) {
    return new TaskMethod(hTransform, sampler.withSamples(samples), network);
  }

  @Override
  public void close() {
    if (network != null) {
      network.close();
    }
  }
}
