package org.deftstream.service;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.deftstream.deft.UserError;
import org.deftstream.deft.adapter.AdapterNetworks;
import org.deftstream.deft.prior.Prior;
import org.deftstream.deft.prior.PriorDirectory;
import org.deftstream.deft.task.Task;
import org.deftstream.deft.tensorflow.SessionOptions;
import org.deftstream.deft.tensorflow.TensorFlowBackend;
import org.deftstream.service.control.PriorCatalog;
import org.deftstream.service.control.TaskFiles;

/**
 * The models directory of an installation: priors ({@code priors/NAME/}) and tasks ({@code
 * tasks/*.json}). A prior is loaded when it is first asked for, and then kept.
 *
 * <p>Thread safe. Owns the priors: whoever opened it closes it after everything that was served
 * with them.
 */
public final class InstalledModels implements PriorCatalog, AutoCloseable {
  private static final String PRIORS = "priors";

  private final Path directory;
  private final TensorFlowBackend backend;
  private final Set<String> names;
  private final Map<String, Prior> loaded = new TreeMap<>();

  private InstalledModels(Path directory, TensorFlowBackend backend, Set<String> names) {
    this.directory = directory;
    this.backend = backend;
    this.names = names;
  }

  /**
   * Starts the engine's library and looks at what there is.
   *
   * @throws UserError if the directory is missing or holds no prior, or the library does not run on
   *     this platform
   */
  public static InstalledModels open(Path directory, SessionOptions session) {
    var names = priorsIn(directory.resolve(PRIORS));
    return new InstalledModels(directory, TensorFlowBackend.start(session), names);
  }

  private static Set<String> priorsIn(Path priors) {
    if (!Files.isDirectory(priors)) {
      throw new UserError(
          "there are no priors: "
              + priors
              + " is not a directory; set models.dir to the directory"
              + " that holds priors/ and tasks/");
    }
    try (var entries = Files.list(priors)) {
      Set<String> names = new TreeSet<>();
      entries
          .filter(Files::isDirectory)
          .forEach(entry -> names.add(entry.getFileName().toString()));
      if (names.isEmpty()) {
        throw new UserError("there are no priors: " + priors + " is empty");
      }
      return names;
    } catch (IOException e) {
      throw new UserError("cannot read the priors in " + priors + " (" + e + ")", e);
    }
  }

  /** The tasks, in the order of their files' names. */
  public List<Task> tasks() {
    return TaskFiles.read(directory, this);
  }

  /** Evaluates adapters. */
  public AdapterNetworks networks() {
    return backend.adapterNetworks();
  }

  @Override
  public synchronized Optional<Prior> find(String name) {
    if (!names.contains(name)) {
      return Optional.empty();
    }
    return Optional.of(loaded.computeIfAbsent(name, this::load));
  }

  private Prior load(String name) {
    return backend.openPrior(PriorDirectory.open(directory.resolve(PRIORS).resolve(name)));
  }

  @Override
  public Set<String> names() {
    return new TreeSet<>(names);
  }

  /** Closes the priors. */
  @Override
  public synchronized void close() {
    loaded.values().forEach(Prior::close);
    loaded.clear();
  }
}
