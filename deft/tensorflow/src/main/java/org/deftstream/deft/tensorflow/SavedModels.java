package org.deftstream.deft.tensorflow;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.Map;
import java.util.TreeSet;
import org.deftstream.deft.tensor.TensorSource;
import org.deftstream.deft.tensorflow.savedmodel.VariableFiles;
import org.tensorflow.Graph;
import org.tensorflow.Operand;

/**
 * SavedModels that this program built itself, in the cache directory, for DJL to load. Graphs are
 * made here, from data; of one that came from elsewhere, which could read and write files, only
 * arithmetic is taken ({@link ForeignNetwork}).
 */
final class SavedModels {
  /** Changes when the same configuration builds another graph. */
  private static final String FORMAT = "v2";

  /** Names and sizes of a model's files. */
  private static final String INDEX = "files.txt";

  /** Values that make a network large, 256 MB of them. */
  private static final long LARGE = 1 << 26;

  private SavedModels() {}

  /** Builds a model and says what its inputs, its output and its variables are. */
  interface Builder {
    Model build(Graph graph);
  }

  /**
   * What is written with a graph.
   *
   * @param inputs by their names for callers
   * @param output called {@link Signatures#OUTPUT}
   * @param variables in TensorFlow's layout, by the names of their operations
   */
  record Model(
      Map<String, Operand<?>> inputs, Operand<?> output, Map<String, TensorSource> variables) {}

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
    try (var graph = new Graph()) {
      var model = builder.build(graph);
      Files.write(part.resolve("saved_model.pb"), ModelFormat.of(graph, model).toByteArray());
      if (!model.variables().isEmpty()) {
        VariableFiles.write(part.resolve("variables/variables"), model.variables());
      }
      if (model.variables().values().stream().mapToLong(TensorSource::size).sum() > LARGE) {
        // Weights went through the heap; the network that is loaded next needs the memory.
        System.gc();
      }
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
