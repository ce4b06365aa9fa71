package org.deftstream.trainer.refresh;

import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import org.deftstream.deft.UserError;
import org.deftstream.deft.adapter.AdapterDirectory;
import org.deftstream.deft.adapter.AdapterManifest;
import org.deftstream.deft.operator.Operators;
import org.deftstream.deft.sampler.SamplerSettings;
import org.deftstream.deft.task.Task;
import org.deftstream.deft.text.JsonText;
import org.deftstream.messaging.control.AdapterPublisher;
import org.deftstream.messaging.control.ControlChanges;
import org.deftstream.messaging.control.ControlTopic;
import org.deftstream.messaging.control.Published;
import org.deftstream.messaging.control.PublisherSettings;
import org.deftstream.messaging.control.StatusWatch;
import org.deftstream.messaging.control.WeightsTopic;
import org.deftstream.schemas.avro.AdapterControl;
import org.deftstream.schemas.avro.AdapterRef;
import org.deftstream.schemas.avro.AdapterState;
import org.deftstream.schemas.avro.Serve;

/** Publishes through the control topic. Connects with each call; thread-safe. */
public final class ControlPublication implements Publication {
  private final PublisherSettings settings;
  private final AdapterPublisher publisher;
  private final PublicationPolicy policy;
  private final Function<String, Task> definitions;

  /**
   * A publication.
   *
   * @param publisher of the same settings
   * @param definitions parses the definition of a task
   */
  public ControlPublication(
      PublisherSettings settings,
      AdapterPublisher publisher,
      PublicationPolicy policy,
      Function<String, Task> definitions) {
    this.definitions = definitions;
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
  public Optional<SamplerSettings> sampler(String task) {
    return state(task).map(AdapterControl::getSampler).map(json -> sampler(task, json));
  }

  static SamplerSettings sampler(String task, String json) {
    try {
      return SamplerSettings.fromJson(JsonText.parse(json, "sampler"), "sampler");
    } catch (IllegalArgumentException e) {
      throw new UserError(
          "the control record of task "
              + task
              + " asks for a sampler that is none: "
              + e.getMessage(),
          e);
    }
  }

  @Override
  public boolean isKnown(String task, String adapterId) {
    return state(task)
        .filter(state -> ControlChanges.known(state).containsKey(adapterId))
        .isPresent();
  }

  @Override
  public String publish(
      AdapterDirectory.Content adapter, Optional<String> rival, Optional<SamplerSettings> sampler) {
    var manifest = adapter.manifest();
    String id = manifest.adapterId();
    // Opened before the change: what is reported about it must not be missed.
    try (var watch = StatusWatch.open(settings)) {
      var published =
          publisher.push(
              adapter,
              before -> {
                Optional.ofNullable(before.getDefinition())
                    .ifPresent(json -> requireSameTask(manifest, definitions.apply(json)));
                requireSameSampler(before, id, sampler);
                return next(before, id, rival, policy);
              });
      String how =
          isCanary(published.state(), id)
              ? String.format(
                  Locale.ROOT, "on trial with %.3g of the measurements", policy.canaryShare())
              : "serving";
      return how + confirmed(watch, published, id);
    }
  }

  /** What the service says to it; an adapter that it refuses is taken back. */
  private String confirmed(StatusWatch watch, Published published, String id) {
    if (policy.confirmation().isZero()) {
      return "";
    }
    var report =
        watch.await(
            StatusWatch.settled(published, Optional.of(id)), status -> {}, policy.confirmation());
    if (report.isEmpty()) {
      return ", but no instance has reported on it within "
          + policy.confirmation().toSeconds()
          + " s";
    }
    var status = report.get();
    if (status.getState() == AdapterState.REFUSED) {
      publisher.change(published.state().getTask(), state -> without(state, id));
      throw new PublicationRefusedException(
          "adapter %s was taken back, for instance %s refuses it: %s"
              .formatted(id, status.getInstance(), status.getReason()));
    }
    return ", as instance " + status.getInstance() + " reports";
  }

  /** A task that was redefined meanwhile is no longer the one that was learned. */
  static void requireSameTask(AdapterManifest manifest, Task task) {
    if (!manifest.operatorFingerprint().equals(Operators.fingerprint(task.operator()))
        || !manifest.priorName().equals(task.prior())) {
      throw new PublicationRefusedException(
          "adapter %s was learned for another definition of task %s than it has by now"
              .formatted(manifest.adapterId(), task.name()));
    }
  }

  /** Settings that were changed meanwhile may favour another adapter. */
  static void requireSameSampler(
      AdapterControl state, String id, Optional<SamplerSettings> judgedWith) {
    var now = Optional.ofNullable(state.getSampler()).map(json -> sampler(state.getTask(), json));
    if (!now.equals(judgedWith)) {
      throw new PublicationRefusedException(
          "adapter %s was judged with %s, but by now the control topic asks for %s"
              .formatted(id, described(judgedWith), described(now)));
    }
  }

  private static String described(Optional<SamplerSettings> sampler) {
    return sampler.map(SamplerSettings::describe).orElse("the task's own sampler");
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
