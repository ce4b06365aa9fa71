package org.deftstream.tests.faults;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A JVM with the tests' class path that ends when its standard input does. Thread-safe. */
final class ChildJvm {
  private static final Duration STOP = Duration.ofSeconds(60);

  private final Process process;

  private ChildJvm(Process process) {
    this.process = process;
  }

  /** Starts a main class; what it prints is appended to a log. */
  static ChildJvm start(Class<?> main, Path log, List<String> arguments) throws IOException {
    return start(main, 256, log, arguments);
  }

  /** The same with a heap of so many MiB. */
  static ChildJvm start(Class<?> main, int heap, Path log, List<String> arguments)
      throws IOException {
    var command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx" + heap + "m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                main.getName()));
    command.addAll(arguments);
    return new ChildJvm(
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
            .start());
  }

  /** What a child does: runs until its standard input ends, also if its parent was killed. */
  static void awaitParent() throws IOException {
    while (System.in.read() >= 0) {
      // Nothing is sent.
    }
  }

  /** Waits for its end and returns its exit code. */
  int exitCode() throws InterruptedException {
    return process.waitFor();
  }

  boolean alive() {
    return process.isAlive();
  }

  /** {@code kill -9}. */
  void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  /** Stops it where it stands, without its knowing. */
  void stall() throws IOException, InterruptedException {
    signal("-STOP");
  }

  /** Lets it go on. */
  void resume() throws IOException, InterruptedException {
    signal("-CONT");
  }

  private void signal(String signal) throws IOException, InterruptedException {
    new ProcessBuilder("kill", signal, Long.toString(process.pid())).start().waitFor();
  }

  /** Lets it end by itself; kills it if it takes too long. */
  void stop() {
    try {
      process.getOutputStream().close();
      if (!process.waitFor(STOP.toMillis(), TimeUnit.MILLISECONDS)) {
        process.destroyForcibly().waitFor();
      }
    } catch (IOException e) {
      process.destroyForcibly();
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
