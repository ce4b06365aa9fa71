package org.deftstream.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeSet;
import org.deftstream.messaging.control.ControlChanges;
import org.deftstream.messaging.control.Heartbeats;
import org.deftstream.schemas.avro.AdapterControl;
import org.deftstream.schemas.avro.AdapterRef;
import org.deftstream.schemas.avro.AdapterStatus;

/** What is asked of each task and what the instances report, as text and as JSON. */
final class AdapterListing {
  private final Map<String, AdapterControl> controls;
  private final Collection<AdapterStatus> statuses;
  private final Instant now;

  /**
   * A listing.
   *
   * @param controls control records by task
   * @param statuses the last reports, by whatever key
   * @param now the moment of which it is
   */
  AdapterListing(
      SortedMap<String, AdapterControl> controls,
      SortedMap<String, AdapterStatus> statuses,
      Instant now) {
    this.controls = controls;
    this.now = now;
    this.statuses = statuses.values();
  }

  /** A report in one line: {@code instance-1 head-ct-64/ct-sparse-20 ct-7 serving}. */
  static String line(AdapterStatus status) {
    String text =
        "%s  %s  %s  %s"
            .formatted(
                status.getInstance(),
                status.getTask(),
                Optional.ofNullable(status.getAdapterId()).orElse("training-free"),
                status.getState().name().toLowerCase(Locale.ROOT));
    return status.getReason() == null ? text : text + ": " + status.getReason();
  }

  /** What a report says of this moment. */
  private String current(AdapterStatus status) {
    return Heartbeats.gone(status, now)
        ? "%s  %s  gone: not heard of since %s, its last report was %s"
            .formatted(
                status.getInstance(),
                status.getTask(),
                status.getSeenAt(),
                status.getState().name().toLowerCase(Locale.ROOT))
        : line(status) + " since " + status.getAt();
  }

  private List<String> tasks() {
    var names = new TreeSet<>(controls.keySet());
    statuses.forEach(status -> names.add(status.getTask()));
    return List.copyOf(names);
  }

  private List<AdapterStatus> of(String task) {
    return statuses.stream().filter(status -> status.getTask().equals(task)).toList();
  }

  /** A few lines for each task. */
  String text() {
    var out = new StringBuilder();
    for (String task : tasks()) {
      out.append(task).append('\n');
      var state = controls.get(task);
      if (state == null) {
        line(out, "asked for", "nothing: as shipped, training-free");
      } else {
        line(out, "asked for", state.getServe().name().toLowerCase(Locale.ROOT).replace('_', '-'));
        line(out, "stable", id(state.getStable()));
        line(out, "canary", canary(state));
        line(out, "previous", id(state.getPrevious()));
        line(out, "known", String.join(", ", ControlChanges.known(state).keySet()));
        line(out, "since", state.getIssuedAt() + by(state));
      }
      of(task).forEach(status -> line(out, "instance", current(status)));
    }
    return out.isEmpty() ? "no task has a control record or a report\n" : out.toString();
  }

  private static void line(StringBuilder out, String name, String value) {
    if (value != null && !value.isEmpty()) {
      out.append("  %-10s %s%n".formatted(name, value));
    }
  }

  private static String id(AdapterRef ref) {
    return ref == null ? null : ref.getAdapterId();
  }

  private static String canary(AdapterControl state) {
    return state.getCanary() == null
        ? null
        : id(state.getCanary()) + " with share " + state.getCanaryShare();
  }

  private static String by(AdapterControl state) {
    return state.getIssuedBy().isEmpty() ? "" : " by " + state.getIssuedBy();
  }

  /** The same as a document. */
  ObjectNode json() {
    var document = JsonNodeFactory.instance.objectNode();
    var list = document.putArray("tasks");
    for (String task : tasks()) {
      var node = list.addObject().put("task", task);
      Optional.ofNullable(controls.get(task)).ifPresent(state -> describe(state, node));
      var instances = node.putArray("instances");
      for (var status : of(task)) {
        instances.add(report(status).put("gone", Heartbeats.gone(status, now)));
      }
    }
    return document;
  }

  /** A report as a document. */
  static ObjectNode report(AdapterStatus status) {
    return JsonNodeFactory.instance
        .objectNode()
        .put("instance", status.getInstance())
        .put("adapterId", status.getAdapterId())
        .put("state", status.getState().name())
        .put("reason", status.getReason())
        .put("at", status.getAt().toString())
        .put("seenAt", Objects.toString(status.getSeenAt(), null));
  }

  private static void describe(AdapterControl state, ObjectNode node) {
    node.put("serve", state.getServe().name())
        .put("stable", id(state.getStable()))
        .put("canary", id(state.getCanary()))
        .put("canaryShare", state.getCanaryShare())
        .put("previous", id(state.getPrevious()))
        .put("defined", state.getDefinition() != null)
        .put("issuedAt", state.getIssuedAt().toString())
        .put("issuedBy", state.getIssuedBy());
    ControlChanges.known(state).keySet().forEach(node.putArray("known")::add);
  }
}
