package org.deftstream.stream.service;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.deftstream.deft.UserError;
import org.deftstream.deft.prior.Prior;
import org.deftstream.deft.prior.PriorDirectory;
import org.deftstream.deft.tensorflow.TensorFlowBackend;
import org.deftstream.stream.control.PriorCatalog;

/**
 * The priors of a models directory, {@code priors/NAME}, each opened when it is asked for first.
 * Thread-safe. Whoever made it closes it, after everything that was served with the priors.
 */
public final class ModelPriors implements PriorCatalog, AutoCloseable {
  private final Path directory;
  private final TensorFlowBackend backend;
  private final Map<String, Prior> opened = new TreeMap<>();
  private boolean closed;

  /**
   * Opens nothing yet.
   *
   * @param models the models directory
   * @param backend opens priors
   */
  public ModelPriors(Path models, TensorFlowBackend backend) {
    this.directory = models.resolve("priors");
    this.backend = backend;
  }

  @Override
  public synchronized Optional<Prior> find(String name) {
    if (closed) {
      throw new IllegalStateException("the priors are closed");
    }
    if (!opened.containsKey(name) && names().contains(name)) {
      opened.put(name, backend.openPrior(PriorDirectory.open(directory.resolve(name))));
    }
    return Optional.ofNullable(opened.get(name));
  }

  @Override
  public Set<String> names() {
    var names = new TreeSet<String>();
    if (!Files.isDirectory(directory)) {
      return names;
    }
    try (var listing = Files.newDirectoryStream(directory, Files::isDirectory)) {
      listing.forEach(path -> names.add(path.getFileName().toString()));
    } catch (IOException e) {
      throw new UserError("cannot read the priors in " + directory + ": " + e, e);
    }
    return names;
  }

  /** Closes what was opened. */
  @Override
  public synchronized void close() {
    closed = true;
    opened.values().forEach(Prior::close);
    opened.clear();
  }
}
