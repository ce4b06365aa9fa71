package org.deftstream.service.control;

import org.deftstream.deft.adapter.AdapterManifest;
import org.deftstream.deft.adapter.AdapterNetwork;
import org.deftstream.deft.adapter.LearnedHTransform;
import org.deftstream.deft.sampler.SamplerSettings;
import org.deftstream.deft.task.Task;

/**
 * An adapter that passed every check and is warm. Leased by measurements; its share of the network
 * is given back when it was let go and the last lease has come back. Thread-safe.
 */
final class LoadedAdapter {
  private final AdapterManifest manifest;
  private final LearnedHTransform hTransform;
  private final AdapterNetwork network;
  private final ReferenceCount leases;

  /**
   * Takes over the share of the network.
   *
   * @param network closed by {@link #letGo}
   */
  LoadedAdapter(AdapterManifest manifest, LearnedHTransform hTransform, AdapterNetwork network) {
    this(manifest, hTransform, network, new ReferenceCount());
  }

  LoadedAdapter(
      AdapterManifest manifest,
      LearnedHTransform hTransform,
      AdapterNetwork network,
      ReferenceCount leases) {
    this.manifest = manifest;
    this.hTransform = hTransform;
    this.network = network;
    this.leases = leases;
  }

  String id() {
    return manifest.adapterId();
  }

  AdapterManifest manifest() {
    return manifest;
  }

  /** How it is sampled if nobody asks for something else: as it was validated. */
  SamplerSettings sampler(Task task) {
    return manifest.sampler().orElseGet(task::learnedSampler);
  }

  LearnedHTransform hTransform() {
    return hTransform;
  }

  ReferenceCount leases() {
    return leases;
  }

  /**
   * Refuses further leases and closes the network when the last one has come back.
   *
   * @param executor runs the closing; the thread that gives the last lease back must not
   * @param drained told afterwards, on the same executor
   */
  void letGo(java.util.concurrent.Executor executor, Runnable drained) {
    leases.close(
        () ->
            executor.execute(
                () -> {
                  network.close();
                  drained.run();
                }));
  }
}
