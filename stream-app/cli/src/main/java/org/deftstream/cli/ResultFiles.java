package org.deftstream.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.deftstream.deft.UserError;
import org.deftstream.deft.formats.ImageFormat;
import org.deftstream.deft.formats.ImageFormats;
import org.deftstream.deft.formats.Sample;
import org.deftstream.deft.formats.WriteOptions;
import org.deftstream.deft.safetensors.AtomicFiles;
import org.deftstream.deft.text.FileProblem;

/**
 * Answers as files in one directory, under the names of the files that they came from; standard
 * deviations beside them as {@code NAME-deviation}. What was written is noted in {@code
 * .deftstream-answers}, so that a run that was cut goes on. Used by one thread.
 */
public final class ResultFiles {
  /** In this file of the directory what was written is noted. */
  public static final String NOTED = ".deftstream-answers";

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int HASH = 8;

  private final Path directory;
  private final Optional<ImageFormat> wanted;
  private final String task;
  private final long maxBytes;
  private final Set<String> known = new HashSet<>();
  private final Map<Path, String> owners = new HashMap<>();
  private final Map<String, List<Result>> unfinished = new HashMap<>();
  private long held;

  /**
   * One answer.
   *
   * @param id of its measurement
   * @param source where that came from
   * @param mean the image
   * @param deviation standard deviations, if several samples were drawn
   */
  public record Result(String id, Source source, Sample mean, Optional<Sample> deviation) {
    private long bytes() {
      return 4L * mean.values().values().length * (deviation.isPresent() ? 2 : 1);
    }
  }

  /**
   * A directory, made if it is not there.
   *
   * @param format name of the format that is written; null for that of each file
   * @param task named in the files
   * @param maxBytes most bytes of slices that wait for the others of their volume
   */
  public ResultFiles(Path directory, String format, String task, long maxBytes) {
    this.directory = directory;
    wanted = Optional.ofNullable(format).map(ImageFormats::written);
    this.task = task;
    this.maxBytes = maxBytes;
    try {
      Files.createDirectories(directory);
      AtomicFiles.requireRoom(directory);
      if (Files.exists(directory.resolve(NOTED))) {
        for (String line : Files.readAllLines(directory.resolve(NOTED))) {
          noted(line);
        }
      }
    } catch (IOException e) {
      throw new UserError("cannot write to " + directory + ": " + FileProblem.reason(e), e);
    }
  }

  /** A line that was cut, or a file that was deleted, is done again. */
  private void noted(String line) {
    try {
      var json = JSON.readTree(line);
      Path file = directory.resolve(json.path("file").asText());
      if (Files.exists(file)) {
        json.path("ids").forEach(id -> known.add(id.asText()));
        owners.put(file, json.path("owner").asText());
      }
    } catch (JsonProcessingException e) {
      // Done again.
    }
  }

  /** Whether the answer of an id was written before. */
  boolean known(String id) {
    return known.contains(id);
  }

  /** Names of files of which slices came and others did not. */
  Set<String> unfinished() {
    return unfinished.keySet();
  }

  /**
   * Takes an answer, and writes its file when nothing is missing.
   *
   * @return what could not be kept, one line each
   * @throws UserError if it cannot be written
   */
  public List<String> add(Result result) {
    var format = wanted.orElseGet(() -> like(result.source()));
    if (!format.holdsSeries() || result.source().slices() == 1) {
      return write(format, List.of(result));
    }
    var slices = unfinished.computeIfAbsent(result.source().file(), any -> new ArrayList<>());
    slices.removeIf(each -> each.source().slice() == result.source().slice());
    slices.add(result);
    held += result.bytes();
    if (slices.size() == result.source().slices()) {
      unfinished.remove(result.source().file());
      slices.forEach(each -> held -= each.bytes());
      slices.sort((a, b) -> Integer.compare(a.source().slice(), b.source().slice()));
      return write(format, slices);
    }
    if (held > maxBytes) {
      throw new UserError(
          "slices of unfinished volumes take more than "
              + (maxBytes >> 20)
              + " MiB: give more with --max-answer-mib, or --format dicom, which writes each by itself");
    }
    return List.of();
  }

  /** The format of the source where that is written; else one that keeps every number. */
  private static ImageFormat like(Source source) {
    String name = source.format().equals("jpeg") ? "png" : source.format();
    return ImageFormats.all().stream()
        .filter(format -> format.writes() && format.name().equals(name))
        .findFirst()
        .orElseGet(() -> ImageFormats.written("npy"));
  }

  private List<String> write(ImageFormat format, List<Result> slices) {
    var first = slices.get(0);
    var notes = new ArrayList<String>();
    try {
      Path file = free(format, first, "");
      Files.createDirectories(file.getParent());
      notes.addAll(
          format.write(
              file, slices.stream().map(Result::mean).toList(), new WriteOptions(false, task)));
      if (slices.stream().allMatch(slice -> slice.deviation().isPresent())) {
        notes.addAll(
            format.write(
                free(format, first, "-deviation"),
                slices.stream().map(slice -> slice.deviation().orElseThrow()).toList(),
                new WriteOptions(true, task)));
      }
      note(file, owner(first, format), slices);
      return notes;
    } catch (IllegalArgumentException e) {
      throw new UserError(first.source().file() + ": " + e.getMessage(), e);
    } catch (IOException e) {
      throw new UserError("cannot write to " + directory + ": " + FileProblem.reason(e), e);
    }
  }

  /** The name of the source; with a piece of the id where another answer has that name. */
  private Path free(ImageFormat format, Result result, String suffix) {
    String stem = ImageFormats.stem(result.source().file());
    boolean one = format.holdsSeries() || result.source().slices() == 1;
    String slice = one ? "" : "-%04d".formatted(result.source().slice());
    String lower = result.source().file().toLowerCase(Locale.ROOT);
    String ending =
        format.endings().stream()
            .filter(lower::endsWith)
            .max(Comparator.comparingInt(String::length))
            .orElse(format.endings().get(0));
    Path file = directory.resolve(stem + slice + suffix + ending);
    String owner = owner(result, format);
    if (owners.getOrDefault(file, owner).equals(owner)) {
      owners.put(file, owner);
      return file;
    }
    String piece = result.id().replaceAll("[^A-Za-z0-9]", "");
    return directory.resolve(
        stem + slice + "-" + piece.substring(0, Math.min(HASH, piece.length())) + suffix + ending);
  }

  private static String owner(Result result, ImageFormat format) {
    return result.source().slices() == 1 || !format.holdsSeries()
        ? result.id()
        : result.source().file();
  }

  private void note(Path file, String owner, List<Result> slices) throws IOException {
    var json =
        JsonNodeFactory.instance
            .objectNode()
            .put("file", directory.relativize(file).toString())
            .put("owner", owner);
    var ids = json.putArray("ids");
    slices.forEach(slice -> ids.add(slice.id()));
    slices.forEach(slice -> known.add(slice.id()));
    Files.write(
        directory.resolve(NOTED),
        (json + "\n").getBytes(StandardCharsets.UTF_8),
        StandardOpenOption.CREATE,
        StandardOpenOption.APPEND);
  }
}
