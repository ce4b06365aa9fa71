package org.deftstream.deft.checkpoint.prior;

import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.deftstream.deft.UserError;
import org.deftstream.deft.checkpoint.Checkpoint;
import org.deftstream.deft.checkpoint.NetworkWeights;
import org.deftstream.deft.prior.PriorLayout;
import org.deftstream.deft.prior.PriorRuntime;
import org.deftstream.deft.tensor.TensorSource;
import org.deftstream.deft.text.FileProblem;

/**
 * A prior in a checkpoint of another program, open as long as its weights are to be read. Whoever
 * opened it closes it. Not thread-safe.
 */
public final class PriorImport implements AutoCloseable {
  /** Null where it is a model of ONNX, which is copied and not read. */
  private final Checkpoint checkpoint;

  private final ImportedPrior prior;

  private PriorImport(Checkpoint checkpoint, ImportedPrior prior) {
    this.checkpoint = checkpoint;
    this.prior = prior;
  }

  /**
   * Opens a checkpoint and understands its network.
   *
   * @param path a file, or a folder of diffusers
   * @param like whose layout it has; null: told by the names of its weights
   * @param key the entry of the weights in a checkpoint of a training; null: the running average if
   *     there is one
   * @param answers what cannot be seen in it
   * @throws UserError one line that names the path, what was wrong and what would be right
   */
  public static PriorImport open(Path path, Family like, String key, Answers answers) {
    if (Files.isDirectory(path)) {
      return ofFolder(path, like, key, answers);
    }
    if (like == Family.ONNX || (like == null && path.toString().endsWith(".onnx"))) {
      try {
        var told = PriorRuntime.installed().describe(path);
        return new PriorImport(null, OnnxConversion.convert(path, told, answers));
      } catch (UserError e) {
        throw named(path, e);
      }
    }
    var checkpoint = Checkpoint.open(path, like == Family.EDM);
    return closedUnless(
        checkpoint,
        () -> {
          var network = checkpoint.network(key);
          var family = like == null ? told(network.tensors()) : like;
          return new PriorImport(checkpoint, convert(family, network, answers));
        });
  }

  private static PriorImport ofFolder(Path path, Family like, String key, Answers answers) {
    if (like != null && like != Family.DIFFUSERS) {
      throw new UserError(
          path + " is a folder; a checkpoint like " + like.word() + " is one file, name that");
    }
    var layout = PriorLayout.imported(path);
    var checkpoint = Checkpoint.of(path, layout.weights());
    return closedUnless(
        checkpoint,
        () ->
            new PriorImport(
                checkpoint, DiffusersConversion.convert(layout, checkpoint.weights(key), answers)));
  }

  private interface Opening {
    PriorImport open();
  }

  private static PriorImport closedUnless(Checkpoint checkpoint, Opening opening) {
    boolean done = false;
    try {
      var opened = opening.open();
      done = true;
      return opened;
    } catch (UserError e) {
      throw named(checkpoint.path(), e);
    } finally {
      if (!done) {
        checkpoint.close();
      }
    }
  }

  private static UserError named(Path path, UserError e) {
    return e.getMessage().contains(path.toString())
        ? e
        : new UserError(path + ": " + e.getMessage(), e);
  }

  private static Family told(Map<String, TensorSource> weights) {
    for (var family : Family.values()) {
      if (family.names().length > 0 && weights.keySet().containsAll(List.of(family.names()))) {
        return family;
      }
    }
    String first = weights.keySet().iterator().next();
    throw new UserError(
        "its weights, "
            + first.substring(0, Math.min(60, first.length())).replaceAll("\\p{Cntrl}", "?")
            + " and others, have the names of no family that is known: "
            + Family.words());
  }

  private static ImportedPrior convert(Family family, NetworkWeights network, Answers answers) {
    var weights = network.tensors();
    var absent = Arrays.stream(family.names()).filter(n -> !weights.containsKey(n)).toList();
    if (!absent.isEmpty()) {
      throw new UserError(
          "it is no checkpoint like "
              + family.word()
              + ": weight "
              + absent.get(0)
              + " is missing");
    }
    var tensors = new NamedTensors(weights);
    return switch (family) {
      case ADM -> AdmConversion.convert(tensors, answers);
      case DDPM -> DdpmConversion.convert(tensors, answers);
      case EDM ->
          tensors.has("out_conv.weight")
              ? EdmConversion.convert(tensors, network, answers)
              : SongConversion.convert(tensors, network, answers);
      case NCSNPP -> NcsnppConversion.convert(tensors, answers);
      case DRUNET -> DruNetConversion.convert(tensors, answers);
      case ONNX -> throw new IllegalStateException("a model of ONNX has no tensors that are read");
      case DIFFUSERS ->
          throw new UserError(
              "it holds the weights of a diffusers network without its config.json: name the folder"
                  + " in which both lie");
    };
  }

  /** What was understood; its weights can be read until this is closed. */
  public ImportedPrior prior() {
    return prior;
  }

  /**
   * Does what reads weights.
   *
   * @throws UserError if the checkpoint cannot be read to its end
   */
  public void reading(Runnable work) {
    try {
      work.run();
    } catch (UncheckedIOException e) {
      throw new UserError(
          "cannot read " + checkpoint.path() + ": " + FileProblem.reason(e.getCause()), e);
    }
  }

  @Override
  public void close() {
    if (checkpoint != null) {
      checkpoint.close();
    }
  }
}
