package org.deftstream.deft.tensorflow;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import org.deftstream.deft.UserError;
import org.tensorflow.Graph;
import org.tensorflow.SavedModelBundle;
import org.tensorflow.Session;
import org.tensorflow.SessionFunction;
import org.tensorflow.Signature;

/**
 * SavedModels that this program built itself, in the cache directory, for DJL to load. Graphs are
 * only ever made here, from data: one that came from elsewhere could read and write files.
 */
final class SavedModels {
  /** Changes when the same configuration builds another graph. */
  private static final String FORMAT = "v2";

  private SavedModels() {}

  /** Builds a model into a session and says what its inputs and outputs are. */
  interface Builder {
    Signature build(Graph graph, SessionFactory sessions);
  }

  /** Opens the session that holds the model's variables; owned and closed by the exporter. */
  interface SessionFactory {
    Session open();
  }

  /**
   * The directory of a model, built on first use.
   *
   * @param key what tells this model from every other; letters, digits and dashes
   */
  static Path get(String key, Builder builder) {
    Path root = Natives.cache().resolve("graphs-" + FORMAT);
    Path directory = root.resolve(key);
    try {
      Files.createDirectories(root);
      // Several processes may want the same model at once: one builds, the others wait.
      try (var channel =
              FileChannel.open(
                  root.resolve(key + ".lock"),
                  StandardOpenOption.CREATE,
                  StandardOpenOption.WRITE);
          var lock = channel.lock()) {
        if (lock.isValid() && !Files.exists(directory)) {
          Path part = Files.createTempDirectory(root, key + ".part");
          export(part, builder);
          Files.move(part, directory, StandardCopyOption.ATOMIC_MOVE);
        }
      }
      return directory;
    } catch (IOException e) {
      throw new UserError(
          "cannot write a graph into "
              + root
              + ": "
              + e.getMessage()
              + "; set DEFTSTREAM_CACHE to a directory with room",
          e);
    }
  }

  private static void export(Path part, Builder builder) throws IOException {
    var opened = new Session[1];
    try (var graph = new Graph()) {
      try {
        var signature =
            builder.build(
                graph,
                () -> {
                  opened[0] = new Session(graph);
                  return opened[0];
                });
        SavedModelBundle.exporter(part.toString())
            .withTags("serve")
            .withFunction(SessionFunction.create(signature, opened[0]))
            .export();
      } finally {
        if (opened[0] != null) {
          opened[0].close();
        }
      }
    } catch (RuntimeException | IOException e) {
      delete(part);
      throw e;
    }
  }

  private static void delete(Path directory) throws IOException {
    try (var files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
