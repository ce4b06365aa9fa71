package org.deftstream.tests.platform;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A program of somebody else's, with its output in a file. Ends with its owner. */
public final class Shell implements AutoCloseable {
  private final Process process;
  private final Path output;

  private Shell(Process process, Path output) {
    this.process = process;
    this.output = output;
  }

  /** Starts a program; its output and errors go into a file, which is made anew. */
  public static Shell start(
      Path directory, Path output, Map<String, String> environment, String... line)
      throws IOException {
    var builder =
        new ProcessBuilder(List.of(line))
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile());
    builder.environment().putAll(environment);
    return new Shell(builder.start(), output);
  }

  /** Runs a program to its end and returns what it printed; fails if its exit code is not 0. */
  public static String run(
      Path directory, Path output, Map<String, String> environment, String... line)
      throws IOException {
    return run(Platform.PATIENCE, directory, output, environment, line);
  }

  /** As above, with another bound on its time. */
  public static String run(
      Duration wait, Path directory, Path output, Map<String, String> environment, String... line)
      throws IOException {
    try (var shell = start(directory, output, environment, line)) {
      Deadline.await(wait, () -> "end: " + String.join(" ", line), () -> !shell.alive());
      if (shell.process.exitValue() != 0) {
        throw new AssertionError(
            String.join(" ", line)
                + " ended with "
                + shell.process.exitValue()
                + ":\n"
                + shell.output());
      }
      return shell.output();
    }
  }

  /** Whether a program of this name can be run at all. */
  public static boolean has(String program) {
    return List.of(System.getenv("PATH").split(":")).stream()
        .anyMatch(directory -> Files.isExecutable(Path.of(directory, program)));
  }

  /** Whether it runs. */
  public boolean alive() {
    return process.isAlive();
  }

  /** What it printed so far. */
  public String output() throws IOException {
    return Files.readString(output);
  }

  /** The same in lines. */
  public List<String> lines() throws IOException {
    return Files.readAllLines(output);
  }

  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(10, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
