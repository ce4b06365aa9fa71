package org.deftstream.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintWriter;
import java.security.PrivateKey;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.deftstream.deft.UserError;
import org.deftstream.deft.adapter.AdapterDirectory;
import org.deftstream.deft.text.Nearest;
import org.deftstream.messaging.config.ConnectionKeys;
import org.deftstream.messaging.config.ServiceSettings;
import org.deftstream.messaging.control.AdapterPublisher;
import org.deftstream.messaging.control.ControlTopic;
import org.deftstream.messaging.control.Published;
import org.deftstream.messaging.control.PublisherSettings;
import org.deftstream.messaging.control.StatusWatch;
import org.deftstream.schemas.Serdes;
import org.deftstream.schemas.avro.AdapterControl;
import org.deftstream.schemas.avro.AdapterRef;
import org.deftstream.schemas.avro.AdapterState;
import org.deftstream.schemas.avro.AdapterStatus;
import org.deftstream.schemas.avro.Serve;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Spec.Target;

/**
 * The options of a command that changes a task, and the change itself: publish, then wait until an
 * instance has done it, or refused.
 */
final class ControlAccess {
  @Mixin private SettingsOptions settings;

  @Option(
      names = "--wait",
      paramLabel = "SECONDS",
      defaultValue = "60",
      description =
          "How long to wait until an instance reports, 0 not to wait (default: ${DEFAULT-VALUE}).")
  private int wait;

  @Option(names = "--json", description = "One JSON document on standard output.")
  private boolean json;

  @Spec(Target.MIXEE)
  private CommandSpec spec;

  /** How the control topics are reached with these settings. */
  static PublisherSettings of(ServiceSettings service) {
    return new PublisherSettings(
        service.kafkaConfig(),
        Serdes.of(service.registryUrl(), service.connection().registryConfig()),
        service.topics(),
        service.get(ConnectionKeys.CONNECT_TIMEOUT),
        System.getProperty("user.name", ""));
  }

  /** Changes a task and waits until what is to serve it is reported. */
  int change(String task, UnaryOperator<AdapterControl> change) {
    return change(task, change, ControlAccess::serving);
  }

  /** Changes a task and waits until its canary is reported. */
  int changeCanary(String task, UnaryOperator<AdapterControl> change) {
    return change(task, change, ControlAccess::canary);
  }

  private int change(
      String task,
      UnaryOperator<AdapterControl> change,
      Function<AdapterControl, Optional<String>> awaited) {
    var access = of(settings.read());
    var publisher = new AdapterPublisher(access);
    var step = new ReversibleChange(change);
    return await(access, () -> publisher.change(task, step), awaited, () -> step.undo(publisher));
  }

  /**
   * Publishes an adapter, changes its task and waits.
   *
   * @param signKey signs the adapter, if given
   * @param onTrial whether to wait for the canary, not for what serves
   */
  int push(
      AdapterDirectory.Content adapter,
      Optional<PrivateKey> signKey,
      UnaryOperator<AdapterControl> then,
      boolean onTrial) {
    var access = of(settings.read());
    var publisher = new AdapterPublisher(access, signKey);
    var step = new ReversibleChange(then);
    return await(
        access,
        () -> publisher.push(adapter, step),
        onTrial ? ControlAccess::canary : ControlAccess::serving,
        () -> step.undo(publisher));
  }

  /** Retires a task and waits. */
  int retire(String task) {
    var access = of(settings.read());
    requireKnown(access, task);
    return await(
        access,
        () -> new AdapterPublisher(access).retire(task),
        ControlAccess::serving,
        () -> false);
  }

  /** What nobody asked for and no instance reported on is a slip of the pen. */
  private static void requireKnown(PublisherSettings access, String task) {
    var names = new TreeSet<>(ControlTopic.read(access).keySet());
    ControlTopic.statuses(access).values().stream()
        .filter(status -> status.getState() != AdapterState.RETIRED)
        .forEach(status -> names.add(status.getTask()));
    if (!names.contains(task)) {
      throw new UserError(
          "task '"
              + task
              + "' has no control record and no instance reports on it, so there is nothing to"
              + " retire"
              + Nearest.hint(task, names));
    }
  }

  private int await(
      PublisherSettings access,
      Supplier<Published> publish,
      Function<AdapterControl, Optional<String>> awaited,
      BooleanSupplier undo) {
    if (wait <= 0) {
      var task = publish.get().state().getTask();
      print(
          JsonNodeFactory.instance.objectNode().put("task", task).put("state", "PUBLISHED"),
          "the change of task " + task + " is published; no report was awaited");
      return 0;
    }
    try (var watch = StatusWatch.open(access)) {
      var published = publish.get();
      String task = published.state().getTask();
      var adapterId = awaited.apply(published.state());
      var report =
          watch.await(
              StatusWatch.settled(published, adapterId),
              status -> progress(task, status),
              Duration.ofSeconds(wait));
      return judge(task, adapterId, report, undo);
    }
  }

  /** The adapter that is to serve; empty for the training-free method and for a retired task. */
  private static Optional<String> serving(AdapterControl state) {
    return state.getServe() == Serve.ADAPTER
        ? Optional.ofNullable(state.getStable()).map(AdapterRef::getAdapterId)
        : Optional.empty();
  }

  private static Optional<String> canary(AdapterControl state) {
    return Optional.ofNullable(state.getCanary()).map(AdapterRef::getAdapterId);
  }

  private void progress(String task, AdapterStatus status) {
    if (status.getTask().equals(task)) {
      PrintWriter err = spec.commandLine().getErr();
      err.println(AdapterListing.line(status));
      err.flush();
    }
  }

  private int judge(
      String task,
      Optional<String> adapterId,
      Optional<AdapterStatus> report,
      BooleanSupplier undo) {
    String what = adapterId.map(id -> "adapter " + id).orElse("the change");
    if (report.isEmpty()) {
      throw new UserError(
          what
              + " of task "
              + task
              + " is published, but no instance reported on it within "
              + wait
              + " s; is one running? deftstream adapters list shows them");
    }
    if (report.get().getState() == AdapterState.REFUSED) {
      throw new UserError(
          "instance "
              + report.get().getInstance()
              + " refuses "
              + what
              + ": "
              + Objects.toString(report.get().getReason(), "no reason given")
              + (undo.getAsBoolean()
                  ? "; the task's record is put back to what it was"
                  : "; the task's record asks for it still"));
    }
    var status = report.get();
    print(AdapterListing.report(status).put("task", status.getTask()), AdapterListing.line(status));
    return 0;
  }

  private void print(ObjectNode document, String line) {
    PrintWriter out = spec.commandLine().getOut();
    out.println(json ? document.toString() : line);
    out.flush();
  }
}
