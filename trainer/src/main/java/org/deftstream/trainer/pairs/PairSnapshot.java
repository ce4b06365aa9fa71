package org.deftstream.trainer.pairs;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Function;
import org.deftstream.deft.UserError;
import org.deftstream.deft.operator.Operators;
import org.deftstream.deft.safetensors.AtomicFiles;
import org.deftstream.deft.task.Task;
import org.deftstream.deft.text.FileProblem;
import org.deftstream.deft.training.LabelledPairs;
import org.deftstream.deft.training.Truths;

/**
 * The pairs of one refresh, frozen: {@code pairs.f32} with the values and {@code pairs.json} with
 * the rest, written last. Values are read from the file at each use, so memory does not grow with
 * the number of pairs. Thread-safe; closed by its owner.
 */
public final class PairSnapshot implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String VALUES = "pairs.f32";
  private static final String INDEX = "pairs.json";

  private final Task task;
  private final List<PairEntry> entries;
  private final String origin;
  private final PairFile file;

  private PairSnapshot(Task task, List<PairEntry> entries, String origin, PairFile file) {
    this.task = task;
    this.entries = entries;
    this.origin = origin;
    this.file = file;
  }

  /**
   * Writes images that nobody sent as pairs, to be measured by simulation.
   *
   * @param directory what is in it is replaced
   * @throws UserError if they cannot be kept
   */
  public static void write(Path directory, Task task, Truths truths) {
    var entries = new ArrayList<PairEntry>();
    for (int i = 0; i < truths.size(); i++) {
      entries.add(new PairEntry("sample-" + i, Optional.empty(), false, Set.of(), 0, 0, i, i));
    }
    var random = new SplittableRandom(1); // truths that vary from call to call are drawn once
    write(
        directory,
        task,
        entries,
        entry ->
            new Pair(
                entry.id(),
                Optional.empty(),
                task.name(),
                truths.truth(entry.slot(), random),
                Optional.empty(),
                Map.of()),
        truths.origin());
  }

  static void write(
      Path directory, Task task, List<PairEntry> entries, Function<PairEntry, Pair> values) {
    write(directory, task, entries, values, "");
  }

  private static void write(
      Path directory,
      Task task,
      List<PairEntry> entries,
      Function<PairEntry, Pair> values,
      String origin) {
    var index = JSON.createObjectNode().put("task", task.name());
    if (!origin.isEmpty()) {
      index.put("origin", origin);
    }
    index.put("operator", Operators.fingerprint(task.operator())).put("prior", task.prior());
    index.put("pairBytes", new PairLayout(task.operator()).bytes());
    var list = index.putArray("pairs");
    try {
      Files.deleteIfExists(directory.resolve(INDEX));
      try (var file =
          PairFile.create(
              directory.resolve(VALUES), new PairLayout(task.operator()), task.name())) {
        for (int slot = 0; slot < entries.size(); slot++) {
          file.write(slot, values.apply(entries.get(slot)));
          list.add(entries.get(slot).at(slot).toJson());
        }
        file.force();
      }
      AtomicFiles.write(directory.resolve(INDEX), index.toString());
    } catch (IOException e) {
      throw new UserError("cannot keep pairs in " + directory + ": " + FileProblem.of(e), e);
    }
  }

  /**
   * Whether a directory holds a whole snapshot of a task as it is defined now.
   *
   * @throws UserError if it is damaged: no JSON, or with fewer values than it should have
   */
  public static boolean exists(Path directory, Task task) {
    if (!Files.exists(directory.resolve(INDEX))) {
      return false;
    }
    try {
      var index = JSON.readTree(Files.readString(directory.resolve(INDEX)));
      if (!isOf(index, task)) {
        return false;
      }
      var values = directory.resolve(VALUES);
      long needed = (long) index.path("pairs").size() * new PairLayout(task.operator()).bytes();
      if (Files.size(values) < needed) {
        throw new UserError(
            values + " has " + Files.size(values) + " bytes and needs " + needed + "; it was cut");
      }
      return true;
    } catch (IOException e) {
      throw unreadable(directory, e);
    }
  }

  private static boolean isOf(JsonNode index, Task task) {
    int bytes = new PairLayout(task.operator()).bytes();
    // Older snapshots do not say, and had no room for what a record may leave out.
    int unsaid = task.operator().optionalShapes().isEmpty() ? bytes : 0;
    return index.path("pairBytes").asInt(unsaid) == bytes
        && index.path("operator").asText().equals(Operators.fingerprint(task.operator()))
        && index.path("prior").asText().equals(task.prior());
  }

  private static UserError unreadable(Path directory, IOException e) {
    return new UserError("cannot read pairs from " + directory + ": " + FileProblem.of(e), e);
  }

  /**
   * Opens a snapshot.
   *
   * @throws UserError if it is not there, is damaged, or was made for another operator
   */
  public static PairSnapshot open(Path directory, Task task) {
    try {
      JsonNode index = JSON.readTree(Files.readString(directory.resolve(INDEX)));
      if (!isOf(index, task)) {
        throw new UserError(
            "the pairs in "
                + directory
                + " are of another operator or prior than task "
                + task.name()
                + " has now");
      }
      var entries = new ArrayList<PairEntry>();
      index.path("pairs").forEach(entry -> entries.add(PairEntry.fromJson(entry)));
      var file =
          PairFile.open(directory.resolve(VALUES), new PairLayout(task.operator()), task.name());
      return new PairSnapshot(task, List.copyOf(entries), index.path("origin").asText(), file);
    } catch (IOException e) {
      throw unreadable(directory, e);
    }
  }

  /** Where the truths are from, where nobody sent them; empty for pairs that somebody sent. */
  public String origin() {
    return origin;
  }

  /** All entries, oldest first. */
  public List<PairEntry> entries() {
    return entries;
  }

  /**
   * The pairs that train.
   *
   * @throws UserError if there are none
   */
  public LabelledPairs training(TrainValidationSplit split) {
    return side(split, false, "train");
  }

  /**
   * The pairs that validate, all of them, to measure a loss on.
   *
   * @throws UserError if there are none
   */
  public LabelledPairs held(TrainValidationSplit split) {
    return side(split, true, "validate");
  }

  private LabelledPairs side(TrainValidationSplit split, boolean validates, String what) {
    var chosen =
        entries.stream().filter(entry -> split.validates(entry.family()) == validates).toList();
    if (chosen.isEmpty()) {
      throw new UserError("task " + task.name() + " has no pairs to " + what + " on");
    }
    return new SnapshotPairs(
        task.operator(), chosen, file, origin.isEmpty() ? "labelled pairs" : origin);
  }

  /**
   * The pairs that validate, a selection by hash of the id that stays the same as far as the pairs
   * do.
   *
   * @param limit most pairs
   */
  public List<ValidationPair> validation(TrainValidationSplit split, int limit) {
    return entries.stream()
        .filter(entry -> split.validates(entry.family()))
        .sorted(
            Comparator.comparingLong(
                    (PairEntry entry) -> TrainValidationSplit.hash("order:" + entry.id()))
                .thenComparing(PairEntry::id))
        .limit(limit)
        .map(entry -> ValidationPair.of(file.read(entry), task.operator()))
        .toList();
  }

  @Override
  public void close() {
    file.close();
  }
}
