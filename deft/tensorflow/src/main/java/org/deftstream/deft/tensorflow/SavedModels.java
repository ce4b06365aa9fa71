package org.deftstream.deft.tensorflow;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.TreeSet;
import org.tensorflow.Graph;
import org.tensorflow.SavedModelBundle;
import org.tensorflow.Session;
import org.tensorflow.SessionFunction;
import org.tensorflow.Signature;
import org.tensorflow.exceptions.TensorFlowException;

/**
 * SavedModels that this program built itself, in the cache directory, for DJL to load. Graphs are
 * only ever made here, from data: one that came from elsewhere could read and write files.
 */
final class SavedModels {
  /** Changes when the same configuration builds another graph. */
  private static final String FORMAT = "v2";

  /** Names and sizes of a model's files. */
  private static final String INDEX = "files.txt";

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
    return NativeCalls.call(
        () -> get(CacheDirectory.get().resolve("graphs-" + FORMAT), key, builder));
  }

  static synchronized Path get(Path root, String key, Builder builder) {
    Path directory = root.resolve(key);
    try {
      if (isComplete(directory)) {
        return directory;
      }
      Files.createDirectories(root);
      // Several processes may want the same model at once: one builds, the others wait.
      CacheDirectory.exclusively(
          root.resolve(key + ".lock"),
          () -> {
            if (!isComplete(directory)) {
              build(directory, builder);
            }
          });
      return directory;
    } catch (IOException e) {
      throw CacheDirectory.cannot("write a graph into " + root, e);
    }
  }

  private static void build(Path directory, Builder builder) throws IOException {
    // Not a temporary directory, which only its owner could read.
    Path part = Files.createDirectory(CacheDirectory.part(directory));
    try {
      export(part, builder);
      Files.writeString(part.resolve(INDEX), index(part));
      if (Files.exists(directory)) {
        Path old = CacheDirectory.part(directory);
        Files.move(directory, old, StandardCopyOption.ATOMIC_MOVE);
        deleteIfAllowed(old);
      }
      Files.move(part, directory, StandardCopyOption.ATOMIC_MOVE);
    } catch (FileAlreadyExistsException | DirectoryNotEmptyException e) {
      // Another process was faster, where there are no locks.
    } finally {
      delete(part);
    }
  }

  /** Whether all files of a model are there, with the sizes that they were written with. */
  private static boolean isComplete(Path directory) throws IOException {
    Path file = directory.resolve(INDEX);
    return Files.exists(file) && Files.readString(file).equals(index(directory));
  }

  private static String index(Path directory) throws IOException {
    var lines = new TreeSet<String>();
    try (var files = Files.walk(directory)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        String name = directory.relativize(file).toString();
        if (!name.equals(INDEX)) {
          lines.add(name + " " + Files.size(file));
        }
      }
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
    return String.join("\n", lines) + "\n";
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
        write(part, signature, opened[0]);
      } finally {
        if (opened[0] != null) {
          opened[0].close();
        }
      }
    }
  }

  private static void write(Path part, Signature signature, Session session) throws IOException {
    try {
      SavedModelBundle.exporter(part.toString())
          .withTags("serve")
          .withFunction(SessionFunction.create(signature, session))
          .export();
    } catch (TensorFlowException e) {
      // What the file system answered, and hints about memory that mean nothing here.
      throw new IOException(String.valueOf(e.getMessage()).lines().findFirst().orElse(""), e);
    }
  }

  /** What is left of a model that another user built may not be ours to delete. */
  private static void deleteIfAllowed(Path directory) {
    try {
      delete(directory);
    } catch (IOException e) {
      System.getLogger(SavedModels.class.getName())
          .log(System.Logger.Level.DEBUG, "cannot delete {0}: {1}", directory, e);
    }
  }

  private static void delete(Path directory) throws IOException {
    if (!Files.exists(directory)) {
      return;
    }
    try (var files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
