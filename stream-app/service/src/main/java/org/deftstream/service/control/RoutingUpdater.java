package org.deftstream.service.control;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.deftstream.schemas.avro.AdapterState;

/**
 * Changes what is served and lets go what is served no longer: flips the routing first, then
 * drains. Belongs to the control thread.
 */
final class RoutingUpdater {
  private final TaskTable table;
  private final Consumer<StatusEvent> reports;
  private final Executor later;
  private final Map<String, StatusEvent> latest = new HashMap<>();
  private final Set<LoadedAdapter> draining = new HashSet<>();

  /** Offsets of the control records that were done or refused last, by task. */
  private final Map<String, Long> answered = new HashMap<>();

  /**
   * A updater.
   *
   * @param later runs tasks on the control thread, never at once: leases come back on other
   *     threads, which must not wait for a network to close or a report to be written
   */
  RoutingUpdater(TaskTable table, Consumer<StatusEvent> reports, Executor later) {
    this.table = table;
    this.reports = reports;
    this.later = later;
  }

  /** What is reported of a task from now on is what became of this control record. */
  void answers(String task, long controlOffset) {
    answered.put(task, controlOffset);
  }

  /**
   * Serves a task as stated, for measurements that come from now on. Adapters that are not in the
   * new routing are closed when their last measurement has ended; those kept in it for a rollback
   * stay loaded, and are reported as drained at that moment.
   */
  void flip(Routing next) {
    String task = next.task().name();
    var old = table.routing(task);
    table.flip(next);
    old.ifPresent(routing -> release(routing, next));
    next.loaded().values().stream()
        .filter(adapter -> isActive(adapter, next))
        .forEach(this::keepServing);
    settle(report(task, next.serving().map(LoadedAdapter::id), AdapterState.SERVING));
    next.canary()
        .ifPresent(
            canary ->
                reports.accept(
                    report(
                        task,
                        Optional.of(canary.id()),
                        AdapterState.SERVING,
                        Optional.of("canary with share " + next.canaryShare()))));
  }

  private void release(Routing old, Routing next) {
    for (var adapter : old.loaded().values()) {
      boolean stays = next.loaded().containsValue(adapter);
      if (isActive(adapter, old) && !isActive(adapter, next)) {
        drain(adapter, old.task().name());
      }
      if (!stays) {
        letGo(adapter, old.task().name());
      }
    }
  }

  private void drain(LoadedAdapter adapter, String task) {
    draining.add(adapter);
    reports.accept(report(task, Optional.of(adapter.id()), AdapterState.DRAINING));
    adapter.leases().whenIdle(() -> later.execute(() -> drained(adapter, task)));
  }

  private void keepServing(LoadedAdapter adapter) {
    if (draining.remove(adapter)) {
      adapter.leases().cancelWhenIdle();
    }
  }

  private void drained(LoadedAdapter adapter, String task) {
    if (draining.remove(adapter) && isGone(adapter.id(), task)) {
      reports.accept(report(task, Optional.of(adapter.id()), AdapterState.DRAINED));
      // The topic keeps the last report of each task: that must tell what serves, not what went.
      Optional.ofNullable(latest.get(task)).ifPresent(reports);
    }
  }

  /** False if the same adapter was loaded again before this one had drained. */
  private boolean isGone(String adapterId, String task) {
    return draining.stream().noneMatch(other -> other.id().equals(adapterId))
        && table
            .routing(task)
            .filter(
                routing ->
                    Stream.of(routing.serving(), routing.canary())
                        .flatMap(Optional::stream)
                        .anyMatch(active -> active.id().equals(adapterId)))
            .isEmpty();
  }

  /** Closes an adapter when its last measurement has ended. */
  void letGo(LoadedAdapter adapter, String task) {
    adapter.letGo(later, () -> drained(adapter, task));
  }

  /** Reports that an adapter, or a task's state, is not served; what was served before goes on. */
  void refuse(String task, Optional<String> adapterId, String reason) {
    settle(
        report(task, adapterId, AdapterState.REFUSED, Optional.of(reason + "; " + servesOn(task))));
  }

  /** Reports a step on the way of an adapter. */
  void progress(String task, String adapterId, AdapterState state) {
    reports.accept(report(task, Optional.of(adapterId), state));
  }

  /** Stops serving a task. */
  void retire(String task) {
    var old = table.routing(task);
    table.remove(task);
    old.ifPresent(
        routing -> {
          for (var adapter : routing.loaded().values()) {
            if (isActive(adapter, routing)) {
              drain(adapter, task);
            }
            letGo(adapter, task);
          }
        });
    settle(report(task, Optional.empty(), AdapterState.RETIRED));
  }

  /** Lets every adapter go and reports that nothing is served any more: the instance ends. */
  void close() {
    for (var routing : table.all()) {
      table.remove(routing.task().name());
      routing.loaded().values().forEach(adapter -> letGo(adapter, routing.task().name()));
      settle(report(routing.task().name(), Optional.empty(), AdapterState.STOPPED));
    }
  }

  /** The last word on each task that is served. */
  List<StatusEvent> standing() {
    return table.tasks().stream().map(latest::get).filter(Objects::nonNull).toList();
  }

  private StatusEvent report(String task, Optional<String> adapterId, AdapterState state) {
    return report(task, adapterId, state, Optional.empty());
  }

  private StatusEvent report(
      String task, Optional<String> adapterId, AdapterState state, Optional<String> reason) {
    return StatusEvent.now(task, adapterId, state, reason, Optional.ofNullable(answered.get(task)));
  }

  private void settle(StatusEvent report) {
    latest.put(report.task(), report);
    reports.accept(report);
  }

  private String servesOn(String task) {
    return table
        .routing(task)
        .map(
            routing ->
                routing
                        .serving()
                        .map(adapter -> "adapter " + adapter.id())
                        .orElse("the training-free method")
                    + " serves on")
        .orElse("the task is not served");
  }

  private static boolean isActive(LoadedAdapter adapter, Routing routing) {
    return routing.serving().filter(adapter::equals).isPresent()
        || routing.canary().filter(adapter::equals).isPresent();
  }
}
