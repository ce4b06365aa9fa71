package org.deftstream.tests.platform;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** The program {@code deftstream} in a JVM of its own, which ends with this one at the latest. */
public final class CliProcess implements AutoCloseable {
  private static final Duration STOP = Duration.ofSeconds(40);

  private final Process process;
  private final Path output;
  private final Thread hook;

  private CliProcess(Process process, Path output) {
    this.process = process;
    this.output = output;
    hook = new Thread(process::destroyForcibly);
    Runtime.getRuntime().addShutdownHook(hook);
  }

  /**
   * Starts it.
   *
   * @param output file that standard output and standard error are written to; made anew
   * @param settings the service's settings by their own names; given through the environment
   * @param arguments the command and its options
   */
  public static CliProcess start(Path output, Map<String, String> settings, String... arguments) {
    return start(output, List.of(), settings, arguments);
  }

  /**
   * As above.
   *
   * @param flags of the JVM, after the usual ones
   */
  public static CliProcess start(
      Path output, List<String> flags, Map<String, String> settings, String... arguments) {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Ddeftstream.home=" + Path.of("..", "..").toAbsolutePath()));
    command.addAll(flags);
    command.addAll(
        List.of("-cp", System.getProperty("java.class.path"), "org.deftstream.cli.Deftstream"));
    command.addAll(List.of(arguments));
    var builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
    builder.environment().put("TF_CPP_MIN_LOG_LEVEL", "3");
    settings.forEach((key, value) -> builder.environment().put(variable(key), value));
    try {
      Files.createDirectories(output.toAbsolutePath().getParent());
      return new CliProcess(builder.start(), output);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Runs a command to its end and returns what it printed; fails if its exit code is not 0. */
  public static String run(Path output, Map<String, String> settings, String... arguments) {
    try (var process = start(output, settings, arguments)) {
      int code = process.awaitExit();
      if (code != 0) {
        throw new AssertionError(
            String.join(" ", arguments) + " ended with " + code + ":\n" + process.output());
      }
      return process.output();
    }
  }

  /** The environment variable of a setting. */
  public static String variable(String key) {
    return "DEFTSTREAM_" + key.toUpperCase(Locale.ROOT).replace('.', '_');
  }

  /** Waits for the end and returns the exit code. */
  public int awaitExit() {
    Deadline.await(Platform.PATIENCE, () -> "end:\n" + output(), () -> !process.isAlive());
    return process.exitValue();
  }

  /** Waits until it has printed a text; fails at once when it ends before. */
  public CliProcess awaitOutput(String text) {
    Deadline.await(
        Platform.PATIENCE,
        () -> "print '" + text + "' but:\n" + output(),
        () -> output().contains(text) || !process.isAlive());
    if (!output().contains(text)) {
      throw new AssertionError(
          "ended with " + process.exitValue() + " before '" + text + "':\n" + output());
    }
    return this;
  }

  /** What it has printed so far. */
  public String output() {
    try {
      return Files.exists(output) ? Files.readString(output) : "";
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The operating system's id of it. */
  public long pid() {
    return process.pid();
  }

  /** {@code kill -9}. */
  public void kill() {
    await(process.destroyForcibly());
  }

  /** SIGTERM, and SIGKILL if that does not help. */
  @Override
  public void close() {
    process.destroy();
    await(process);
    Runtime.getRuntime().removeShutdownHook(hook);
  }

  private static void await(Process process) {
    try {
      if (!process.waitFor(STOP.toMillis(), TimeUnit.MILLISECONDS)) {
        process.destroyForcibly().waitFor();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
