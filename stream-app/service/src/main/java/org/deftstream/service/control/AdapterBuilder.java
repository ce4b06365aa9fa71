package org.deftstream.service.control;

import java.util.function.Consumer;
import org.deftstream.deft.adapter.AdapterFeatures;
import org.deftstream.deft.adapter.AdapterManifest;
import org.deftstream.deft.adapter.AdapterNetworks;
import org.deftstream.deft.adapter.AdapterRefusedException;
import org.deftstream.deft.adapter.AdapterVerifier;
import org.deftstream.deft.adapter.LearnedHTransform;
import org.deftstream.deft.engine.BatchSizes;
import org.deftstream.deft.prior.Prior;
import org.deftstream.deft.task.Task;
import org.deftstream.messaging.control.TrustedKeys;
import org.deftstream.schemas.avro.AdapterRef;
import org.deftstream.schemas.avro.AdapterState;

/**
 * Takes an adapter from bytes to ready: verify, build, warm up at every batch size, golden-input
 * check. Used by the control thread alone.
 */
final class AdapterBuilder {
  private final AdapterNetworks networks;
  private final AdapterVerifier verifier;
  private final BatchSizes batchSizes;
  private final TrustedKeys keys;

  AdapterBuilder(
      AdapterNetworks networks, AdapterVerifier verifier, BatchSizes batchSizes, TrustedKeys keys) {
    this.networks = networks;
    this.keys = keys;
    this.verifier = verifier;
    this.batchSizes = batchSizes;
  }

  /**
   * Reads the manifest of a control record and checks that it fits the task, before any weights are
   * fetched.
   *
   * @throws AdapterRefusedException the reason
   */
  AdapterManifest manifest(AdapterRef ref, Task task, Prior prior) {
    // First of all: nothing of an adapter of unknown origin is looked at.
    keys.verify(ref);
    AdapterManifest manifest;
    try {
      manifest = AdapterManifest.parse(ref.getManifest());
    } catch (IllegalArgumentException e) {
      throw new AdapterRefusedException(e.getMessage(), e);
    }
    if (!manifest.adapterId().equals(ref.getAdapterId())
        || !manifest.weightsSha256().equals(ref.getWeightsSha256())) {
      throw new AdapterRefusedException(
          "control record names adapter "
              + ref.getAdapterId()
              + " with weights "
              + ref.getWeightsSha256()
              + "; its manifest names "
              + manifest.adapterId()
              + " with "
              + manifest.weightsSha256());
    }
    verifier.verifyManifest(manifest, task.name(), task.operator(), prior, ref.getWeightsBytes());
    return manifest;
  }

  /**
   * Builds an adapter and tries it.
   *
   * @param manifest as {@link #manifest} returned it
   * @param file bytes of the weights file
   * @param progress told VERIFIED and WARM when they are reached
   * @throws AdapterRefusedException the reason; nothing stays open
   */
  LoadedAdapter build(
      AdapterManifest manifest, byte[] file, Task task, Consumer<AdapterState> progress) {
    var weights = verifier.verifyWeights(manifest, file);
    progress.accept(AdapterState.VERIFIED);
    var network = networks.open(manifest.network());
    try {
      var operator = task.operator();
      var hTransform = LearnedHTransform.of(manifest, network, weights, operator, batchSizes);
      hTransform.warmUp();
      manifest
          .golden()
          .ifPresent(
              golden ->
                  golden.verify(
                      network,
                      weights,
                      manifest.imageShape(),
                      AdapterFeatures.channels(manifest.form(), operator)));
      progress.accept(AdapterState.WARM);
      return new LoadedAdapter(manifest, hTransform, network);
    } catch (AdapterRefusedException e) {
      network.close();
      throw new AdapterRefusedException(
          "adapter " + manifest.adapterId() + ": " + e.getMessage(), e);
    } catch (Throwable e) {
      network.close();
      throw e;
    }
  }
}
