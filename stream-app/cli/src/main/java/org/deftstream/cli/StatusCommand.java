package org.deftstream.cli;

import java.time.Instant;
import java.util.concurrent.Callable;
import org.deftstream.messaging.control.ControlTopic;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code deftstream status}: the instances at a glance. */
@Command(
    name = "status",
    description =
        "Show which instances are there, when each was last heard of, and what it serves.",
    footer = {
      "",
      "Example: deftstream status --set bootstrap.servers=localhost:9092 --json",
      "Exit codes: 0 an instance is there, 1 none is, or Kafka does not answer, 2 wrong usage."
    })
final class StatusCommand implements Callable<Integer> {
  @Mixin private SettingsOptions settings;

  @Option(names = "--json", description = "One JSON document on standard output.")
  private boolean json;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    var statuses = ControlTopic.statuses(ControlAccess.of(settings.read())).values();
    var status = new ClusterStatus(statuses, Instant.now());
    var out = spec.commandLine().getOut();
    out.print(json ? status.json() + System.lineSeparator() : status.text());
    out.flush();
    return status.present() ? 0 : 1;
  }
}
