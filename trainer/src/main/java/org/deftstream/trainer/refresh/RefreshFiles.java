package org.deftstream.trainer.refresh;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.deftstream.deft.UserError;
import org.deftstream.deft.adapter.AdapterDirectory;
import org.deftstream.deft.operator.Operators;
import org.deftstream.deft.safetensors.AtomicFiles;
import org.deftstream.deft.task.Task;
import org.deftstream.deft.text.FileProblem;
import org.deftstream.deft.text.JsonText;

/**
 * The directory of one refresh, which is its record as well: {@code refresh.json} (what was asked),
 * {@code pairs}, {@code cold.json} where they are samples of the prior, {@code serving} (the
 * adapter that served when it began), {@code warm} and {@code scratch} (trainings), {@code
 * candidate}, {@code judgement.json}, {@code result.json} (written last). Every file appears whole,
 * so what is there says how far the refresh has come.
 *
 * @param directory the directory
 */
public record RefreshFiles(Path directory) {
  static final String WARM = "warm";
  static final String SCRATCH = "scratch";
  static final String PAGE = "index.html";
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String PICTURES = "pictures.html";
  private static final String PLAN = "refresh.json";
  private static final String RESULT = "result.json";
  private static final String JUDGEMENT = "judgement.json";
  private static final String COLD = "cold.json";

  /** The directory of a task's n-th refresh, counted from 1. */
  public static RefreshFiles of(Path taskDirectory, int number) {
    return new RefreshFiles(taskDirectory.resolve("refresh-%04d".formatted(number)));
  }

  /** A task's last refresh that has ended and is still kept; empty if there is none. */
  public static Optional<RefreshFiles> lastEnded(Path taskDirectory) {
    if (!Files.isDirectory(taskDirectory)) {
      return Optional.empty();
    }
    try (var all = Files.list(taskDirectory)) {
      return all.filter(each -> each.getFileName().toString().matches("refresh-\\d+"))
          .filter(each -> Files.isRegularFile(each.resolve(PAGE)))
          .max(Comparator.comparing(each -> number(each.getFileName().toString())))
          .map(RefreshFiles::new);
    } catch (IOException e) {
      throw new UserError("cannot read " + taskDirectory + ": " + FileProblem.of(e), e);
    }
  }

  private static BigInteger number(String name) {
    return new BigInteger(name.substring(name.indexOf('-') + 1));
  }

  /** Its page, as it was written at its end. */
  public String page() {
    try {
      return Files.readString(directory.resolve(PAGE));
    } catch (IOException e) {
      throw new UserError("cannot read the page in " + directory + ": " + FileProblem.of(e), e);
    }
  }

  /** The frozen pairs. */
  public Path pairs() {
    return directory.resolve("pairs");
  }

  /** Where samples of the prior are kept until they are pairs. */
  public Path samples() {
    return directory.resolve("prior-samples");
  }

  /** Says that the pairs are to be samples of the prior of a task as it is defined now. */
  public void writeCold(Task task) {
    try {
      Files.createDirectories(directory);
    } catch (IOException e) {
      throw new UserError("cannot write into " + directory + ": " + FileProblem.of(e), e);
    }
    write(COLD, definition(task));
  }

  /** Whether the pairs are samples of the prior of a task as it is defined now. */
  public boolean isCold(Task task) {
    return read(COLD).filter(definition(task)::equals).isPresent();
  }

  private static ObjectNode definition(Task task) {
    return JSON.createObjectNode()
        .put("task", task.name())
        .put("operator", Operators.fingerprint(task.operator()))
        .put("prior", task.prior());
  }

  Path training(String name) {
    return directory.resolve(name);
  }

  Optional<AdapterDirectory.Content> adapter(String name) {
    Path path = directory.resolve(name);
    return Files.exists(path.resolve(AdapterDirectory.MANIFEST))
        ? Optional.of(AdapterDirectory.read(path))
        : Optional.empty();
  }

  void writeAdapter(String name, AdapterDirectory.Content adapter) {
    AdapterDirectory.write(directory.resolve(name), adapter.manifest(), adapter.weightsFile());
  }

  Optional<JsonNode> plan() {
    return read(PLAN);
  }

  void writePlan(ObjectNode json) {
    write(PLAN, json);
  }

  /** What the gate found; empty if it has not come to it. */
  public Optional<JsonNode> judgement() {
    return read(JUDGEMENT);
  }

  void writeJudgement(ObjectNode json) {
    write(JUDGEMENT, json);
  }

  /** How the refresh ended; empty while it is under way. */
  public Optional<JsonNode> result() {
    return read(RESULT);
  }

  void writeResult(ObjectNode json) {
    write(RESULT, json);
  }

  /** Rows of images as HTML; empty if nothing was judged. */
  String pictures() {
    try {
      Path file = directory.resolve(PICTURES);
      return Files.exists(file) ? Files.readString(file) : "";
    } catch (IOException e) {
      throw new UserError("cannot read pictures in " + directory + ": " + FileProblem.of(e), e);
    }
  }

  void writePictures(String html) {
    try {
      AtomicFiles.write(directory.resolve(PICTURES), html);
    } catch (IOException e) {
      throw new UserError("cannot write into " + directory + ": " + FileProblem.of(e), e);
    }
  }

  /** Deletes what only going on needs: pairs and checkpoints. */
  void tidy() {
    delete(pairs());
    delete(samples());
    for (String run : List.of(WARM, SCRATCH)) {
      delete(training(run).resolve("run").resolve("checkpoint.safetensors"));
      delete(training(run).resolve("adapter"));
    }
    delete(directory.resolve(PICTURES));
  }

  /** Deletes the directories of a task's refreshes before the last few. */
  public static void forget(Path taskDirectory, int number, int keep) {
    // What is missing was deleted before.
    for (int n = number - keep; n >= 1; n--) {
      Path old = of(taskDirectory, n).directory();
      if (!Files.exists(old)) {
        return;
      }
      delete(old);
    }
  }

  /** Deletes all of it, for a refresh that cannot be gone on with. */
  public void delete() {
    delete(directory);
  }

  static void delete(Path root) {
    if (!Files.exists(root)) {
      return;
    }
    try (var paths = Files.walk(root)) {
      for (var path : paths.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    } catch (IOException e) {
      throw new UserError("cannot delete " + root + ": " + FileProblem.of(e), e);
    }
  }

  private Optional<JsonNode> read(String name) {
    Path file = directory.resolve(name);
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    return Optional.of(JsonText.readObject(file));
  }

  private void write(String name, ObjectNode json) {
    try {
      AtomicFiles.write(directory.resolve(name), json.toPrettyString() + "\n");
    } catch (IOException e) {
      throw new UserError("cannot write into " + directory + ": " + FileProblem.of(e), e);
    }
  }
}
