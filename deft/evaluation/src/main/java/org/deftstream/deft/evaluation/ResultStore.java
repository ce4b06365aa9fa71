package org.deftstream.deft.evaluation;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.deftstream.deft.UserError;
import org.deftstream.deft.safetensors.AtomicFiles;
import org.deftstream.deft.text.FileProblem;

/**
 * The results in a directory, from which an interrupted comparison goes on and reports are made.
 *
 * <pre>
 *   results.jsonl    a {@link Score} to a line, appended
 *   images/KEY-*     images, deviations and features, see {@link VectorFile}
 *   plans/NAME.json  what was run, see {@link RunManifest}
 * </pre>
 *
 * Images are written before the line that tells of them. A line that a kill has cut short is
 * dropped when the directory is opened. One process at a time: the directory is locked. Not
 * thread-safe.
 */
final class ResultStore implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path directory;
  private final Path lines;
  private final FileChannel lockFile;
  private final FileChannel out;
  private final Map<String, NavigableMap<Integer, Score>> scores = new HashMap<>();

  private ResultStore(Path directory) throws IOException {
    this.directory = directory;
    lines = directory.resolve("results.jsonl");
    Files.createDirectories(directory.resolve("images"));
    Files.createDirectories(directory.resolve("plans"));
    lockFile =
        FileChannel.open(
            directory.resolve(".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    if (!locked(lockFile)) {
      lockFile.close();
      throw new UserError("another evaluation is writing to " + directory);
    }
    out =
        FileChannel.open(
            lines, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
    out.truncate(load());
    out.position(out.size());
  }

  /**
   * Opens or begins a directory of results.
   *
   * @throws UserError if it cannot be used
   */
  static ResultStore open(Path directory) {
    try {
      return new ResultStore(directory);
    } catch (IOException e) {
      throw new UserError("cannot keep results in " + directory + ": " + FileProblem.reason(e), e);
    }
  }

  private static boolean locked(FileChannel file) throws IOException {
    try {
      FileLock lock = file.tryLock();
      return lock != null;
    } catch (OverlappingFileLockException e) {
      return false;
    }
  }

  /** Reads all whole lines; returns where they end. */
  private long load() throws IOException {
    byte[] bytes = Files.readAllBytes(lines);
    int begin = 0;
    for (int i = 0; i < bytes.length; i++) {
      if (bytes[i] == '\n') {
        var line = new String(bytes, begin, i - begin, StandardCharsets.UTF_8);
        try {
          keep(Score.fromJson(JSON.readTree(line)));
        } catch (IOException e) {
          throw new UserError(
              lines + " is damaged at byte " + begin + "; move it away to begin anew", e);
        }
        begin = i + 1;
      }
    }
    return begin;
  }

  private void keep(Score score) {
    scores.computeIfAbsent(score.key(), key -> new TreeMap<>()).put(score.item(), score);
  }

  /** What is known under a key, by item. */
  NavigableMap<Integer, Score> scores(String key) {
    return scores.getOrDefault(key, new TreeMap<>());
  }

  /** Appends scores and forces them to the disk. */
  void append(List<Score> batch) {
    var text = new StringBuilder();
    for (var score : batch) {
      text.append(score.toJson()).append('\n');
    }
    try {
      var bytes = ByteBuffer.wrap(text.toString().getBytes(StandardCharsets.UTF_8));
      while (bytes.hasRemaining()) {
        out.write(bytes);
      }
      out.force(false);
    } catch (IOException e) {
      throw new UncheckedIOException(FileProblem.named(lines, e));
    }
    batch.forEach(this::keep);
  }

  /**
   * The vectors of a key.
   *
   * @param kind {@code truth}, {@code mean} or {@code deviation}
   */
  VectorFile vectors(String key, String kind, int length) {
    return new VectorFile(directory.resolve("images").resolve(key + "-" + kind + ".f32"), length);
  }

  /**
   * The features of a key's images.
   *
   * @param classifier {@link org.deftstream.deft.metrics.FeatureNetwork#fingerprint}: those of
   *     another classifier are other files
   */
  VectorFile features(String key, String kind, String classifier, int dimension) {
    return vectors(key, kind + "-features-" + classifier.replace(' ', '-'), dimension);
  }

  /** A picture of a measurement, as PNG. */
  Path picture(String key, int item) {
    return directory.resolve("images").resolve(key + "-measurement-" + item + ".png");
  }

  void write(RunManifest manifest) {
    try {
      AtomicFiles.write(manifestFile(manifest.name()), manifest.toText());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Path manifestFile(String name) {
    return directory.resolve("plans").resolve(name + ".json");
  }

  /** What was run into this directory, in the order of the names. */
  List<RunManifest> manifests() {
    try (var files = Files.list(directory.resolve("plans"))) {
      return files
          .filter(f -> f.toString().endsWith(".json"))
          .sorted()
          .map(RunManifest::read)
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    try (lockFile;
        out) {
      // Closing gives the lock back.
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
