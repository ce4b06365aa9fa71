package org.deftstream.service.control;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.deftstream.deft.adapter.AdapterManifest;
import org.deftstream.deft.prior.Prior;
import org.deftstream.deft.sampler.SamplerSettings;
import org.deftstream.deft.task.Task;
import org.deftstream.schemas.avro.AdapterControl;
import org.deftstream.schemas.avro.AdapterRef;
import org.deftstream.schemas.avro.Serve;

/**
 * A desired state on its way to being served: what was loaded for it so far. Belongs to the control
 * thread.
 */
final class PendingRollout {
  /**
   * Weights that are being waited for.
   *
   * @param manifest the verified manifest
   * @param deadline when waiting ends, by {@link System#nanoTime}
   * @param tryAt when to try next, by the same clock; 0 for at once
   */
  record Fetch(AdapterManifest manifest, long deadline, long tryAt) {}

  final AdapterControl state;

  /** Where the control record lies in its partition. */
  final long offset;

  final Task task;
  final Prior prior;
  final Optional<SamplerSettings> sampler;

  /** Adapters that are ready, by id: loaded for this change, or before it. */
  final Map<String, LoadedAdapter> ready = new HashMap<>();

  /** Those of {@link #ready} that were loaded for this change, and are let go if it fails. */
  final Map<String, LoadedAdapter> fresh = new HashMap<>();

  /** Why adapters were refused, by id. */
  final Map<String, String> refused = new LinkedHashMap<>();

  final Map<String, Fetch> fetches = new HashMap<>();

  PendingRollout(
      AdapterControl state,
      long offset,
      Task task,
      Prior prior,
      Optional<SamplerSettings> sampler) {
    this.state = state;
    this.offset = offset;
    this.task = task;
    this.prior = prior;
    this.sampler = sampler;
  }

  /** The adapters to have loaded, the one to serve first. */
  Map<String, AdapterRef> wanted() {
    var wanted = new LinkedHashMap<String, AdapterRef>();
    for (var ref : new AdapterRef[] {state.getStable(), state.getCanary(), state.getPrevious()}) {
      if (ref != null) {
        wanted.putIfAbsent(ref.getAdapterId(), ref);
      }
    }
    return wanted;
  }

  /** Whether every wanted adapter is ready or refused. */
  boolean complete() {
    return wanted().keySet().stream()
        .allMatch(id -> ready.containsKey(id) || refused.containsKey(id));
  }

  /** The adapter that is to serve; empty for the training-free method. */
  Optional<String> serving() {
    return state.getServe() == Serve.ADAPTER
        ? Optional.of(state.getStable().getAdapterId())
        : Optional.empty();
  }

  /** The adapter that is to be on trial. */
  Optional<String> canary() {
    return Optional.ofNullable(state.getCanary()).map(AdapterRef::getAdapterId);
  }
}
