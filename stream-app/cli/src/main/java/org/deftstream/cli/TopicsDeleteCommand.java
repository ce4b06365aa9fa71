package org.deftstream.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.concurrent.Callable;
import org.deftstream.deft.UserError;
import org.deftstream.messaging.admin.TopicRemoval;
import org.deftstream.messaging.config.ServiceKeys;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code deftstream topics delete}. */
@Command(
    name = "delete",
    description = {
      "Delete the topics with all records in them, the service's internal topics and its consumer"
          + " group.",
      "Refused while an instance of the service runs. Without --yes it only says what it would"
          + " delete."
    },
    footer = {
      "",
      "Example: deftstream topics delete --schemas",
      "Exit codes: 0 deleted, 1 an instance runs, or Kafka does not answer or refuses, 2 wrong usage."
    })
final class TopicsDeleteCommand implements Callable<Integer> {
  @Mixin private SettingsOptions settings;

  @Option(names = "--yes", description = "Do it. What is deleted cannot be brought back.")
  private boolean yes;

  @Option(
      names = "--schemas",
      description = "Delete the schemas' subjects too; records elsewhere stay readable.")
  private boolean schemas;

  @Option(names = "--json", description = "One JSON document on standard output.")
  private boolean json;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    var service = settings.read();
    var removal =
        new TopicRemoval(
            service.connection(), service.topics(), service.get(ServiceKeys.APPLICATION_ID));
    var plan = removal.plan(schemas);
    var out = spec.commandLine().getOut();
    if (json) {
      if (yes && !plan.isEmpty()) {
        removal.execute(plan);
      }
      var document = JsonNodeFactory.instance.objectNode().put("deleted", yes && !plan.isEmpty());
      plan.topics().forEach(document.putArray("topics")::add);
      document.put("group", plan.group().orElse(null));
      plan.subjects().forEach(document.putArray("subjects")::add);
      out.println(document);
      out.flush();
      return notDone(plan);
    }
    if (plan.isEmpty()) {
      out.println("there is nothing to delete");
      out.flush();
      return 0;
    }
    plan.topics().forEach(name -> out.println("topic           " + name));
    plan.group().ifPresent(name -> out.println("consumer group  " + name));
    plan.subjects().forEach(name -> out.println("subject         " + name));
    out.flush();
    notDone(plan);
    removal.execute(plan);
    out.println("deleted");
    out.flush();
    return 0;
  }

  private int notDone(TopicRemoval.Plan plan) {
    if (!yes && !plan.isEmpty()) {
      throw new UserError(
          "nothing was deleted; to delete these, say: deftstream topics delete --yes");
    }
    return 0;
  }
}
