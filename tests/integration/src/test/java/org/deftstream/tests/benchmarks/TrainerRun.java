package org.deftstream.tests.benchmarks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.deftstream.tests.platform.CliProcess;
import org.deftstream.tests.platform.Measurements;
import org.deftstream.tests.platform.Platform;

/** {@code deftstream train --serve} on the shipped inpainting task. Used by one thread. */
final class TrainerRun implements AutoCloseable {
  private final Path directory;
  private final Map<String, String> settings;
  private CliProcess process;
  private int starts;

  /**
   * A trainer, not started.
   *
   * @param topics names of the topics, as settings
   */
  TrainerRun(Platform platform, Map<String, String> topics, Path directory) {
    this.directory = directory;
    settings = new HashMap<>(topics);
    settings.put("bootstrap.servers", platform.bootstrapServers());
    settings.put("schema.registry.url", platform.registryUrl());
    settings.put("models.dir", Path.of("..", "..", "deft", "models").toString());
    settings.put("trainer.dir", directory.resolve("trainer").toString());
  }

  TrainerRun with(String key, Object value) {
    settings.put(key, value.toString());
    return this;
  }

  /** Starts it and waits until it reads pairs. */
  void start() {
    process =
        CliProcess.start(
            directory.resolve("trainer-" + ++starts + ".log"), settings, "train", "--serve");
    process.awaitOutput("ready: ");
  }

  void kill() {
    process.kill();
  }

  String output() {
    return process.output();
  }

  /** A file of the task's first refresh. */
  Path file(String name) {
    return directory
        .resolve("trainer")
        .resolve(Measurements.TASK.replace('/', '-'))
        .resolve("refresh-0001")
        .resolve(name);
  }

  /** Whether the first refresh has ended. */
  boolean ended() {
    return Files.exists(file("result.json"));
  }

  /** Text of a file of the first refresh. */
  String text(String name) {
    try {
      return Files.readString(file(name));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    if (process != null) {
      process.close();
    }
  }
}
