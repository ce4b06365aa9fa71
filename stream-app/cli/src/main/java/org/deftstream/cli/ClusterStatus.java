package org.deftstream.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.deftstream.messaging.control.Heartbeats;
import org.deftstream.schemas.PrintableText;
import org.deftstream.schemas.avro.AdapterState;
import org.deftstream.schemas.avro.AdapterStatus;

/** The instances by what they reported last, as text and as JSON. Immutable. */
final class ClusterStatus {
  private static final int TEXT = 200;

  private final Map<String, List<AdapterStatus>> instances = new TreeMap<>();
  private final Instant now;

  /**
   * A status.
   *
   * @param statuses the last report of each instance on each task
   * @param now the moment of which it is
   */
  ClusterStatus(Collection<AdapterStatus> statuses, Instant now) {
    this.now = now;
    for (var each : statuses) {
      instances
          .computeIfAbsent(PrintableText.line(each.getInstance(), TEXT), name -> new ArrayList<>())
          .add(each);
    }
  }

  /** Whether at least one instance serves. */
  boolean present() {
    return instances.values().stream().anyMatch(reports -> state(reports).equals("serving"));
  }

  private String state(List<AdapterStatus> reports) {
    if (reports.stream().allMatch(each -> each.getState() == AdapterState.STOPPED)) {
      return "stopped";
    }
    if (reports.stream().anyMatch(each -> Heartbeats.gone(each, now))) {
      return "gone";
    }
    return count(reports, AdapterState.SERVING) > 0 ? "serving" : "idle";
  }

  private static long count(List<AdapterStatus> reports, AdapterState state) {
    return reports.stream().filter(each -> each.getState() == state).count();
  }

  private static Instant seen(List<AdapterStatus> reports) {
    return reports.stream()
        .map(each -> Optional.ofNullable(each.getSeenAt()).orElse(each.getAt()))
        .max(Instant::compareTo)
        .orElseThrow();
  }

  /** Seconds since an instance was heard of, by both clocks. */
  private long age(List<AdapterStatus> reports) {
    return Math.max(0, Duration.between(seen(reports), now).toSeconds());
  }

  /** A line for each instance, and one for each adapter that one refused. */
  String text() {
    var out = new StringBuilder();
    instances.forEach(
        (name, reports) -> {
          out.append(
              "%-24s %-8s heard of %d s ago, serves %d tasks%n"
                  .formatted(
                      name, state(reports), age(reports), count(reports, AdapterState.SERVING)));
          reports.stream()
              .filter(each -> each.getState() == AdapterState.REFUSED)
              .forEach(
                  each ->
                      out.append(
                          "  refused %s for %s: %s%n"
                              .formatted(
                                  PrintableText.line(each.getAdapterId(), TEXT),
                                  PrintableText.line(each.getTask(), TEXT),
                                  PrintableText.line(each.getReason(), TEXT))));
        });
    return out.isEmpty() ? "no instance has ever reported\n" : out.toString();
  }

  /** The same as a document. */
  ObjectNode json() {
    var document = JsonNodeFactory.instance.objectNode().put("present", present());
    var list = document.putArray("instances");
    instances.forEach(
        (name, reports) ->
            list.addObject()
                .put("instance", name)
                .put("state", state(reports))
                .put("seenAt", seen(reports).toString())
                .put("ageSeconds", age(reports))
                .put("serving", count(reports, AdapterState.SERVING))
                .put("refused", count(reports, AdapterState.REFUSED)));
    return document;
  }
}
