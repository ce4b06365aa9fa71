package org.deftstream.devstack.stack;

import java.io.File;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.deftstream.deft.UserError;
import org.deftstream.deft.text.FileProblem;

/** {@code stack up} as a process that outlives the command which started it. */
final class DetachedStack {
  private static final String OUTPUT = "stack.out";
  private static final Path SETSID = Path.of("/usr/bin/setsid");
  private static final long LOOK_EVERY_MILLIS = 200;

  /** Broker and registry start one after the other. */
  private static final Duration MORE = Duration.ofSeconds(30);

  private DetachedStack() {}

  /**
   * Starts the process and waits until it is ready.
   *
   * @param main the program's main class
   * @param arguments what it is called with
   * @return what runs
   * @throws UserError with what it said, if it ends or is not ready in time; it is ended then
   */
  static RunningStack start(StackSettings settings, String main, List<String> arguments)
      throws InterruptedException {
    var directory = settings.directory();
    DataDirectory.open(directory).close();
    RunningStack.remove(directory);
    var output = directory.resolve(OUTPUT);
    Process process;
    try {
      process =
          new ProcessBuilder(command(main, arguments))
              .redirectInput(new File("/dev/null"))
              .redirectErrorStream(true)
              .redirectOutput(output.toFile())
              .start();
    } catch (IOException e) {
      throw new UserError("cannot start the stack: " + FileProblem.reason(e), e);
    }
    boolean ready = false;
    // Ctrl-C ends what is not ready: nobody knows of it.
    var hook = new Thread(process::destroy, "detached-stack");
    Runtime.getRuntime().addShutdownHook(hook);
    try {
      var found = await(process, settings, output);
      ready = true;
      return found;
    } finally {
      if (!ready) {
        process.destroy();
      }
      unhook(hook);
    }
  }

  private static void unhook(Thread hook) {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // The process is ending, and the hook has run.
    }
  }

  private static RunningStack await(Process process, StackSettings settings, Path output)
      throws InterruptedException {
    var wait = settings.startDeadline().multipliedBy(2).plus(MORE);
    long end = System.nanoTime() + wait.toNanos();
    while (true) {
      var found =
          RunningStack.find(settings.directory()).filter(each -> each.pid() == process.pid());
      if (found.isPresent()) {
        return found.get();
      }
      if (process.waitFor(LOOK_EVERY_MILLIS, TimeUnit.MILLISECONDS)) {
        throw new UserError(lastLine(output));
      }
      if (System.nanoTime() > end) {
        throw new UserError(
            "the stack was not ready within %d s; %s says more"
                .formatted(wait.toSeconds(), output));
      }
    }
  }

  /** What the process ended with, which is a line of this program's own. */
  private static String lastLine(Path output) {
    try (var lines = Files.lines(output)) {
      return lines
          .filter(line -> !line.isBlank())
          .reduce((first, second) -> second)
          .map(line -> line.replaceFirst("^deftstream: ", ""))
          .orElse("the stack ended without a word");
    } catch (IOException e) {
      return "the stack ended, and cannot be read: " + FileProblem.reason(e);
    }
  }

  /** In a session of its own where that can be had, so that no terminal's end is its end. */
  private static List<String> command(String main, List<String> arguments) {
    var command = new ArrayList<String>();
    if (Files.isExecutable(SETSID)) {
      command.add(SETSID.toString());
    }
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(flag -> flag.startsWith("-D") || flag.startsWith("-X"))
        .filter(flag -> !flag.contains("jdwp") && !flag.startsWith("-XX:ArchiveClassesAtExit"))
        .forEach(command::add);
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), main));
    command.addAll(arguments);
    return command;
  }
}
