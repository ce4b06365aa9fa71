package org.deftstream.messaging.control;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.deftstream.deft.UserError;
import org.deftstream.deft.sampler.SamplerSettings;
import org.deftstream.deft.text.Nearest;
import org.deftstream.schemas.avro.AdapterControl;
import org.deftstream.schemas.avro.AdapterRef;
import org.deftstream.schemas.avro.Serve;

/**
 * What can be asked of a task, as functions from its desired state to the next. Each throws {@link
 * UserError} if the state does not allow it. Stateless and thread-safe.
 */
public final class ControlChanges {
  /** So many published adapters stay known per task; older ones are forgotten. */
  public static final int MAX_AVAILABLE = 16;

  private ControlChanges() {}

  /** The state of a task that nothing was asked of yet: served training-free. */
  public static AdapterControl initial(String task) {
    return AdapterControl.newBuilder().setTask(task).setIssuedAt(now()).build();
  }

  /**
   * Makes a published adapter known, without serving it. If its id is known with the same weights,
   * this is its new description from now on; where the old one serves, it does so until the adapter
   * is activated anew.
   *
   * @throws UserError if the id is known with other weights: ids are never reused
   */
  public static AdapterControl offer(AdapterControl state, AdapterRef ref) {
    var known = known(state).get(ref.getAdapterId());
    if (known != null && !known.getWeightsSha256().equals(ref.getWeightsSha256())) {
      throw new UserError(
          "adapter id "
              + ref.getAdapterId()
              + " is taken: it has weights "
              + known.getWeightsSha256()
              + ", these are "
              + ref.getWeightsSha256()
              + "; ids are never reused");
    }
    var available = new ArrayList<>(state.getAvailable());
    available.removeIf(other -> other.getAdapterId().equals(ref.getAdapterId()));
    available.add(ref);
    int surplus = Math.max(0, available.size() - MAX_AVAILABLE);
    return AdapterControl.newBuilder(state)
        .setAvailable(available.subList(surplus, available.size()))
        .build();
  }

  /**
   * Serves a known adapter as stable, sampled as its manifest says; the one before it stays loaded
   * for a rollback.
   */
  public static AdapterControl activate(AdapterControl state, String adapterId) {
    var ref = find(state, adapterId);
    var builder =
        AdapterControl.newBuilder(state).setServe(Serve.ADAPTER).setStable(ref).setSampler(null);
    if (state.getStable() != null && !sameId(state.getStable(), ref)) {
      builder.setPrevious(state.getStable());
    } else if (state.getPrevious() != null && sameId(state.getPrevious(), ref)) {
      builder.setPrevious(null);
    }
    if (state.getCanary() != null && sameId(state.getCanary(), ref)) {
      builder.setCanary(null).setCanaryShare(0);
    }
    return builder.build();
  }

  /** Samples what serves so, until something else does, instead of as manifest or task say. */
  public static AdapterControl sampled(AdapterControl state, SamplerSettings sampler) {
    return AdapterControl.newBuilder(state).setSampler(sampler.toJson().toString()).build();
  }

  /**
   * Puts a known adapter on trial, sampled as its manifest says.
   *
   * @param share share of the measurements, above 0 and at most 1
   */
  public static AdapterControl canary(AdapterControl state, String adapterId, double share) {
    if (!(share > 0 && share <= 1)) {
      throw new UserError("the canary's share must be above 0 and at most 1, got " + share);
    }
    if (state.getServe() != Serve.ADAPTER || state.getStable() == null) {
      throw new UserError(
          "task "
              + state.getTask()
              + " is served training-free; a canary is tried beside an adapter that is activated");
    }
    if (state.getStable().getAdapterId().equals(adapterId)) {
      throw new UserError(
          "adapter "
              + adapterId
              + " serves task "
              + state.getTask()
              + " already; a canary is another one");
    }
    return AdapterControl.newBuilder(state)
        .setCanary(find(state, adapterId))
        .setCanaryShare(share)
        .build();
  }

  /** Makes the canary stable. */
  public static AdapterControl promote(AdapterControl state) {
    if (state.getCanary() == null) {
      throw new UserError("task " + state.getTask() + " has no canary to promote");
    }
    return activate(state, state.getCanary().getAdapterId());
  }

  /** Serves the training-free method; stable and previous adapter stay loaded, a canary ends. */
  public static AdapterControl trainingFree(AdapterControl state) {
    return AdapterControl.newBuilder(state)
        .setServe(Serve.TRAINING_FREE)
        .setSampler(null)
        .setCanary(null)
        .setCanaryShare(0)
        .build();
  }

  /**
   * Moves back by one step: ends a canary if there is one, else serves the previous adapter, else
   * the training-free method.
   */
  public static AdapterControl rollback(AdapterControl state) {
    if (state.getCanary() != null) {
      return AdapterControl.newBuilder(state).setCanary(null).setCanaryShare(0).build();
    }
    if (state.getServe() == Serve.TRAINING_FREE) {
      if (known(state).isEmpty()) {
        throw new UserError(
            "no adapter was published for task "
                + state.getTask()
                + ", so there is nothing to roll back");
      }
      throw new UserError(
          "task "
              + state.getTask()
              + " is served training-free: there is nothing to roll back; adapters that can be"
              + " activated: "
              + String.join(", ", known(state).keySet()));
    }
    return state.getPrevious() == null
        ? trainingFree(state)
        : activate(state, state.getPrevious().getAdapterId());
  }

  /**
   * Forgets the oldest of the adapters that nothing refers to.
   *
   * @param keep so many of them stay known, besides stable, previous and canary
   */
  public static AdapterControl retain(AdapterControl state, int keep) {
    var unused = new ArrayList<>(state.getAvailable());
    unused.removeIf(
        ref ->
            Stream.of(state.getStable(), state.getPrevious(), state.getCanary())
                .anyMatch(used -> used != null && sameId(used, ref)));
    var forgotten = unused.subList(0, Math.max(0, unused.size() - keep));
    var available = new ArrayList<>(state.getAvailable());
    available.removeAll(forgotten);
    return AdapterControl.newBuilder(state).setAvailable(available).build();
  }

  /** Adapters whose weights nothing in a later state refers to any more. */
  static List<AdapterRef> dropped(AdapterControl before, AdapterControl after) {
    var kept =
        known(after).values().stream()
            .map(AdapterRef::getWeightsSha256)
            .collect(Collectors.toSet());
    return known(before).values().stream()
        .filter(ref -> !kept.contains(ref.getWeightsSha256()))
        .toList();
  }

  /** Defines the task itself, for a service that does not ship it. */
  public static AdapterControl define(AdapterControl state, String taskJson) {
    return AdapterControl.newBuilder(state).setDefinition(taskJson).build();
  }

  /** Adapters that can be activated, by id. */
  public static Map<String, AdapterRef> known(AdapterControl state) {
    var known = new LinkedHashMap<String, AdapterRef>();
    state.getAvailable().forEach(ref -> known.put(ref.getAdapterId(), ref));
    for (var ref : new AdapterRef[] {state.getPrevious(), state.getCanary(), state.getStable()}) {
      if (ref != null) {
        // What was published last describes an adapter.
        known.putIfAbsent(ref.getAdapterId(), ref);
      }
    }
    return known;
  }

  /** Stamps who asked, and when. */
  static AdapterControl stamped(AdapterControl state, String issuedBy) {
    return AdapterControl.newBuilder(state).setIssuedAt(now()).setIssuedBy(issuedBy).build();
  }

  private static AdapterRef find(AdapterControl state, String adapterId) {
    var known = known(state);
    var ref = known.get(adapterId);
    if (ref == null) {
      throw new UserError(
          "task "
              + state.getTask()
              + " has no adapter '"
              + adapterId
              + "'"
              + Nearest.hint(adapterId, known.keySet()));
    }
    return ref;
  }

  private static boolean sameId(AdapterRef a, AdapterRef b) {
    return Objects.equals(a.getAdapterId(), b.getAdapterId());
  }

  private static Instant now() {
    return Instant.now().truncatedTo(ChronoUnit.MILLIS);
  }
}
