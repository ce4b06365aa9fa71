package org.deftstream.devstack.stack;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.deftstream.cli.CommandGroup;
import org.deftstream.cli.Deftstream;
import org.deftstream.cli.ShutdownOwner;
import org.deftstream.deft.UserError;
import org.deftstream.messaging.admin.TopicAdmin;
import org.deftstream.schemas.Topics;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code deftstream stack}: a Kafka broker and a schema registry on this machine. */
@Command(
    name = "stack",
    description =
        "Run a Kafka broker and a schema registry on this machine, to try things by hand.",
    subcommands = {StackCommand.Up.class, StackCommand.Down.class, StackCommand.Status.class})
public final class StackCommand extends CommandGroup {

  /** Where the stack is. */
  static final class Place {
    @Option(
        names = "--directory",
        paramLabel = "DIR",
        defaultValue = ".deftstream/stack",
        description = "Data and logs (default: ${DEFAULT-VALUE}).")
    private Path directory;

    Path directory() {
      return directory.toAbsolutePath().normalize();
    }
  }

  /** {@code deftstream stack up}. */
  @Command(
      name = "up",
      description = {
        "Start both, create the topics, and run until Ctrl-C.",
        "They listen on this machine only, and find their data again when they are started again on"
            + " the same directory."
      },
      footer = {
        "",
        "Examples: deftstream stack up",
        "          deftstream stack up --detach && deftstream stack status",
        "Exit codes: 0 started with --detach, 1 a port is taken, the directory is in use or full, or"
            + " one of both stopped, 2 wrong usage."
      })
  static final class Up implements Callable<Integer> {
    @Mixin private Place place;

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

    @Option(
        names = "--detach",
        description = "Return when both are ready, and let them run on until `stack down`.")
    private boolean detach;

    @Spec private CommandSpec spec;

    @Override
    public Integer call() throws InterruptedException {
      var settings = StackSettings.in(place.directory(), kafkaPort, registryPort);
      say("Starting Kafka and the schema registry ...");
      if (detach) {
        var running = DetachedStack.start(settings, Deftstream.class.getName(), arguments());
        print(running, "deftstream stack down stops both.");
        return 0;
      }
      try (var owner = new ShutdownOwner()) {
        var stack = owner.own("stack", EmbeddedStack.start(settings));
        if (!noTopics) {
          new TopicAdmin(stack.connection()).create(Topics.defaults());
        }
        var running =
            new RunningStack(
                ProcessHandle.current().pid(), stack.bootstrapServers(), stack.registryUrl());
        owner.own("note", () -> RunningStack.remove(settings.directory()));
        running.write(settings.directory());
        print(running, "Ctrl-C stops both.");
        stack.awaitFailure();
        return 1;
      }
    }

    private List<String> arguments() {
      var arguments =
          new ArrayList<>(
              List.of(
                  "stack",
                  "up",
                  "--directory=" + place.directory(),
                  "--kafka-port=" + kafkaPort,
                  "--registry-port=" + registryPort));
      if (noTopics) {
        arguments.add("--no-topics");
      }
      return arguments;
    }

    private void say(String line) {
      var error = spec.commandLine().getErr();
      error.println(line);
      error.flush();
    }

    private void print(RunningStack stack, String end) {
      var out = spec.commandLine().getOut();
      out.printf(
          """
          bootstrap.servers=%1$s
          schema.registry.url=%2$s

          Data and logs are in %3$s. %4$s

          To try it in another terminal:
            curl %2$s/subjects
            kcat -b %1$s -L
            deftstream topics describe --set bootstrap.servers=%1$s --set schema.registry.url=%2$s
            deftstream serve --set bootstrap.servers=%1$s --set schema.registry.url=%2$s
          """,
          stack.bootstrapServers(), stack.registryUrl(), place.directory(), end);
      out.flush();
    }
  }

  /** {@code deftstream stack down}. */
  @Command(
      name = "down",
      description = {
        "Stop the stack that runs on a directory, and wait for its end; its data stay.",
        "Stop services and trainers before it."
      },
      footer = {
        "",
        "Example: deftstream stack down --directory .deftstream/stack",
        "Exit codes: 0 nothing runs there any more, 1 it could not be stopped, 2 wrong usage."
      })
  static final class Down implements Callable<Integer> {
    /** Broker and registry have 60 seconds each. */
    private static final long WAIT_SECONDS = 150;

    @Mixin private Place place;
    @Spec private CommandSpec spec;

    @Override
    public Integer call() throws InterruptedException {
      var directory = place.directory();
      var out = spec.commandLine().getOut();
      if (!DataDirectory.inUse(directory)) {
        out.println("no stack runs on " + directory);
      } else {
        var running =
            RunningStack.find(directory)
                .orElseThrow(
                    () ->
                        new UserError(
                            "the stack on "
                                + directory
                                + " is starting or stopping; try again in a moment"));
        stop(running.process(directory));
        out.println("stopped the stack on " + directory + " (process " + running.pid() + ")");
      }
      out.flush();
      return 0;
    }

    private static void stop(ProcessHandle process) throws InterruptedException {
      process.destroy();
      try {
        process.onExit().get(WAIT_SECONDS, TimeUnit.SECONDS);
      } catch (TimeoutException e) {
        throw new UserError(
            "process %d did not end within %d s; kill -9 ends it, and nothing stored is lost"
                .formatted(process.pid(), WAIT_SECONDS),
            e);
      } catch (ExecutionException e) {
        throw new IllegalStateException("an exit has no failure", e);
      }
    }
  }

  /** {@code deftstream stack status}. */
  @Command(
      name = "status",
      description = "Say whether a stack runs on a directory, and where it listens.",
      footer = {
        "",
        "Example: deftstream stack status --json",
        "Exit codes: 0 it runs, 1 none does or it is not ready, 2 wrong usage."
      })
  static final class Status implements Callable<Integer> {
    @Mixin private Place place;

    @Option(names = "--json", description = "One JSON document on standard output.")
    private boolean json;

    @Spec private CommandSpec spec;

    @Override
    public Integer call() {
      var directory = place.directory();
      boolean used = DataDirectory.inUse(directory);
      var running = RunningStack.find(directory);
      String state = running.isPresent() ? "running" : used ? "starting" : "stopped";
      var out = spec.commandLine().getOut();
      if (json) {
        var document =
            JsonNodeFactory.instance
                .objectNode()
                .put("state", state)
                .put("directory", directory.toString());
        running.ifPresent(
            each ->
                document
                    .put("pid", each.pid())
                    .put("bootstrapServers", each.bootstrapServers())
                    .put("schemaRegistryUrl", each.registryUrl()));
        out.println(document);
      } else {
        out.println(state + " on " + directory);
        running.ifPresent(
            each ->
                out.printf(
                    "process %d%nbootstrap.servers=%s%nschema.registry.url=%s%n",
                    each.pid(), each.bootstrapServers(), each.registryUrl()));
      }
      out.flush();
      return running.isPresent() ? 0 : 1;
    }
  }
}
