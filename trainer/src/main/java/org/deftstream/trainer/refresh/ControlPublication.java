package org.deftstream.trainer.refresh;

import java.util.Locale;
import java.util.Optional;
import org.deftstream.deft.adapter.AdapterDirectory;
import org.deftstream.schemas.avro.AdapterControl;
import org.deftstream.schemas.avro.AdapterRef;
import org.deftstream.schemas.avro.AdapterState;
import org.deftstream.schemas.avro.Serve;
import org.deftstream.trainer.publish.AdapterPublisher;
import org.deftstream.trainer.publish.ControlChanges;
import org.deftstream.trainer.publish.ControlTopic;
import org.deftstream.trainer.publish.PublisherSettings;
import org.deftstream.trainer.publish.StatusWatch;
import org.deftstream.trainer.publish.WeightsTopic;

/** Publishes through the control topic. Connects with each call; thread-safe. */
public final class ControlPublication implements Publication {
  private final PublisherSettings settings;
  private final AdapterPublisher publisher;
  private final PublicationPolicy policy;

  /** A publication; the publisher is one of the same settings. */
  public ControlPublication(
      PublisherSettings settings, AdapterPublisher publisher, PublicationPolicy policy) {
    this.settings = settings;
    this.publisher = publisher;
    this.policy = policy;
  }

  @Override
  public Optional<AdapterDirectory.Content> serving(String task) {
    return state(task)
        .flatMap(ControlPublication::stable)
        .map(ref -> WeightsTopic.fetch(settings, ref));
  }

  @Override
  public boolean isKnown(String task, String adapterId) {
    return state(task)
        .filter(state -> ControlChanges.known(state).containsKey(adapterId))
        .isPresent();
  }

  @Override
  public String publish(AdapterDirectory.Content adapter, Optional<String> rival) {
    String id = adapter.manifest().adapterId();
    // Opened before the change: what is reported about it must not be missed.
    try (var watch = StatusWatch.open(settings)) {
      var state = publisher.push(adapter, before -> next(before, id, rival, policy));
      String how =
          isCanary(state, id)
              ? String.format(
                  Locale.ROOT, "on trial with %.3g of the measurements", policy.canaryShare())
              : "serving";
      return how + confirmed(watch, adapter.manifest().task(), id);
    }
  }

  /** What the service says to it; an adapter that it refuses is taken back. */
  private String confirmed(StatusWatch watch, String task, String id) {
    if (policy.confirmation().isZero()) {
      return "";
    }
    var report =
        watch.await(
            StatusWatch.settled(task, Optional.of(id)), status -> {}, policy.confirmation());
    if (report.isEmpty()) {
      return ", but no instance has reported on it within "
          + policy.confirmation().toSeconds()
          + " s";
    }
    var status = report.get();
    if (status.getState() == AdapterState.REFUSED) {
      publisher.change(task, state -> without(state, id));
      throw new PublicationRefusedException(
          "adapter %s was taken back, for instance %s refuses it: %s"
              .formatted(id, status.getInstance(), status.getReason()));
    }
    return ", as instance " + status.getInstance() + " reports";
  }

  /** The state before an adapter was served or tried, if it still is. */
  static AdapterControl without(AdapterControl state, String id) {
    boolean serves = stable(state).filter(ref -> ref.getAdapterId().equals(id)).isPresent();
    return isCanary(state, id) || (serves && state.getCanary() == null)
        ? ControlChanges.rollback(state)
        : state;
  }

  private static boolean isCanary(AdapterControl state, String id) {
    return state.getCanary() != null && state.getCanary().getAdapterId().equals(id);
  }

  /** The next state of a task that knows the adapter. */
  static AdapterControl next(
      AdapterControl state, String id, Optional<String> rival, PublicationPolicy policy) {
    var serving = stable(state).map(AdapterRef::getAdapterId);
    if (!serving.equals(rival)) {
      throw new PublicationRefusedException(
          "adapter %s was judged against %s, but by now the task is served by %s"
              .formatted(id, named(rival), named(serving)));
    }
    var changed =
        serving.isPresent() && policy.canaryShare() < 1
            ? ControlChanges.canary(state, id, policy.canaryShare())
            : ControlChanges.activate(state, id);
    return ControlChanges.retain(changed, policy.keep());
  }

  private static String named(Optional<String> adapterId) {
    return adapterId.map(id -> "adapter " + id).orElse("the training-free method");
  }

  private Optional<AdapterControl> state(String task) {
    return Optional.ofNullable(ControlTopic.read(settings).get(task));
  }

  private static Optional<AdapterRef> stable(AdapterControl state) {
    return state.getServe() == Serve.ADAPTER
        ? Optional.ofNullable(state.getStable())
        : Optional.empty();
  }
}
