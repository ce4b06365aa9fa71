package org.deftstream.stream.service;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** A service in a JVM of its own, which a test can kill. */
final class ServiceChild implements AutoCloseable {
  private final Process process;

  private ServiceChild(Process process) {
    this.process = process;
  }

  /** Starts one. */
  static ServiceChild start(ServiceStack.Scenario scenario, String instance, Duration callTime)
      throws IOException {
    Files.createDirectories(scenario.directory());
    var options = scenario.options(instance);
    var command =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx256m",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-cp",
            System.getProperty("java.class.path"),
            ServiceChild.class.getName(),
            options.connection().bootstrapServers(),
            options.connection().registryUrl(),
            scenario.name(),
            scenario.directory().toString(),
            instance,
            Long.toString(callTime.toMillis()));
    File log = scenario.directory().resolve(instance + ".log").toFile();
    return new ServiceChild(
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log))
            .start());
  }

  /** {@code kill -9}. */
  void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  /** Ends the JVM when its standard input ends: also when the test's JVM does. */
  @Override
  public void close() {
    try {
      process.getOutputStream().close();
      process.waitFor();
    } catch (IOException e) {
      process.destroyForcibly();
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }

  /** The child. */
  public static void main(String[] args) throws IOException {
    var options = ServiceStack.options(args[0], args[1], args[2], Path.of(args[3]), args[4]);
    var callTime = Duration.ofMillis(Long.parseLong(args[5]));
    try (var service =
        ReconstructionService.start(
            options, engine -> new SmallTasks(callTime), ServiceStack.PATIENCE)) {
      if (service.awaitReady(ServiceStack.PATIENCE)) {
        System.out.println("ready");
      }
      while (System.in.read() >= 0) {
        // Until the test closes it.
      }
    }
  }
}
