package org.deftstream.service.control;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import org.deftstream.deft.htransform.HTransform;
import org.deftstream.deft.prior.Prior;
import org.deftstream.deft.sampler.SamplerSettings;
import org.deftstream.deft.task.Task;

/**
 * How one task is served: replaced as a whole, never changed, so a measurement sees one state or
 * the next and nothing between. Immutable.
 *
 * @param task the task
 * @param prior its prior
 * @param trainingFree the method for measurements that no adapter serves
 * @param serving the adapter that serves, or empty for the training-free method
 * @param canary the adapter on trial, or empty
 * @param canaryShare share of the measurements that the canary serves, in [0, 1]
 * @param loaded every adapter that can be pinned, by id: serving, canary and those kept for
 *     rollback
 * @param sampler how what serves is sampled, if that was asked for; a canary and adapters that are
 *     pinned keep their own
 * @param guard watches the canary, if there is one
 */
record Routing(
    Task task,
    Prior prior,
    HTransform trainingFree,
    Optional<LoadedAdapter> serving,
    Optional<LoadedAdapter> canary,
    double canaryShare,
    Map<String, LoadedAdapter> loaded,
    Optional<SamplerSettings> sampler,
    Optional<CanaryGuard> guard) {
  Routing {
    loaded = Map.copyOf(loaded);
  }

  /** The same with the canary's trial ended; it stays loaded. */
  Routing withoutCanary() {
    return new Routing(
        task, prior, trainingFree, serving, Optional.empty(), 0, loaded, sampler, Optional.empty());
  }

  /** The adapter for a measurement; empty for the training-free method. */
  Optional<LoadedAdapter> choose(String measurementId, Optional<String> pinnedAdapterId) {
    if (pinnedAdapterId.isPresent()) {
      var pinned = loaded.get(pinnedAdapterId.get());
      if (pinned == null) {
        throw new UnknownAdapterException(task.name(), pinnedAdapterId.get(), loaded.keySet());
      }
      return Optional.of(pinned);
    }
    return canary.isPresent() && position(measurementId) < canaryShare ? canary : serving;
  }

  /**
   * Where a measurement lies in [0, 1), by its id alone, so that raising a canary's share adds
   * measurements to it and moves none away. FNV-1a with the finalizer of MurmurHash3, since the
   * former alone leaves ids that differ in the last digit close together.
   */
  static double position(String measurementId) {
    long hash = 0xcbf29ce484222325L;
    for (byte b : measurementId.getBytes(StandardCharsets.UTF_8)) {
      hash = (hash ^ (b & 0xff)) * 0x100000001b3L;
    }
    hash = (hash ^ hash >>> 33) * 0xff51afd7ed558ccdL;
    hash = (hash ^ hash >>> 33) * 0xc4ceb9fe1a85ec53L;
    hash ^= hash >>> 33;
    return (hash >>> 11) * 0x1p-53;
  }
}
