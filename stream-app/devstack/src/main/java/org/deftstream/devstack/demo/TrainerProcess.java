package org.deftstream.devstack.demo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.deftstream.deft.UserError;
import org.deftstream.deft.task.Task;
import org.deftstream.deft.text.FileProblem;

/**
 * {@code deftstream train --serve} in a process of its own, and the files that it leaves of its
 * first refresh. Whoever started it closes it.
 */
final class TrainerProcess implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration START = Duration.ofMinutes(2);
  private static final Duration STOP = Duration.ofSeconds(30);
  private static final String READY = "ready: ";
  private static final String FIRST_REFRESH = "refresh-0001";

  private final Process process;
  private final Path log;
  private final Path refresh;

  private TrainerProcess(Process process, Path log, Path refresh) {
    this.process = process;
    this.log = log;
    this.refresh = refresh;
  }

  /**
   * Starts it and waits until it reads pairs.
   *
   * @param directory of its log and its files
   * @param settings by their names
   * @throws UserError if it does not start
   */
  static TrainerProcess start(Path directory, Task task, Map<String, String> settings) {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx1g",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                TrainerChild.class.getName(),
                "train",
                "--serve"));
    settings.forEach((key, value) -> command.addAll(List.of("--set", key + "=" + value)));
    command.addAll(List.of("--set", "trainer.dir=" + directory.resolve("refreshes")));
    var log = directory.resolve("trainer.log");
    try {
      Files.createDirectories(directory);
      var process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(log.toFile())
              .start();
      var files = directory.resolve("refreshes").resolve(Task.fileName(task.name()));
      var started = new TrainerProcess(process, log, files.resolve(FIRST_REFRESH));
      started.awaitReady();
      return started;
    } catch (IOException e) {
      throw new UserError("cannot start the trainer: " + FileProblem.of(e), e);
    }
  }

  private void awaitReady() throws IOException {
    long deadline = System.nanoTime() + START.toNanos();
    while (!Files.readString(log).contains(READY)) {
      if (System.nanoTime() > deadline) {
        close();
        throw new UserError("the trainer did not start within " + START.toSeconds() + " s");
      }
      requireAlive();
      try {
        TimeUnit.MILLISECONDS.sleep(100);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        close();
        throw new UserError("interrupted while the trainer started", e);
      }
    }
  }

  /**
   * Says when no adapter will come.
   *
   * @throws UserError if the trainer has ended or has published nothing
   */
  void requireGoing() {
    requireAlive();
    file("result.json")
        .filter(result -> !result.path("end").asText().equals("PUBLISHED"))
        .ifPresent(
            result -> {
              throw new UserError("no adapter was published: " + result.path("reason").asText());
            });
  }

  private void requireAlive() {
    if (!process.isAlive()) {
      throw new UserError("the trainer has stopped by itself: " + lastLine());
    }
  }

  private String lastLine() {
    try (var lines = Files.lines(log)) {
      return lines.filter(line -> !line.isBlank()).reduce((a, b) -> b).orElse("it said nothing");
    } catch (IOException e) {
      return "its log cannot be read";
    }
  }

  /** What its first refresh found; null while there is none. */
  DemoResult.Training figures(int pairs) {
    var judgement = file("judgement.json");
    var manifest = file("candidate/manifest.json");
    if (judgement.isEmpty() || manifest.isEmpty()) {
      return null;
    }
    var training = manifest.get().path("training");
    return new DemoResult.Training(
        pairs,
        training.path("images").asInt(),
        training.path("steps").asInt(),
        training.path("minutes").asDouble(),
        manifest.get().path("adapterId").asText(),
        judgement.get().path("pairs").asInt(),
        judgement.get().path("reason").asText());
  }

  /** Copies the page of the refresh, if there is one. */
  void copyPage(Path target) throws IOException {
    var page = refresh.resolve("index.html");
    if (Files.exists(page)) {
      Files.copy(page, target, StandardCopyOption.REPLACE_EXISTING);
    }
  }

  private Optional<JsonNode> file(String name) {
    var file = refresh.resolve(name);
    try {
      return Files.exists(file)
          ? Optional.of(JSON.readTree(Files.readString(file)))
          : Optional.empty();
    } catch (IOException e) {
      throw new UserError("cannot read " + file + ": " + FileProblem.of(e), e);
    }
  }

  @Override
  public void close() {
    process.destroy();
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
