package org.deftstream.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.deftstream.deft.UserError;
import org.deftstream.messaging.admin.TopicAdmin;
import org.deftstream.messaging.admin.TopicReport;
import org.deftstream.messaging.config.ServiceKeys;
import org.deftstream.schemas.Topics;
import org.deftstream.service.ledger.LedgerStore;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code deftstream topics}: the topics and the schemas of their values. */
@Command(
    name = "topics",
    description = "Create, check and delete the topics and the schemas of their values.",
    subcommands = {
      TopicsCommand.Create.class,
      TopicsCommand.Describe.class,
      TopicsDeleteCommand.class
    })
final class TopicsCommand extends CommandGroup {

  /** {@code deftstream topics create}. */
  @Command(
      name = "create",
      description = {
        "Create the topics that are missing and register the schemas. What exists is left as it is,",
        "unless --partitions asks for more than the topics of the service have: these are grown then,"
            + " all that belong together, with the topic of its ledger."
      },
      footer = {
        "",
        "Example: deftstream topics create --partitions 8 --replication 3",
        "Exit codes: 0 all are there, 1 Kafka or the registry does not answer or refuses, 2 wrong usage."
      })
  static final class Create implements Callable<Integer> {
    @Mixin private SettingsOptions settings;

    @Option(
        names = "--partitions",
        paramLabel = "N",
        description =
            "Partitions of the topics that carry data (default: "
                + Topics.DEFAULT_PARTITIONS
                + " for those that are made).")
    private Integer partitions;

    @Option(
        names = "--replication",
        paramLabel = "N",
        description = "Copies of each partition (default: the cluster's own).")
    private Short replication;

    @Option(names = "--json", description = "One JSON document on standard output.")
    private boolean json;

    @Spec private CommandSpec spec;

    @Override
    public Integer call() {
      if (partitions != null) {
        requirePositive("--partitions", partitions);
      }
      if (replication != null) {
        requirePositive("--replication", replication);
      }
      var service = settings.read();
      var admin = new TopicAdmin(service.connection());
      var out = spec.commandLine().getOut();
      var replicas = Optional.ofNullable(replication);
      int number = partitions == null ? Topics.DEFAULT_PARTITIONS : partitions;
      var grownFrom = new TreeMap<String, Integer>();
      var reports = admin.create(service.topics(), number, replicas);
      if (partitions != null) {
        var changelog = LedgerStore.changelog(service.get(ServiceKeys.APPLICATION_ID));
        var grown = admin.grow(service.topics(), changelog, partitions);
        if (!grown.isEmpty()) {
          grown.forEach((name, before) -> grownFrom.put(name, before));
          reports = admin.create(service.topics(), number, replicas);
        }
      }
      if (json) {
        var document = document(reports);
        grownFrom.forEach(document.putObject("grownFrom")::put);
        out.println(document);
        out.flush();
      } else {
        grownFrom.forEach((name, before) -> out.println("grown: " + name + " had " + before));
        print(reports, out);
      }
      return 0;
    }

    private static void requirePositive(String option, int value) {
      if (value < 1) {
        throw new UserError(option + " must be at least 1, got " + value);
      }
    }
  }

  /** {@code deftstream topics describe}. */
  @Command(
      name = "describe",
      description = "Show the topics and schemas; exit 1 if the service could not work with them.",
      footer = {
        "",
        "Example: deftstream topics describe --json",
        "Exit codes: 0 the service can work with them, 1 it could not, 2 wrong usage."
      })
  static final class Describe implements Callable<Integer> {
    @Mixin private SettingsOptions settings;

    @Option(names = "--json", description = "One JSON document on standard output.")
    private boolean json;

    @Spec private CommandSpec spec;

    @Override
    public Integer call() {
      var service = settings.read();
      var admin = new TopicAdmin(service.connection());
      var out = spec.commandLine().getOut();
      var reports = admin.describe(service.topics());
      if (json) {
        out.println(document(reports));
        out.flush();
      } else {
        print(reports, out);
      }
      admin.verify(service.topics());
      return 0;
    }
  }

  private static ObjectNode document(List<TopicReport> reports) {
    var document = JsonNodeFactory.instance.objectNode();
    var list = document.putArray("topics");
    for (var report : reports) {
      var node =
          list.addObject()
              .put("name", report.name())
              .put("state", report.state().name())
              .put("partitions", report.partitions())
              .put("schemaId", report.schemaId().isPresent() ? report.schemaId().getAsInt() : null);
      report.settings().forEach(node.putObject("settings")::put);
      report.differences().forEach(node.putArray("differences")::add);
    }
    return document;
  }

  private static void print(List<TopicReport> reports, PrintWriter out) {
    int width = reports.stream().mapToInt(report -> report.name().length()).max().orElse(0);
    for (var report : reports) {
      var schema =
          report.schemaId().isPresent() ? "schema " + report.schemaId().getAsInt() : "no schema";
      out.printf(
          "%-" + width + "s  %-8s %3d partition%s  %s%n",
          report.name(),
          report.state().name().toLowerCase(Locale.ROOT),
          report.partitions(),
          report.partitions() == 1 ? " " : "s",
          schema);
      if (!report.settings().isEmpty()) {
        var settings =
            report.settings().entrySet().stream()
                .map(Object::toString)
                .collect(Collectors.joining(" "));
        out.printf("%-" + width + "s  %s%n", "", settings);
      }
      report
          .differences()
          .forEach(difference -> out.printf("%-" + width + "s  differs: %s%n", "", difference));
    }
    out.flush();
  }
}
