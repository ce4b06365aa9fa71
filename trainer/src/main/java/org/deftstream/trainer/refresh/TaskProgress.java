package org.deftstream.trainer.refresh;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.deftstream.deft.UserError;
import org.deftstream.deft.safetensors.AtomicFiles;
import org.deftstream.deft.text.FileProblem;
import org.deftstream.deft.text.JsonText;

/**
 * How far a task has come: which refresh was begun last, when, and which records it knew. What has
 * come since follows from the topic, so nothing else needs to be kept. Immutable.
 *
 * @param refreshes number of refreshes that were begun
 * @param begun when the last one was begun, if there was one
 * @param topic id of the topic that the records are of; empty in files of older versions
 * @param known per partition the offset behind the last record that it knew
 */
public record TaskProgress(
    int refreshes, Optional<Instant> begun, String topic, Map<Integer, Long> known) {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String FILE = "progress.json";

  public TaskProgress {
    known = Map.copyOf(known);
  }

  /** No refresh yet. */
  public static TaskProgress none() {
    return new TaskProgress(0, Optional.empty(), "", Map.of());
  }

  /** Whether a record came after the last refresh was begun. */
  public boolean isNew(int partition, long offset) {
    return offset >= known.getOrDefault(partition, 0L);
  }

  /**
   * The progress on a topic: of one that was made anew no record is known, since its offsets begin
   * at 0 again.
   *
   * @param id id of the topic as it is now
   */
  public TaskProgress on(String id) {
    boolean same = topic.isEmpty() || topic.equals(id);
    return new TaskProgress(refreshes, begun, id, same ? known : Map.of());
  }

  /**
   * The progress once another refresh is begun.
   *
   * @param positions per partition the offset behind the last record that was read
   */
  public TaskProgress next(Instant now, Map<Integer, Long> positions) {
    var all = new TreeMap<>(known);
    all.putAll(positions);
    return new TaskProgress(refreshes + 1, Optional.of(now), topic, all);
  }

  /**
   * Reads a task's progress.
   *
   * @return {@link #none} if there is no file
   * @throws UserError if the file cannot be read
   */
  public static TaskProgress read(Path directory) {
    Path file = directory.resolve(FILE);
    if (!Files.exists(file)) {
      return none();
    }
    var json = JsonText.readObject(file);
    try {
      var known = new TreeMap<Integer, Long>();
      json.path("known")
          .properties()
          .forEach(each -> known.put(Integer.valueOf(each.getKey()), each.getValue().asLong()));
      return new TaskProgress(
          json.path("refreshes").asInt(),
          Optional.ofNullable(json.path("begun").textValue()).map(Instant::parse),
          json.path("topic").asText(),
          known);
    } catch (RuntimeException e) {
      throw new UserError("cannot read " + file + ": " + FileProblem.of(e), e);
    }
  }

  /** Writes it whole or not at all. */
  public void write(Path directory) {
    var json = JSON.createObjectNode().put("refreshes", refreshes).put("topic", topic);
    begun.ifPresent(time -> json.put("begun", time.toString()));
    var positions = json.putObject("known");
    new TreeMap<>(known).forEach((partition, at) -> positions.put(partition.toString(), at));
    try {
      AtomicFiles.write(directory.resolve(FILE), json.toPrettyString());
    } catch (IOException e) {
      throw new UserError("cannot write into " + directory + ": " + FileProblem.of(e), e);
    }
  }
}
