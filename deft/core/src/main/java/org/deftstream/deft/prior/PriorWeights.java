package org.deftstream.deft.prior;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.deftstream.deft.UserError;
import org.deftstream.deft.safetensors.SafetensorsFile;
import org.deftstream.deft.tensor.TensorSource;
import org.deftstream.deft.text.FileProblem;

/**
 * The weights of a prior in its open files, read one by one when they are wanted. Whoever opened it
 * closes it; weights can be read until then.
 */
public final class PriorWeights implements AutoCloseable {
  private final List<SafetensorsFile> files = new ArrayList<>();
  private final Map<String, TensorSource> tensors = new LinkedHashMap<>();

  private PriorWeights() {}

  /**
   * Opens the files and checks what their headers claim.
   *
   * @throws UserError if one is not sound; one line that names it
   */
  static PriorWeights open(List<Path> paths) {
    var weights = new PriorWeights();
    boolean done = false;
    try {
      paths.forEach(weights::add);
      done = true;
      return weights;
    } finally {
      if (!done) {
        weights.close();
      }
    }
  }

  private void add(Path path) {
    try {
      var file = SafetensorsFile.open(path);
      files.add(file);
      for (var tensor : file.tensors().entrySet()) {
        if (tensors.put(tensor.getKey(), tensor.getValue()) != null) {
          throw new UserError(path + ": " + tensor.getKey() + " is in another file as well");
        }
      }
    } catch (IllegalArgumentException e) {
      throw new UserError(e.getMessage(), e);
    } catch (IOException e) {
      throw new UserError("cannot read " + path + ": " + FileProblem.reason(e), e);
    }
  }

  /** By their diffusers names. */
  public Map<String, TensorSource> tensors() {
    return tensors;
  }

  /** Number of weights. */
  public long parameters() {
    return tensors.values().stream().mapToLong(TensorSource::size).sum();
  }

  @Override
  public void close() {
    for (var file : files) {
      try {
        file.close();
      } catch (IOException e) {
        // Only read from: nothing is lost.
      }
    }
  }
}
