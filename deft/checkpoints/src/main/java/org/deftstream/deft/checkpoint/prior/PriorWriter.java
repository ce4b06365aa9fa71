package org.deftstream.deft.checkpoint.prior;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.DoubleConsumer;
import org.deftstream.deft.UserError;
import org.deftstream.deft.prior.ModelConfig;
import org.deftstream.deft.prior.PriorDirectory;
import org.deftstream.deft.safetensors.ForcedFiles;
import org.deftstream.deft.safetensors.NewDirectory;
import org.deftstream.deft.safetensors.Safetensors;
import org.deftstream.deft.tensor.FloatTensor;
import org.deftstream.deft.tensor.TensorSource;

/**
 * Writes an imported prior as a directory, weight by weight, and only if it holds what a prior
 * must: else nothing is left of it.
 */
public final class PriorWriter {
  private final ImportedPrior prior;
  private final Path out;

  /**
   * A writer of one prior.
   *
   * @param out the directory; it must not exist, or be empty
   * @throws UserError if it is there
   */
  public PriorWriter(ImportedPrior prior, Path out) {
    this.prior = prior;
    this.out = out;
    NewDirectory.requireFree(out);
  }

  /** Number of weights. */
  public long parameters() {
    return prior.weights().values().stream().mapToLong(TensorSource::size).sum();
  }

  /**
   * Writes the prior.
   *
   * @param name the prior's name
   * @param origin the checkpoint's name, for the record
   * @param progress is told the share that is written, 0 to 1
   * @param check is given the prior before it gets its place; what it throws keeps it from there
   * @throws UserError if it cannot be written
   */
  public void write(
      String name, String origin, DoubleConsumer progress, Consumer<PriorDirectory> check) {
    NewDirectory.write(
        out,
        hidden -> {
          var about = JsonNodeFactory.instance.objectNode();
          about.put("name", name);
          about.putObject("imported").put("from", origin).put("family", prior.family().word());
          var directory = write(hidden, progress, about);
          // The disk takes as long as the check does.
          try (var forced = ForcedFiles.begin(hidden)) {
            check.accept(directory);
          }
        });
  }

  private PriorDirectory write(Path folder, DoubleConsumer progress, ObjectNode about) {
    var weights = watched(progress);
    return prior.network() instanceof ModelConfig model
        ? PriorDirectory.write(folder, model, prior.scheduler(), prior.model(), weights, about)
        : PriorDirectory.write(
            folder,
            prior.network(),
            prior.scheduler(),
            weights,
            Safetensors.Storage.F32,
            about,
            false);
  }

  private Map<String, TensorSource> watched(DoubleConsumer progress) {
    long all = Math.max(1, parameters());
    var done = new long[1];
    var watched = new LinkedHashMap<String, TensorSource>();
    prior
        .weights()
        .forEach(
            (name, tensor) ->
                watched.put(
                    name,
                    new TensorSource() {
                      @Override
                      public int[] shape() {
                        return tensor.shape();
                      }

                      @Override
                      public FloatTensor read() {
                        var values = tensor.read();
                        if (!values.isFinite()) {
                          throw new UserError("weight " + name + " has values that are not finite");
                        }
                        done[0] += values.data().length;
                        progress.accept((double) done[0] / all);
                        return values;
                      }
                    }));
    return watched;
  }
}
