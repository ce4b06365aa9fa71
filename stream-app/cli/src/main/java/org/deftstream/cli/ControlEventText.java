package org.deftstream.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeSet;
import org.deftstream.messaging.control.ControlChanges;
import org.deftstream.messaging.control.ControlHistory.Change;
import org.deftstream.messaging.control.ControlHistory.Event;
import org.deftstream.messaging.control.ControlHistory.Report;
import org.deftstream.schemas.PrintableText;
import org.deftstream.schemas.avro.AdapterControl;
import org.deftstream.schemas.avro.AdapterRef;
import org.deftstream.schemas.avro.Serve;

/** What happened to a task, as text and as JSON. What came from outside is one printable line. */
final class ControlEventText {
  private static final int LONGEST = 300;
  private static final String TRAINING_FREE = "training-free";

  private ControlEventText() {}

  /** One line. */
  static String line(Event event) {
    return "%s  %s  %s: %s"
        .formatted(event.at(), printable(event.task()), who(event), String.join("; ", what(event)));
  }

  /** The same for programs. */
  static ObjectNode json(Event event) {
    var node =
        JsonNodeFactory.instance
            .objectNode()
            .put("at", event.at().toString())
            .put("task", event.task())
            .put("kind", event instanceof Change ? "asked" : "reported");
    if (event instanceof Change change) {
      node.put("by", change.after() == null ? null : change.after().getIssuedBy());
      if (change.after() != null) {
        node.put("serves", serves(change.after()))
            .put("canary", id(change.after().getCanary()))
            .put("canaryShare", change.after().getCanaryShare());
      }
    } else if (event instanceof Report report) {
      node.put("by", report.status().getInstance())
          .put("adapterId", report.status().getAdapterId())
          .put("state", report.status().getState().name())
          .put("reason", report.status().getReason());
    }
    what(event).forEach(node.putArray("what")::add);
    return node;
  }

  private static String who(Event event) {
    if (event instanceof Report report) {
      return "instance " + printable(report.status().getInstance());
    }
    return Optional.ofNullable(((Change) event).after())
        .map(AdapterControl::getIssuedBy)
        .filter(name -> !name.isEmpty())
        .map(name -> "asked by " + printable(name))
        .orElse("asked");
  }

  private static List<String> what(Event event) {
    if (event instanceof Report report) {
      var status = report.status();
      return List.of(
          printable(Optional.ofNullable(status.getAdapterId()).orElse(TRAINING_FREE))
              + " "
              + status.getState().name().toLowerCase(Locale.ROOT)
              + (status.getReason() == null ? "" : ": " + printable(status.getReason())));
    }
    var change = (Change) event;
    return change.after() == null
        ? List.of("retire the task")
        : changes(Optional.ofNullable(change.before()), change.after());
  }

  private static List<String> changes(Optional<AdapterControl> before, AdapterControl after) {
    var changes = new ArrayList<String>();
    var served = before.map(ControlEventText::serves);
    if (served.filter(serves(after)::equals).isEmpty()) {
      changes.add("serve " + serves(after) + served.map(each -> " instead of " + each).orElse(""));
    }
    var tried = before.map(AdapterControl::getCanary).map(ControlEventText::id);
    if (after.getCanary() != null) {
      var share = after.getCanaryShare();
      if (tried.filter(id(after.getCanary())::equals).isEmpty()
          || before.filter(each -> each.getCanaryShare() == share).isEmpty()) {
        changes.add("try " + id(after.getCanary()) + " on a share of " + share);
      }
    } else {
      tried.ifPresent(id -> changes.add("end the trial of " + id));
    }
    var known = new TreeSet<>(ControlChanges.known(after).keySet());
    var knew = new TreeSet<String>();
    before.ifPresent(each -> knew.addAll(ControlChanges.known(each).keySet()));
    known.stream()
        .filter(id -> !knew.contains(id))
        .forEach(id -> changes.add("make " + printable(id) + " known"));
    knew.stream()
        .filter(id -> !known.contains(id))
        .forEach(id -> changes.add("forget " + printable(id)));
    before.ifPresent(
        each -> {
          if (!Objects.equals(each.getDefinition(), after.getDefinition())) {
            changes.add("another definition of the task");
          }
          if (!Objects.equals(each.getSampler(), after.getSampler())) {
            changes.add("another sampler");
          }
        });
    return changes.isEmpty() ? List.of("the same again") : changes;
  }

  private static String serves(AdapterControl state) {
    return state.getServe() == Serve.ADAPTER && state.getStable() != null
        ? id(state.getStable())
        : TRAINING_FREE;
  }

  private static String id(AdapterRef ref) {
    return ref == null ? null : printable(ref.getAdapterId());
  }

  private static String printable(String text) {
    return PrintableText.line(text, LONGEST);
  }
}
