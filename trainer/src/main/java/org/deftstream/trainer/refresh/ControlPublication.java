package org.deftstream.trainer.refresh;

import java.util.Locale;
import java.util.Optional;
import org.deftstream.deft.adapter.AdapterDirectory;
import org.deftstream.schemas.avro.AdapterControl;
import org.deftstream.schemas.avro.AdapterRef;
import org.deftstream.schemas.avro.Serve;
import org.deftstream.trainer.publish.AdapterPublisher;
import org.deftstream.trainer.publish.ControlChanges;
import org.deftstream.trainer.publish.ControlTopic;
import org.deftstream.trainer.publish.PublisherSettings;
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
    var state = publisher.push(adapter, before -> next(before, id, rival, policy));
    boolean trial = state.getCanary() != null && state.getCanary().getAdapterId().equals(id);
    return trial
        ? String.format(Locale.ROOT, "on trial with %.3g of the measurements", policy.canaryShare())
        : "serving";
  }

  /** The next state of a task that knows the adapter. */
  static AdapterControl next(
      AdapterControl state, String id, Optional<String> rival, PublicationPolicy policy) {
    var serving = stable(state).map(AdapterRef::getAdapterId);
    if (!serving.equals(rival)) {
      throw new ServingChangedException(
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
