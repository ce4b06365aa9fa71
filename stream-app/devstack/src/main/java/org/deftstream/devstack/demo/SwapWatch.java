package org.deftstream.devstack.demo;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.deftstream.devstack.demo.DemoResult.SwapStep;
import org.deftstream.schemas.avro.AdapterState;

/**
 * Follows the change of method on the topic of adapter states, from the moment the adapters are
 * published until each of them serves. Not thread-safe.
 */
final class SwapWatch {
  private static final String ANY = "";

  private final Map<String, String> adapterOfTask;
  private final Set<String> serving = new HashSet<>();
  private final List<Inbox.Status> seen = new ArrayList<>();
  private Instant publishedAt;
  private Instant servingAt;
  private String refusal;

  /**
   * Waits for these adapters.
   *
   * @param adapterOfTask adapter id of each task
   */
  SwapWatch(Map<String, String> adapterOfTask) {
    this.adapterOfTask = Map.copyOf(adapterOfTask);
  }

  /** Waits for any adapter of a task: which one is not known before. */
  static SwapWatch forAny(String task) {
    return new SwapWatch(Map.of(task, ANY));
  }

  /** The adapters are being published now. */
  void published(Instant at) {
    publishedAt = at;
  }

  /** Whether {@link #published} was called. */
  boolean begun() {
    return publishedAt != null;
  }

  /** What was reported last, in a word; empty before anything was. */
  String lastState() {
    return seen.isEmpty()
        ? ""
        : seen.get(seen.size() - 1).status().getState().name().toLowerCase(Locale.ROOT);
  }

  /** Whether every adapter serves. */
  boolean done() {
    return servingAt != null;
  }

  /** Why an adapter was refused, if one was. */
  Optional<String> refusal() {
    return Optional.ofNullable(refusal);
  }

  /** Takes note of a report of the service. */
  void accept(Inbox.Status status) {
    var report = status.status();
    if (publishedAt == null || !adapterOfTask.containsKey(report.getTask())) {
      return;
    }
    seen.add(status);
    String awaited = adapterOfTask.get(report.getTask());
    boolean isAwaited =
        awaited.equals(ANY) ? report.getAdapterId() != null : awaited.equals(report.getAdapterId());
    if (!isAwaited) {
      return;
    }
    if (report.getState() == AdapterState.REFUSED) {
      refusal = "adapter " + report.getAdapterId() + " was refused: " + report.getReason();
    } else if (report.getState() == AdapterState.SERVING) {
      serving.add(report.getTask());
      if (servingAt == null && serving.size() == adapterOfTask.size()) {
        servingAt = report.getAt();
      }
    }
  }

  /**
   * The change as figures; null if it was not begun or not finished.
   *
   * @param start when the first record was sent
   */
  DemoResult.Swap figures(Instant start, List<Tally.Answered> answers) {
    if (!done()) {
      return null;
    }
    int meanwhile =
        (int)
            answers.stream()
                .filter(a -> a.at().isAfter(publishedAt) && a.at().isBefore(servingAt))
                .count();
    var steps = new ArrayList<SwapStep>();
    for (var status : seen) {
      var report = status.status();
      steps.add(
          new SwapStep(
              millis(start, report.getAt()),
              report.getTask(),
              report.getAdapterId(),
              report.getState().name(),
              report.getReason()));
    }
    double from = millis(start, publishedAt);
    double to = millis(start, servingAt);
    return new DemoResult.Swap(from, to, to - from, meanwhile, steps);
  }

  private static double millis(Instant start, Instant at) {
    return start.until(at, ChronoUnit.MICROS) / 1e3;
  }
}
