package org.deftstream.devstack.stack;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.deftstream.cli.CommandGroup;
import org.deftstream.cli.ShutdownOwner;
import org.deftstream.messaging.admin.TopicAdmin;
import org.deftstream.schemas.Topics;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code deftstream stack}: a Kafka broker and a schema registry on this machine. */
@Command(
    name = "stack",
    description =
        "Run a Kafka broker and a schema registry on this machine, to try things by hand.",
    subcommands = StackCommand.Up.class)
public final class StackCommand extends CommandGroup {

  /** {@code deftstream stack up}. */
  @Command(
      name = "up",
      description = {
        "Start both, create the topics, and run until Ctrl-C.",
        "They listen on this machine only, and find their data again when they are started again on"
            + " the same directory."
      })
  static final class Up implements Callable<Integer> {
    @Option(
        names = "--directory",
        paramLabel = "DIR",
        defaultValue = ".deftstream/stack",
        description = "Data and logs (default: ${DEFAULT-VALUE}).")
    private Path directory;

    @Option(
        names = "--kafka-port",
        paramLabel = "PORT",
        defaultValue = "9092",
        description = "Port of the broker, 0 for any free one (default: ${DEFAULT-VALUE}).")
    private int kafkaPort;

    @Option(
        names = "--registry-port",
        paramLabel = "PORT",
        defaultValue = "8081",
        description = "Port of the registry, 0 for any free one (default: ${DEFAULT-VALUE}).")
    private int registryPort;

    @Option(names = "--no-topics", description = "Do not create the topics.")
    private boolean noTopics;

    @Spec private CommandSpec spec;

    @Override
    public Integer call() throws InterruptedException {
      var settings = StackSettings.in(directory, kafkaPort, registryPort);
      try (var owner = new ShutdownOwner()) {
        spec.commandLine().getErr().println("Starting Kafka and the schema registry ...");
        spec.commandLine().getErr().flush();
        var stack = owner.own("stack", EmbeddedStack.start(settings));
        if (!noTopics) {
          new TopicAdmin(stack.connection()).create(Topics.defaults());
        }
        print(stack);
        stack.awaitFailure();
        return 1;
      }
    }

    private void print(EmbeddedStack stack) {
      PrintWriter out = spec.commandLine().getOut();
      out.printf(
          """
          bootstrap.servers=%1$s
          schema.registry.url=%2$s

          Data and logs are in %3$s. Ctrl-C stops both.

          To try it in another terminal:
            curl %2$s/subjects
            kcat -b %1$s -L
            deftstream topics describe --set bootstrap.servers=%1$s --set schema.registry.url=%2$s
            deftstream serve --set bootstrap.servers=%1$s --set schema.registry.url=%2$s
          """,
          stack.bootstrapServers(), stack.registryUrl(), stack.directory());
      out.flush();
    }
  }
}
