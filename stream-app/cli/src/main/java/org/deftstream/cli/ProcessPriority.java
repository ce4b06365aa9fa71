package org.deftstream.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The operating system's priority of this process, so that others on the machine come first. Linux
 * has one for each thread, and a new thread inherits that of the thread that makes it; so this is
 * called before there is any that matters.
 */
final class ProcessPriority {
  private static final Logger log = LoggerFactory.getLogger(ProcessPriority.class);
  private static final Path THREADS = Path.of("/proc/self/task");
  private static final Path OWN = Path.of("/proc/thread-self/stat");

  /** Fields between the name in parentheses and the niceness. */
  private static final int FIELDS_BEFORE = 16;

  private static final long WAIT_SECONDS = 5;

  private ProcessPriority() {}

  /**
   * Lowers the priority; where that cannot be done the log says so, and all goes on as it was. A
   * process that was started with a lower one keeps it.
   *
   * @param niceness 0 leaves it as it is, 19 takes only what nobody else wants
   */
  static void lower(int niceness) {
    try {
      if (niceness == 0 || niceness() >= niceness) {
        return;
      }
      List<String> command = new ArrayList<>(List.of("renice", "-n", Integer.toString(niceness)));
      command.add("-p");
      command.addAll(threads());
      var renice =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      // Its exit status also speaks of threads that ended meanwhile.
      boolean ended = renice.waitFor(WAIT_SECONDS, TimeUnit.SECONDS);
      renice.destroyForcibly();
      if (!ended || niceness() < niceness) {
        log.warn("the priority of this process could not be lowered to nice {}", niceness);
      }
    } catch (IOException e) {
      log.warn("the priority of this process stays as it is: {}", e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static int niceness() throws IOException {
    String stat = Files.readString(OWN);
    return Integer.parseInt(stat.substring(stat.lastIndexOf(')') + 2).split(" ")[FIELDS_BEFORE]);
  }

  private static List<String> threads() throws IOException {
    try (var tasks = Files.list(THREADS)) {
      return tasks.map(task -> task.getFileName().toString()).toList();
    }
  }
}
