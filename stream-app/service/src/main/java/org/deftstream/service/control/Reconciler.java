package org.deftstream.service.control;

import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.RetriableException;
import org.deftstream.deft.adapter.AdapterRefusedException;
import org.deftstream.deft.task.Task;
import org.deftstream.messaging.control.ControlRequest;
import org.deftstream.messaging.control.Reasons;
import org.deftstream.messaging.control.RegistryAwayException;
import org.deftstream.messaging.control.WeightSource;
import org.deftstream.schemas.avro.AdapterControl;
import org.deftstream.schemas.avro.AdapterRef;
import org.deftstream.schemas.avro.AdapterState;
import org.deftstream.schemas.avro.Serve;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings what is served to the desired state, step by step: load, verify, warm up, golden check,
 * flip, drain. Whatever fails on the way leaves the old state serving. Of several requests for one
 * task the last one counts. Belongs to the control thread.
 */
final class Reconciler {
  private static final Logger LOG = LoggerFactory.getLogger(Reconciler.class);
  private static final Duration RETRY_PAUSE = Duration.ofSeconds(1);

  private final TaskTable table;
  private final TaskResolver resolver;
  private final AdapterBuilder builder;
  private final WeightSource weights;
  private final RoutingUpdater updater;
  private final CanaryResults trials;
  private final Duration loadTimeout;
  private final Map<String, PendingRollout> pending = new LinkedHashMap<>();

  /** Adapters whose weights wait for Kafka or the registry, and why; read by other threads. */
  private final Map<String, String> waiting = new ConcurrentHashMap<>();

  /** Tasks that were served as a control record asked for, in the life of this instance. */
  private final Set<String> reached = new HashSet<>();

  Reconciler(
      TaskTable table,
      TaskResolver resolver,
      AdapterBuilder builder,
      WeightSource weights,
      RoutingUpdater updater,
      CanaryResults trials,
      Duration loadTimeout) {
    this.table = table;
    this.resolver = resolver;
    this.builder = builder;
    this.weights = weights;
    this.updater = updater;
    this.trials = trials;
    this.loadTimeout = loadTimeout;
  }

  /** Takes over what a control record asks for; {@link #advance} does it. */
  void request(ControlRequest request) {
    String name = request.task();
    Optional.ofNullable(pending.remove(name)).ifPresent(this::discard);
    if (request.error().isPresent()) {
      updater.answers(name, request.offset());
      updater.refuse(name, Optional.empty(), request.error().get());
    } else if (request.state().isEmpty()) {
      updater.answers(name, request.offset());
      updater.retire(name);
    } else {
      begin(request.state().get(), request.offset());
    }
  }

  private void begin(AdapterControl state, long offset) {
    try {
      check(state);
      var task = resolver.task(state);
      var prior = resolver.prior(task.prior());
      var change =
          new PendingRollout(state, offset, task, prior, TaskResolver.sampler(state, prior));
      var old = table.routing(task.name()).filter(routing -> sameTask(routing.task(), task));
      old.ifPresent(routing -> reuse(change, routing));
      if (table.routing(task.name()).isEmpty() || state.getServe() == Serve.TRAINING_FREE) {
        // A task has an answer from its first minute, and moving away from an adapter must not wait
        // for, or fail by, another adapter.
        var routing =
            new Routing(
                task,
                prior,
                task.trainingFree().hTransform(prior),
                Optional.empty(),
                Optional.empty(),
                0,
                old.map(Routing::loaded).orElse(Map.of()),
                state.getServe() == Serve.TRAINING_FREE ? change.sampler : Optional.empty(),
                Optional.empty());
        if (state.getServe() == Serve.TRAINING_FREE) {
          updater.answers(task.name(), offset);
          reached.add(task.name());
        }
        updater.flip(routing);
      }
      if (!change.wanted().isEmpty()) {
        pending.put(task.name(), change);
      }
    } catch (AdapterRefusedException e) {
      refuse(state, offset, e.getMessage());
    } catch (RuntimeException e) {
      LOG.warn("control record of task {} failed", state.getTask(), e);
      refuse(state, offset, "control record failed: " + e);
    } catch (Error e) {
      // What one record asks for may be too much; the others are served on.
      LOG.warn("control record of task {} failed: {}", state.getTask(), e.toString());
      refuse(state, offset, "what its control record asks for cannot be built here: " + e);
    }
  }

  private void refuse(AdapterControl state, long offset, String reason) {
    updater.answers(state.getTask(), offset);
    updater.refuse(state.getTask(), stableId(state), reason);
  }

  private static Optional<String> stableId(AdapterControl state) {
    return state.getServe() == Serve.ADAPTER
        ? Optional.ofNullable(state.getStable()).map(AdapterRef::getAdapterId)
        : Optional.empty();
  }

  private static void check(AdapterControl state) {
    if (state.getServe() == Serve.ADAPTER && state.getStable() == null) {
      throw new AdapterRefusedException(
          "control record asks for an adapter and names no stable one");
    }
    if (!(state.getCanaryShare() >= 0 && state.getCanaryShare() <= 1)) {
      throw new AdapterRefusedException(
          "canaryShare must be in [0, 1], got " + state.getCanaryShare());
    }
  }

  private static boolean sameTask(Task a, Task b) {
    return a == b || a.toJson().equals(b.toJson());
  }

  /**
   * Keeps what is loaded already. An id may come with a new description of the same weights; that
   * is verified and loaded as another adapter would be.
   */
  private void reuse(PendingRollout change, Routing old) {
    change
        .wanted()
        .forEach(
            (id, ref) -> {
              var loaded = old.loaded().get(id);
              if (loaded == null) {
                return;
              }
              String sha256 = loaded.manifest().weightsSha256();
              if (!sha256.equals(ref.getWeightsSha256())) {
                change.refused.put(
                    id,
                    "adapter id "
                        + id
                        + " is loaded with weights "
                        + sha256
                        + "; this one has "
                        + ref.getWeightsSha256()
                        + ", and ids are never reused");
                return;
              }
              try {
                var manifest = builder.manifest(ref, change.task, change.prior);
                if (manifest.toJson().equals(loaded.manifest().toJson())) {
                  change.ready.put(id, loaded);
                }
              } catch (AdapterRefusedException e) {
                change.refused.put(id, e.getMessage());
              }
            });
  }

  /** Goes on with what is asked for, as far as it goes without waiting. */
  void advance() {
    for (var change : List.copyOf(pending.values())) {
      for (var ref : change.wanted().values()) {
        String id = ref.getAdapterId();
        if (!change.ready.containsKey(id) && !change.refused.containsKey(id)) {
          load(change, ref);
        }
      }
      if (change.complete()) {
        pending.remove(change.task.name());
        finish(change);
      }
    }
  }

  /** What loading waits for, if it is only the connection. Thread-safe. */
  Optional<String> waitsFor() {
    return waiting.entrySet().stream()
        .findFirst()
        .map(each -> "weights of adapter " + each.getKey() + " wait: " + each.getValue());
  }

  /** Whether nothing is on its way. */
  boolean idle() {
    return pending.isEmpty();
  }

  private void load(PendingRollout change, AdapterRef ref) {
    String id = ref.getAdapterId();
    try {
      var fetch = change.fetches.get(id);
      if (fetch == null) {
        var manifest = builder.manifest(ref, change.task, change.prior);
        updater.progress(change.task.name(), id, AdapterState.LOADING);
        fetch = new PendingRollout.Fetch(manifest, System.nanoTime() + loadTimeout.toNanos(), 0);
        change.fetches.put(id, fetch);
      }
      var file = fetch(change, ref, fetch);
      if (file.isPresent()) {
        var adapter =
            builder.build(
                fetch.manifest(),
                file.get(),
                change.task,
                state -> updater.progress(change.task.name(), id, state));
        change.ready.put(id, adapter);
        change.fresh.put(id, adapter);
      }
    } catch (AdapterRefusedException e) {
      change.refused.put(id, e.getMessage());
    } catch (RuntimeException e) {
      LOG.warn("adapter {} of task {} failed to load", id, change.task.name(), e);
      change.refused.put(id, "adapter " + id + " could not be loaded: " + e);
    } catch (Error e) {
      LOG.warn("adapter {} of task {} failed to load: {}", id, change.task.name(), e.toString());
      change.refused.put(id, "adapter " + id + " cannot be built here: " + e);
    }
  }

  private Optional<byte[]> fetch(
      PendingRollout change, AdapterRef ref, PendingRollout.Fetch fetch) {
    if (fetch.tryAt() != 0 && System.nanoTime() - fetch.tryAt() < 0) {
      return Optional.empty();
    }
    boolean late = System.nanoTime() - fetch.deadline() > 0;
    try {
      var file = weights.load(ref);
      if (file.isEmpty() && late) {
        throw new AdapterRefusedException(
            "adapter "
                + ref.getAdapterId()
                + ": of "
                + ref.getChunks()
                + " chunks of weights "
                + ref.getWeightsSha256()
                + ", these did not come within "
                + loadTimeout.toSeconds()
                + " s: "
                + weights.missing(ref));
      }
      waiting.remove(ref.getAdapterId());
      return file;
    } catch (RegistryAwayException | RetriableException e) {
      // Only the connection: nothing is known of the chunks, so their time does not run.
      long now = System.nanoTime();
      change.fetches.put(
          ref.getAdapterId(),
          new PendingRollout.Fetch(
              fetch.manifest(), now + loadTimeout.toNanos(), now + RETRY_PAUSE.toNanos()));
      if (waiting.put(ref.getAdapterId(), Reasons.of(e)) == null) {
        LOG.warn(
            "weights of adapter {} cannot be read, trying again: {}",
            ref.getAdapterId(),
            Reasons.of(e));
      }
      return Optional.empty();
    } catch (KafkaException e) {
      if (late) {
        throw new AdapterRefusedException(
            "adapter " + ref.getAdapterId() + ": weights cannot be read: " + e.getMessage(), e);
      }
      LOG.warn("weights of adapter {} cannot be read yet: {}", ref.getAdapterId(), e.toString());
      return Optional.empty();
    }
  }

  private void finish(PendingRollout change) {
    String task = change.task.name();
    updater.answers(task, change.offset);
    var serving = change.serving();
    if (serving.isPresent() && change.refused.containsKey(serving.get())) {
      if (!reached.contains(task) && isReady(change, change.state.getPrevious())) {
        // Instances that ran before serve the previous adapter on; so does one that starts now.
        var previous = change.ready.get(change.state.getPrevious().getAdapterId());
        updater.flip(
            routing(change, Optional.of(previous), Optional.empty(), Map.copyOf(change.ready)));
        reached.add(task);
      } else {
        discard(change);
      }
      change.refused.forEach((id, reason) -> updater.refuse(task, Optional.of(id), reason));
      return;
    }
    // The last report is the one that the topic keeps: that the previous adapter is missing is told
    // before what serves, that the canary is refused after it.
    var canary = change.canary();
    change.refused.forEach(
        (id, reason) -> {
          if (!canary.equals(Optional.of(id))) {
            updater.refuse(task, Optional.of(id), reason);
          }
        });
    updater.flip(routing(change));
    reached.add(task);
    canary
        .filter(change.refused::containsKey)
        .ifPresent(id -> updater.refuse(task, canary, change.refused.get(id)));
  }

  private Routing routing(PendingRollout change) {
    var serving = change.serving().map(change.ready::get);
    var canary = change.canary().map(change.ready::get);
    var loaded = new HashMap<>(change.ready);
    if (!isReady(change, change.state.getPrevious())) {
      // Nobody said what to roll back to, or it was refused: then it is what serves now.
      table
          .routing(change.task.name())
          .filter(old -> sameTask(old.task(), change.task))
          .flatMap(Routing::serving)
          .ifPresent(adapter -> loaded.putIfAbsent(adapter.id(), adapter));
    }
    return routing(change, serving, canary, loaded);
  }

  private Routing routing(
      PendingRollout change,
      Optional<LoadedAdapter> serving,
      Optional<LoadedAdapter> canary,
      Map<String, LoadedAdapter> loaded) {
    return new Routing(
        change.task,
        change.prior,
        change.task.trainingFree().hTransform(change.prior),
        serving,
        canary,
        change.state.getCanaryShare(),
        loaded,
        change.sampler,
        canary.map(adapter -> trials.begin(change.task, adapter)));
  }

  private static boolean isReady(PendingRollout change, AdapterRef ref) {
    return ref != null && change.ready.containsKey(ref.getAdapterId());
  }

  private void discard(PendingRollout change) {
    waiting.keySet().removeAll(change.fetches.keySet());
    change.fresh.values().forEach(adapter -> updater.letGo(adapter, change.task.name()));
  }
}
