package org.deftstream.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.deftstream.deft.UserError;
import org.deftstream.messaging.control.ControlHistory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code deftstream adapters log}: who asked for what, and what came of it. */
@Command(
    name = "log",
    description = {
      "Show who asked for which adapter when, and what the instances made of it.",
      "As far back as the topics hold it: they are compacted, so of what is old only the last"
          + " remains."
    },
    footer = {
      "",
      "Example: deftstream adapters log --task head-ct-64/ct-sparse-20 --json",
      "Exit codes: 0 shown, 1 Kafka or the registry does not answer, 2 wrong usage."
    })
final class AdaptersLogCommand implements Callable<Integer> {
  private static final int MOST = 10_000;

  @Mixin private SettingsOptions settings;

  @Option(names = "--task", paramLabel = "TASK", description = "Only what concerns this task.")
  private String task;

  @Option(
      names = "--limit",
      paramLabel = "N",
      defaultValue = "100",
      description =
          "How many at most, the youngest, 1 to " + MOST + " (default: ${DEFAULT-VALUE}).")
  private int limit;

  @Option(names = "--json", description = "One JSON document on standard output.")
  private boolean json;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    if (limit < 1 || limit > MOST) {
      throw new UserError("--limit must be from 1 to " + MOST + ", got " + limit);
    }
    var events =
        ControlHistory.read(ControlAccess.of(settings.read()), Optional.ofNullable(task), limit);
    var out = spec.commandLine().getOut();
    if (json) {
      var document = JsonNodeFactory.instance.objectNode();
      var list = document.putArray("events");
      events.forEach(event -> list.add(ControlEventText.json(event)));
      out.println(document);
    } else {
      events.forEach(event -> out.println(ControlEventText.line(event)));
    }
    out.flush();
    return 0;
  }
}
