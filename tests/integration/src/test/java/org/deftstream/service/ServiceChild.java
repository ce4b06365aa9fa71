package org.deftstream.service;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.deftstream.service.control.ServedTasks;
import org.deftstream.service.control.TaskRegistry;
import org.deftstream.service.ledger.LedgerSettings;

/**
 * A service in a JVM of its own, which a test can kill, on a class path without trainer, command
 * line and embedded broker.
 */
final class ServiceChild implements AutoCloseable {
  /** A measurement of this id ends a child that was started with {@link #startMortal}. */
  static final String POISON = "poison";

  /** The service stopped by itself. */
  static final int EXIT_BY_ITSELF = 8;

  private static final int EXIT_BY_POISON = 9;

  private static volatile boolean ending;

  private final Process process;

  private ServiceChild(Process process) {
    this.process = process;
  }

  /** Starts one. */
  static ServiceChild start(ServiceStack.Scenario scenario, String instance, Duration callTime)
      throws IOException {
    return start(scenario, instance, callTime, "");
  }

  /** Starts one that halts when it meets {@link #POISON}, and is quick to suspect a record. */
  static ServiceChild startMortal(
      ServiceStack.Scenario scenario, String instance, Duration callTime) throws IOException {
    return start(scenario, instance, callTime, POISON);
  }

  /** Starts one with a heap of so many MiB, and no more. */
  static ServiceChild startSmall(ServiceStack.Scenario scenario, String instance, int heap)
      throws IOException {
    return start(scenario, instance, Duration.ZERO, "", heap);
  }

  private static ServiceChild start(
      ServiceStack.Scenario scenario, String instance, Duration callTime, String poison)
      throws IOException {
    return start(scenario, instance, callTime, poison, 256);
  }

  private static ServiceChild start(
      ServiceStack.Scenario scenario, String instance, Duration callTime, String poison, int heap)
      throws IOException {
    Files.createDirectories(scenario.directory());
    var options = scenario.options(instance);
    var command =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx" + heap + "m",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-cp",
            ProductionClassPath.current(),
            ServiceChild.class.getName(),
            options.connection().bootstrapServers(),
            options.connection().registryUrl(),
            scenario.name(),
            scenario.directory().toString(),
            instance,
            Long.toString(callTime.toMillis()),
            poison);
    File log = scenario.directory().resolve(instance + ".log").toFile();
    return new ServiceChild(
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log))
            .start());
  }

  /** Its exit code, once it has ended. */
  int exitCode() throws InterruptedException {
    return process.waitFor();
  }

  /** Whether it is alive. */
  boolean alive() {
    return process.isAlive();
  }

  /** Stops it where it stands, without its knowing: {@code kill -STOP}. */
  void stall() throws IOException, InterruptedException {
    signal("-STOP");
  }

  /** Lets it go on: {@code kill -CONT}. */
  void resume() throws IOException, InterruptedException {
    signal("-CONT");
  }

  private void signal(String signal) throws IOException, InterruptedException {
    new ProcessBuilder("kill", signal, Long.toString(process.pid())).start().waitFor();
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
    boolean mortal = args[6].equals(POISON);
    ServedTasks.Factory tasks =
        engine -> mortal ? new MortalTasks(callTime) : new SmallTasks(callTime);
    try (var service =
        ReconstructionService.start(
            mortal ? quickToSuspect(options) : options, tasks, ServiceStack.PATIENCE)) {
      service
          .stopped()
          .thenRun(
              () -> {
                if (!ending) {
                  Runtime.getRuntime().halt(EXIT_BY_ITSELF);
                }
              });
      if (service.awaitReady(ServiceStack.PATIENCE)) {
        System.out.println("ready");
      }
      while (System.in.read() >= 0) {
        // Until the test closes it.
      }
      ending = true;
    }
  }

  /** Options of an instance that suspects a record after one end, and gives it up after two. */
  static ServiceOptions quickToSuspect(ServiceOptions options) {
    var usual = options.ledger();
    return new ServiceOptions(
        options.connection(),
        options.applicationId(),
        options.instance(),
        options.stateDirectory(),
        options.topics(),
        options.streamThreads(),
        options.codecThreads(),
        options.engine(),
        options.admission(),
        new LedgerSettings(
            usual.parkAfter(),
            usual.waitBudget(),
            usual.drainInterval(),
            usual.longQueue(),
            1,
            1,
            usual.againAfter()),
        options.membership(),
        options.maxRecordBytes(),
        options.http());
  }

  /** Tasks that end the process at one measurement, as a fault of a native library would. */
  private static final class MortalTasks implements ServedTasks {
    private final SmallTasks tasks;

    private MortalTasks(Duration callTime) {
      tasks = new SmallTasks(callTime);
    }

    @Override
    public TaskRegistry registry() {
      return (task, id, pinned) -> {
        if (id.equals(POISON)) {
          Runtime.getRuntime().halt(EXIT_BY_POISON);
        }
        return tasks.registry().acquire(task, id, pinned);
      };
    }

    @Override
    public boolean awaitReady(Duration wait) {
      return true;
    }

    @Override
    public void close() {
      tasks.close();
    }
  }
}
