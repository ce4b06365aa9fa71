package org.deftstream.deft.checkpoint.prior;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.DoubleConsumer;
import org.deftstream.deft.UserError;
import org.deftstream.deft.prior.PriorDirectory;
import org.deftstream.deft.safetensors.Safetensors;
import org.deftstream.deft.tensor.FloatTensor;
import org.deftstream.deft.tensor.TensorSource;
import org.deftstream.deft.text.FileProblem;

/**
 * Writes an imported prior as a directory, weight by weight, and only if it holds what a prior
 * must: until then it lies in a hidden neighbour, which is deleted if anything fails.
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
    requireFree(out);
  }

  /**
   * Refuses a directory that holds something, before any work is done.
   *
   * @throws UserError if it does
   */
  public static void requireFree(Path out) {
    try {
      if (Files.isDirectory(out)) {
        try (var files = Files.list(out)) {
          if (files.findAny().isEmpty()) {
            return;
          }
        }
      }
      if (Files.exists(out)) {
        throw new UserError(
            out + " is there already; --out needs a directory that is not, or is empty");
      }
    } catch (IOException e) {
      throw new UserError("cannot read " + out + ": " + FileProblem.reason(e), e);
    }
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
    Path place = out.toAbsolutePath().normalize();
    Path hidden = place.resolveSibling("." + place.getFileName() + ".import");
    try {
      delete(hidden);
      var about = JsonNodeFactory.instance.objectNode();
      about.put("name", name);
      about.putObject("imported").put("from", origin).put("family", prior.family().word());
      check.accept(
          PriorDirectory.write(
              hidden,
              prior.network(),
              prior.scheduler(),
              watched(progress),
              Safetensors.Storage.F32,
              about));
      Files.deleteIfExists(place);
      Files.move(hidden, place, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new UserError("cannot write " + out + ": " + FileProblem.reason(e), e);
    } finally {
      deleteQuietly(hidden);
    }
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

  private static void delete(Path folder) throws IOException {
    if (Files.exists(folder)) {
      try (var files = Files.walk(folder)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      }
    }
  }

  private static void deleteQuietly(Path folder) {
    try {
      delete(folder);
    } catch (IOException e) {
      // Hidden, and deleted first by the next import to the same place.
    }
  }
}
