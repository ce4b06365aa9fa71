package org.deftstream.service.control;

import java.util.Optional;
import java.util.Set;

/**
 * How a task is served at one moment, for people and monitoring. Immutable.
 *
 * @param task name of the task
 * @param prior name of its prior
 * @param method the method that serves: {@code deft}, or a training-free one
 * @param adapterId the adapter that serves, if one does
 * @param canaryId the adapter on trial, if there is one
 * @param canaryShare share of the measurements that the canary serves, in [0, 1]
 * @param validated the residuals that the adapter that serves left in its validation with the
 *     sampler that serves, if its manifest states them
 * @param loaded ids of the adapters that are loaded, those kept for a rollback included
 */
public record TaskView(
    String task,
    String prior,
    String method,
    Optional<String> adapterId,
    Optional<String> canaryId,
    double canaryShare,
    Optional<ResidualRange> validated,
    Set<String> loaded) {
  static TaskView of(Routing routing) {
    return new TaskView(
        routing.task().name(),
        routing.prior().name(),
        routing
            .serving()
            .map(adapter -> adapter.hTransform().method())
            .orElse(routing.trainingFree().method()),
        routing.serving().map(LoadedAdapter::id),
        routing.canary().map(LoadedAdapter::id),
        routing.canaryShare(),
        routing.serving().flatMap(adapter -> range(routing, adapter)),
        routing.loaded().keySet());
  }

  private static Optional<ResidualRange> range(Routing routing, LoadedAdapter adapter) {
    var sampler = routing.sampler().orElseGet(() -> adapter.sampler(routing.task()));
    return ResidualRange.of(adapter.manifest().validation(), sampler.describe());
  }
}
