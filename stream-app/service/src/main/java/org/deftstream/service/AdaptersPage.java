package org.deftstream.service;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Collection;
import java.util.TreeSet;
import org.deftstream.schemas.avro.AdapterControl;
import org.deftstream.schemas.avro.AdapterRef;
import org.deftstream.service.control.TaskStatus;
import org.deftstream.service.control.TaskView;

/** The page {@code /adapters}: of every task what is asked for, what is served, and the history. */
final class AdaptersPage {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  private AdaptersPage() {}

  static ObjectNode of(String instance, Collection<TaskStatus> tasks) {
    var document = JSON.objectNode().put("instance", instance);
    var list = document.putArray("tasks");
    for (var status : tasks) {
      var node = list.addObject().put("task", status.task());
      node.set("desired", status.desired().map(AdaptersPage::desired).orElse(null));
      node.set("served", status.served().map(AdaptersPage::served).orElse(null));
      var history = node.putArray("history");
      for (var event : status.history()) {
        history
            .addObject()
            .put("at", event.at().toString())
            .put("adapter", event.adapterId().orElse(null))
            .put("state", event.state().name())
            .put("reason", event.reason().orElse(null));
      }
    }
    return document;
  }

  private static ObjectNode desired(AdapterControl state) {
    return JSON.objectNode()
        .put("serve", state.getServe().name())
        .put("stable", id(state.getStable()))
        .put("canary", id(state.getCanary()))
        .put("canaryShare", state.getCanaryShare())
        .put("previous", id(state.getPrevious()))
        .put("issuedAt", state.getIssuedAt().toString())
        .put("issuedBy", state.getIssuedBy());
  }

  private static ObjectNode served(TaskView view) {
    var node =
        JSON.objectNode()
            .put("method", view.method())
            .put("prior", view.prior())
            .put("adapter", view.adapterId().orElse(null))
            .put("canary", view.canaryId().orElse(null))
            .put("canaryShare", view.canaryShare());
    view.validated()
        .ifPresent(
            range ->
                node.putObject("validatedResidual")
                    .put("low", range.low())
                    .put("high", range.high()));
    new TreeSet<>(view.loaded()).forEach(node.putArray("loaded")::add);
    return node;
  }

  private static String id(AdapterRef ref) {
    return ref == null ? null : ref.getAdapterId();
  }
}
